"""`python -m hooks takeover rollback`: goes back to the former installation with a record."""

from dataclasses import dataclass
from pathlib import Path

import click

from hooks.cli.cluster.kubectl import Kubectl
from hooks.cli.inputs.files import give_up
from hooks.cli.output.printing import output_option
from hooks.cli.takeover.consent import Consent, yes_option
from hooks.cli.takeover.group import context_option, kubeconfig_option, kubectl_of
from hooks.cli.takeover.record import read_records
from hooks.cli.takeover.report import BLOCKED, Report
from hooks.cli.takeover.rollback_reading import read_for_rollback
from hooks.cli.takeover.run import NoJournal, Run, carry_out, take_over
from hooks.takeover import Plan, Step
from hooks.takeover.record import Possible, Record
from hooks.takeover.rollback import Rollback, rollback_plan


@dataclass(frozen=True, slots=True)
class Back:
    """The records to go back with, and the cluster."""

    kubectl: Kubectl
    records: list[Record]
    timeout: float

    def plan(self) -> Plan:
        """Read the cluster and return what is left to do."""
        cluster = read_for_rollback(self.kubectl, self.records)
        return rollback_plan(Rollback(self.records, cluster))

    def carry_out(self, step: Step) -> None:
        """Write what the step says."""
        carry_out(self.kubectl, step)


@click.command("rollback", short_help="Go back from a takeover, with its record.")
@click.option(
    "--record",
    "paths",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    required=True,
    help="File that `apply` wrote. Repeat it if the takeover took several runs.",
)
@context_option
@kubeconfig_option
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    help="Seconds to wait until the controllers are deleted.",
)
@yes_option
@output_option
def rollback_command(  # noqa: PLR0913  one for each option
    *,
    paths: tuple[Path, ...],
    context: str,
    kubeconfig: str,
    timeout: float,
    yes: bool,
    output: str,
) -> None:
    """Go back from a takeover with its record: show each step, ask, and do them; can be repeated.

    Deletes the service's controllers, so that Metacontroller writes no more, creates again what the
    takeover deleted, and gives each object its former labels, annotations, finalizers, owners and
    field managers. At the end the Go operator starts. Names what it cannot bring back before it
    asks. Does nothing if somebody has changed one of these parts since.

    Example: python -m hooks takeover rollback --record takeover-all-20260102T030405Z.json

    Exit code 0: nothing left to do; 3: the other steps must wait (run it again later); 2: you must
    decide something first; 4: nobody agreed, because you answered no, or because there is no
    terminal and no --yes; 1: the record or the cluster cannot be read, or a write failed.
    """
    records = read_records(paths)
    _show_losses(records)
    back = Back(kubectl_of(context, kubeconfig), records, timeout)
    consent = Consent(yes=yes, question="Go back with this plan?", output=output)
    take_over(Run(back, consent.ask, NoJournal(), Report(output)))


def _show_losses(records: list[Record]) -> None:
    """Show what is lost for good; ends the command if the records have nothing else."""
    for line in (line for record in records for line in record.rollback.lost):
        click.echo(f"Not brought back: {line}", err=True)
    if all(record.rollback.possible == Possible.NOT_AT_ALL.value for record in records):
        give_up("nothing can be rolled back: the record has no change that can be undone", BLOCKED)
