"""The paths of the parts of a value, and their places in the text from which it was read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

PLAIN_NAME: Final = re.compile(r"[\w$-]+", re.ASCII)
ENDS_OF_NAME: Final = re.compile(r"[.\[]")
"""Characters that may end the name of a field in a path."""
END_OF_STEP: Final = re.compile(r"\](?=[.\[]|$)")
QUOTE: Final = '"'


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text; lines and columns (characters) count from 1."""

    line: int
    column: int

    def below(self, lines: int) -> "Mark":
        """Return this place in a text with this many more lines before it."""
        return Mark(self.line + lines, self.column)

    def __str__(self) -> str:
        """Return the place as compilers print it after the name of the file."""
        return f"{self.line}:{self.column}"


class Parts(Protocol):
    """The places of the parts of a value: of the fields of an object or the items of a list."""

    @property
    def fields(self) -> "dict[str, Place]":
        """Return the places of fields by their names."""

    @property
    def items(self) -> "list[Place]":
        """Return the places of items."""


@dataclass(frozen=True, slots=True)
class KnownParts:
    """Places that are already known."""

    fields: "dict[str, Place]" = field(default_factory=dict)
    items: "list[Place]" = field(default_factory=list)


NO_PARTS: Final = KnownParts()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value begins, and the places of its parts.

    `name`: where the name before the value begins, if the value is a field.
    """

    mark: Mark
    name: Mark | None = None
    parts: Parts = NO_PARTS


def path_of_field(path: str, name: str) -> str:
    """Return the path of a field; a name with a dot, for example, is quoted in brackets."""
    is_plain = name.isidentifier() or PLAIN_NAME.fullmatch(name)
    return f"{path}.{name}" if is_plain else f'{path}["{name}"]'


def mark_in(text: str | bytes, offset: int) -> Mark:
    """Return the place of a character or byte of a text."""
    end = "\n" if isinstance(text, str) else b"\n"
    line = text.count(end, 0, offset)  # type: ignore[arg-type]
    before = text[text.rfind(end, 0, offset) + 1 : offset]  # type: ignore[arg-type]
    column = before if isinstance(before, str) else before.decode(errors="replace")
    return Mark(line + 1, len(column) + 1)


def place_at(root: Place, path: str) -> tuple[Place, bool]:
    """Return the place of a path as problems have it, and whether all of the path exists.

    If a part of the path is missing, it is the place of the nearest part that contains it. Names in
    a path may contain dots and brackets, so the existing fields decide where a name ends.
    """
    place, rest = root, path
    while rest:
        step = next(_steps(place, rest), None)
        if step is None:
            return place, False
        place, end = step
        rest = rest[end:]
    return place, True


def _steps(place: Place, path: str) -> Iterator[tuple[Place, int]]:
    """Yield the parts with which the path may continue, and the length of the step."""
    if path.startswith("["):
        yield from _in_brackets(place, path)
        return
    begin = path.startswith(".")
    ends = [found.start() for found in ENDS_OF_NAME.finditer(path, begin)]
    for end in (*ends, len(path)):
        if (part := place.parts.fields.get(path[begin:end])) is not None:
            yield part, end


def _in_brackets(place: Place, path: str) -> Iterator[tuple[Place, int]]:
    for found in END_OF_STEP.finditer(path):
        name = path[1 : found.start()]
        part = _item(place.parts.items, name) or place.parts.fields.get(name)
        if part is None and name.startswith(QUOTE) and name.endswith(QUOTE):
            part = place.parts.fields.get(name[1:-1])
        if part is not None:
            yield part, found.end()


def _item(items: list[Place], index: str) -> Place | None:
    is_index = index.isascii() and index.isdigit() and len(index) <= len(str(len(items)))
    return items[int(index)] if is_index and int(index) < len(items) else None
