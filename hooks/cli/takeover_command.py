"""`python -m hooks takeover`: takes over from an operator, Helm release or manifests, in place."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import zip_longest
from textwrap import wrap
from typing import Any, Protocol, TypeAlias

import click

from hooks.cli.kubectl import CallFailed, Kubectl
from hooks.cli.takeover_reading import read_cluster
from hooks.errors import HookError
from hooks.facts import FIELD_MANAGER
from hooks.takeover import Deletion, Patch, Plan, Settings, Step, Strategy, plan
from hooks.takeover.running_operator import STOPPED
from hooks.takeover.steps import place

DONE = 0
FAILED = 1
BLOCKED = 2
WAITING = 3

ATTEMPTS = 5
"""How often an object that changes between reading and writing is read again."""

POLL_SECONDS = 1.0
COLUMNS = (("WHAT", 36), ("WHY", 48), ("RESTARTS", 20))
"""The columns and their widths; the first one, OBJECT, is as wide as its content."""
Identified: TypeAlias = tuple[str, str]
"""A step of any plan: its object, and what is done."""

TO_DO, LATER, BLOCKING, NOTE = "to do", "later", "blocked", "note"


class Taking(Protocol):
    """What is taken over, and how it is read and written."""

    @property
    def timeout(self) -> float:
        """Return for how many seconds to wait until the operator has stopped."""

    def plan(self) -> Plan:
        """Read the objects and return what is left to do."""

    def carry_out(self, step: Step) -> None:
        """Write what the step says."""


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
        match step.change:
            case Patch(body):
                self.kubectl.patch(step.obj, body)
            case Deletion():
                self.kubectl.delete(step.obj)


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


@click.group("takeover")
def takeover_command() -> None:
    """Take over agents of the Go operator, a Helm release or applied manifests, in place.

    Reads and writes with `kubectl` and your own permissions, which must allow listing the affected
    kinds in the whole cluster. docs/migrate.md describes all steps.
    """


def _options(command: Callable[[Task], None]) -> Callable[..., None]:
    """Add the options of both commands, which get them as one Task."""

    @click.option("-n", "--namespace", default="", help="Only InstanaAgents in this namespace.")
    @click.option("--name", default="", help="Only InstanaAgents with this name.")
    @click.option("--context", default="", help="Context of the kubeconfig, as for kubectl.")
    @click.option("--kubeconfig", default="", help="Path of the kubeconfig, as for kubectl.")
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
        given = {"context": context, "kubeconfig": kubeconfig}
        options = tuple(f"--{option}={value}" for option, value in given.items() if value)
        settings = Settings(Strategy(apply_strategy), field_manager)
        command(Task(Kubectl(options), settings, **rest))

    return with_task


@takeover_command.command("plan")
@_options
def plan_command(task: Task) -> None:
    """Show each step, its object, and which pods restart; write nothing.

    Exit code 0: nothing to do, or all steps can be done; 2: you must do something by hand first;
    1: the cluster cannot be read.
    """
    found = _read(task)
    _show(found.steps)
    click.echo(_summary(found))
    sys.exit(BLOCKED if found.blocked else DONE)


@takeover_command.command("apply")
@_options
def apply_command(task: Task) -> None:
    """Do the steps that `plan` shows; can be repeated.

    Exit code 0: nothing left to do; 3: the other steps must wait (run it again later); 2: you must
    do something by hand first; 1: a write failed.
    """
    take_over(task)


def take_over(task: Taking) -> None:
    """Carry out the plan until nothing more can be done now; exits unless everything is done."""
    found = _read(task)
    done: set[Identified] = set()
    deadline = time.monotonic() + task.timeout
    while not found.blocked:
        _carry_out_all(task, found, done)
        found = _read(task)
        if not found.to_do and not _stops_soon(found, deadline):
            break
    _report(found, len(done))


def _carry_out_all(task: Taking, found: Plan, done: set[Identified]) -> None:
    """Carry out the steps that can be done now, and add them to `done`."""
    for number, step in enumerate(found.to_do):
        try:
            if _identified(step) in done:
                msg = "another client reverts it: stop that client"
                raise CallFailed(msg)  # noqa: TRY301 - it ends as a failed write does
            _carry_out(task, step)
        except CallFailed as failed:
            _give_up(step, failed, len(found.to_do) - number)
        done.add(_identified(step))
        click.echo(f"{place(step.obj)}: {step.what}: done")


def _carry_out(task: Taking, step: Step) -> None:
    """Carry out the step; if the object has changed meanwhile, read it again and retry."""
    for _ in range(ATTEMPTS):
        try:
            task.carry_out(step)
        except CallFailed as failed:
            if not failed.is_conflict:
                raise
            to_do = _read(task).to_do
            again = [
                candidate for candidate in to_do if _identified(candidate) == _identified(step)
            ]
            if not again:
                return
            step = again[0]
        else:
            return
    msg = f"other clients changed the object {ATTEMPTS} times in a row: run the command again"
    raise CallFailed(msg)


def _identified(step: Step) -> Identified:
    return place(step.obj), step.what


def _stops_soon(found: Plan, deadline: float) -> bool:
    """Wait a moment if steps wait for the operator's pods to end; return whether to try again."""
    if not any(step.waits_for == STOPPED for step in found.waiting):
        return False
    time.sleep(POLL_SECONDS)
    return time.monotonic() < deadline


def _read(task: Taking) -> Plan:
    try:
        return task.plan()
    except CallFailed as failed:
        click.echo(f"the cluster cannot be read: {failed}", err=True)
    except HookError as error:
        click.echo(str(error), err=True)
    sys.exit(FAILED)


def _give_up(step: Step, failed: CallFailed, left: int) -> None:
    click.echo(f"{place(step.obj)}: {step.what}: failed: {failed}", err=True)
    click.echo(
        f"Left: {_count(left)}; all earlier steps are done. Fix the cause, then run the same "
        "command again to continue.",
        err=True,
    )
    sys.exit(FAILED)


def _report(found: Plan, done: int) -> None:
    if found.blocked:
        _show(found.blocked)
        click.echo(_summary(found))
        sys.exit(BLOCKED)
    if found.waiting:
        _show(found.waiting)
        click.echo("These steps must wait; run the same command again once they can be done.")
        sys.exit(WAITING)
    click.echo(f"{_count(done)} done, nothing left to do" if done else "nothing to do")


def _summary(found: Plan) -> str:
    if found.blocked:
        return f"To do by hand first: {_count(len(found.blocked))}."
    if not found.to_do and not found.waiting:
        return "nothing to do"
    return f"{_count(len(found.to_do))} can be done now, {len(found.waiting)} later."


def _count(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"


def _show(steps: Sequence[Step]) -> None:
    """Print a row per step, followed by the step's commands."""
    if not steps:
        return
    width = max(len(place(step.obj)) for step in steps) + 2
    title = "".join(name.ljust(cell) for name, cell in (("OBJECT", width), *COLUMNS)).rstrip()
    for line in [title, *(line for step in steps for line in _rows(step, width))]:
        click.echo(line)


def _rows(step: Step, width: int) -> list[str]:
    what = f"[{_standing(step)}] {step.what}"
    why = f"{step.why} (waits for {step.waits_for})" if step.waits_for else step.why
    restarts = step.restarts if step.change else "-"
    widths = (width, *(cell for _, cell in COLUMNS))
    columns = [[place(step.obj)], *map(_wrapped, (what, why, restarts), widths[1:])]
    lines = [
        "".join(part.ljust(cell) for part, cell in zip(parts, widths, strict=True)).rstrip()
        for parts in zip_longest(*columns, fillvalue="")
    ]
    return [*lines, *(f"    {command}" for command in step.commands)]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width - 2, break_long_words=False, break_on_hyphens=False)


def _standing(step: Step) -> str:
    if step.blocks:
        return BLOCKING
    if step.change is None:
        return NOTE
    return LATER if step.waits_for else TO_DO
