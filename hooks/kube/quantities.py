"""Kubernetes quantities (`500m`, `1Gi`, `2e3`) in the spelling that the API server stores.

Follows `ParseQuantity` and `CanonicalizeBytes` of k8s.io/apimachinery `pkg/api/resource` (v0.36),
quirks included: what we return must be equal, byte by byte, to what the server returns.
"""

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Self

_MILLI = -3
_NANO = -9
_KIBI = 1024
_LARGEST_BINARY = 2**63 - 1
# Far beyond any meaningful value. The server accepts more, at a cost that grows with the exponent.
_LARGEST_EXPONENT = 1000
LONGEST = 200
# Numbers with so few digits take the server's fast path, the only one that can keep a spelling.
_FAST_DECIMAL_DIGITS = 18
_FAST_BINARY_DIGITS = 14
# What Go's encoding/json writes without an exponent.
_SMALLEST_PLAIN, _LARGEST_PLAIN = 1e-6, 1e21

# No digit can match in two ways: the matcher would try both for each zero.
_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?P<zeros>0*+)(?P<whole>[0-9]*+)(?:\.(?P<fraction>[0-9]*+))?"
    r"(?:(?P<binary>[KMGTPE]i)|(?P<decimal>[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]++))?"
)
_BINARY_EXPONENTS = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_EXPONENTS = {
    "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
}  # fmt: skip
_BINARY_SUFFIXES = ("", *_BINARY_EXPONENTS)
_DECIMAL_SUFFIXES = {exponent: suffix for suffix, exponent in _DECIMAL_EXPONENTS.items()}


class InvalidQuantity(ValueError):
    """Not a quantity that the API server accepts; the message does not contain the value."""

    def __init__(self) -> None:
        """Take no arguments: every instance has the same message."""
        super().__init__('is not a Kubernetes quantity such as "500m", "1.5" or "512Mi"')


def canonical_quantity(value: str | float) -> str:
    """Return the quantity as the API server stores it: `0.5` becomes `500m`, `1024Mi` `1Gi`.

    Takes any JSON string or number. Anything finer than a nano is rounded away from zero. Raises
    InvalidQuantity.
    """
    return _canonical(_text(value), _NANO)


def canonical_amount(value: str | float) -> str:
    """Return a quantity as it is stored in a list of resources (`limits`, `requests`).

    There the server rounds to milli, away from zero (SetDefaults_ResourceList of core/v1). Raises
    InvalidQuantity.
    """
    return _canonical(_text(value), _MILLI)


def quantity_value(value: str | float) -> Decimal:
    """Return the quantity's value in its base unit (cores, bytes), for comparisons.

    It is the server's value: rounded to a nano, capped at 2**63 - 1 with a binary suffix, otherwise
    exact. Raises InvalidQuantity.
    """
    number = _parse(_text(value))
    return Decimal(f"{number.unscaled}E{number.scale}")


@dataclass(frozen=True, slots=True)
class _Number:
    """`unscaled * 10 ** scale`, and its spelling."""

    unscaled: int
    scale: int
    is_binary: bool = False
    is_exponential: bool = False
    keeps_spelling: bool = False

    def rounded(self, scale: int) -> Self:
        """Return the number without digits finer than 10 ** scale, rounded away from zero."""
        if self.scale >= scale:
            return self
        magnitude = -(-abs(self.unscaled) // 10 ** (scale - self.scale))
        unscaled = magnitude if self.unscaled > 0 else -magnitude
        return replace(self, unscaled=unscaled, scale=scale, keeps_spelling=False)

    def whole(self) -> int | None:
        """Return the value if it is an integer."""
        if self.scale >= 0:
            factor: int = 10**self.scale
            return self.unscaled * factor
        value, rest = divmod(self.unscaled, 10**-self.scale)
        return None if rest else value


def _text(value: str | float) -> str:
    """Return the spelling of a value in the JSON that reaches the API server (written by Go)."""
    if isinstance(value, str):
        return value.strip(" ")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidQuantity
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        raise InvalidQuantity
    return _go_float(value)


def _go_float(value: float) -> str:
    """Return the float as Go's encoding/json writes it."""
    exact = Decimal(repr(value)).normalize()
    if value == 0 or _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        return f"{exact:f}"
    mantissa, _, exponent = f"{exact:e}".partition("e")
    return f"{mantissa}e{int(exponent):+d}"


@lru_cache(maxsize=4096)
def _canonical(text: str, finest: int) -> str:
    number = _parse(text).rounded(finest)
    if number.keeps_spelling:
        return text
    if number.unscaled == 0:
        return "0"
    value = number.whole() if number.is_binary else None
    if value is not None and abs(value) >= _KIBI:
        return _in_powers_of_1024(value)
    return _in_powers_of_1000(number)


def _parse(text: str) -> _Number:
    # Check the length first: the expression tries each division of the digits before a wrong end.
    match = _QUANTITY.fullmatch(text) if 0 < len(text) <= LONGEST else None
    if match is None:
        raise InvalidQuantity
    parts = match.groupdict(default="")
    number = _binary(parts) if parts["binary"] else _decimal(parts)
    return number.rounded(_NANO)


def _decimal(parts: dict[str, str]) -> _Number:
    """Read a number with a decimal suffix, an exponent or neither."""
    digits = (parts["whole"] or "0") + parts["fraction"]
    scale = _decimal_exponent(parts) - len(parts["fraction"])
    is_fast = len(digits) <= _FAST_DECIMAL_DIGITS and scale >= _NANO
    is_in_thousands = scale % 3 == 0 and parts["whole"] != "" and not digits.endswith("000")
    return _Number(
        unscaled=_unscaled(parts, is_fast=is_fast),
        scale=scale,
        is_exponential=parts["exponent"] != "",
        keeps_spelling=is_fast and is_in_thousands,
    )


def _decimal_exponent(parts: dict[str, str]) -> int:
    if not parts["exponent"]:
        return _DECIMAL_EXPONENTS[parts["decimal"]]
    exponent = int(parts["exponent"])
    if abs(exponent) > _LARGEST_EXPONENT:
        raise InvalidQuantity
    return exponent


def _binary(parts: dict[str, str]) -> _Number:
    """Read a number with a binary suffix; the server caps it at the largest int64."""
    exponent = _BINARY_EXPONENTS[parts["binary"]]
    digits = (parts["whole"] or "0") + parts["fraction"]
    is_fast = not parts["fraction"] and len(digits) + exponent * 3 // 10 <= _FAST_BINARY_DIGITS
    unscaled = _unscaled(parts, is_fast=is_fast)
    limit = _LARGEST_BINARY * 10 ** len(parts["fraction"])
    return _Number(
        unscaled=max(-limit, min(unscaled << exponent, limit)),
        scale=-len(parts["fraction"]),
        is_binary=True,
        keeps_spelling=is_fast and unscaled % 8 != 0,
    )


def _unscaled(parts: dict[str, str], *, is_fast: bool) -> int:
    """Return the number's digits, without its point, as an integer."""
    digits = parts["zeros"] + parts["whole"] + parts["fraction"]
    if not digits and not is_fast:  # The fast path reads "-" and "Ki" as 0.
        raise InvalidQuantity
    magnitude = int(digits or "0")
    return -magnitude if parts["sign"] == "-" else magnitude


def _in_powers_of_1024(value: int) -> str:
    power = 0
    while value % _KIBI == 0:
        value //= _KIBI
        power += 1
    return f"{value}{_BINARY_SUFFIXES[power]}"


def _in_powers_of_1000(number: _Number) -> str:
    unscaled, exponent = number.unscaled, number.scale
    while unscaled % 10 == 0:
        unscaled //= 10
        exponent += 1
    unscaled *= 10 ** (exponent % 3)
    exponent -= exponent % 3
    if number.is_exponential:
        return f"{unscaled}e{exponent}" if exponent else str(unscaled)
    # The server also omits the suffix if none exists (1000E and more).
    return f"{unscaled}{_DECIMAL_SUFFIXES.get(exponent, '')}"
