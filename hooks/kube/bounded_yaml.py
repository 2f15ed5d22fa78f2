"""YAML and JSON from outside, looked through before anything is made of it.

The parser takes quadratic time for many directives and, in some versions of libyaml, for deep
nesting, and aliases make a short text a huge value. So what the parser finds is counted before
anything is made of it, and reading ends at the first bound.
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
"""Levels of collections inside one another: as many as a resource may have."""

MOST_ALIASES: Final = 1000
MOST_DIRECTIVES: Final = 16
DIRECTIVE: Final = re.compile("(?:^\ufeff?|[\n\r\x85\u2028\u2029])%")
"""Where the parser takes a line for a directive, be it in the middle of a text."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of YAML is taken: characters, and parts with all that aliases stand for."""

    longest: int
    most_parts: int


class OutOfBounds(yaml.YAMLError):
    """YAML with more of something than is taken; `mark`: where it is the one too many, if known."""

    mark: Mark | None = None


class LostAlias(yaml.YAMLError):
    """An alias stands for nothing that is whole before it; `mark`: where it is."""

    def __init__(self, mark: Mark) -> None:
        """Take the place of it."""
        super().__init__("an alias stands for nothing that is whole before it")
        self.mark = mark


def mark_of(event: Event) -> Mark:
    """Return where an event of the parser begins."""
    begin: Any = event.start_mark
    return Mark(begin.line + 1, begin.column + 1)


def check_yaml(text: str, bounds: Bounds) -> int:
    """Return the number of parts of YAML: scalars, collections and documents.

    Raises OutOfBounds for more YAML than is taken, another YAMLError for what is not YAML.
    """
    count = Count(bounds)
    for event in _parsed(text, count):
        count.add(event)
    return count.parts


def events_of(text: str, count: "Count") -> Iterator[Event]:
    """Yield the events of the parser that are within the bounds, the rest of which `count` knows.

    Raises as `check_yaml` does, before anything is made of what is too much.
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
    """How much was read so far of a text, or of several that have the same bounds."""

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
        """Raise OutOfBounds for more text than the parser gets."""
        _at_most(self._bounds.longest, len(text), "characters")

    def add(self, event: Event) -> None:
        """Take one more event; most are of scalars without an anchor, so these come first.

        Raises OutOfBounds, and LostAlias.
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
    """Raise OutOfBounds for more collections inside one another than are taken."""
    _at_most(DEEPEST, levels, "levels")


def _at_most(most: int, found: int, what: str) -> None:
    if found > most:
        msg = f"there are more than {most:,} {what}"
        raise OutOfBounds(msg)
