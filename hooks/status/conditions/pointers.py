"""Where to read more: each problem has a section in troubleshooting.md, named by its reason."""

import re
from dataclasses import replace
from typing import Final

from hooks.facts import Facts
from hooks.status.condition import LONGEST_MESSAGE, Condition

PAGE = "troubleshooting.md"
UNKNOWN = "Unknown"
DOCS_OF_PAGE: Final = re.compile(r"(?<![\w./-])docs(?=/[a-z-]+\.md\b)")
"""The directory of a page in the repository, as messages name it."""


def linked(condition: Condition, facts: Facts) -> Condition:
    """Return the condition with links to the pages that its message names."""
    message = DOCS_OF_PAGE.sub(lambda _: facts.docs_url, condition.message)
    return replace(condition, message=message)


def pointed(condition: Condition, cause: Condition, facts: Facts) -> Condition:
    """Return the condition with the cause's section at the end of its message, within its limit.

    A condition that resolves by itself, such as during a rollout, needs no link.
    """
    if _resolves_by_itself(cause):
        return condition
    pointer = f"; {facts.page(PAGE)}#{cause.reason.lower()}"
    message = condition.message[: LONGEST_MESSAGE - len(pointer)]
    return replace(condition, message=message + pointer)


def _resolves_by_itself(cause: Condition) -> bool:
    return cause.passes or cause.status == UNKNOWN
