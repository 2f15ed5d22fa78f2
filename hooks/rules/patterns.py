"""Patterns of names and texts that several rules use, the same in Python and in CEL (RE2)."""

DNS_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
DNS_NAME = rf"{DNS_LABEL}(\.{DNS_LABEL})*"
LABEL_VALUE = r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
LABEL_NAME = rf"({DNS_NAME}/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
ANNOTATION_NAME = LABEL_NAME.replace("a-z0-9", "A-Za-z0-9").replace("A-ZA-Z", "A-Z")
VARIABLE = r"[ -<>-~]+"
UPWARDS = r"(^|/)\.\.(/|$)"

LONGEST_LABEL = 63
LONGEST_NAME = 253

_NAME = r"[^\x00-\x20\x7f/@?#:,;\\\[\]]+"
_IPV6 = r"[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9_.-]+)?"
HOST = rf"{_NAME}|{_IPV6}|\[{_IPV6}\]"
HIGHEST_PORT = 65535
PORT = (
    "0{0,4}[1-9]|0{0,3}[1-9][0-9]|0{0,2}[1-9][0-9]{2}|0?[1-9][0-9]{3}|"
    "[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
)
"""A number from 1 to the highest port with at most five digits, with or without leading zeros."""

BLANKS = r" \t-\r"
"""Part of a character class: RE2 and Python disagree on their own classes for blanks."""


def _base64(any_number: str) -> str:
    """Return the pattern with this quantifier for its repetitions."""
    blank = f"[{BLANKS}]{any_number}"
    digit = f"([A-Za-z0-9+/]{blank})"
    end = f"{digit}{{2}}(={blank}){{2}}|{digit}{{3}}={blank}"
    return f"{blank}({digit}{{4}}){any_number}({end})?"


BASE64 = _base64("*")
BASE64_IN_PYTHON = _base64("*+")
"""The same without backtracking, for which Python records each step: RE2 never does."""
