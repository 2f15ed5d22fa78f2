"""What Kubernetes would not take of how a workload is updated, once a patch has changed it."""

from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.objects import Obj, as_object
from hooks.kube.workloads import ON_DELETE, RECREATE, ROLLING_UPDATE
from hooks.rules.rollout import MOST, SIDES, is_count, is_count_or_share, is_zero
from hooks.rules.rule import full

UNAVAILABLE, SURGE = SIDES
COUNTS: Final = ("minReadySeconds", "progressDeadlineSeconds", "replicas", "revisionHistoryLimit")
DEADLINE: Final = 600
"""The seconds in which Kubernetes wants a Deployment to get on where nothing else is said."""
ONE_OF_A_DAEMON_SET: Final = {UNAVAILABLE: 1, SURGE: 0}
OF_A_DEPLOYMENT: Final = {UNAVAILABLE: "25%", SURGE: "25%"}
"""What Kubernetes takes for sides that are not given."""

Found = Iterator[tuple[str, str]]
"""Places in a workload, with what is wrong there."""

_is_any_share = full(r"[0-9]{1,9}%")
"""Of a surge, which may be more than there is."""


def update_problems(workload: Obj) -> Found:
    """Yield what Kubernetes would not take of the counts and the strategy of a workload."""
    spec = as_object(workload.get("spec"))
    if workload["kind"] == "DaemonSet":
        yield from _odd_counts(spec)
        yield from _below(".spec.updateStrategy", _of_daemon_set(spec))
    elif workload["kind"] == "Deployment":
        yield from _odd_counts(spec)
        yield from _late(spec)
        yield from _below(".spec.strategy", _of_deployment(as_object(spec.get("strategy"))))


def _below(path: str, found: Found) -> Found:
    return ((f"{path}{place}", message) for place, message in found)


def _odd_counts(spec: Obj) -> Found:
    for name in COUNTS:
        if not is_count(spec.get(name, 0)):
            yield f".spec.{name}", f"must be from 0 to {MOST}"


def _late(spec: Obj) -> Found:
    """Yield the deadline that is over before a pod can count as available."""
    if spec.get("progressDeadlineSeconds", DEADLINE) <= spec.get("minReadySeconds", 0):
        message = f"must be more than minReadySeconds; it is {DEADLINE} if it is not given"
        yield ".spec.progressDeadlineSeconds", message


def _of_daemon_set(spec: Obj) -> Found:
    strategy = as_object(spec.get("updateStrategy"))
    sides = ONE_OF_A_DAEMON_SET | as_object(strategy.get("rollingUpdate"))
    odd = [*_odd_sides(sides, "nodes")]
    yield from odd
    if strategy.get("type") == ON_DELETE:
        return
    if (strategy.get("type") or ROLLING_UPDATE) != ROLLING_UPDATE:
        yield ".type", f"must be {ROLLING_UPDATE} or {ON_DELETE}"
    elif not odd and is_zero(sides[UNAVAILABLE]) is is_zero(sides[SURGE]):
        yield (
            ".rollingUpdate",
            "must have just one of maxUnavailable and maxSurge above 0: set the other to 0",
        )


def _of_deployment(strategy: Obj) -> Found:
    kind = strategy.get("type") or ROLLING_UPDATE
    if kind == RECREATE:
        if "rollingUpdate" in strategy:
            yield ".rollingUpdate", f"must not be set with type {RECREATE}: set it to null"
        return
    if kind != ROLLING_UPDATE:
        yield ".type", f"must be {ROLLING_UPDATE} or {RECREATE}"
    sides = OF_A_DEPLOYMENT | as_object(strategy.get("rollingUpdate"))
    if _is_any_share(sides[SURGE]):
        yield from _odd_sides({UNAVAILABLE: sides[UNAVAILABLE]}, "pods")
    else:
        yield from _odd_sides(sides, "pods")
    if all(map(is_zero, sides.values())):
        yield ".rollingUpdate", "must not have both maxUnavailable and maxSurge at 0"


def _odd_sides(sides: dict[str, Any], of: str) -> Found:
    for side, value in sides.items():
        if not is_count_or_share(value):
            message = f"must be a number of {of}, or a percentage from 0% to 100%"
            yield f".rollingUpdate.{side}", message
