"""`python -m hooks diff`: what the next sync would change in a cluster."""

import sys
from pathlib import Path
from textwrap import indent
from typing import BinaryIO, Final

import click

from hooks.cli.diff_with_version import diff_with_version, with_option
from hooks.cli.fact_options import fact_option, facts_of
from hooks.cli.given_agents import end_if_invalid, end_if_none_is_served
from hooks.cli.given_files import (
    documents_in,
    ending_on_unusable_input,
    files_argument,
)
from hooks.cli.rollout_texts import rollout_lines
from hooks.kube.differences import with_items_by_name
from hooks.placement.rollouts import rollouts
from hooks.preview import CHANGE, DELETE, ChildChange, preview
from hooks.server.clock import now

CHANGES: Final = 3


@click.command("diff")
@files_argument
@fact_option
@with_option
def diff_command(files: tuple[BinaryIO, ...], facts: tuple[str, ...], other: Path | None) -> None:
    """Print what a sync of the InstanaAgent in the FILEs ("-" is standard input) would change.

    Pass exactly one InstanaAgent and the objects of the cluster that it depends on, with its
    existing children (`kubectl get ... -o yaml --show-managed-fields`). Shows which pods would be
    replaced, with Nodes also in what steps, as `rollout` does; and never a value of a Secret.
    Warnings go to standard error. Exit code 3: something would change; 2: the InstanaAgent is
    invalid (prints the problems that `validate` finds), or a file is not valid for kubectl; 1: a
    file cannot be used.

    With --with, the FILEs are recordings of calls (`python -m hooks replay`), and the differences
    are those between this version of the service and another one: what an upgrade would change.
    """
    if other:
        diff_with_version(files, other)
        return
    documents = documents_in(files)
    end_if_none_is_served(documents)
    values, at = [document.value for document in documents], now()
    with ending_on_unusable_input(documents):
        known = facts_of(facts)
        expected = preview(values, known, at)
        restarts = rollouts(values, expected.changes, known, at) or ()
    end_if_invalid(documents, expected.problems)
    for child in expected.withheld:
        click.echo(
            f"{child} is not created: another object has its name, or the name of a child "
            "that it needs",
            err=True,
        )
    if not expected.changes:
        click.echo("nothing would change")
        return
    for change in expected.changes:
        click.echo(f"{change.verb} {change.child}{_of_pods(change)}")
        if change.verb == CHANGE:
            click.echo(indent(_differences(change), "    "))
    for line in (line for each in restarts for line in rollout_lines(each)):
        click.echo(line)
    sys.exit(CHANGES)


def _of_pods(change: ChildChange) -> str:
    if not change.pods:
        return ""
    return f": pods {'deleted' if change.verb == DELETE else 'replaced'}: {change.pods}"


def _differences(change: ChildChange) -> str:
    """Return a line per difference.

    Imports deepdiff here: it takes long to load, and no other command needs it.
    """
    from deepdiff import DeepDiff  # noqa: PLC0415

    before, after = map(with_items_by_name, (change.before, change.after))
    return str(DeepDiff(before, after, verbose_level=2).pretty())
