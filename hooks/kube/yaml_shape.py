"""The type of a YAML document, and its duplicate keys, read only from the parser's events."""

from collections.abc import Iterator

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

MERGE = "<<"
"""The key of a merge, which adds keys and may occur several times."""

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""How YAML 1.1 writes null: https://yaml.org/type/null.html"""


def is_mapping(text: str) -> bool:
    """Return whether the first document of a text is a mapping, or empty.

    Reads only the beginning of the document; raises YAMLError if that is not YAML. An alias there
    refers to nothing, which a complete reading finds.
    """
    first = next((event for event in _events(text) if isinstance(event, NodeEvent)), None)
    return first is None or isinstance(first, MappingStartEvent | AliasEvent) or _is_null(first)


def lines_of_repeated_keys(text: str) -> Iterator[int]:
    """Yield the lines of keys that their mapping already has; raises YAMLError.

    Expects a text within bounds: this costs as much as reading the text again.
    """
    around: list[_Open] = []
    for event in _events(text):
        if isinstance(event, CollectionEndEvent):
            around.pop()
        elif isinstance(event, NodeEvent):
            if around and around[-1].has_already(event):
                yield _line_of(event)
            if not isinstance(event, ScalarEvent | AliasEvent):
                around.append(_Open(event))


class _Open:
    """An open collection; in a mapping every second part is a key."""

    __slots__ = ("_is_at_key", "_is_mapping", "_keys")

    def __init__(self, start: NodeEvent) -> None:
        self._keys: set[str] = set()
        self._is_mapping = isinstance(start, MappingStartEvent)
        self._is_at_key = True

    def has_already(self, event: NodeEvent) -> bool:
        """Count one more part, and return whether it is a duplicate key."""
        if not self._is_mapping:
            return False
        is_key, self._is_at_key = self._is_at_key, not self._is_at_key
        if not is_key or not isinstance(event, ScalarEvent) or event.value == MERGE:
            return False
        before = len(self._keys)
        self._keys.add(event.value)
        return len(self._keys) == before


def _events(text: str) -> Iterator[Event]:
    return iter(yaml.CSafeLoader(text).get_event, None)


def _line_of(event: Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 0


def _is_null(event: NodeEvent) -> bool:
    return isinstance(event, ScalarEvent) and event.implicit[0] and event.value in NULLS
