"""What a takeover or its rollback did, and what is left: for people, or for programs."""

import sys
from dataclasses import dataclass, field
from typing import NoReturn

import click

from hooks.cli.output.printing import JSON, TEXT, print_json
from hooks.cli.takeover.table import count, show, summary
from hooks.kube.objects import Obj
from hooks.takeover import Plan, Step
from hooks.takeover.record import as_line
from hooks.takeover.steps import place

DONE = 0
FAILED = 1
BLOCKED = 2
WAITING = 3


@dataclass(frozen=True, slots=True)
class Report:
    """Tells each step once it is done, and the rest at the end; JSON is printed at the end only."""

    output: str = TEXT
    done: list[Step] = field(default_factory=list)

    def note(self, step: Step) -> None:
        """Tell that a step is done."""
        self.done.append(step)
        if self.output != JSON:
            click.echo(f"{place(step.obj)}: {step.what}: done")

    def give_up(self, step: Step, why: str, left: int) -> NoReturn:
        """End the command, as a step failed; `left` steps are not done, this one included."""
        click.echo(f"{place(step.obj)}: {step.what}: failed: {why}", err=True)
        click.echo(
            f"Left: {count(left)}; all earlier steps are done. Fix the cause, then run the same "
            "command again to continue.",
            err=True,
        )
        if self.output == JSON:
            print_json(self._as_json({"failed": _named(step) | {"why": why}}))
        sys.exit(FAILED)

    def end(self, found: Plan) -> None:
        """Tell what is left to do; ends the command unless that is nothing."""
        if self.output == JSON:
            left = {"blocked": found.blocked, "waiting": found.waiting}
            told = {name: [as_line(step).model_dump() for step in left[name]] for name in left}
            print_json(self._as_json(told))
        else:
            self._tell(found)
        if found.blocked or found.waiting:
            sys.exit(BLOCKED if found.blocked else WAITING)

    def _tell(self, found: Plan) -> None:
        if found.blocked:
            show(found.blocked)
            click.echo(summary(found))
        elif found.waiting:
            show(found.waiting)
            click.echo("These steps must wait; run the same command again once they can be done.")
        elif self.done:
            click.echo(f"{count(len(self.done))} done, nothing left to do")
        else:
            click.echo("nothing to do")

    def _as_json(self, told: Obj) -> Obj:
        nothing: Obj = {"failed": None, "blocked": [], "waiting": []}
        return {"done": [_named(step) for step in self.done]} | nothing | told


def _named(step: Step) -> Obj:
    return {"object": place(step.obj), "what": step.what}
