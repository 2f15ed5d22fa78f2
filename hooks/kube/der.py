"""DER, in which certificates and keys are written: each element is a tag, a length, its content."""

from collections.abc import Iterator
from typing import Final, TypeAlias

Element: TypeAlias = tuple[int, bytes]
"""Tag and content."""

SEQUENCE: Final = 0x30
LONG_FORM: Final = 0x80
"""A length from here on says in how many bytes the length itself is written."""


def elements(data: bytes) -> list[Element]:
    """Return the elements one after the other; raises ValueError or IndexError for what is none."""
    return list(_read(data))


def _read(data: bytes) -> Iterator[Element]:
    at = 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & LONG_FORM:
            start += length & ~LONG_FORM
            length = int.from_bytes(data[at + 2 : start], "big")
        at = start + length
        if at > len(data):
            msg = "an element is longer than what holds it"
            raise ValueError(msg)
        yield tag, data[start:at]
