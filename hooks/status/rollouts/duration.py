"""How long the rollout of a DaemonSet takes: as long per pod as the part that is done.

The times are those of writes that the API server recorded in `metadata.managedFields`: of the
template, by whoever asked for the rollout, and of the status, by the controller that counts its
pods. So the text changes only with the counts.
"""

import re
from math import ceil
from typing import Final

from hooks.kube.managed_fields import status_written, written_part
from hooks.kube.objects import Obj, as_object
from hooks.kube.times import seconds_between
from hooks.kube.workloads import ON_DELETE
from hooks.observed.rollout import count

MINUTE = 60
HUNDRED = 100
USUAL_UNAVAILABLE: Final = 1
"""How many pods are replaced at once if a DaemonSet does not say it."""
SHARE: Final = re.compile(r"0*([0-9]{1,3})%?")
"""Kubernetes takes any number of zeros before a share; Python reads no more than 4,300 digits."""


def remaining_time(daemonset: Obj) -> str:
    """Return how many pods are left, how many are replaced at once, and about how long that takes.

    It gives no time before the first pod is done.
    """
    left = _desired(daemonset) - count(daemonset, "updatedNumberScheduled")
    if _strategy(daemonset).get("type") == ON_DELETE:
        return f"{left} left, each once you delete its old pod"
    pace = f"{left} left, {_at_once(daemonset)} at a time"
    minutes = _minutes(daemonset)
    return f"{pace}, about {minutes} min" if minutes else pace


def most_unavailable(daemonset: Obj) -> int:
    """Return how many nodes may be without an available pod during a rollout."""
    unavailable, surge = _sides(daemonset)
    return unavailable if unavailable or surge else USUAL_UNAVAILABLE


def _at_once(daemonset: Obj) -> int:
    return max(USUAL_UNAVAILABLE, *_sides(daemonset))


def _sides(daemonset: Obj) -> tuple[int, int]:
    """Return how many pods may be unavailable, and how many more there may be."""
    rolling, desired = as_object(_strategy(daemonset).get("rollingUpdate")), _desired(daemonset)
    return _number(rolling.get("maxUnavailable"), desired), _number(
        rolling.get("maxSurge"), desired
    )


def _number(side: object, desired: int) -> int:
    """Return a number of pods, or a share of them, which Kubernetes rounds up."""
    if isinstance(side, int):
        return side
    share = SHARE.fullmatch(side) if isinstance(side, str) else None
    return -(-desired * int(share[1]) // HUNDRED) if share else 0


def _minutes(daemonset: Obj) -> int:
    """Return how long the rest takes at the pace so far, 0 if that is not known."""
    done = _done(daemonset)
    begun = written_part(daemonset, "spec", "template")
    seconds = seconds_between(begun, status_written(daemonset))
    if done <= 0 or seconds <= 0:
        return 0
    return ceil(seconds * (_desired(daemonset) - done) / done / MINUTE)


def _done(daemonset: Obj) -> int:
    """Return how many new pods are certainly available: unavailable ones may be new pods."""
    unavailable = max(0, _desired(daemonset) - count(daemonset, "numberAvailable"))
    return count(daemonset, "updatedNumberScheduled") - unavailable


def _desired(daemonset: Obj) -> int:
    return count(daemonset, "desiredNumberScheduled")


def _strategy(daemonset: Obj) -> Obj:
    return as_object(as_object(daemonset.get("spec")).get("updateStrategy"))
