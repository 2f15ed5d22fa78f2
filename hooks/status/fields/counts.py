"""How many agents and k8sensors there are, by zone or backend, and which images they run."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from hooks.kube.objects import Obj, labels_of
from hooks.kube.pods import containers_of
from hooks.kube.workloads import WORKLOADS, pod_spec
from hooks.labels import ZONE
from hooks.observed import ObservedObjects
from hooks.status.rollouts.workloads import (
    Counts,
    agent_counts,
    agent_daemonsets,
    k8sensor_counts,
    k8sensor_deployments,
)
from hooks.status.size import MOST_PARTS

Count: TypeAlias = Callable[[list[Obj]], Counts]


def counts(children: ObservedObjects) -> Obj:
    """Return the status fields `agents` and `k8sensors` of the observed workloads."""
    return {
        "agents": _counted(agent_daemonsets(children), agent_counts, "zones"),
        "k8sensors": _counted(k8sensor_deployments(children), k8sensor_counts, "backends"),
    }


def images(children: Iterable[Obj]) -> list[str]:
    """Return the images of the workloads among some children, desired or observed ones.

    During a change, the desired ones give the same images before and after the write.
    """
    workloads = [child for child in children if child["kind"] in WORKLOADS]
    return sorted({image for workload in workloads for image in _images(workload)})[:MOST_PARTS]


def _counted(workloads: list[Obj], count: Count, parts: str) -> Obj:
    total = count(workloads).as_status()
    if len(workloads) <= 1 and not any(map(_zone, workloads)):
        return total
    listed = [_part(workload, count([workload])) for workload in workloads]
    listed.sort(key=lambda part: (part["unavailable"] == 0, part["name"]))
    return total | {parts: listed[:MOST_PARTS]}


def _part(workload: Obj, found: Counts) -> Obj:
    return {"name": workload["metadata"]["name"]} | _zone(workload) | found.as_status()


def _zone(workload: Obj) -> dict[str, str]:
    zone = labels_of(workload).get(ZONE)
    return {"zone": zone} if zone else {}


def _images(workload: Obj) -> Iterator[str]:
    for container in containers_of(pod_spec(workload)):
        image = container.get("image")
        if isinstance(image, str) and image:
            yield image
