"""`python -m hooks takeover`: takes over from an operator, Helm release or manifests, in place."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from hooks.cli.cluster.kubectl import Kubectl
from hooks.cli.output.printing import JSON, output_option, print_json
from hooks.cli.takeover.consent import Consent, yes_option
from hooks.cli.takeover.reading import read_cluster
from hooks.cli.takeover.record import RecordFile, default_path
from hooks.cli.takeover.report import BLOCKED, DONE, Report
from hooks.cli.takeover.run import Run, carry_out, read, take_over
from hooks.cli.takeover.table import show, summary
from hooks.facts import FIELD_MANAGER
from hooks.server.clock import now
from hooks.takeover import Plan, Settings, Step, Strategy, plan
from hooks.takeover.record import as_lines


@dataclass(frozen=True, slots=True)
class Task:
    """What the command line asks for."""

    kubectl: Kubectl
    settings: Settings
    namespace: str
    name: str
    timeout: float

    def plan(self) -> Plan:
        """Read the cluster and return what is left to do."""
        cluster = read_cluster(self.kubectl, self.namespace, self.name)
        return plan(cluster, self.settings)

    def carry_out(self, step: Step) -> None:
        """Write what the step says."""
        carry_out(self.kubectl, step)


field_manager_option = click.option(
    "--field-manager",
    default=FIELD_MANAGER,
    show_default=True,
    help="Value of Metacontroller's option --apply-strategy-ssa-field-manager.",
)
apply_strategy_option = click.option(
    "--apply-strategy",
    type=click.Choice([strategy.value for strategy in Strategy]),
    default=Strategy.SERVER_SIDE_APPLY.value,
    show_default=True,
    help="Value of Metacontroller's option --apply-strategy.",
)


context_option = click.option(
    "--context", default="", help="Context of the kubeconfig, as for kubectl."
)
kubeconfig_option = click.option(
    "--kubeconfig", default="", help="Path of the kubeconfig, as for kubectl."
)


def kubectl_of(context: str, kubeconfig: str) -> Kubectl:
    """Return the `kubectl` that talks to the cluster of these options."""
    given = {"context": context, "kubeconfig": kubeconfig}
    return Kubectl(tuple(f"--{option}={value}" for option, value in given.items() if value))


@click.group("takeover")
def takeover_command() -> None:
    """Take over agents of the Go operator, a Helm release or applied manifests, in place.

    Reads and writes with `kubectl` and your own permissions, which must allow listing the affected
    kinds in the whole cluster. docs/migrate.md describes all steps.
    """


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of both commands, which get them as one Task."""

    @click.option("-n", "--namespace", default="", help="Only InstanaAgents in this namespace.")
    @click.option("--name", default="", help="Only InstanaAgents with this name.")
    @context_option
    @kubeconfig_option
    @field_manager_option
    @apply_strategy_option
    @click.option(
        "--timeout",
        default=60.0,
        show_default=True,
        help="Seconds to wait until the Go operator has stopped.",
    )
    @wraps(command)
    def with_task(
        context: str,
        kubeconfig: str,
        field_manager: str,
        apply_strategy: str,
        **rest: Any,
    ) -> None:
        settings = Settings(Strategy(apply_strategy), field_manager)
        of_task = {name: rest.pop(name) for name in ("namespace", "name", "timeout")}
        command(Task(kubectl_of(context, kubeconfig), settings, **of_task), **rest)

    return with_task


@takeover_command.command("plan", short_help="Show what would be done, and which pods restart.")
@_options
@output_option
def plan_command(task: Task, *, output: str) -> None:
    """Show each step, its object, and which pods restart; write nothing.

    Exit code 0: nothing to do, or all steps can be done; 2: you must do something by hand first;
    1: the cluster cannot be read.
    """
    found = read(task)
    if output == JSON:
        print_json([line.model_dump() for line in as_lines(found)])
    else:
        show(found.steps)
        click.echo(summary(found))
    sys.exit(BLOCKED if found.blocked else DONE)


@takeover_command.command("apply", short_help="Show the plan, ask, and do it.")
@_options
@yes_option
@output_option
@click.option(
    "--record",
    "record_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the record of the changes, which `rollback` reads; one that exists is continued."
    "  [default: takeover-NAMESPACE-TIME.json]",
)
def apply_command(task: Task, *, yes: bool, output: str, record_path: Path | None) -> None:
    """Show the steps of `plan`, ask, and do them; can be repeated.

    Writes a record of every change into a file, without values of Secrets, before it makes the
    change: `takeover rollback` goes back with it.

    Exit code 0: nothing left to do; 3: the other steps must wait (run it again later); 2: you must
    do something by hand first; 4: nobody agreed, because you answered no, or because there is no
    terminal and no --yes; 1: a write failed, or the record cannot be written.
    """
    path = record_path or default_path(task.namespace, now())
    journal = RecordFile(path, task.settings, must_be_new=record_path is None)
    consent = Consent(yes=yes, question="Carry out this plan?", output=output)
    take_over(Run(task, consent.ask, journal, Report(output)))
