"""Secret values with a mark, found wherever they end: as they are, or in base64."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from typing import Any

from hooks.wire import encode
from tests.property import specs

FOUND = re.compile(rf"{specs.MARK}-([-a-zA-Z0-9]+)\.end")
BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")


def found_in(value: Any) -> set[str]:
    """Return the roles of the secrets in a value, plain or base64-encoded."""
    text = value if isinstance(value, str) else encode({"": value}).decode()
    return {role for each in (text, *_decoded(text)) for role in FOUND.findall(each)}


def _decoded(text: str) -> Iterator[str]:
    """Yield what is base64-encoded in a text, twice encoded too."""
    for each in BASE64.findall(text):
        try:
            inner = b64decode(each, validate=True).decode()
        except (NotBase64, UnicodeDecodeError):
            continue
        yield inner
        yield from _decoded(inner)
