"""DER, the encoding of certificates and keys: each element is a tag, a length and its content."""

from collections.abc import Iterator
from typing import Final, TypeAlias

Element: TypeAlias = tuple[int, bytes]
"""Tag and content."""

SEQUENCE: Final = 0x30
LONG_FORM: Final = 0x80
"""From this value on, a length is the number of bytes in which the actual length is written."""


def elements(data: bytes) -> list[Element]:
    """Return the consecutive elements; raises ValueError or IndexError for malformed data."""
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
