"""The value of a YAML document and the places of its parts, built from the parser's events.

It is the value that kubectl reads (`yaml_scalars` has the source): the last value of a repeated
field counts, `<<` merges fields at its place, names are texts whatever they look like, and values
that JSON does not have are rejected. Nothing is built twice, however many aliases refer to it.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from hooks.kube.bounded_yaml import OutOfBounds, check_levels, mark_of
from hooks.kube.places import KnownParts, Mark, Place
from hooks.kube.yaml_scalars import TAG, NotOfItsTag, as_json, as_name, scalar

MERGE: Final = "<<"
MERGE_TAG: Final = f"{TAG}merge"

OF_NO_TYPE: Final = "is not of the type of its tag"
NO_NUMBER: Final = "is infinite or not a number, which no resource can have: put it in quotes"
NO_NAME: Final = "the name of a field is null or a number of more than 64 bits: put it in quotes"
NAME_OF_PARTS: Final = "the name of a field is a list or an object: it must be a string"
NO_MERGE: Final = (
    "the value of the merge key << must be an object or a list of objects: to use << as a "
    "name, put it in quotes"
)


class NoDocument(yaml.YAMLError):
    """kubectl cannot read the text; the message contains no value of it."""

    def __init__(self, message: str, mark: Mark) -> None:
        """Take the problem and its place."""
        super().__init__(message)
        self.message = message
        self.mark = mark


@dataclass(frozen=True, slots=True)
class _Part:
    """A complete part and its place; a number stays as it is written.

    `levels`: how many levels of collections it contains. `items`: the items of a list that is
    written here, not an alias.
    """

    value: Any
    place: Place
    levels: int = 0
    is_merge: bool = False
    items: "tuple[_Part, ...] | None" = None


class _Collection(Protocol):
    """A collection that is still open."""

    anchor: str | None

    def add(self, part: _Part) -> None:
        """Add the next part."""

    def whole(self) -> _Part:
        """Return the collection after its last part."""


@dataclass(slots=True)
class _List:
    mark: Mark
    anchor: str | None
    value: list[Any] = field(default_factory=list)
    parts: list[_Part] = field(default_factory=list)

    def add(self, part: _Part) -> None:
        self.value.append(_value_of(part))
        self.parts.append(part)

    def whole(self) -> _Part:
        place = Place(self.mark, None, KnownParts(items=[part.place for part in self.parts]))
        levels = 1 + max((part.levels for part in self.parts), default=0)
        return _Part(self.value, place, levels, items=tuple(self.parts))


@dataclass(slots=True)
class _Object:
    mark: Mark
    anchor: str | None
    value: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    key: _Part | None = None
    levels: int = 1

    def add(self, part: _Part) -> None:
        key, self.key = self.key, None
        if key is None:
            self.key = part
        elif key.is_merge:
            self._merge(part)
        else:
            name = _name_of(key)
            self.levels = max(self.levels, part.levels + 1)
            self.value[name] = _value_of(part)
            self.places[name] = Place(part.place.mark, key.place.mark, part.place.parts)

    def whole(self) -> _Part:
        return _Part(self.value, Place(self.mark, None, KnownParts(self.places)), self.levels)

    def _merge(self, part: _Part) -> None:
        """Add the fields of an object, or of several objects; the first ones take precedence."""
        for brought in reversed([part] if part.items is None else part.items):
            if not isinstance(brought.value, dict):
                raise NoDocument(NO_MERGE, brought.place.mark)
            self.levels = max(self.levels, brought.levels)
            self.value.update(brought.value)
            self.places.update(brought.place.parts.fields)


class Builder:
    """Builds the value of one document; raises NoDocument for values that JSON does not have.

    The text begins at the given line of its file. Its aliases refer to parts that are complete
    before them, which `bounded_yaml` ensures. Raises OutOfBounds if aliases lead to more levels
    than a text may have.
    """

    def __init__(self, first_line: int = 1) -> None:
        """Begin without a value."""
        self._before = first_line - 1
        self._open: list[_Collection] = []
        self._anchors: dict[str, _Part] = {}
        self.value: Any = None
        self.place = Place(Mark(first_line, 1))
        """The document as far as it is complete; null if it is empty."""

    def add(self, event: Event) -> None:
        """Take one more event of the parser."""
        if isinstance(event, CollectionEndEvent):
            collection = self._open.pop()
            self._put(collection.whole(), collection.anchor)
        elif isinstance(event, NodeEvent):
            self._add_node(event, self.mark_of(event))

    def mark_of(self, event: Event) -> Mark:
        """Return where an event of the parser begins in the file."""
        return mark_of(event).below(self._before)

    def _add_node(self, event: NodeEvent, mark: Mark) -> None:
        if isinstance(event, ScalarEvent):
            self._put(_scalar_of(event, mark), event.anchor)
        elif isinstance(event, AliasEvent):
            self._put(self._known(event, mark))
        else:
            is_object = isinstance(event, MappingStartEvent)
            self._open.append((_Object if is_object else _List)(mark, event.anchor))

    def _known(self, alias: AliasEvent, mark: Mark) -> _Part:
        part = self._anchors[alias.anchor or ""]
        try:
            check_levels(len(self._open) + part.levels)
        except OutOfBounds as error:
            error.mark = mark_of(alias)
            raise
        return _Part(part.value, Place(mark, None, part.place.parts), part.levels)

    def _put(self, part: _Part, anchor: str | None = None) -> None:
        if anchor:
            self._anchors[anchor] = part
        if self._open:
            self._open[-1].add(part)
        else:
            self.value, self.place = _value_of(part), part.place


def _scalar_of(event: ScalarEvent, mark: Mark) -> _Part:
    is_plain, _ = event.implicit
    try:
        value = scalar(event.value, event.tag, is_plain=is_plain)
    except NotOfItsTag:
        raise NoDocument(OF_NO_TYPE, mark) from None
    return _Part(
        value, Place(mark), is_merge=event.value == MERGE and (is_plain or event.tag == MERGE_TAG)
    )


def _value_of(part: _Part) -> Any:
    if isinstance(part.value, dict | list):
        return part.value
    try:
        return as_json(part.value)
    except ValueError:
        raise NoDocument(NO_NUMBER, part.place.mark) from None


def _name_of(key: _Part) -> str:
    if isinstance(key.value, dict | list):
        raise NoDocument(NAME_OF_PARTS, key.place.mark)
    try:
        return as_name(key.value)
    except ValueError:
        raise NoDocument(NO_NAME, key.place.mark) from None
