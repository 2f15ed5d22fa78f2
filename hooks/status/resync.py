"""When to look again: only the status of a resource with problems depends on the time.

Metacontroller calls on every change of the resource, its children and what it refers to, so that
there is no need to poll for a change; but that a change did not arrive shows only after a while.
"""

from math import floor, ldexp, log2

from hooks.kube.objects import Obj
from hooks.kube.times import seconds_between
from hooks.status.conditions.applied import BEING_APPLIED, CHILDREN_APPLIED, PATIENCE_SECONDS

FIRST_SECONDS = 5.0
MOST_SECONDS = 300.0


def resync_after(status: Obj, now: str) -> float | None:
    """Return the seconds until the next look at a resource, None if none is needed.

    The next look at a resource that is not ready comes after 5 s at first, doubling to 5 min with
    the age of the condition `Ready`. If its children are being applied, it comes when that should
    be done.
    """
    looks = [*_of_unready(status, now), *_of_changing(status, now)]
    return min(looks, default=None)


def backed_off(age: float) -> float:
    """Return the seconds until the next look at a state that has lasted for `age` seconds.

    They double from 5 s to 5 min.
    """
    return min(ldexp(FIRST_SECONDS, floor(log2(age / FIRST_SECONDS + 1))), MOST_SECONDS)


def _of_unready(status: Obj, now: str) -> list[float]:
    ready = _condition(status, "Ready")
    return [] if ready["status"] == "True" else [backed_off(_age(ready, now))]


def _of_changing(status: Obj, now: str) -> list[float]:
    applied = _condition(status, CHILDREN_APPLIED)
    if applied["reason"] != BEING_APPLIED:
        return []
    return [max(PATIENCE_SECONDS - _age(applied, now), FIRST_SECONDS)]


def _condition(status: Obj, type_: str) -> Obj:
    found: Obj = next(condition for condition in status["conditions"] if condition["type"] == type_)
    return found


def _age(condition: Obj, now: str) -> float:
    return max(seconds_between(condition["lastTransitionTime"], now), 0.0)
