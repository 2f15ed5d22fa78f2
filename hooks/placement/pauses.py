"""How long after a pod was available the next one was made, in the last rollout of a DaemonSet."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Life:
    """When a pod was made, and when it was available, in whole seconds."""

    made: float
    available: float


def pauses(lives: Sequence[Life], at_once: int) -> list[float]:
    """Return the pauses between pods that a rollout made, `at_once` of them at the same time.

    Each pod that was available let one be made, in this order. Nothing is returned if another
    number was made at first: the pods are then of no rollout, or of one with another strategy.
    """
    if not lives:
        return []
    made = sorted(life.made for life in lives)
    available = sorted(life.available for life in lives)
    least, most = bisect_left(made, available[0]), bisect_right(made, available[0])
    if not least <= at_once <= most:
        return []
    return [time - before for before, time in zip(available, made[at_once:], strict=False)]
