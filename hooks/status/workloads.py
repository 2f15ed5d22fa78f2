"""What the observed DaemonSets and Deployments say of themselves, in counts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hooks.desired.labels import AGENT, COMPONENT, K8SENSOR
from hooks.desired.names import DAEMON_SET, DEPLOYMENT
from hooks.kube.objects import Obj, describe, labels_of
from hooks.observed import ObservedObjects
from hooks.observed.rollout import count, is_taken_up, replicas
from hooks.status.duration import remaining_time

IN_DOUBT = re.compile(r" pods (available|up to date)")
"""Of a workload that its controller leads, but whose pods are not as they should be."""

BEING_CHANGED = "is being changed"
"""Of a workload until its controller saw the change: the same before and after it was written.

So the status that goes with a change needs no other one until something becomes of it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Pods of some workloads."""

    desired: int
    ready: int
    updated: int
    available: int

    def as_status(self) -> Obj:
        """Return the counts as they stand in the status, with a summary for a table's column."""
        return {
            "desired": self.desired,
            "ready": self.ready,
            "updated": self.updated,
            "available": self.available,
            "unavailable": self.unavailable,
            "summary": f"{self.ready}/{self.desired}",
        }

    @property
    def unavailable(self) -> int:
        """Return how many are lacking."""
        return max(self.desired - self.available, 0)


def agent_daemonsets(children: ObservedObjects) -> list[Obj]:
    """Return the observed DaemonSets of the agent."""
    return _of_component(children.all_of(DAEMON_SET), AGENT)


def k8sensor_deployments(children: ObservedObjects) -> list[Obj]:
    """Return the observed Deployments of the k8sensor, of all backends."""
    return _of_component(children.all_of(DEPLOYMENT), K8SENSOR)


def agent_counts(daemonsets: Iterable[Obj]) -> Counts:
    """Return the agents of all given DaemonSets together."""
    return _sum(
        (
            count(each, "desiredNumberScheduled"),
            count(each, "numberReady"),
            count(each, "updatedNumberScheduled"),
            count(each, "numberAvailable"),
        )
        for each in daemonsets
    )


def k8sensor_counts(deployments: Iterable[Obj]) -> Counts:
    """Return the k8sensors of all given Deployments together."""
    return _sum(
        (
            replicas(each),
            count(each, "readyReplicas"),
            count(each, "updatedReplicas"),
            count(each, "availableReplicas"),
        )
        for each in deployments
    )


def daemonset_shortfall(daemonset: Obj) -> str:
    """Return what a DaemonSet lacks to have all its pods available and up to date, or ""."""
    desired = count(daemonset, "desiredNumberScheduled")
    if not is_taken_up(daemonset):
        return f"{describe(daemonset)} {BEING_CHANGED}"
    if count(daemonset, "updatedNumberScheduled") < desired:
        updated = count(daemonset, "updatedNumberScheduled")
        left = remaining_time(daemonset)
        return f"{describe(daemonset)} has {updated} of {desired} pods up to date: {left}"
    if count(daemonset, "numberAvailable") < desired:
        available = count(daemonset, "numberAvailable")
        return f"{describe(daemonset)} has {available} of {desired} pods available"
    if misplaced := count(daemonset, "numberMisscheduled"):
        return f"{describe(daemonset)} has {misplaced} pods on nodes where they do not belong"
    return ""


def deployment_shortfall(deployment: Obj) -> str:
    """Return what a Deployment lacks to have all its pods available and up to date, or ""."""
    desired = replicas(deployment)
    if not is_taken_up(deployment):
        return f"{describe(deployment)} {BEING_CHANGED}"
    if count(deployment, "updatedReplicas") < desired:
        updated = count(deployment, "updatedReplicas")
        return f"{describe(deployment)} has {updated} of {desired} pods up to date"
    if count(deployment, "availableReplicas") < desired:
        available = count(deployment, "availableReplicas")
        return f"{describe(deployment)} has {available} of {desired} pods available"
    return ""


def _of_component(workloads: list[Obj], component: str) -> list[Obj]:
    return [each for each in workloads if labels_of(each).get(COMPONENT) == component]


def _sum(counts: Iterable[tuple[int, int, int, int]]) -> Counts:
    totals = [sum(column) for column in zip(*counts, strict=True)] or [0, 0, 0, 0]
    return Counts(*totals)
