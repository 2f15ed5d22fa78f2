"""Nodes, reasons and times in words, for the commands about placement."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from hooks.placement.reasons import Reason
from hooks.placement.requests import CPU, MEMORY, Amounts

MOST_NODES: Final = 5
"""So many nodes are named in a line; JSON has all."""
GIBI: Final = 2**30
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def nodes_text(nodes: Sequence[str]) -> str:
    """Return how many nodes it is, and the first of them."""
    more = len(nodes) - MOST_NODES
    named = ", ".join(nodes[:MOST_NODES]) + (f" and {more} more" if more > 0 else "")
    return f"{number(len(nodes), 'node')} ({named})"


def reasons_text(reasons: Iterable[Reason], *, with_details: bool) -> str:
    """Return the reasons in a line; details only where it is about one node."""
    return "; ".join(
        f"{reason.text} ({reason.detail})" if with_details and reason.detail else reason.text
        for reason in reasons
    )


def number(count: int, thing: str) -> str:
    """Return how many things there are."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def cpu_and_memory(requested: Amounts) -> tuple[str, str]:
    """Return what is requested of both, the memory in Gi."""
    cpu, memory = (requested.get(name, Decimal()) for name in (CPU, MEMORY))
    return f"{cpu.normalize():f}", f"{round(memory / GIBI, 2).normalize():f}Gi"


def duration_text(seconds: float) -> str:
    """Return a time, in the two largest units."""
    left = round(seconds)
    for size, unit, smaller, its_unit in (
        (DAY, "d", HOUR, "h"),
        (HOUR, "h", MINUTE, "min"),
        (MINUTE, "min", 1, "s"),
    ):
        if left >= size:
            rest = left % size // smaller
            return f"{left // size} {unit}" + (f" {rest} {its_unit}" if rest else "")
    return f"{left} s"
