"""JSON as kubectl reads it if a text begins with `{`: one document after another.

YAML contains most of JSON, but neither characters written as two surrogate halves, which many
writers use, nor keys of more than 1,024 characters.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NoReturn

from hooks.kube.places import Mark, Place
from hooks.kube.yaml_scalars import LEAST_INTEGER, as_json

LONGEST_INTEGER: Final = len(str(LEAST_INTEGER))

BEGIN: Final = re.compile(r"[ \t\r\n]*(?=\{)")
SPACE: Final = re.compile(r"[ \t\r\n]*")
LINE_END: Final = re.compile("\n")
TOKEN: Final = re.compile(r"""([\[{])|([\]}])|"(?:[^"\\]++|\\.)*+"?|[^\s\[\]{},:"]++""", re.DOTALL)
"""Opening and closing brackets, and values. An unterminated text matches as well, so that nothing
is scanned twice."""
ESCAPE: Final = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\[^u])"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""Both halves of a surrogate pair, or an escape without digits; otherwise half of a pair."""
REPLACEMENT: Final = r"\ufffd"
"""What kubectl reads for an unpaired half, which UTF-8 cannot encode."""


class NumberBeyondAll(ValueError):
    """A number is larger than any float; `offset`: its place in the text, once known."""

    offset: int = 0


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A document of JSON: its value, its text, and its offset in the stream."""

    value: Any
    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class JsonStream:
    """The documents at the beginning of a text, and where other text begins, or the end."""

    documents: tuple[JsonDocument, ...]
    end: int


def json_stream(text: str, levels: int, most_parts: int) -> JsonStream:
    """Return the documents of a text, as far as it is JSON.

    There are none if it begins with something else or exceeds the bounds, which is checked before
    anything is built from it. Raises NumberBeyondAll.
    """
    begin = BEGIN.match(text)
    if begin is None or not _is_within(text, levels, most_parts):
        return JsonStream((), 0)
    whole = ESCAPE.sub(_whole, text)
    try:
        return _decoded(whole, begin.end())
    except NumberBeyondAll as error:
        error.offset = next(_beyond_all(whole))
        raise


def _is_within(text: str, levels: int, most_parts: int) -> bool:
    depth = parts = 0
    for token in TOKEN.finditer(text):
        opens, closes = token.groups()
        if closes:
            depth -= 1
            continue
        parts += 1
        if opens:
            # A document is a part itself.
            parts += depth == 0
            depth += 1
        if depth > levels or parts > most_parts:
            return False
    return True


def _decoded(text: str, place: int) -> JsonStream:
    found: list[JsonDocument] = []
    while place < len(text):
        try:
            value, end = DECODER.raw_decode(text, place)
        except NumberBeyondAll:
            raise
        except ValueError:
            break
        found.append(JsonDocument(value, text[place:end], place))
        space = SPACE.match(text, end)
        place = space.end() if space else end
    return JsonStream(tuple(found), place)


def _beyond_all(text: str) -> Iterator[int]:
    """Yield the places of numbers that are larger than any float."""
    for token in TOKEN.finditer(text):
        try:
            DECODER.decode(token[0])
        except NumberBeyondAll:
            yield token.start()
        except ValueError:
            continue


def _whole(escape: re.Match[str]) -> str:
    return escape[1] or REPLACEMENT


def _number(text: str) -> Any:
    """Return a number with a point or an exponent: the API server gets `1e3` as 1000."""
    try:
        return as_json(float(text))
    except ValueError:
        raise NumberBeyondAll from None


def _integer(text: str) -> Any:
    return as_json(int(text)) if len(text) <= LONGEST_INTEGER else _number(text)


def _constant(text: str) -> NoReturn:
    """Reject NaN and Infinity, which Python accepts."""
    raise ValueError(text)


DECODER: Final = json.JSONDecoder(parse_int=_integer, parse_float=_number, parse_constant=_constant)


SKIPPER: Final = json.JSONDecoder(parse_int=str, parse_float=str)
"""Finds where a value ends."""


def json_place(text: str, begin: Mark) -> Place:
    """Return the places of the parts of a document whose text begins at `begin`.

    Only the parts on the path to a requested place are scanned one by one.
    """
    return _Located(text, begin).place_at(0)


class _Located:
    """The text of a document and its place in a file."""

    def __init__(self, text: str, begin: Mark) -> None:
        self.text = text
        self._begin = begin
        self._ends = [found.start() for found in LINE_END.finditer(text)]

    def place_at(self, offset: int, name: int | None = None) -> Place:
        """Return the place of a value, and of the name before it."""
        mark = None if name is None else self._mark_at(name)
        return Place(self._mark_at(offset), mark, _JsonParts(self, offset))

    def end_of(self, offset: int) -> int:
        """Return the offset after a value and the space that follows."""
        _, end = SKIPPER.raw_decode(self.text, offset)
        return self.begin_after(end)

    def begin_after(self, offset: int) -> int:
        """Return the offset of the next character that is not space."""
        space = SPACE.match(self.text, offset)
        return space.end() if space else offset

    def _mark_at(self, offset: int) -> Mark:
        line = bisect_left(self._ends, offset)
        if not line:
            return Mark(self._begin.line, self._begin.column + offset)
        return Mark(self._begin.line + line, offset - self._ends[line - 1])


class _JsonParts:
    """The parts of a value, found on demand."""

    def __init__(self, within: _Located, offset: int) -> None:
        self._within = within
        self._offset = offset

    @cached_property
    def fields(self) -> dict[str, Place]:
        """Return the places of the fields of an object."""
        found: dict[str, Place] = {}
        for name in self._each("{", "}"):
            value = self._within.begin_after(self._within.end_of(name) + len(":"))
            text, _ = SKIPPER.raw_decode(self._within.text, name)
            found[text] = self._within.place_at(value, name)
        return found

    @cached_property
    def items(self) -> list[Place]:
        """Return the places of the items of a list."""
        return [self._within.place_at(item) for item in self._each("[", "]")]

    def _each(self, opens: str, closes: str) -> Iterator[int]:
        """Yield where each item begins, or each name of a field."""
        text, within = self._within.text, self._within
        if text[self._offset] != opens:
            return
        at = within.begin_after(self._offset + len(opens))
        while text[at] != closes:
            yield at
            at = within.end_of(at)
            if text[at] == ":":
                at = within.end_of(within.begin_after(at + len(":")))
            if text[at] == ",":
                at = within.begin_after(at + len(","))
