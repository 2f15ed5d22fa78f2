"""JSON that is nested deeper than a decoder follows, without what is too deep in it."""

import re
from collections.abc import Iterator
from typing import Final

LEVELS: Final = 128
"""How deep objects and lists stay. No object of Kubernetes nests as deep, nor does a valid resource
(rule nesting), so that whoever looks at what was cut finds it too deep all the same."""

IN_PLACE: Final = b"null"
NEXT_BRACKETS: Final = re.compile(
    rb"""(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[{]++|[\]}]++)""", re.DOTALL
)
"""What comes before the next brackets, and these: strings, which may have some, are skipped whole.
Nothing in it is tried twice, so that the time follows the length."""


def without_depths(text: bytes, levels: int = LEVELS) -> bytes:
    """Return JSON with null in the place of each object and list below so many levels.

    What is no JSON stays none.
    """
    return b"".join(_kept(text, levels))


def _kept(text: bytes, levels: int) -> Iterator[bytes]:
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
