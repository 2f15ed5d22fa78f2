"""`python -m hooks validate`: the problems of resources in files, before you apply them."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import click

from hooks.cli.inputs.agents import ERROR, WARNING
from hooks.cli.inputs.combined import facts_given
from hooks.cli.inputs.facts import fact_option
from hooks.cli.inputs.files import INVALID, documents_in, give_up
from hooks.cli.output.printing import JSON, TEXT, print_json, table
from hooks.cli.output.progress import counted
from hooks.cli.validate.checked_files import Checked, checked
from hooks.cli.validate.folders import Folder, GivenFileOrFolder, documents_in_file
from hooks.facts import Facts
from hooks.models.instana_agent import KIND

LINES, MATRIX = "lines", "matrix"
TITLES: Final = ("ERRORS", "WARNINGS", "FILE", "RESOURCE", "FINDINGS")
WIDTHS: Final = (None, None, None, None, 60)


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=GivenFileOrFolder(), metavar="FILE...")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option(
    "-o",
    "--output",
    type=click.Choice([TEXT, LINES, MATRIX, JSON]),
    default=TEXT,
    help="A line per problem, a row per resource, or JSON; default: rows for folders, else lines.",
)
@fact_option
def validate_command(
    *, files: tuple[BinaryIO | Folder, ...], output: str, facts: tuple[str, ...], strict: bool
) -> None:
    """Check every InstanaAgent in the FILEs ("-" is standard input), without a cluster.

    Prints a line per problem: file, line and column, severity, what to do, and the rule's
    identifier, which docs/validation.md lists. If all resources are valid, prints how many there
    are. A FILE can be a folder: reads its *.yaml, *.yml and *.json, and in all folders below, and
    prints a row per resource. Values files of the chart, recognized by their content, are checked
    as the resource that the chart makes of them. Exit code 2: a resource would be rejected, or a
    file is not valid for kubectl; 1: a file is too large, or a folder or all files together have no
    InstanaAgent.
    """
    known = facts_given(facts)
    results = _results(files, known)
    shown = _default(files) if output == TEXT else output
    _print(results, shown)
    valid = sum(result.is_valid(strict=strict) for result in results)
    if shown == MATRIX or valid == len(results):
        total = f" of {len(results)}" if shown == MATRIX else ""
        click.echo(f"valid: {valid}{total}", err=True)
    if valid < len(results):
        sys.exit(INVALID)


def _default(files: Sequence[BinaryIO | Folder]) -> str:
    return MATRIX if any(isinstance(file, Folder) for file in files) else LINES


def _results(files: Sequence[BinaryIO | Folder], facts: Facts) -> list[Checked]:
    """Return what was found in all files; ends the command if there is nothing to check."""
    folders = [file for file in files if isinstance(file, Folder)]
    others = [file for file in files if not isinstance(file, Folder)]
    found = [*checked(documents_in(others), facts)]
    for folder in folders:
        inside = [*_in_folder(folder, facts)]
        if not inside:
            give_up(f"{folder.path} has no {KIND} and no values of the chart: name another folder")
        found += inside
    if not found:
        give_up(f"the files have no {KIND}: pass at least one")
    return found


def _in_folder(folder: Folder, facts: Facts) -> Iterator[Checked]:
    """Yield what the files of a folder have; each file may be for a cluster of its own."""
    files = folder.files
    for file in counted(files, "reading files"):
        documents = documents_in_file(file)
        if isinstance(documents, Checked):
            yield documents
        else:
            yield from checked(documents, facts)


def _print(results: Sequence[Checked], output: str) -> None:
    match output:
        case "json":
            print_json([result.as_json for result in results])
        case "matrix":
            click.echo(table(TITLES, [*map(_row, results)], WIDTHS))
        case _:
            for line in (found.line for result in results for found in result.found):
                click.echo(line)


def _row(result: Checked) -> tuple[str, ...]:
    rules = Counter(found.problem.rule for found in result.found)
    findings = [rule if times == 1 else f"{rule} ×{times}" for rule, times in rules.items()]
    return (
        *(str(result.count(severity)) for severity in (ERROR, WARNING)),
        result.file,
        f"{result.kind} {result.name}",
        ", ".join(findings),
    )
