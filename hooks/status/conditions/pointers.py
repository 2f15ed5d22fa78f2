"""Where to read on: what is wrong has a section in docs/troubleshooting.md, named by its reason."""

from dataclasses import replace

from hooks.status.condition import LONGEST_MESSAGE, Condition

PAGE = "docs/troubleshooting.md"
NOT_DECIDED = "Unknown"


def pointed(condition: Condition, cause: Condition) -> Condition:
    """Return the condition with the cause's section at the end of its message, within its limit.

    What goes on by itself, such as a roll-out, needs no reading.
    """
    if _goes_on_by_itself(cause):
        return condition
    pointer = f"; {PAGE}#{cause.reason.lower()}"
    message = condition.message[: LONGEST_MESSAGE - len(pointer)]
    return replace(condition, message=message + pointer)


def _goes_on_by_itself(cause: Condition) -> bool:
    return cause.passes or cause.status == NOT_DECIDED
