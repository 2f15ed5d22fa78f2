"""JSON as kubectl reads it where a text begins with `{`: one document after another.

YAML has most of JSON, but neither characters in two halves, as many writers escape them, nor keys
of more than 1,024 characters.
"""

import json
import re
from collections.abc import Iterator
from math import isfinite
from typing import Any, Final, NoReturn

LEAST_INTEGER, MOST_INTEGER = -(2**63), 2**64 - 1
"""Whole numbers beyond are read as floats."""
LONGEST_INTEGER: Final = len(str(LEAST_INTEGER))

BEGIN: Final = re.compile(r"[ \t\r\n]*(?=\{)")
BETWEEN: Final = re.compile(r"[ \t\r\n]*(?:(?<=\n)---[ \t]*(?:\r?\n|\Z)[ \t\r\n]*)*")
"""Space, and the lines that part documents in YAML, which kubectl takes there, too."""
TOKEN: Final = re.compile(r"""([\[{])|([\]}])|"(?:[^"\\]++|\\.)*+"?|[^\s\[\]{},:"]++""", re.DOTALL)
"""What opens or closes, and values. A text without an end is one as well, so that nothing is
looked at twice."""
ESCAPE: Final = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\[^u])"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""Both halves of a character, or an escape without digits; else half a character."""
REPLACEMENT: Final = r"\ufffd"
"""What kubectl reads where half a character stands alone, which no UTF-8 can say."""


def json_documents(text: str, levels: int, most_parts: int) -> list[Any] | None:
    """Return the documents of a text; None where it is no JSON, begins otherwise, or is too much.

    What is too much is told before anything is made of it.
    """
    begin = BEGIN.match(text)
    if begin is None or not _is_within(text, levels, most_parts):
        return None
    try:
        return [*_decoded(ESCAPE.sub(_whole, text), begin.end())]
    except ValueError:
        return None


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


def _decoded(text: str, place: int) -> Iterator[Any]:
    while place < len(text):
        document, place = DECODER.raw_decode(text, place)
        yield document
        space = BETWEEN.match(text, place)
        place = space.end() if space else place


def _whole(escape: re.Match[str]) -> str:
    return escape[1] or REPLACEMENT


def whole_number(digits: str, base: int = 10) -> int | float:
    """Return a whole number, as a float where it has no place in 64 bits."""
    value = int(digits, base)
    return value if LEAST_INTEGER <= value <= MOST_INTEGER else float(value)


def number(text: str) -> int | float:
    """Return a number with a point or an exponent: `1e3` is 1000, which the API server gets.

    Raises ValueError for one beyond all floats.
    """
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    is_whole = value.is_integer() and LEAST_INTEGER <= value < -LEAST_INTEGER
    return int(value) if is_whole else value


def _integer(text: str) -> int | float:
    return whole_number(text) if len(text) <= LONGEST_INTEGER else number(text)


def _constant(text: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python takes."""
    raise ValueError(text)


DECODER: Final = json.JSONDecoder(parse_int=_integer, parse_float=number, parse_constant=_constant)
