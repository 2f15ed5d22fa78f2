"""Which problems an update introduces, and which the stored object already had."""

import re
from collections.abc import Container, Iterable, Iterator
from hashlib import sha256
from typing import Any, TypeAlias

from hooks.errors import Problem
from hooks.kube.objects import Obj
from hooks.wire import encode

Place: TypeAlias = tuple[str, str]
Key: TypeAlias = tuple[Place, bytes]

STEP = re.compile(r'\["?([^\[\]]*?)"?\]|([^.\[\]]+)')
POSITION = re.compile(r"\[\d+\]")
IN_ITEM = re.compile(r"\d+\]")
NO_PATH = re.compile(r"\s")
"""Problems that only children show have a description instead of a path; a cut path leads
nowhere."""


def introduced(
    problems: tuple[Problem, ...], new: Obj, before: Iterable[Problem], old: Obj
) -> tuple[Problem, ...]:
    """Return the problems of the new object that the old one did not have.

    The old object had a problem if the same rule found the same value in the same field. The
    position in a list does not count: an item that is inserted before others does not introduce
    their problems.
    """
    keys = [*_keys(problems, new)]
    places = {place for place, _ in keys}
    known = set(_keys(before, old, places))
    return tuple(problem for problem, key in zip(problems, keys, strict=True) if key not in known)


def _keys(
    problems: Iterable[Problem], resource: Obj, places: Container[Place] | None = None
) -> Iterator[Key]:
    """Yield what distinguishes each problem of a resource from others, only at the given places.

    A digest replaces the value, because the value may be large and many paths may lead to it.
    """
    digests: dict[int, bytes] = {}
    around: dict[str, Any] = {}
    for problem in problems:
        place = problem.rule, POSITION.sub("[]", problem.path)
        if places is None or place in places:
            value = _value(resource, problem.path, around)
            if id(value) not in digests:
                digests[id(value)] = sha256(_written(value)).digest()
            yield place, digests[id(value)]


def _written(value: Any) -> bytes:
    """Return a value as bytes to compare; empty if it is nested too deeply to be encoded."""
    try:
        return encode({"": value})
    except TypeError:
        return b""


def _value(resource: Obj, path: str, around: dict[str, Any]) -> Any:
    """Return the value at a path; None if the path does not exist.

    `around` keeps the lists whose items were looked up, so that the path to them is followed only
    once.
    """
    if NO_PATH.search(path):
        return None
    way, bracket, item = path.rpartition("[")
    if not bracket or not IN_ITEM.match(item):
        return _below(resource, path)
    if way not in around:
        around[way] = _below(resource, way)
    return _below(around[way], f"[{item}")


def _below(value: Any, path: str) -> Any:
    for entry, field in STEP.findall(path):
        if isinstance(value, dict):
            value = value.get(entry or field)
        elif isinstance(value, list) and entry and entry.isdecimal() and int(entry) < len(value):
            value = value[int(entry)]
        else:
            return None
    return value
