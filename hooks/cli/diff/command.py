"""`python -m hooks diff`: what the next sync would change in a cluster."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

import click

from hooks.cli.diff.texts import described_changes
from hooks.cli.diff.with_version import diff_with_version, with_option
from hooks.cli.inputs.agents import end_if_invalid, end_if_none_is_served
from hooks.cli.inputs.changed_documents import set_option
from hooks.cli.inputs.combined import (
    Inputs,
    check_inputs,
    facts_given,
    inputs_of,
    optional_files_argument,
    with_version_in,
)
from hooks.cli.inputs.facts import fact_option
from hooks.cli.inputs.files import GivenFile, ending_on_unusable_input
from hooks.cli.inputs.live import Live, live_options
from hooks.cli.inputs.recorded_request import recorded_option
from hooks.cli.output.printing import JSON, output_option, print_json
from hooks.cli.rollout.texts import rollout_lines
from hooks.facts import Facts
from hooks.kube.objects import present
from hooks.placement.rollout import Rollout
from hooks.placement.rollouts import rollouts
from hooks.preview import Preview, preview
from hooks.server.clock import now
from hooks.versions import Version, between, version_of

CHANGES: Final = 3

Restarts: TypeAlias = Iterable[Rollout] | None
"""The rollouts of a change; None if there are no Nodes among the inputs."""


@click.command("diff")
@optional_files_argument
@live_options
@recorded_option
@click.option("--to", type=GivenFile(), metavar="FILE", help="Compare with the resource in FILE.")
@set_option
@output_option
@fact_option
@with_option
def diff_command(  # noqa: PLR0913  each is an option
    *,
    files: tuple[BinaryIO, ...],
    live: Live,
    recorded: BinaryIO | None,
    to: BinaryIO | None,
    settings: tuple[str, ...],
    output: str,
    facts: tuple[str, ...],
    other: Path | None,
) -> None:
    """Print what a sync of the InstanaAgent in the FILEs ("-" is standard input) would change.

    Pass exactly one InstanaAgent and the objects of the cluster that it depends on, with its
    existing children (`kubectl get ... -o yaml --show-managed-fields`). With --live they are read
    from the cluster, with --recorded from a recorded request; the resource, too, unless a FILE has
    it. With --to, prints what changes from the resource in the FILEs to the one in another file.

    Shows which pods would be replaced, with Nodes also in what steps, as `rollout` does. Shows no
    credentials: neither values of Secrets, nor those in the resource, nor values of the agent's
    configuration. Warnings go to standard error. Exit code 3: something would change; 2: the
    InstanaAgent is invalid (prints the problems that `validate` finds), or a file is not valid for
    kubectl; 1: a file or the cluster cannot be used.

    With --with, the FILEs are recordings of calls (`python -m hooks replay`), and the differences
    are those between this version of the service and another one: what an upgrade would change.
    """
    check_inputs(files, *(() if other else (live.is_on, recorded)))
    if other:
        diff_with_version(files, other, output)
        return
    if recorded and live.is_on:
        msg = "--live and --recorded: choose one of them"
        raise click.UsageError(msg)
    known = facts_given(facts)
    if to:
        before = inputs_of(files, live, known, (), recorded=recorded)
        after = with_version_in(before, to, settings)
        found, restarts = _between(before, after, known), None
    else:
        after = inputs_of(files, live, known, settings, with_nodes=True, recorded=recorded)
        found, restarts = _expected(after, known)
    _print(found, after, restarts, output)
    if found.changes:
        sys.exit(CHANGES)


def _expected(inputs: Inputs, facts: Facts) -> tuple[Preview, Restarts]:
    """Return what a sync would change, and the rollouts; ends the command if it cannot."""
    end_if_none_is_served(inputs.documents)
    values, at = inputs.values, now()
    with ending_on_unusable_input(inputs.documents):
        found = preview(values, facts, at)
        restarts = rollouts(values, found.changes, facts, at)
    end_if_invalid(inputs.documents, found.problems)
    return found, restarts


def _between(before: Inputs, after: Inputs, facts: Facts) -> Preview:
    """Return what changes between two versions; ends the command if one cannot be used."""
    return between(*(_version(inputs, facts) for inputs in (before, after)))


def _version(inputs: Inputs, facts: Facts) -> Version:
    end_if_none_is_served(inputs.documents)
    with ending_on_unusable_input(inputs.documents):
        found = version_of(inputs.values, facts, now())
    end_if_invalid(inputs.documents, found.problems)
    return found


def _print(found: Preview, inputs: Inputs, restarts: Restarts, output: str) -> None:
    for child in found.withheld:
        click.echo(
            f"{child} is not created: another object has its name, or the name of a child "
            "that it needs",
            err=True,
        )
    described = described_changes(found, inputs)
    if output == JSON:
        of_pods = present(rollouts=restarts and [rollout.as_json() for rollout in restarts])
        print_json(described.as_json | of_pods)
        return
    of_rollouts = (line for rollout in restarts or () for line in rollout_lines(rollout))
    for line in (*described.lines, *of_rollouts):
        click.echo(line)
