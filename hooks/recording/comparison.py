"""Where two responses of a hook differ: by object, and by the path in it."""

from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from hooks.kube.objects import Obj, as_objects, describe

OBJECTS: Final = ("children", "attachments")
NAMES: Final = ("name", "type", "workload", "mountPath")
"""Fields that distinguish the items of a list."""
MOST_ALIKE: Final = 3
"""From so many objects on, an equal difference is one line."""
NOTHING: Final = object()
"""Stands for a part that is not there."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference; `before` and `after` are texts, empty where there is no such part."""

    place: str
    path: str
    before: str
    after: str

    def __str__(self) -> str:
        """Return the line about it."""
        where = f"{self.place}:{self.path}" if self.path else self.place
        if not self.before:
            return f"{where}: added{_shown(self.after)}"
        if not self.after:
            return f"{where}: removed{_shown(self.before)}"
        return f"{where}: {self.before} → {self.after}"


def differences(before: Obj, after: Obj) -> list[Difference]:
    """Return the differences of two responses, ordered by object and path.

    The responses have stand-ins for secret values already.
    """
    one, other = _parts(before), _parts(after)
    return [
        found
        for place in sorted(one.keys() | other.keys())
        for found in _of_place(place, one.get(place, NOTHING), other.get(place, NOTHING))
    ]


def in_groups(found: Iterable[Difference]) -> list[Difference]:
    """Return differences; what is the same in several objects is one, as a version's label is."""
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for difference in found:
        same = (difference.path, difference.before, difference.after)
        groups.setdefault(same, []).append(difference)
    return [
        group[0] if len(group) == 1 else replace(group[0], place=f"{len(group)} objects")
        for group in _sized(groups.values())
    ]


def _sized(groups: Iterable[list[Difference]]) -> Iterator[list[Difference]]:
    """Yield the groups, those of few members one by one."""
    for group in groups:
        if len(group) < MOST_ALIKE or not group[0].path:
            yield from ([difference] for difference in group)
        else:
            yield group


def _of_place(place: str, before: Any, after: Any) -> Iterator[Difference]:
    if NOTHING in (before, after):
        yield Difference(place, "", _there(before), _there(after))
        return
    for path, old, new in _differing(before, after, ""):
        yield Difference(place, path, _text(old), _text(new))


def _parts(response: Obj) -> dict[str, Any]:
    """Return the objects of a response by kind and name, and its other fields."""
    found = {name: part for name, part in response.items() if name not in OBJECTS}
    for name in OBJECTS:
        found |= {describe(obj): _readable(obj) for obj in as_objects(response.get(name))}
    return found


def _readable(obj: Obj) -> Obj:
    """Return an object; a Secret with the lines of its entries instead of their base64."""
    if obj.get("kind") != "Secret" or not isinstance(obj.get("data"), dict):
        return obj
    return obj | {"data": {name: _lines(value) for name, value in obj["data"].items()}}


def _lines(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        text = b64decode(value, validate=True).decode()
    except ValueError:
        return value
    lines = text.splitlines(keepends=True)
    return {f"line {number}": line for number, line in enumerate(lines, start=1)}


def _differing(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    one, other = _items(before), _items(after)
    if one is None or other is None or isinstance(before, list) != isinstance(after, list):
        yield path, before, after
        return
    names = list(dict.fromkeys((*one, *other)))
    below = [
        found
        for name in (names if isinstance(before, list) else sorted(names))
        for found in _differing(
            one.get(name, NOTHING), other.get(name, NOTHING), _below(path, name, before)
        )
    ]
    yield from below or [(path, "(in this order)", "(in another order)")]


def _below(path: str, name: str, part: Any) -> str:
    if isinstance(part, list):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def _items(part: Any) -> dict[str, Any] | None:
    """Return the parts of an object or a list by name; None for what has no parts."""
    if isinstance(part, dict):
        return part
    if not isinstance(part, list):
        return None
    for field in NAMES:
        if all(isinstance(item, dict) and field in item for item in part):
            named = {str(item[field]): item for item in part}
            if len(named) == len(part):
                return named
    return {str(index): item for index, item in enumerate(part)}


def _there(part: Any) -> str:
    return "" if part is NOTHING else "the whole object"


def _shown(text: str) -> str:
    return "" if text == "the whole object" else f": {text}"


LONGEST: Final = 200


def _text(part: Any) -> str:
    """Return a value in one short line; empty for none."""
    if part is NOTHING:
        return ""
    if isinstance(part, dict | list):
        return f"{len(part)} {'fields' if isinstance(part, dict) else 'items'}"
    text = part if isinstance(part, str) else _as_json(part)
    line = " ".join(text.split()) or '""'
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


def _as_json(value: Any) -> str:
    return {True: "true", False: "false", None: "null"}[value] if _is_word(value) else str(value)


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool)
