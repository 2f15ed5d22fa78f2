"""When to ask again: the status of a resource in trouble depends on the time, any other does not.

Metacontroller calls on every change of the resource, its children and what it refers to, so that
nothing is waited for by asking; but that a change did not arrive shows only after a while.
"""

from math import floor, ldexp, log2

from hooks.kube.objects import Obj
from hooks.kube.times import seconds_between

FIRST_SECONDS = 5.0
MOST_SECONDS = 300.0


def resync_after(status: Obj, now: str) -> float | None:
    """Return the seconds until the next look at a resource that is not ready, None if it is.

    Doubling from 5 s to 5 min with the age of the condition `Ready`.
    """
    ready = next(each for each in status["conditions"] if each["type"] == "Ready")
    if ready["status"] == "True":
        return None
    return backed_off(max(seconds_between(ready["lastTransitionTime"], now), 0.0))


def backed_off(age: float) -> float:
    """Return the seconds until the next look at what has been so for `age` seconds.

    Doubling from 5 s to 5 min.
    """
    return min(ldexp(FIRST_SECONDS, floor(log2(age / FIRST_SECONDS + 1))), MOST_SECONDS)
