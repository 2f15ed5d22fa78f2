"""The counts that the observed DaemonSets and Deployments report."""

from collections.abc import Iterable
from dataclasses import dataclass

from hooks.contract import DAEMON_SET, DEPLOYMENT
from hooks.kube.objects import Obj, labels_of
from hooks.labels import AGENT, COMPONENT, K8SENSOR
from hooks.observed import ObservedObjects
from hooks.observed.rollout import count, replicas


@dataclass(frozen=True, slots=True)
class Counts:
    """Pods of some workloads."""

    desired: int
    ready: int
    updated: int
    available: int

    def as_status(self) -> Obj:
        """Return the counts for the status, with a summary for a column of a table."""
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
        """Return how many are not available."""
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
            count(daemonset, "desiredNumberScheduled"),
            count(daemonset, "numberReady"),
            count(daemonset, "updatedNumberScheduled"),
            count(daemonset, "numberAvailable"),
        )
        for daemonset in daemonsets
    )


def k8sensor_counts(deployments: Iterable[Obj]) -> Counts:
    """Return the k8sensors of all given Deployments together."""
    return _sum(
        (
            replicas(deployment),
            count(deployment, "readyReplicas"),
            count(deployment, "updatedReplicas"),
            count(deployment, "availableReplicas"),
        )
        for deployment in deployments
    )


def _of_component(workloads: list[Obj], component: str) -> list[Obj]:
    return [workload for workload in workloads if labels_of(workload).get(COMPONENT) == component]


def _sum(counts: Iterable[tuple[int, int, int, int]]) -> Counts:
    totals = [sum(column) for column in zip(*counts, strict=True)] or [0, 0, 0, 0]
    return Counts(*totals)
