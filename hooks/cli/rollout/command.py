"""`python -m hooks rollout`: whose agents a change restarts, in what steps, in what time."""

import sys
from typing import BinaryIO, Final

import click

from hooks.cli.inputs.agents import end_if_invalid, end_if_none_is_served
from hooks.cli.inputs.facts import fact_option, facts_of
from hooks.cli.inputs.files import (
    documents_in,
    ending_on_unusable_input,
    files_argument,
    give_up,
)
from hooks.cli.output.printing import JSON, output_option, print_json
from hooks.cli.placement.command import NO_NODES
from hooks.cli.rollout.texts import rollout_lines
from hooks.placement.rollouts import rollouts
from hooks.preview import preview
from hooks.server.clock import now

CHANGES: Final = 3


@click.command("rollout")
@files_argument
@output_option
@fact_option
def rollout_command(files: tuple[BinaryIO, ...], output: str, facts: tuple[str, ...]) -> None:
    """Print which pods a sync of the InstanaAgent in the FILEs ("-": standard input) replaces.

    Shows on which Nodes, in what steps and how long it takes. Pass what `diff` needs, with Nodes,
    and with the Pods of agents and k8sensors, which show how long they take to be ready. Exit code
    3: a pod would be created, replaced or deleted; 2: the InstanaAgent is invalid (prints the
    problems that `validate` finds), or a file is not valid for kubectl; 1: a file cannot be used,
    or there is no Node.
    """
    documents = documents_in(files)
    end_if_none_is_served(documents)
    values, at = [document.value for document in documents], now()
    with ending_on_unusable_input(documents):
        known = facts_of(facts)
        expected = preview(values, known, at)
        found = rollouts(values, expected.changes, known, at)
    end_if_invalid(documents, expected.problems)
    if found is None:
        give_up(NO_NODES)
    if output == JSON:
        print_json({"rollouts": [rollout.as_json() for rollout in found]})
    elif not found:
        click.echo("no pod is replaced")
    for line in (line for rollout in found if output != JSON for line in rollout_lines(rollout)):
        click.echo(line)
    if found:
        sys.exit(CHANGES)
