"""The leaves of an object: its values that are neither objects nor lists, by their paths."""

from collections.abc import Iterable, Iterator
from typing import Any

from hooks.kube.differences import by_name
from hooks.kube.places import path_of_field


def leaves_of(value: Any) -> dict[str, Any]:
    """Return the leaves of an object by their paths, such as `containers[instana-agent].image`.

    Items of lists have their names where these tell them apart, else their numbers. An object or
    a list with nothing in it is a leaf, too.
    """
    return {path.removeprefix("."): leaf for path, leaf in _leaves(value, "")}


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    parts = list(parts_of(value))
    if not parts:
        yield path, value
    for step, part in parts:
        yield from _leaves(part, f"{path}{step}")


def parts_of(value: Any) -> Iterable[tuple[str, Any]]:
    """Return the parts of an object or a list, each with its step in a path; else nothing."""
    if isinstance(value, dict):
        return ((path_of_field("", name), part) for name, part in value.items())
    if not isinstance(value, list):
        return ()
    named = by_name(value)
    parts = enumerate(value) if named is None else named.items()
    return ((f"[{name}]", part) for name, part in parts)


def with_leaves(value: Any, others: dict[str, Any]) -> Any:
    """Return the value with other leaves at some paths; an item keeps the name that it goes by."""
    return _with_leaves(value, "", {f".{path}": leaf for path, leaf in others.items()})


def _with_leaves(value: Any, path: str, others: dict[str, Any]) -> Any:
    parts = [_with_leaves(part, f"{path}{step}", others) for step, part in parts_of(value)]
    if not parts:
        return others.get(path, value)
    return dict(zip(value, parts, strict=True)) if isinstance(value, dict) else parts
