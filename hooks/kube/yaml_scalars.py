"""A scalar of YAML as kubectl and the API server read it.

It is what sigs.k8s.io/yaml makes of it, which reads like go.yaml.in/yaml/v2 (`resolve.go`, v2.4)
and then writes JSON: `y` is true, `12:30` and a date are texts, `08` and `1e3` are numbers.
`tests/fixtures/yaml/read.json` contains what kubectl makes of about a hundred texts.
"""

import re
import struct
from base64 import b64decode
from math import inf, isfinite, isnan
from typing import Final, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

TAG: Final = "tag:yaml.org,2002:"
TEXT, BINARY = f"{TAG}str", f"{TAG}binary"
NULL, BOOLEAN, INTEGER = f"{TAG}null", f"{TAG}bool", f"{TAG}int"
FLOAT, TIMESTAMP = f"{TAG}float", f"{TAG}timestamp"
RESOLVED: Final = frozenset((TEXT, NULL, BOOLEAN, INTEGER, FLOAT, TIMESTAMP))
"""The tags that define the type of a scalar; a scalar with another tag is a text."""

LEAST_INTEGER, MOST_INTEGER = -(2**63), 2**63 - 1
MOST_UNSIGNED: Final = 2**64 - 1
LONGEST_DIGITS: Final = 64
"""Digits of a number that fits into 64 bits, in any base."""

NUMBER_BEGINS: Final = frozenset("+-0123456789")
WHOLE: Final = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]*)|([1-9][0-9]*))"
)
BASES: Final = (16, 8, 2, 8, 10)
"""The bases of the groups of `WHOLE` after the sign."""
SIGNED_BINARY: Final = re.compile(r"0b([-+][01]+)")
"""What Go reads after `0b` if it has not found a number yet."""
DECIMAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
FRACTION: Final = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
"""Numbers that begin with a point: Go itself reads them, with `_` only between digits."""
DAY: Final = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(?:Z|[-+](\d\d):(\d\d))"
    r"| (\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?)?",
    re.ASCII,
)
HOURS, MINUTES = 24, 60
MOST_OF_TIME: Final = (HOURS - 1, MINUTES - 1, MINUTES - 1, HOURS, MINUTES)
"""Hour, minute, second; hour and minute of the offset, for which Go accepts 24 and 60."""
DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FEBRUARY, DAYS_OF_FEBRUARY = 2, 28

DIGITS_OF_FLOAT: Final = 9
"""This many digits distinguish all floats of 32 bits."""
LEAST_EXPONENT, PLAIN_EXPONENTS = -4, 6
"""The powers of ten that are written without an exponent."""


def _in_all_forms(words: str) -> list[str]:
    return [form for word in words.split() for form in (word, word.capitalize(), word.upper())]


WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(_in_all_forms("y yes true on"), True),
    **dict.fromkeys(_in_all_forms("n no false off"), False),
    **dict.fromkeys(_in_all_forms("null"), None),
    "": None,
    "~": None,
    **{f"{sign}.{form}": inf for sign in ("", "+") for form in ("inf", "Inf", "INF")},
    **{f"-.{form}": -inf for form in ("inf", "Inf", "INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


class NotOfItsTag(ValueError):
    """A scalar does not have the type of its tag."""


def scalar(text: str, tag: str | None, *, is_plain: bool) -> Scalar:
    """Return the value of a scalar; raises NotOfItsTag.

    `is_plain`: it has neither quotes nor a tag. Numbers stay as they are written: a float may be
    whole, or infinite.
    """
    if tag is None:
        return _resolved(text) if is_plain else text
    if tag == BINARY:
        return _decoded(text)
    if tag not in RESOLVED or tag == TEXT:
        return text
    if tag == TIMESTAMP:
        return _day(text)
    value = _resolved(text)
    if tag == FLOAT and isinstance(value, int) and _type(value) == INTEGER and _is_signed(value):
        return float(value)
    if _type(value) != tag:
        raise NotOfItsTag
    return value


def as_json(value: Scalar) -> Scalar:
    """Return what the API server gets: whole numbers within 64 bits as integers, others as floats.

    Raises ValueError for a number that JSON does not have.
    """
    if isinstance(value, int):
        return value if LEAST_INTEGER <= value <= MOST_INTEGER else float(value)
    if not isinstance(value, float):
        return value
    if not isfinite(value):
        raise ValueError
    is_whole = value.is_integer() and abs(value) < -LEAST_INTEGER
    return _written_whole(value) if is_whole else value


def _written_whole(value: float) -> int:
    """Return the whole number that a float becomes when written with its shortest digits."""
    digits, _, exponent = repr(value).partition("e")
    whole, _, fraction = digits.partition(".")
    if not exponent:
        return int(whole)
    return int((whole + fraction).ljust(int(exponent) + len(whole), "0"))


def as_name(value: Scalar) -> str:
    """Return the name of a field for a scalar key; raises ValueError if it cannot be a name."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _short_float(value)
    if value is None or not _is_signed(value):
        raise ValueError
    return str(value)


def _resolved(text: str) -> Scalar:
    """Return the value that a scalar without a tag looks like."""
    if text in WORDS:
        return WORDS[text]
    if text[0] == ".":
        found = _finite(text.replace("_", "")) if FRACTION.fullmatch(text) else None
        return text if found is None else found
    if text[0] not in NUMBER_BEGINS:
        return text
    plain = text.replace("_", "")
    number: int | float | None = _whole(plain)
    if number is None and DECIMAL.fullmatch(plain):
        number = _finite(plain)
    return text if number is None else number


def _whole(text: str) -> int | None:
    """Return a whole number that fits into 64 bits, signed or unsigned."""
    if (signed := SIGNED_BINARY.fullmatch(text)) is not None:
        return int(signed[1], 2)
    found = WHOLE.fullmatch(text)
    if found is None:
        return None
    sign, *forms = found.groups()
    digits, base = next(form for form in zip(forms, BASES, strict=True) if form[0] is not None)
    if len(digits) > LONGEST_DIGITS and digits.lstrip("0")[LONGEST_DIGITS:]:
        return None
    value = int(digits or "0", base)
    if sign == "-":
        return -value if value <= -LEAST_INTEGER else None
    return value if value <= (MOST_INTEGER if sign else MOST_UNSIGNED) else None


def _finite(text: str) -> float | None:
    """Return a number with a point or an exponent; None if it is larger than any float."""
    value = float(text)
    return value if isfinite(value) else None


def _decoded(text: str) -> str:
    try:
        content = b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except ValueError:
        raise NotOfItsTag from None
    return content.decode(errors="replace")


def _day(text: str) -> str:
    """Return a text with the tag for times; raises NotOfItsTag if it is not a time."""
    found = DAY.fullmatch(text)
    if found is None:
        raise NotOfItsTag
    year, month, day, *parts = (int(part or "0") for part in found.groups())
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    of_month = dict(enumerate(DAYS, start=1)).get(month, 0) - (month == FEBRUARY and not is_leap)
    limits = (*MOST_OF_TIME, *MOST_OF_TIME[:3])
    if not 0 < day <= of_month or any(map(int.__gt__, parts, limits)):
        raise NotOfItsTag
    return text


def _type(value: Scalar) -> str:
    return TYPES[type(value)]


TYPES: Final = {str: TEXT, bool: BOOLEAN, int: INTEGER, float: FLOAT, type(None): NULL}


def _is_signed(value: Scalar) -> bool:
    return isinstance(value, int) and value <= MOST_INTEGER


def _short_float(value: float) -> str:
    """Return the shortest text of the same float of 32 bits, as Go writes it with `%g`."""
    try:
        (narrow,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        narrow = inf if value > 0 else -inf
    if not isfinite(narrow):
        return ".nan" if isnan(narrow) else ".inf" if narrow > 0 else "-.inf"
    digits = next(count for count in range(1, DIGITS_OF_FLOAT + 1) if _is_enough(narrow, count))
    mantissa, _, exponent = f"{narrow:.{digits - 1}e}".partition("e")
    if not LEAST_EXPONENT <= int(exponent) < PLAIN_EXPONENTS:
        return f"{mantissa}e{exponent}"
    return f"{narrow:.{max(digits - 1 - int(exponent), 0)}f}"


def _is_enough(narrow: float, digits: int) -> bool:
    written = float(f"{narrow:.{digits - 1}e}")
    try:
        return bool(struct.pack("f", written) == struct.pack("f", narrow))
    except OverflowError:
        return False
