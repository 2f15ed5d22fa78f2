"""YAML and JSON from outside, checked against bounds before anything is built from it.

The parser takes quadratic time for many directives and, in some versions of libyaml, for deep
nesting, and aliases make a short text a huge value. So the parser's events are counted before
anything is built from them, and reading ends at the first exceeded bound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    ScalarEvent,
)

from hooks.kube.places import Mark

DEEPEST: Final = 100
"""Nested levels of collections: as many as a resource may have."""

MOST_ALIASES: Final = 1000
MOST_DIRECTIVES: Final = 16
DIRECTIVE: Final = re.compile("(?:^\ufeff?|[\n\r\x85\u2028\u2029])%")
"""Where the parser reads a line as a directive, even in the middle of a text."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much YAML is accepted: characters, and parts including those that aliases repeat."""

    longest: int
    most_parts: int


class OutOfBounds(yaml.YAMLError):
    """YAML exceeds a bound; `mark`: the place of the first excess part, if known."""

    mark: Mark | None = None


class LostAlias(yaml.YAMLError):
    """An alias refers to nothing that is complete before it; `mark`: its place."""

    def __init__(self, mark: Mark) -> None:
        """Take its place."""
        super().__init__("an alias must refer to an anchor that is complete before it")
        self.mark = mark


def mark_of(event: Event) -> Mark:
    """Return where an event of the parser begins."""
    begin: Any = event.start_mark
    return Mark(begin.line + 1, begin.column + 1)


def check_yaml(text: str, bounds: Bounds) -> int:
    """Return the number of parts of YAML: scalars, collections and documents.

    Raises OutOfBounds if the YAML exceeds the bounds, and another YAMLError if the text is not
    YAML.
    """
    count = Count(bounds)
    for event in _parsed(text, count):
        count.add(event)
    return count.parts


def events_of(text: str, count: "Count") -> Iterator[Event]:
    """Yield the parser's events that are within the bounds; `count` knows about the rest.

    Raises like `check_yaml`, before anything is built from what exceeds the bounds.
    """
    for event in _parsed(text, count):
        try:
            count.add(event)
        except OutOfBounds as error:
            error.mark = mark_of(event)
            raise
        yield event


def _parsed(text: str, count: "Count") -> Iterator[Event]:
    count.check_length(text)
    _at_most(MOST_DIRECTIVES, sum(1 for _ in DIRECTIVE.finditer(text)), "directives")
    return iter(yaml.CSafeLoader(text).get_event, None)


class Count:
    """How much has been read of a text, or of several texts that share the bounds."""

    def __init__(self, bounds: Bounds) -> None:
        """Take the bounds."""
        self._bounds = bounds
        self._open: list[tuple[str | None, int]] = []
        """The collections around the place: anchor, and how many parts there were before."""
        self._sizes: dict[str, int] = {}
        """The parts of what has an anchor."""
        self.parts = 0
        self._aliases = 0

    def check_length(self, text: str) -> None:
        """Raise OutOfBounds for a text that is longer than the parser may get."""
        _at_most(self._bounds.longest, len(text), "characters")

    def add(self, event: Event) -> None:
        """Count one more event; most are scalars without an anchor, so these are handled first.

        Raises OutOfBounds and LostAlias.
        """
        if isinstance(event, ScalarEvent):
            self.parts += 1
            if event.anchor:
                self._sizes[event.anchor] = 1
        elif isinstance(event, CollectionStartEvent):
            self._sizes.pop(event.anchor or "", None)
            self._open.append((event.anchor, self.parts))
            check_levels(len(self._open))
            self.parts += 1
        elif isinstance(event, CollectionEndEvent):
            self._end(*self._open.pop())
        elif isinstance(event, AliasEvent):
            self._add_alias(event)
        elif isinstance(event, DocumentStartEvent):
            self._sizes.clear()
            self.parts += 1
        if self.parts > self._bounds.most_parts:
            _at_most(self._bounds.most_parts, self.parts, "parts")

    def _end(self, anchor: str | None, before: int) -> None:
        if anchor:
            self._sizes[anchor] = self.parts - before

    def _add_alias(self, event: AliasEvent) -> None:
        self._aliases += 1
        _at_most(MOST_ALIASES, self._aliases, "aliases")
        if event.anchor not in self._sizes:
            raise LostAlias(mark_of(event))
        self.parts += self._sizes[event.anchor]


def check_levels(levels: int) -> None:
    """Raise OutOfBounds for too many nested levels of collections."""
    _at_most(DEEPEST, levels, "levels")


def _at_most(most: int, found: int, what: str) -> None:
    if found > most:
        msg = f"it has more than {most:,} {what}"
        raise OutOfBounds(msg)
