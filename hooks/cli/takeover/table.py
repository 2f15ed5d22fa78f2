"""Shows a plan as a table, and how many of its steps can be done."""

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

import click

from hooks.takeover import Plan, Step
from hooks.takeover.steps import place

COLUMNS = (("WHAT", 36), ("WHY", 48), ("RESTARTS", 20))
"""The columns and their widths; the first one, OBJECT, is as wide as its content."""

TO_DO, LATER, BLOCKING, NOTE = "to do", "later", "blocked", "note"


def show(steps: Sequence[Step], *, err: bool = False) -> None:
    """Print a row per step, followed by the step's commands; `err`: on standard error."""
    if not steps:
        return
    width = max(len(place(step.obj)) for step in steps) + 2
    title = "".join(name.ljust(cell) for name, cell in (("OBJECT", width), *COLUMNS)).rstrip()
    for line in [title, *(line for step in steps for line in _rows(step, width))]:
        click.echo(line, err=err)


def summary(found: Plan) -> str:
    """Return how much there is to do, in one sentence."""
    if found.blocked:
        return f"To do by hand first: {count(len(found.blocked))}."
    if not found.to_do and not found.waiting:
        return "nothing to do"
    return f"{count(len(found.to_do))} can be done now, {len(found.waiting)} later."


def count(steps: int) -> str:
    """Return the number of steps, in words."""
    return "1 step" if steps == 1 else f"{steps} steps"


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
