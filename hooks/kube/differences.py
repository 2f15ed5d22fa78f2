"""Where two versions of a part of an object differ."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from hooks.kube.objects import Obj

NAMES: Final = ("name", "type", "workload", "mountPath")
"""Fields that distinguish the items of a list, for people."""


class ItemName(str):
    """The name of an item of a list, as a key beside the names of fields."""

    __slots__ = ()


def differing_paths(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield the paths at which two values differ, sorted; never a value.

    Items of lists are identified by their names if the names are unique, such as
    `containers[instana-agent].image`; any other list differs as a whole.
    """
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_fields(before, after, path)
    elif (earlier := by_name(before)) is not None and (later := by_name(after)) is not None:
        yield from _of_items(earlier, later, path)
    else:
        yield path


def with_items_by_name(value: Any) -> Any:
    """Return a value with lists turned into objects by name, where names identify their items."""
    items = by_name(value, NAMES)
    if isinstance(value, dict) or items is not None:
        parts = value if items is None else {ItemName(name): item for name, item in items.items()}
        return {name: with_items_by_name(part) for name, part in parts.items()}
    return [*map(with_items_by_name, value)] if isinstance(value, list) else value


def reordered_lists(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of lists of which the named items have another order."""
    earlier, later = by_name(before, NAMES), by_name(after, NAMES)
    if earlier is not None and later is not None:
        common = earlier.keys() & later.keys()
        if [*filter(common.__contains__, earlier)] != [*filter(common.__contains__, later)]:
            yield path
        before, after, step = earlier, later, "[{}]"
    elif isinstance(before, dict) and isinstance(after, dict):
        step = ".{}"
    else:
        return
    for name in before.keys() & after.keys():
        yield from reordered_lists(before[name], after[name], path + step.format(name))


def _of_fields(before: Obj, after: Obj, path: str) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        below = f"{path}.{name}" if path else name
        yield from differing_paths(before.get(name), after.get(name), below)


def _of_items(before: Obj, after: Obj, path: str) -> Iterator[str]:
    """Yield the differences of named items; the list itself if only their order differs."""
    if before == after:
        yield path
    for name in sorted(before.keys() | after.keys()):
        yield from differing_paths(before.get(name), after.get(name), f"{path}[{name}]")


def by_name(items: Any, fields: Iterable[str] = ("name",)) -> Obj | None:
    """Return the items of a list by the first field that identifies all of them, or None."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    for field in fields:
        named = {str(item[field]): item for item in items if field in item}
        if len(named) == len(items):
            return named
    return None
