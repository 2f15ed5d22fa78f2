"""How long the rollout of a DaemonSet takes: as long per pod as the part that is done.

The times are those of writes that the API server recorded in `metadata.managedFields`: of the
template, by whoever asked for the rollout, and of the status, by the controller that counts its
pods. So the text changes only with the counts.
"""

from math import ceil

from hooks.kube.managed_fields import status_written, written_part
from hooks.kube.objects import Obj
from hooks.kube.rolling_update import daemonset_sides, update_strategy
from hooks.kube.times import seconds_between
from hooks.kube.workloads import ON_DELETE
from hooks.observed.rollout import count

MINUTE = 60


def remaining_time(daemonset: Obj) -> str:
    """Return how many pods are left, how many are replaced at once, and about how long that takes.

    It gives no time before the first pod is done.
    """
    left = _desired(daemonset) - count(daemonset, "updatedNumberScheduled")
    if update_strategy(daemonset).get("type") == ON_DELETE:
        return f"{left} left, each once you delete its old pod"
    pace = f"{left} left, {_at_once(daemonset)} at a time"
    minutes = _minutes(daemonset)
    return f"{pace}, about {minutes} min" if minutes else pace


def most_unavailable(daemonset: Obj) -> int:
    """Return how many nodes may be without an available pod during a rollout."""
    return daemonset_sides(daemonset, _desired(daemonset)).most_unavailable


def _at_once(daemonset: Obj) -> int:
    return daemonset_sides(daemonset, _desired(daemonset)).at_once


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
