"""Which mistakes an update brings, and which the stored object had before."""

import re
from typing import Any

from hooks.errors import Problem
from hooks.kube.objects import Obj
from hooks.wire import encode

STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
POSITION = re.compile(r"\[\d+\]")
OF_THE_CHILDREN = re.compile(r"\s")
"""Paths of problems that only children show are words, and no path of the resource."""


def introduced(
    problems: tuple[Problem, ...], new: Obj, before: tuple[Problem, ...], old: Obj
) -> tuple[Problem, ...]:
    """Return those problems of the new object that the old one did not have.

    It had a problem if the same rule found the same value in the same field; the position in a
    list does not count, so that an item that is put in before it makes no mistake of the others.
    """
    known = {_key(each, old) for each in before}
    return tuple(each for each in problems if _key(each, new) not in known)


def _key(problem: Problem, resource: Obj) -> tuple[str, str, bytes]:
    value = _written(_value(resource, problem.path))
    return problem.rule, POSITION.sub("[]", problem.path), value


def _written(value: Any) -> bytes:
    """Return a value as bytes to compare; nothing of one that is nested too deeply for that."""
    try:
        return encode({"": value})
    except TypeError:
        return b""


def _value(resource: Obj, path: str) -> Any:
    """Return the value at a path, none where there is no such place."""
    if OF_THE_CHILDREN.search(path):
        return None
    value: Any = resource
    for entry, field in STEP.findall(path):
        if isinstance(value, dict):
            value = value.get(entry or field)
        elif isinstance(value, list) and entry.isdecimal() and int(entry) < len(value):
            value = value[int(entry)]
        else:
            return None
    return value
