"""Leaves that are retained as observed: by the value that an observed child has, and none other."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from hooks.errors import HookError
from hooks.explain.children import Situation, children_of
from hooks.explain.effects import Leaf
from hooks.explain.values import others
from hooks.kube.leaves import leaves_of, with_leaves
from hooks.kube.objects import Obj, describe
from hooks.observed import ObservedObjects

SECTION: Final = re.compile(r"[^.\[]+(\.[^.\[]+)?")
"""Of an object, such as `spec.selector`: its leaves are changed together."""
IDENTITY: Final = frozenset({"apiVersion", "kind", "metadata.name", "metadata.namespace"})
NAME: Final = "].name"
"""How the paths of leaves end by which items of lists go."""


def retained_leaves(situation: Situation, leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """Yield those of the leaves that follow the observed ones when these are other ones."""
    wanted = {child: {path for _, path in of} for child, of in groupby(sorted(leaves), _child)}
    for kind, objects in situation.request.children.by_kind.items():
        for key, observed in objects.items():
            child = describe(observed)
            for changes in _changes(observed, wanted.get(child, set())):
                other = with_leaves(observed, changes)
                made = _leaves(_with_child(situation, kind, key, other), child)
                yield from ((child, path) for path in changes if made.get(path) == changes[path])


def _child(leaf: Leaf) -> str:
    child, _ = leaf
    return child


def _changes(observed: Obj, paths: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield other values for the leaves of an observed child, section by section."""
    leaves = leaves_of(observed)
    free = sorted(path for path in leaves if path in paths and _is_free(path))
    for _, section in groupby(free, _section):
        changes = {path: next(others(leaves[path]), None) for path in section}
        yield {path: other for path, other in changes.items() if other is not None}


def _is_free(path: str) -> bool:
    """Return whether a leaf may be another one without the child being another one."""
    return path not in IDENTITY and not path.endswith(NAME)


def _section(path: str) -> str:
    found = SECTION.match(path)
    return found[0] if found else path


def _with_child(situation: Situation, kind: str, key: str, child: Obj) -> Situation:
    by_kind = situation.request.children.by_kind
    children = ObservedObjects({**by_kind, kind: {**by_kind[kind], key: child}})
    return replace(situation, request=replace(situation.request, children=children))


def _leaves(situation: Situation, child: str) -> dict[str, Any]:
    """Return the leaves of a child as it is made; none where it is not made."""
    try:
        made = children_of(situation)
    except HookError:
        return {}
    return next((leaves_of(child_made) for child_made in made if describe(child_made) == child), {})
