"""Where two responses of a hook differ: by object, and by the path in it."""

from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from hooks.difference_texts import lines_about
from hooks.differences import NOTHING, Difference
from hooks.differences import differences as differences_of
from hooks.kube.objects import Obj, as_objects, describe
from hooks.masking import NO_MASK

OBJECTS: Final = ("children", "attachments")
REST: Final = "response"
"""Stands for an object, with the other fields of a response."""
MOST_ALIKE: Final = 3
"""From so many objects on, an equal difference is one line."""
INDENT: Final = "\n    "


@dataclass(frozen=True, slots=True)
class ResponseDifference:
    """A difference, and in which object it is; of a whole object it has no path."""

    place: str
    difference: Difference

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines about it."""
        if self.difference.path:
            return tuple(lines_about(self.difference))
        return ("added" if self.difference.before is NOTHING else "removed",)

    @property
    def as_json(self) -> Obj:
        """Return it for programs."""
        return {"object": self.place, **self.difference.as_json}

    def __str__(self) -> str:
        """Return it for people: mostly one line."""
        return f"{self.place}: {INDENT.join(self.lines)}"


def differences(before: Obj, after: Obj) -> list[ResponseDifference]:
    """Return the differences of two responses, ordered by object and path.

    The responses have stand-ins for secret values already.
    """
    one, other = _parts(before), _parts(after)
    return [
        ResponseDifference(place, difference)
        for place in sorted(one.keys() | other.keys())
        for difference in _of_place(one.get(place), other.get(place))
    ]


def in_groups(found: Iterable[ResponseDifference]) -> list[ResponseDifference]:
    """Return differences; what is the same in several objects is one, as a version's label is."""
    groups: dict[tuple[str, ...], list[ResponseDifference]] = {}
    for difference in found:
        groups.setdefault(difference.lines, []).append(difference)
    return [difference for group in groups.values() for difference in _at_once(group)]


def _at_once(group: list[ResponseDifference]) -> list[ResponseDifference]:
    """Return a group as one, a small one or one of whole objects as it is."""
    if len(group) < MOST_ALIKE or not group[0].difference.path:
        return group
    return [replace(group[0], place=f"{len(group)} objects")]


def _of_place(before: Obj | None, after: Obj | None) -> list[Difference]:
    if before is None or after is None:
        return [Difference("", *(NOTHING if part is None else part for part in (before, after)))]
    return [] if before == after else differences_of(before, after, NO_MASK)


def _parts(response: Obj) -> dict[str, Obj]:
    """Return the objects of a response by kind and name, and its other fields as one object."""
    rest = {name: part for name, part in response.items() if name not in OBJECTS}
    return {REST: rest} | {describe(obj): _readable(obj) for obj in _objects(response)}


def _objects(response: Obj) -> Iterator[Obj]:
    for name in OBJECTS:
        yield from as_objects(response.get(name))


def _readable(obj: Obj) -> Obj:
    """Return an object; a Secret with the texts of its entries instead of their base64."""
    if obj.get("kind") != "Secret" or not isinstance(obj.get("data"), dict):
        return obj
    return obj | {"data": {name: _text(value) for name, value in obj["data"].items()}}


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return b64decode(value, validate=True).decode()
    except ValueError:
        return value
