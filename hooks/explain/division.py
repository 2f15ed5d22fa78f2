"""The parts of a value that are changed one at a time: its leaves, or larger ones of many."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Step: TypeAlias = str | int
Steps: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Measured:
    """A part with the number of its leaves."""

    value: Any
    size: int
    parts: "dict[Step, _Measured]"


def divided(value: Any, most: int, whole: Collection[Steps] = ()) -> Iterator[tuple[Steps, Any]]:
    """Yield the parts of a value with the steps to them: at most so many of them.

    As long as they are few enough these are its leaves. Those in `whole` are not divided.
    """
    return _divided(_measured(value, (), whole), (), most)


def _measured(value: Any, steps: Steps, whole: Collection[Steps]) -> _Measured:
    found = () if steps in whole else steps_in(value)
    parts = {step: _measured(part, (*steps, step), whole) for step, part in found}
    return _Measured(value, sum(part.size for part in parts.values()) or 1, parts)


def steps_in(value: Any) -> list[tuple[Step, Any]]:
    """Return the parts of an object or a list with the steps to them; nothing of anything else."""
    if isinstance(value, dict):
        return [*value.items()]
    return [*enumerate(value)] if isinstance(value, list) else []


def _divided(part: _Measured, steps: Steps, most: int) -> Iterator[tuple[Steps, Any]]:
    if not part.parts or len(part.parts) > most:
        yield steps, part.value
        return
    left, waiting = most, len(part.parts)
    for step, below in sorted(part.parts.items(), key=lambda item: item[1].size):
        share = min(below.size, left // waiting)
        yield from _divided(below, (*steps, step), share)
        left, waiting = left - share, waiting - 1


def replaced(value: Any, steps: Steps, part: Any) -> Any:
    """Return the value with another part at the end of the steps; objects are made as needed."""
    if not steps:
        return part
    step, rest = steps[0], steps[1:]
    if isinstance(value, list):
        return [replaced(item, rest, part) if n == step else item for n, item in enumerate(value)]
    fields = value if isinstance(value, dict) else {}
    return fields | {step: replaced(fields.get(step), rest, part)}


def without(value: Any, steps: Steps) -> Any:
    """Return the value without the part at the end of the steps."""
    step, rest = steps[0], steps[1:]
    if rest:
        return replaced(value, (step,), without(dict(steps_in(value)).get(step), rest))
    if isinstance(value, list):
        return [item for n, item in enumerate(value) if n != step]
    return {name: item for name, item in value.items() if name != step}
