"""The documents of a file as kubectl reads them, and the places of their parts.

kubectl splits a stream of YAML at the lines that begin with `---` before it reads any of it. A
stream that begins with `{` is JSON, if possible (k8s.io/apimachinery `pkg/util/yaml/decoder.go`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

import yaml
from yaml.events import DocumentEndEvent, ScalarEvent
from yaml.reader import ReaderError

from hooks.kube.bounded_yaml import (
    DEEPEST,
    Bounds,
    Count,
    LostAlias,
    OutOfBounds,
    events_of,
)
from hooks.kube.json_text import JsonStream, NumberBeyondAll, json_place, json_stream
from hooks.kube.places import Mark, Place, mark_in, place_at
from hooks.kube.yaml_values import NO_NUMBER, Builder, NoDocument

SEPARATOR: Final = re.compile(r"^---(.*)(?:\n|\Z)", re.MULTILINE)
COMMENT: Final = "#"
QUOTE: Final = '"'
NO_SEPARATOR: Final = "only a comment may follow --- in its line"
MOST_BEFORE_YAML: Final = 1
"""Number of JSON documents after which a stream may continue as YAML."""
NO_JSON: Final = "is not JSON, unlike the text before it"
NO_UTF8: Final = "is not encoded in UTF-8"
NO_YAML: Final = "is not YAML"
NO_CHARACTER: Final = f"{NO_YAML}: control characters are not allowed; write them as escapes"
HINTS: Final = {
    "found character that cannot start any token": "put a string that begins with it in quotes, "
    "and indent with spaces, not tabs",
    "mapping values are not allowed in this context": "put a string that contains a colon in "
    "quotes, or fix the indentation",
    "did not find expected alphabetic or numeric character": "put a string that begins with * "
    "or & in quotes",
    "did not find expected key": "fix the indentation, or the quotes before it",
}
"""What to do about errors of the parser that people often get."""
SLASH: Final = re.compile(r"(?<!\\)(?:\\\\)*\\/")
NO_ESCAPE: Final = "kubectl does not know the escape \\/: write / without it"


@dataclass(frozen=True)
class Document:
    """One document: its value, and a function that finds the places of its parts."""

    value: Any
    locate: Callable[[], Place]

    def mark_at(self, path: str, *, of_name: bool = False) -> Mark:
        """Return where the value of a path begins, or the nearest part that contains it.

        `of_name`: return where the name of the field begins, if it has one.
        """
        place, is_there = place_at(self._place, path)
        return place.name if of_name and is_there and place.name else place.mark

    @cached_property
    def _place(self) -> Place:
        return self.locate()


def text_of(content: bytes) -> str:
    """Return the text of a file; raises NoDocument if it is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise NoDocument(NO_UTF8, mark_in(content, error.start)) from None


def documents_of(text: str, bounds: Bounds) -> Iterator[Document]:
    """Yield the documents of a text; an empty one is null.

    Raises NoDocument where kubectl would reject the text, and OutOfBounds if it exceeds the bounds.
    """
    count = Count(bounds)
    count.check_length(text)
    lines = _Lines(text)
    stream = _json_of(text, bounds)
    for document in stream.documents:
        begin = lines.mark_at(document.offset)
        yield Document(document.value, partial(json_place, document.text, begin))
    if stream.end < len(text):
        if len(stream.documents) > MOST_BEFORE_YAML:
            raise NoDocument(NO_JSON, lines.mark_at(stream.end))
        yield from _documents_of_yaml(text, stream.end, count)


def _json_of(text: str, bounds: Bounds) -> JsonStream:
    try:
        return json_stream(text, DEEPEST, bounds.most_parts)
    except NumberBeyondAll as error:
        raise NoDocument(NO_NUMBER, mark_in(text, error.offset)) from None


def _documents_of_yaml(text: str, begin: int, count: Count) -> Iterator[Document]:
    for first_line, part in _parts_of(text, begin):
        builder = Builder(first_line)
        try:
            _read(part, count, builder)
        except (yaml.MarkedYAMLError, ReaderError, LostAlias) as error:
            raise NoDocument(
                _message_of(error), _mark_of(error, part).below(first_line - 1)
            ) from None
        except OutOfBounds as error:
            error.mark = error.mark.below(first_line - 1) if error.mark else None
            raise
        yield Document(builder.value, partial(_given, builder.place))


def _read(text: str, count: Count, builder: Builder) -> None:
    """Read the first document of a text, as kubectl does."""
    for event in events_of(text, count):
        if isinstance(event, DocumentEndEvent):
            return
        if isinstance(event, ScalarEvent) and _has_escaped_slash(event, text):
            raise NoDocument(NO_ESCAPE, builder.mark_of(event))
        builder.add(event)


def _has_escaped_slash(event: ScalarEvent, text: str) -> bool:
    """Return whether a text has an escape that this parser knows, but kubectl's does not."""
    if event.style != QUOTE or "/" not in event.value:
        return False
    begin: Any = event.start_mark
    end: Any = event.end_mark
    return SLASH.search(text[begin.index : end.index]) is not None


def _given(place: Place) -> Place:
    return place


def _parts_of(text: str, begin: int) -> Iterator[tuple[int, str]]:
    """Yield the first line of each document and its text; raises NoDocument.

    A separator with nothing before it belongs to the text that follows.
    """
    lines = _Lines(text)
    for separator in SEPARATOR.finditer(text, begin):
        if separator[1].strip()[:1] not in ("", COMMENT):
            raise NoDocument(NO_SEPARATOR, lines.mark_at(separator.start()))
        if begin < separator.start():
            yield lines.mark_at(begin).line, text[begin : separator.start()]
            begin = separator.end()
    if begin < len(text):
        yield lines.mark_at(begin).line, text[begin:]


class _Lines:
    """Finds the lines of places in a text, in ascending order: nothing is counted twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._line = 1

    def mark_at(self, offset: int) -> Mark:
        """Return the place of a character that is not before the previous one."""
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = offset
        return Mark(self._line, offset - self._text.rfind("\n", 0, offset))


def _message_of(error: yaml.YAMLError) -> str:
    """Return the parser's message, which contains no part of the text, and what to do."""
    if isinstance(error, ReaderError):
        return NO_CHARACTER
    problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error)
    hint = HINTS.get(problem or "")
    return f"{NO_YAML}: {problem}; {hint}" if hint else f"{NO_YAML}: {problem}"


def _mark_of(error: yaml.YAMLError, text: str) -> Mark:
    if isinstance(error, ReaderError):
        return mark_in(text.encode(), error.position)
    if isinstance(error, LostAlias):
        return error.mark
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
