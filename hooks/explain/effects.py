"""Which leaves of children another input changes, and how."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Any, TypeAlias

from hooks.kube.leaves import leaves_of
from hooks.kube.objects import Obj, describe

Leaf: TypeAlias = tuple[str, str]
"""A child, such as `DaemonSet/instana-agent`, and the path in it."""


class Effect(IntEnum):
    """What another input does to a leaf, the closest relation first."""

    VALUE = 0
    """The leaf has another value."""
    LEAF = 1
    """The leaf is gone from its child."""
    CHILD = 2
    """The whole child is gone."""


@dataclass(frozen=True, slots=True)
class Children:
    """Children by their names, with the leaves of each."""

    by_name: dict[str, Obj]
    leaves: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, children: Iterable[Obj]) -> "Children":
        """Return the children."""
        by_name = {describe(child): child for child in children}
        return cls(by_name, {name: leaves_of(child) for name, child in by_name.items()})

    @property
    def all_leaves(self) -> Iterator[Leaf]:
        """Yield the leaves of all children."""
        return ((child, path) for child, leaves in self.leaves.items() for path in leaves)


def effects(before: Children, after: list[Obj]) -> Iterator[tuple[Leaf, Effect]]:
    """Yield the leaves that are not what they were, each with the effect on it.

    What is new is no effect on anything that was there.
    """
    changed = {describe(child): child for child in after}
    renamed = _renamed(before.by_name.keys() - changed, changed.keys() - before.by_name)
    for name, child in before.by_name.items():
        other = changed.get(renamed.get(name, name))
        if other is None:
            yield from (((name, path), Effect.CHILD) for path in before.leaves[name])
        elif other != child:
            for path, effect in _of_child(before.leaves[name], leaves_of(other)):
                yield (name, path), effect


def _of_child(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Effect]]:
    for path, value in before.items():
        if path not in after:
            yield path, Effect.LEAF
        elif not _same(after[path], value):
            yield path, Effect.VALUE


def _same(one: Any, other: Any) -> bool:
    """Return whether two leaves are the same: 1 is not true."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _renamed(gone: set[str], new: set[str]) -> dict[str, str]:
    """Return the new names of children: those of a kind of which as many came as went."""
    came = _by_kind(new)
    return {
        name: other
        for kind, names in _by_kind(gone).items()
        if len(names) == len(came.get(kind, ()))
        for name, other in zip(names, came[kind], strict=True)
    }


def _by_kind(names: set[str]) -> dict[str, list[str]]:
    found = groupby(sorted(names), key=lambda name: name.partition("/")[0])
    return {kind: list(of_kind) for kind, of_kind in found}
