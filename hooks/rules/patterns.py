"""Patterns of names and texts that several rules ask for, the same in Python and in CEL (RE2)."""

DNS_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
DNS_NAME = rf"{DNS_LABEL}(\.{DNS_LABEL})*"
LABEL_VALUE = r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
LABEL_NAME = rf"({DNS_NAME}/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
ANNOTATION_NAME = LABEL_NAME.replace("a-z0-9", "A-Za-z0-9").replace("A-ZA-Z", "A-Z")
VARIABLE = r"[ -<>-~]+"

LONGEST_LABEL = 63
LONGEST_NAME = 253

_NAME = r"[^\x00-\x20\x7f/@?#:,;\\\[\]]+"
_IPV6 = r"[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9_.-]+)?"
HOST = rf"{_NAME}|{_IPV6}|\[{_IPV6}\]"
PORT = r"[0-9]{1,5}"
HIGHEST_PORT = 65535

BLANKS = r" \t-\r"
"""Part of a class of characters, as RE2 and Python disagree on those of their own for it."""

_BLANK = f"[{BLANKS}]*"
_DIGIT = f"([A-Za-z0-9+/]{_BLANK})"
BASE64 = f"{_BLANK}({_DIGIT}{{4}})*({_DIGIT}{{2}}(={_BLANK}){{2}}|{_DIGIT}{{3}}={_BLANK})?"
