"""YAML and JSON from outside, looked through before anything is made of it.

The parser takes quadratic time for many directives and, in some versions of libyaml, for deep
nesting; composing recurses with the depth, and aliases make a short text a huge value. So the text
is first read as far as its syntax goes, which builds nothing and ends at the first bound.
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

from hooks.kube.json_loader import JsonLoader
from hooks.kube.json_text import json_documents

DEEPEST: Final = 100
"""Levels of collections inside one another: as many as a resource may have."""

MOST_ALIASES: Final = 1000
MOST_DIRECTIVES: Final = 16
DIRECTIVE: Final = re.compile("(?:^\ufeff?|[\n\r\x85\u2028\u2029])%")
"""Where the parser takes a line for a directive, be it in the middle of a text."""

OF_WRONG_VALUES: Final = (
    ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError,
)  # fmt: skip
"""What PyYAML raises for values such as `!!int x`, and numbers of thousands of digits."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of YAML is taken: characters, and parts with all that aliases stand for."""

    longest: int
    most_parts: int


class OutOfBounds(yaml.YAMLError):
    """YAML with more of something than is taken."""


def check_yaml(text: str, bounds: Bounds) -> int:
    """Return the number of parts of YAML: scalars, collections and documents.

    Raises OutOfBounds for more YAML than is taken, another YAMLError for what is not YAML.
    """
    _at_most(bounds.longest, len(text), "characters")
    _at_most(MOST_DIRECTIVES, sum(1 for _ in DIRECTIVE.finditer(text)), "directives")
    found = _Found(bounds)
    for event in iter(yaml.CSafeLoader(text).get_event, None):
        found.add(event)
    return found.parts


def documents_of(text: str, bounds: Bounds) -> Iterator[Any]:
    """Yield the documents of a text within the bounds; raises YAMLError for any other.

    What is no JSON, or more of it than is taken, may be YAML, or is told as such.
    """
    _at_most(bounds.longest, len(text), "characters")
    documents = json_documents(text, DEEPEST, bounds.most_parts)
    yield from _yaml_documents(text, bounds) if documents is None else documents


def _yaml_documents(text: str, bounds: Bounds) -> Iterator[Any]:
    check_yaml(text, bounds)
    try:
        yield from yaml.load_all(text, Loader=JsonLoader)
    except OF_WRONG_VALUES as error:
        msg = "a value is not of the type that its tag or its look says"
        raise yaml.YAMLError(msg) from error


class _Found:
    """What was read so far of a text."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._open: list[tuple[str | None, int]] = []
        """The collections around the place: anchor, and how many parts there were before."""
        self._sizes: dict[str, int] = {}
        """The parts of what has an anchor."""
        self.parts = 0
        self._aliases = 0

    def add(self, event: Event) -> None:
        """Take one more event; most are of scalars without an anchor, so these come first."""
        if isinstance(event, ScalarEvent):
            self.parts += 1
            if event.anchor:
                self._sizes[event.anchor] = 1
        elif isinstance(event, CollectionStartEvent):
            self._open.append((event.anchor, self.parts))
            _at_most(DEEPEST, len(self._open), "levels")
            self.parts += 1
        elif isinstance(event, CollectionEndEvent):
            self._end(*self._open.pop())
        elif isinstance(event, AliasEvent):
            self._add_alias(event.anchor)
        elif isinstance(event, DocumentStartEvent):
            self._sizes.clear()
            self.parts += 1
        if self.parts > self._bounds.most_parts:
            _at_most(self._bounds.most_parts, self.parts, "parts")

    def _end(self, anchor: str | None, before: int) -> None:
        if anchor:
            self._sizes[anchor] = self.parts - before

    def _add_alias(self, anchor: str | None) -> None:
        self._aliases += 1
        _at_most(MOST_ALIASES, self._aliases, "aliases")
        if anchor is None or anchor not in self._sizes:
            msg = "an alias stands for nothing that is whole before it"
            raise yaml.YAMLError(msg)
        self.parts += self._sizes[anchor]


def _at_most(most: int, found: int, what: str) -> None:
    if found > most:
        msg = f"there are more than {most:,} {what}"
        raise OutOfBounds(msg)
