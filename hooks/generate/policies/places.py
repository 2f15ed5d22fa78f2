"""Expressions of policies about a place in a resource, such as `spec.zones[].name`."""

from collections.abc import Callable

from hooks.generate.crd.validations import METADATA
from hooks.generate.policies.policy import CREATE
from hooks.rules.walking import ITEMS, VALUES, steps_of

CREATING = f"request.operation == '{CREATE}'"


def everywhere(place: str, holds: Callable[[str], str]) -> str:
    """Return the expression that `holds` for each value at a place; it is true if there is none."""
    return _at(steps_of(place), "object", holds)


def where_new(place: str, holds: Callable[[str], str]) -> str:
    """Return the same for what an update adds: what the stored resource has there may stay."""
    steps = steps_of(place)

    def holds_or_stays(value: str) -> str:
        is_stored = f"!({CREATING}) && {_exists(steps, value)}"
        return f"({is_stored}) || ({holds(value)})"

    return _at(steps, "object", holds_or_stays)


def _exists(steps: list[str], expected: str, value: str = "oldObject") -> str:
    """Return the expression that the stored resource has a value at a place, in any item."""
    if not steps:
        return f"{value} == {expected}"
    step, rest = steps[0], steps[1:]
    if step == ITEMS:
        return f"{value}.exists(old, {_exists(rest, expected, 'old')})"
    return f"has({value}.{step}) && {_exists(rest, expected, f'{value}.{step}')}"


def _at(steps: list[str], value: str, expression: Callable[[str], str], depth: int = 0) -> str:
    """Return the expression for the values at a place; it is true if there is none."""
    if not steps:
        return f"({expression(value)})"
    step, rest = steps[0], steps[1:]
    if step == ITEMS:
        variable = f"item{depth}"
        return f"{value}.all({variable}, {_at(rest, variable, expression, depth + 1)})"
    if step == VALUES:
        variable = f"key{depth}"
        return (
            f"{value}.all({variable}, {_at(rest, f'{value}[{variable}]', expression, depth + 1)})"
        )
    inner = _at(rest, f"{value}.{step}", expression, depth)
    is_there = step in (METADATA, "spec") and value == "object"
    return inner if is_there else f"(!has({value}.{step}) || {inner})"
