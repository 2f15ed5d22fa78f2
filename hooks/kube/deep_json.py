"""JSON that is nested deeper than a decoder accepts, without its parts that are too deep."""

import re
from collections.abc import Iterator
from typing import Final

LEVELS: Final = 128
"""How many levels of objects and lists are kept. No object of Kubernetes nests as deep, nor does a
valid resource (rule nesting), so that any check of the truncated value still finds it too deep."""

IN_PLACE: Final = b"null"
NEXT_BRACKETS: Final = re.compile(
    rb"""(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[{]++|[\]}]++)""", re.DOTALL
)
"""What comes before the next brackets, and the brackets. Strings may contain some and are skipped
whole. Nothing is matched twice, so that the time is linear in the length."""


def without_depths(text: bytes, levels: int = LEVELS) -> bytes:
    """Return JSON with null in place of each object and list below this many levels.

    A text that is not JSON does not become JSON.
    """
    return b"".join(_shallow_parts(text, levels))


def _shallow_parts(text: bytes, levels: int) -> Iterator[bytes]:
    depth, begin, end = 0, 0, 0
    while found := NEXT_BRACKETS.match(text, end):
        brackets, end, before = found[1], found.end(), depth
        if brackets[0] in b"[{":
            depth += len(brackets)
            if before <= levels < depth:
                yield text[begin : end - (depth - levels)]
        else:
            depth -= len(brackets)
            if depth <= levels < before:
                yield IN_PLACE
                begin = end - (levels - depth)
    if depth <= levels:
        yield text[begin:]
