"""Which mistakes an update brings, and which the stored object had before."""

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
"""Problems that only children show are told in words, and a path that was cut leads nowhere."""


def introduced(
    problems: tuple[Problem, ...], new: Obj, before: Iterable[Problem], old: Obj
) -> tuple[Problem, ...]:
    """Return those problems of the new object that the old one did not have.

    It had a problem if the same rule found the same value in the same field; the position in a
    list does not count, so that an item that is put in before it makes no mistake of the others.
    """
    keys = [*_keys(problems, new)]
    places = {place for place, _ in keys}
    known = set(_keys(before, old, places))
    return tuple(problem for problem, key in zip(problems, keys, strict=True) if key not in known)


def _keys(
    problems: Iterable[Problem], resource: Obj, places: Container[Place] | None = None
) -> Iterator[Key]:
    """Yield what tells each problem of a resource from others, of those at some places only.

    A digest stands for the value, which may be large, and of which many paths may lead to one.
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
    """Return a value as bytes to compare; nothing of one that is nested too deeply for that."""
    try:
        return encode({"": value})
    except TypeError:
        return b""


def _value(resource: Obj, path: str, around: dict[str, Any]) -> Any:
    """Return the value at a path, none where there is no such place.

    `around` keeps the lists of which an item was asked for: the way to them is not gone for each.
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
