"""`python -m hooks placement`: which of the given Nodes get an agent, and what agents request."""

import sys
from collections.abc import Iterator
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
from hooks.cli.output.printing import JSON, output_option, print_json, table, titled
from hooks.cli.placement.texts import cpu_and_memory, nodes_text, number, reasons_text
from hooks.placement.placed import placed
from hooks.placement.placing import Placement, Pool, Sensors
from hooks.placement.verdicts import State
from hooks.server.clock import now

FOUND: Final = 3
TITLES: Final = ("POOL", "NODES", "AGENTS", "PENDING", "EXCLUDED", "CPU", "MEMORY")
NO_NODES: Final = "there is no Node in the files: add the output of kubectl get nodes -o json"
WORDS: Final = {
    State.PENDING: "agent stays Pending on",
    State.EXCLUDED: "no agent on",
}


@click.command("placement")
@files_argument
@click.option(
    "--pool",
    default="",
    metavar="LABEL",
    help="The label of nodes that names their pool; by default a well-known one that they have.",
)
@output_option
@fact_option
def placement_command(
    files: tuple[BinaryIO, ...], pool: str, output: str, facts: tuple[str, ...]
) -> None:
    """Print which Nodes in the FILEs get an agent of the InstanaAgent ("-" is standard input).

    Shows which Nodes get none and why: taints, node selector and affinity, operating system,
    architecture, and what other Pods in the FILEs leave of CPU and memory; what agents request in
    each pool and in all; and how many Nodes can run k8sensors. Exit code 3: an agent would stay
    Pending, or no Node can run k8sensors; 2: the InstanaAgent is invalid (prints the problems that
    `validate` finds), or a file is not valid for kubectl; 1: a file cannot be used, or there is no
    Node.
    """
    documents = documents_in(files)
    end_if_none_is_served(documents)
    with ending_on_unusable_input(documents):
        found, problems = placed(
            [document.value for document in documents], facts_of(facts), now(), pool
        )
    end_if_invalid(documents, problems)
    if not found.nodes:
        give_up(NO_NODES)
    if output == JSON:
        print_json(found.as_json())
    else:
        click.echo("\n".join(_lines(found)))
    if not found.is_complete:
        sys.exit(FOUND)


def _lines(found: Placement) -> Iterator[str]:
    for daemonset in found.daemonsets:
        yield from _of_daemonset(found, daemonset)
    for sensors in found.sensors:
        yield _of_sensors(sensors)
    yield ""
    yield titled(f"Requested by agents, by {found.pool_label}")
    rows = [_row(pool, pool.name) for pool in found.pools]
    yield table(TITLES, [*rows, _row(found.total, "all")], [None] * len(TITLES))
    for reason in found.unknown:
        yield f"not known: {reason}"


def _of_daemonset(found: Placement, daemonset: str) -> Iterator[str]:
    runs = sum(node.verdicts[daemonset].state is State.RUNS for node in found.nodes)
    yield f"DaemonSet/{daemonset}: an agent on {runs} of {number(len(found.nodes), 'node')}"
    for state, words in WORDS.items():
        for reasons, nodes in found.why(daemonset, state):
            why = reasons_text(reasons, with_details=len(nodes) == 1)
            yield f"    {words} {nodes_text(nodes)}: {why}"


def _of_sensors(sensors: Sensors) -> str:
    cpu, memory = cpu_and_memory(sensors.requested)
    return (
        f"{sensors.workload}: {number(sensors.eligible, 'node')} can run its "
        f"{number(sensors.replicas, 'pod')}, which request {cpu} CPU and {memory} of memory"
    )


def _row(pool: Pool, name: str) -> list[str]:
    counts = [str(pool.states[state]) for state in State]
    return [name, str(pool.nodes), *counts, *cpu_and_memory(pool.requested)]
