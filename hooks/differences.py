"""Where two versions of an object differ, found by deepdiff; without credentials."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from hooks.kube.differences import ItemName, differing_paths, reordered_lists, with_items_by_name
from hooks.kube.objects import Obj
from hooks.kube.places import path_of_field
from hooks.masking import Mask, Steps, hidden_pair

NOTHING: Final = object()
"""Stands for a part that does not exist."""

BEFORE, AFTER = (
    ("dictionary_item_removed", "iterable_item_removed"),
    (
        "dictionary_item_added",
        "iterable_item_added",
    ),
)
CHANGED: Final = ("values_changed", "type_changes")
REORDERED: Final = "the order of its items"


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that differs: its path, and what it was and becomes; NOTHING if it does not exist."""

    path: str
    before: Any
    after: Any

    @property
    def as_json(self) -> Obj:
        """Return it for programs; a part that does not exist is left out."""
        parts = {"before": self.before, "after": self.after}
        return {"path": self.path} | {
            name: part for name, part in parts.items() if part is not NOTHING
        }


def differences(before: Obj, after: Obj, mask: Mask) -> list[Difference]:
    """Return the differences of two versions of an object, ordered by path.

    Imports deepdiff here: it takes long to load, and few commands need it.
    """
    from deepdiff import DeepDiff  # noqa: PLC0415

    earlier, later = map(with_items_by_name, (before, after))
    found = DeepDiff(earlier, later, view="tree", verbose_level=2, threshold_to_diff_deeper=0)
    differing = [*_found(found, mask), *_reordered(before, after)]
    return sorted(differing, key=lambda difference: difference.path) or [*_empty(before, after)]


def _found(found: Any, mask: Mask) -> Iterator[Difference]:
    for kind in (*CHANGED, *BEFORE, *AFTER):
        for level in found.get(kind, ()):
            steps = tuple(level.path(output_format="list"))
            path = path_of(steps)
            if kind in CHANGED:
                yield Difference(path, *hidden_pair(mask, steps, level.t1, level.t2))
            elif kind in BEFORE:
                yield Difference(path, _plain(mask.hidden(steps, level.t1)), NOTHING)
            else:
                yield Difference(path, NOTHING, _plain(mask.hidden(steps, level.t2)))


def _reordered(before: Obj, after: Obj) -> Iterable[Difference]:
    paths = {path.removeprefix(".") for path in reordered_lists(before, after)}
    return (Difference(path, REORDERED, f"{REORDERED}, changed") for path in paths)


def _empty(before: Obj, after: Obj) -> Iterable[Difference]:
    """Return where an empty list becomes an empty object: by name, both have no items."""
    return (
        Difference(path, "empty", "empty, of another type")
        for path in differing_paths(before, after)
    )


def path_of(steps: Steps) -> str:
    """Return the path of a part as messages have it."""
    path = ""
    for step in steps:
        is_item = isinstance(step, int | ItemName)
        path = f"{path}[{step}]" if is_item else path_of_field(path, str(step))
    return path.removeprefix(".")


def _plain(part: Any) -> Any:
    """Return a part with objects of named items as lists again."""
    if isinstance(part, dict):
        if part and all(isinstance(name, ItemName) for name in part):
            return [*map(_plain, part.values())]
        return {name: _plain(below) for name, below in part.items()}
    return [*map(_plain, part)] if isinstance(part, list) else part
