"""Which taints keep a pod off a node.

https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
"""

from collections.abc import Iterable, Sequence
from typing import Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.placement.reasons import NOT_READY, TAINT, Reason

NO_SCHEDULE: Final = "NoSchedule"
NO_EXECUTE: Final = "NoExecute"
KEEPING_OFF: Final = (NO_SCHEDULE, NO_EXECUTE)
"""PreferNoSchedule keeps nobody off: "the control plane will try to avoid placing a Pod that does
not tolerate the taint on the node, but it is not guaranteed"."""

OF_NODE: Final = "node.kubernetes.io/"
OF_DEAD_NODES: Final = (f"{OF_NODE}not-ready", f"{OF_NODE}unreachable")
TOLERATED_BY_DAEMON_SETS: Final = tuple(
    {"key": f"{OF_NODE}{name}", "operator": "Exists", "effect": effect}
    for effect, names in (
        (NO_EXECUTE, ("not-ready", "unreachable")),
        (NO_SCHEDULE, ("disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")),
    )
    for name in names
)
"""What the DaemonSet controller adds to all its pods:
https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations

Of a dead node they tolerate NoExecute only, so that its pods stay but none is made."""
TOLERATED_ON_HOST_NETWORK: Final = {
    "key": f"{OF_NODE}network-unavailable",
    "operator": "Exists",
    "effect": NO_SCHEDULE,
}
"""What it adds for pods that use the network of their node; the same page."""


def daemon_tolerations(pod: Obj) -> list[Obj]:
    """Return the tolerations of the spec of a DaemonSet's pods, with those of the controller."""
    on_network = [TOLERATED_ON_HOST_NETWORK] if pod.get("hostNetwork") is True else []
    return [*as_objects(pod.get("tolerations")), *TOLERATED_BY_DAEMON_SETS, *on_network]


def untolerated(
    tolerations: Sequence[Obj], node: Obj, effects: Sequence[str] = KEEPING_OFF
) -> list[Obj]:
    """Return the taints of a node, of these effects, that no toleration matches."""
    taints = as_objects(as_object(node.get("spec")).get("taints"))
    relevant = (taint for taint in taints if taint.get("effect") in effects)
    return [taint for taint in relevant if not _are_tolerating(tolerations, taint)]


def taint_reasons(taints: Iterable[Obj]) -> list[Reason]:
    """Return why nodes with such taints get no pod."""
    return [_reason(taint) for taint in taints]


def _reason(taint: Obj) -> Reason:
    if taint.get("key") in OF_DEAD_NODES:
        return Reason(NOT_READY, f"the node is not ready: taint {_told(taint)}")
    return Reason(TAINT, f"taint {_told(taint)} is not tolerated")


def _told(taint: Obj) -> str:
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint.get('key')}{value}:{taint.get('effect')}"


def _are_tolerating(tolerations: Iterable[Obj], taint: Obj) -> bool:
    return any(_tolerates(toleration, taint) for toleration in tolerations)


def _tolerates(toleration: Obj, taint: Obj) -> bool:
    """Return whether a toleration matches a taint (`ToleratesTaint` of k8s.io/api/core/v1, v0.36).

    The operators Lt and Gt match nothing: their feature gate is off by default.
    """
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    if toleration.get("key") not in (None, "", taint.get("key")):
        return False
    match toleration.get("operator") or "Equal":
        case "Exists":
            return True
        case "Equal":
            return (toleration.get("value") or "") == (taint.get("value") or "")
    return False
