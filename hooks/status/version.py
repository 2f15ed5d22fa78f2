"""The version of the service as the status shows it."""

import re

SEMANTIC_VERSION = re.compile(r"v?(\d+\.\d+\.\d+(?:[-+][-+.0-9A-Za-z]+)?)")


def shown_version(operator_version: str) -> str:
    """Return the version if it is a semantic one, "" for that of a branch's build."""
    found = SEMANTIC_VERSION.fullmatch(operator_version)
    return found[1] if found else ""
