"""`python -m hooks diff`: what the next sync would change in a cluster."""

import sys
from textwrap import indent
from typing import BinaryIO, Final

import click

from hooks.cli.fact_options import fact_option, facts_of
from hooks.cli.given_agents import end_if_invalid, end_if_none_is_served
from hooks.cli.given_files import (
    documents_in,
    ending_on_unusable_input,
    files_argument,
)
from hooks.kube.differences import with_items_by_name
from hooks.preview import CHANGE, DELETE, ChildChange, preview
from hooks.server.clock import now

CHANGES: Final = 3


@click.command("diff")
@files_argument
@fact_option
def diff_command(files: tuple[BinaryIO, ...], facts: tuple[str, ...]) -> None:
    """Print what a sync of the InstanaAgent in the FILEs ("-" is standard input) would change.

    The other objects in them play the cluster, the existing children with their managed fields
    (`kubectl get ... -o yaml --show-managed-fields`). Tells which pods would be replaced, and of
    Secrets no value. Warnings go to standard error. Ends with 3 if something would change, with 2
    and the problems that `validate` finds when the resource is invalid, with 2 when a file is not
    what kubectl reads, with 1 when a file cannot be used.
    """
    documents = documents_in(files)
    end_if_none_is_served(documents)
    with ending_on_unusable_input(documents):
        expected = preview([document.value for document in documents], facts_of(facts), now())
    end_if_invalid(documents, expected.problems)
    for child in expected.withheld:
        click.echo(f"{child} is not made: its name, or that of what it needs, is taken", err=True)
    if not expected.changes:
        click.echo("nothing changes")
        return
    for change in expected.changes:
        click.echo(f"{change.verb} {change.child}{_of_pods(change)}")
        if change.verb == CHANGE:
            click.echo(indent(_differences(change), "    "))
    sys.exit(CHANGES)


def _of_pods(change: ChildChange) -> str:
    if not change.pods:
        return ""
    return f": pods that {'go' if change.verb == DELETE else 'are replaced'}: {change.pods}"


def _differences(change: ChildChange) -> str:
    """Return a line per difference.

    Imports deepdiff here: it takes long to load, and no other command needs it.
    """
    from deepdiff import DeepDiff  # noqa: PLC0415

    before, after = map(with_items_by_name, (change.before, change.after))
    return str(DeepDiff(before, after, verbose_level=2).pretty())
