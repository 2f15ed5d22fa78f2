"""Whether a node gets a pod of a DaemonSet, and whether a pod of a Deployment may run there."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from hooks.kube.objects import Obj, as_objects
from hooks.placement.cluster import Room, allocatable, is_dead
from hooks.placement.reasons import NOT_READY, PORTS, RESOURCE, Reason
from hooks.placement.requests import (
    PODS,
    Amounts,
    amount_text,
    conflicting,
    host_ports,
    requests_of,
)
from hooks.placement.selection import selection_reasons
from hooks.placement.taints import NO_EXECUTE, daemon_tolerations, taint_reasons, untolerated

DEAD: Final = Reason(NOT_READY, "the node is not ready")


class State(Enum):
    """What becomes of a pod on a node."""

    RUNS = "runs"
    PENDING = "pending"
    """It is created and stays Pending: the node lacks resources, or another pod has its ports."""
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a pod on a node, and why; `stays`: one that runs there already goes on."""

    state: State
    reasons: tuple[Reason, ...] = ()
    stays: bool = False


def daemon_verdict(pod: Obj, node: Obj, room: Room) -> Verdict:
    """Return the verdict on the pod that a DaemonSet would make for a node.

    `NodeShouldRunDaemonPod` of pkg/controller/daemon/daemon_controller.go (v1.36) decides whether
    it makes one: by the selection of nodes and the taints. Whether it fits is the scheduler's to
    say: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled
    """
    tolerations = daemon_tolerations(pod)
    selected = selection_reasons(pod, node)
    kept_off = taint_reasons(untolerated(tolerations, node))
    if selected or kept_off:
        stays = not selected and not untolerated(tolerations, node, (NO_EXECUTE,))
        return Verdict(State.EXCLUDED, (*selected, *kept_off), stays=stays)
    if is_dead(node):
        return Verdict(State.PENDING, (DEAD,), stays=True)
    return fitting(pod, node, room)


def deployment_verdict(pod: Obj, node: Obj, room: Room) -> Verdict:
    """Return whether a node can run a pod of a Deployment, which has no tolerations but its own."""
    kept_off = taint_reasons(untolerated(as_objects(pod.get("tolerations")), node))
    dead = [DEAD] if is_dead(node) else []
    reasons = (*selection_reasons(pod, node), *(kept_off or dead))
    return Verdict(State.EXCLUDED, reasons) if reasons else fitting(pod, node, room)


def fitting(pod: Obj, node: Obj, room: Room) -> Verdict:
    """Return whether a pod fits beside what takes room on a node."""
    lacking = tuple(_lacking(pod, node, room))
    return Verdict(State.PENDING if lacking else State.RUNS, lacking, stays=True)


def _lacking(pod: Obj, node: Obj, room: Room) -> Iterator[Reason]:
    """Yield what a node lacks (`fitsRequest` and `fitsPorts` of the scheduler, v1.36)."""
    there = allocatable(node)
    if PODS in there and room.pods + 1 > there[PODS]:
        most = amount_text("cpu", there[PODS])
        yield Reason(RESOURCE, "too many pods", f"{room.pods} of at most {most} are there")
    if there:
        yield from _too_little(requests_of(pod), there, room)
    if taken := conflicting(host_ports(pod), room.ports):
        numbers = ", ".join(map(str, taken))
        yield Reason(PORTS, f"another pod has its ports of the node: {numbers}")


def _too_little(wanted: Amounts, there: Amounts, room: Room) -> Iterator[Reason]:
    for name, amount in sorted(wanted.items()):
        whole = there.get(name, amount * 0)
        left = whole - room.taken.get(name, amount * 0)
        if amount > 0 and amount > left:
            asked = amount_text(name, amount)
            had, free = amount_text(name, whole), amount_text(name, max(left, left * 0))
            is_never = amount > whole
            text = f"too little {name}{' in all' if is_never else ' is left'}: {asked} is requested"
            yield Reason(RESOURCE, text, f"the node has {had}, of which {free} is free")
