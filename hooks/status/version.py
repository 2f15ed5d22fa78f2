"""The version of the service as the status tells it."""

import re

SEMANTIC_VERSION = re.compile(r"v?(\d+\.\d+\.\d+(?:[-+][-+.0-9A-Za-z]+)?)")


def told_version(operator_version: str) -> str:
    """Return the version if it is a semantic one, "" for what only a build of a branch has."""
    found = SEMANTIC_VERSION.fullmatch(operator_version)
    return found[1] if found else ""
