"""Asks before a takeover or its rollback writes anything."""

import sys
from dataclasses import dataclass, field

import click

from hooks.cli.output.printing import JSON, TEXT
from hooks.cli.takeover.run import Identified, identified
from hooks.cli.takeover.table import show, summary
from hooks.takeover import Plan
from hooks.takeover.record import lost_by

NOT_AGREED = 4

yes_option = click.option(
    "--yes", is_flag=True, help="Do not ask; needed where nobody can answer, as in a script."
)


@dataclass(frozen=True, slots=True)
class Consent:
    """What the user has agreed to; asks again when the cluster asks for further steps.

    The plan goes to standard error where standard output is JSON.
    """

    yes: bool
    question: str
    output: str = TEXT
    agreed: set[Identified] = field(default_factory=set)

    def ask(self, found: Plan) -> None:
        """Show the plan and ask, unless all its steps are agreed to; a no ends the command."""
        steps = {identified(step) for step in found.steps if step.change}
        if self.yes or steps <= self.agreed:
            return
        if not _can_answer():
            _end("nothing was changed: there is no terminal to ask on; --yes agrees to the plan")
        err = self.output == JSON
        show(found.steps, err=err)
        click.echo(summary(found), err=err)
        for line in lost_by(found.steps):
            click.echo(f"A rollback cannot bring back {line}", err=err)
        if not _answer(self.question):
            _end("you did not agree: nothing more was changed")
        self.agreed.update(steps)


def _can_answer() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _answer(question: str) -> bool:
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)
        return False


def _end(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(NOT_AGREED)
