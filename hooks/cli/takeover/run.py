"""Carries out a plan, step by step, until nothing more can be done now."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import click

from hooks.cli.cluster.kubectl import CallFailed, Kubectl
from hooks.cli.output.progress import progress
from hooks.cli.takeover.report import FAILED, Report
from hooks.errors import HookError
from hooks.takeover import Creation, Deletion, Patch, Plan, Step
from hooks.takeover.rollback import CONTROLLERS_GONE
from hooks.takeover.running_operator import STOPPED
from hooks.takeover.steps import place

ATTEMPTS = 5
"""How often an object that changes between reading and writing is read again."""

POLL_SECONDS = 1.0
SOON = (STOPPED, CONTROLLERS_GONE)
"""What the command waits for; anything else takes longer."""

Identified: TypeAlias = tuple[str, str]
"""A step of any plan: its object, and what is done."""

Ask: TypeAlias = Callable[[Plan], None]
"""Asks whether to carry out a plan; a no ends the command."""


class Taking(Protocol):
    """What is taken over, and how it is read and written."""

    @property
    def timeout(self) -> float:
        """Return for how many seconds to wait until the operator has stopped."""

    def plan(self) -> Plan:
        """Read the objects and return what is left to do."""

    def carry_out(self, step: Step) -> None:
        """Write what the step says."""


class Journal(Protocol):
    """Notes what is done; it ends the command if it cannot."""

    def begin(self, found: Plan) -> None:
        """Note the plan, before its first step."""

    def begun(self, step: Step) -> None:
        """Note a step that is about to be written."""

    def finished(self, step: Step) -> None:
        """Note that the step is written."""


class NoJournal:
    """Notes nothing."""

    def begin(self, found: Plan) -> None:
        """Do nothing."""

    def begun(self, step: Step) -> None:
        """Do nothing."""

    def finished(self, step: Step) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: what is done, who is asked, where it is noted."""

    task: Taking
    ask: Ask
    journal: Journal
    report: Report


def without_asking(_: Plan) -> None:
    """Agree to every plan, as a Job does: its objects are named by whoever made it."""


def take_over(run: Run) -> None:
    """Carry out the plan until nothing more can be done now; exits unless everything is done."""
    found = read(run.task)
    done: set[Identified] = set()
    deadline = time.monotonic() + run.task.timeout
    while not found.blocked and (found.to_do or _is_soon(found)):
        run.ask(found)
        _carry_out_all(run, found, done)
        found = _wait(run.task, deadline)
        if not found.to_do:
            break
    run.report.end(found)


def carry_out(kubectl: Kubectl, step: Step) -> None:
    """Write what the step says, with `kubectl`."""
    match step.change:
        case Patch(body):
            kubectl.patch(step.obj, body)
        case Deletion(orphans):
            kubectl.delete(step.obj, orphans=orphans)
        case Creation():
            kubectl.create(step.obj)


def _carry_out_all(run: Run, found: Plan, done: set[Identified]) -> None:
    """Carry out the steps that can be done now, and add them to `done`."""
    if found.to_do:
        run.journal.begin(found)
    for number, step in enumerate(found.to_do):
        try:
            if identified(step) in done:
                msg = "another client reverts it: stop that client"
                raise CallFailed(msg)  # noqa: TRY301 - it ends as a failed write does
            _carry_out(run, step)
        except CallFailed as failed:
            run.report.give_up(step, str(failed), len(found.to_do) - number)
        done.add(identified(step))
        run.report.note(step)


def _carry_out(run: Run, step: Step) -> None:
    """Carry out the step; if the object has changed meanwhile, read it again and retry."""
    for _ in range(ATTEMPTS):
        run.journal.begun(step)
        try:
            with progress(f"{place(step.obj)}: {step.what}"):
                run.task.carry_out(step)
        except CallFailed as failed:
            if not failed.is_conflict:
                raise
            again = _same_step(run.task, step)
            if again is None:
                return
            step = again
        else:
            run.journal.finished(step)
            return
    msg = f"other clients changed the object {ATTEMPTS} times in a row: run the command again"
    raise CallFailed(msg)


def _same_step(task: Taking, step: Step) -> Step | None:
    """Read everything again, and return the same step for the object as it is now, if any."""
    to_do = read(task).to_do
    return next((other for other in to_do if identified(other) == identified(step)), None)


def identified(step: Step) -> Identified:
    """Return what identifies a step in any plan."""
    return place(step.obj), step.what


def _is_soon(found: Plan) -> bool:
    return any(step.waits_for in SOON for step in found.waiting)


def _wait(task: Taking, deadline: float) -> Plan:
    """Return what is left, after a moment if steps wait for what is about to happen."""
    found = read(task)
    if found.to_do or found.blocked or not _is_soon(found):
        return found
    soon = next(step.waits_for for step in found.waiting if step.waits_for in SOON)
    with progress(f"waiting until {soon} (at most {task.timeout:g} s)", at_once=True):
        while _is_soon(found) and not found.to_do and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            found = _plan(task)
    return found


def read(task: Taking) -> Plan:
    """Return the plan; ends the command if the cluster cannot be read."""
    with progress("reading the cluster"):
        return _plan(task)


def _plan(task: Taking) -> Plan:
    try:
        return task.plan()
    except CallFailed as failed:
        click.echo(f"the cluster cannot be read: {failed}", err=True)
    except HookError as error:
        click.echo(str(error), err=True)
    sys.exit(FAILED)
