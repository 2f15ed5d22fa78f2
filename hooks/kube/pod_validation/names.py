"""Names, keys, paths and ports that Kubernetes accepts (`IsDNS1123Subdomain` and similar)."""

import re
from collections.abc import Callable
from typing import Any, Final

from hooks.kube.pod_validation.checks import (
    NOT_EMPTY,
    Check,
    Found,
    both,
    optional,
    problem,
    text,
    unless,
    within,
)

DNS_LABEL: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
DNS_NAME: Final = rf"{DNS_LABEL}(\.{DNS_LABEL})*"
OF_LABELS: Final = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
LONGEST_LABEL: Final = 63
LONGEST_NAME: Final = 253
LONGEST_KEY: Final = LONGEST_NAME + len("/") + LONGEST_LABEL
LONGEST_PORT_NAME: Final = 15
HIGHEST_PORT: Final = 65535
HIGHEST_MODE: Final = 0o777
LARGEST_INT32: Final = 2**31 - 1
AT_ENDS: Final = "with a letter or digit at both ends"


def _full(pattern: str, longest: int) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: len(value) <= longest and compiled.fullmatch(value) is not None


def matching(pattern: str, longest: int, message: str) -> Check:
    """Return the check that a whole text matches a pattern, and is not too long."""
    return text(
        _full(pattern, longest), message, {"pattern": f"^({pattern})$", "maxLength": longest}
    )


SHORT_NAME: Final = matching(
    DNS_LABEL,
    LONGEST_LABEL,
    f"must be at most {LONGEST_LABEL} lower case letters, digits and '-', {AT_ENDS}",
)
NAME: Final = matching(
    DNS_NAME,
    LONGEST_NAME,
    f"must be at most {LONGEST_NAME} lower case letters, digits, '-' and '.', {AT_ENDS}",
)
LABEL_VALUE: Final = matching(
    f"({OF_LABELS})?",
    LONGEST_LABEL,
    f"must be at most {LONGEST_LABEL} letters, digits, '-', '_' and '.', {AT_ENDS}",
)
ENTRY: Final = matching(
    r"(\.?[-_a-zA-Z0-9][-._a-zA-Z0-9]*)",
    LONGEST_NAME,
    f"must be the name of an entry: at most {LONGEST_NAME} letters, digits, '-', '_' and '.', "
    "not starting with '..'",
)

_is_label_name = _full(rf"({DNS_NAME}/)?{OF_LABELS}", LONGEST_KEY)


def is_label_name(value: str) -> bool:
    """Return whether a text is the name of a label."""
    prefix, _, rest = value.rpartition("/")
    fits = len(rest) <= LONGEST_LABEL and len(prefix) <= LONGEST_NAME
    return fits and _is_label_name(value)


LABEL_NAME: Final = text(
    is_label_name,
    f"must be the name of a label: at most {LONGEST_LABEL} letters, digits, '-', '_' and '.', "
    "after an optional domain in lower case and '/'",
    {"pattern": rf"^({DNS_NAME}/)?{OF_LABELS}$", "maxLength": LONGEST_KEY},
)
ANNOTATION_NAME: Final = text(
    lambda value: is_label_name(value.lower()),
    f"must be the name of an annotation: at most {LONGEST_LABEL} letters, digits, '-', '_' and "
    "'.', after an optional domain and '/'",
)


# Paths.


def goes_up(path: str) -> bool:
    """Return whether a path contains a step upwards."""
    return ".." in path.split("/")


NO_WAY_UP: Final = text(lambda path: not goes_up(path), "must not contain '..'")
RELATIVE: Final = text(
    lambda path: not path.startswith("/") and not goes_up(path),
    "must be a relative path: without a leading '/' and without '..'",
    {"pattern": "^[^/]|^$"},
)
LOCAL: Final = both(
    RELATIVE,
    text(lambda path: not path.startswith(".."), "must not start with '..'"),
)
"""For a file in a volume: names that begin with two dots are reserved for Kubernetes."""
ABSOLUTE: Final = text(
    lambda path: path.startswith("/"), "must be an absolute path: start it with '/'"
)
MODE: Final = within(0, HIGHEST_MODE, " (0777): in YAML 0644 is an octal number, in JSON write 420")


# Ports.

PORT: Final = within(1, HIGHEST_PORT)
_PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def _port_or_name(value: Any) -> Found:
    if not isinstance(value, str):
        return PORT.find(value)
    if len(value) <= LONGEST_PORT_NAME and _PORT_NAME.fullmatch(value):
        return ()
    return problem(
        f"must be a number from 1 to {HIGHEST_PORT} without quotes, or the name of a port: at "
        f"most {LONGEST_PORT_NAME} lower case letters, digits and single '-', with at "
        "least one letter"
    )


PORT_OR_NAME: Final = Check(_port_or_name)
OPTIONAL_NAME: Final = optional(NAME)
OPTIONAL_SHORT_NAME: Final = optional(SHORT_NAME)
REQUIRED_NAME: Final = both(NOT_EMPTY, NAME)
COUNT: Final = within(0, LARGEST_INT32)
NOT_ZERO: Final = within(1, LARGEST_INT32)
VARIABLE: Final = unless(
    lambda name: isinstance(name, str) and re.fullmatch(r"[ -<>-~]+", name) is not None,
    "must be the name of a variable: printable ASCII characters other than '='",
)
