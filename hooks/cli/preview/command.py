"""`python -m hooks preview`: what a proposed change of files would change, for a review."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath

import click

from hooks.cli.inputs.agents import Findings
from hooks.cli.inputs.facts import fact_option, facts_of
from hooks.cli.inputs.files import INVALID, ending_on_unusable_input, give_up
from hooks.cli.output.printing import JSON, print_json
from hooks.cli.output.progress import waiting
from hooks.cli.preview.revisions import UnreadableSide, common_ancestor, files_of
from hooks.cli.preview.sides import Side, with_known
from hooks.facts import Facts
from hooks.review import Comparison, comment, compare, resources_in
from hooks.server.clock import now

CHANGES = 3


@click.command("preview")
@click.argument("base")
@click.argument("head")
@click.option(
    "--repository",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The Git repository of the revisions; default: the working directory.",
)
@click.option(
    "--path", "paths", multiple=True, help="Only files in this folder, or this file. Repeatable."
)
@click.option(
    "--name", default="all", show_default=True, help="Name of the comment, if there are several."
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["markdown", JSON]),
    default="markdown",
    show_default=True,
    help="A comment for people, or JSON for programs.",
)
@fact_option
def preview_command(
    base: str, head: str, repository: Path, name: str, output: str, **rest: tuple[str, ...]
) -> None:
    """Print what changes from BASE to HEAD for all InstanaAgents, as a comment for a review.

    BASE and HEAD are folders, or revisions in a Git repository; then BASE is where HEAD left it.
    Shows which objects differ, which pods are replaced, and the problems that `validate` finds,
    with file and line. Values of Secrets and credentials are hidden. An InstanaAgent is rendered
    with the other objects of its folder. Reads YAML and JSON; templates must be rendered first.

    Exit code 0: no object changes; 3: some do; 2: HEAD breaks a rule (the comment is printed
    anyway); 1: a folder, a revision or a file cannot be read.
    """
    with ending_on_unusable_input():
        facts = facts_of(rest["facts"])
    with waiting("reading both sides"):
        before, after = _sides(base, head, repository, rest["paths"])
    with waiting("comparing both sides"):
        compared = _compared(before, after, facts)
        found = _findings(before, after, facts)
    if output == JSON:
        print_json({"resources": [asdict(resource) for resource in compared], **asdict(found)})
    else:
        click.echo(comment(compared, found.errors, found.warnings, name))
    sys.exit(INVALID if found.errors else CHANGES if compared else 0)


def _sides(base: str, head: str, repository: Path, paths: Sequence[str]) -> tuple[Side, Side]:
    """Return the files of both sides; ends the command if they cannot be read."""
    try:
        start = common_ancestor(base, head, repository)
        before, after = (Side(dict(files_of(side, repository, paths))) for side in (start, head))
    except (UnreadableSide, OSError) as error:
        give_up(str(error))
    _check_paths(paths, (*before.contents, *after.contents))
    return before, after


def _check_paths(paths: Iterable[str], names: Iterable[str]) -> None:
    """End the command if a path has no file: a comment on nothing would look like a good one."""
    files = [PurePosixPath(name) for name in names]
    for path in paths:
        if not any(file.is_relative_to(path) for file in files):
            give_up(f"--path {path}: neither side has YAML or JSON files there")


def _compared(base: Side, head: Side, facts: Facts) -> list[Comparison]:
    """Return what changes; resources that cannot be rendered on both sides are named."""
    return compare(resources_in(base.files), resources_in(head.files), facts, now())


def _findings(base: Side, head: Side, facts: Facts) -> Findings:
    """Return the problems of the head, with a word about those that the base has too."""
    before, after = base.findings(facts), head.findings(facts)
    return Findings(
        tuple(with_known(after.errors, before.errors)),
        tuple(with_known(after.warnings, before.warnings)),
    )
