"""Setting one part of an object, at a path as messages write it."""

import re
from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.places import path_of_field

STEP: Final = re.compile(
    r'(?P<field>\.?[^.\[\]="]+)|\["(?P<quoted>[^"]+)"\]|\[(?P<item>[^\[\]"=]+)\]'
)
EXAMPLES: Final = 'spec.agent.mode, spec.zones[eu].mode or spec.agent.pod.labels["a.b/c"]'
MOST_NAMES: Final = 10


class UnusablePath(ValueError):
    """A path that is not written as one, or that leads nowhere in the object."""


class Item(str):
    """A step in brackets without quotes: the number or name of an item, or the name of a field."""

    __slots__ = ()


def path_and_text(text: str) -> tuple[str, str]:
    """Return both sides of `PATH=TEXT`; raises UnusablePath."""
    end = 0
    while found := STEP.match(text, end):
        end = found.end()
    if not end or text[end : end + 1] != "=":
        msg = f"must be PATH=VALUE, with a path such as {EXAMPLES}"
        raise UnusablePath(msg)
    return text[:end], text[end + 1 :]


def with_value(obj: Any, path: str, value: Any) -> Any:
    """Return the object with another value at the path; raises UnusablePath.

    Objects on the way that do not exist are created, and the item after the last one of a list. The
    object itself stays as it is.
    """
    return _with_value(obj, [*_steps(path)], value, "")


def _steps(path: str) -> Iterator[str]:
    for found in STEP.finditer(path):
        item = found["item"]
        yield Item(item) if item else found["quoted"] or found["field"].removeprefix(".")


def _with_value(part: Any, steps: list[str], value: Any, path: str) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(part, list):
        return _with_item(part, step, rest, value, path)
    if part is not None and not isinstance(part, dict):
        msg = f"{path.removeprefix('.')} is neither an object nor a list"
        raise UnusablePath(msg)
    if part is None and isinstance(step, Item) and step.isdecimal():
        return _with_item([], step, rest, value, path)
    fields = part or {}
    return {
        **fields,
        step: _with_value(fields.get(step), rest, value, path_of_field(path, step)),
    }


def _with_item(items: list[Any], step: str, rest: list[str], value: Any, path: str) -> list[Any]:
    index = _index(items, step, path.removeprefix("."))
    before = items[index] if index < len(items) else None
    changed = _with_value(before, rest, value, f"{path}[{step}]")
    return [*items[:index], changed, *items[index + 1 :]]


def _index(items: list[Any], step: str, path: str) -> int:
    """Return the number of the item; that of the next one can be added."""
    names = [item.get("name") if isinstance(item, dict) else None for item in items]
    if isinstance(step, Item) and step in names:
        return names.index(step)
    if isinstance(step, Item) and step.isdecimal() and int(step) <= len(items):
        return int(step)
    known = ", ".join(str(name) for name in names[:MOST_NAMES] if name is not None)
    there = f"{len(items)} items: {known}" if known else f"{len(items)} items"
    msg = f"{path} has no item [{step}]; it has {there}"
    raise UnusablePath(msg)
