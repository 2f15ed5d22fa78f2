"""How long a pod takes to end and to become ready: as observed, else only what is certain.

Pods say how long they took from their creation until they were ready. How long an old one takes to
end no pod says. But in a rollout an old pod is deleted as soon as a new one is available elsewhere,
and the next new one is made once it has ended: so long after that other one was available.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects, condition_of
from hooks.kube.pods import containers_of
from hooks.kube.times import seconds_between
from hooks.kube.workloads import pod_spec
from hooks.placement.cluster import Cluster, name_of

USUAL_GRACE: Final = 30
"""Seconds that a pod has to end:
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"""
USUAL_PERIOD: Final = 10
USUAL_FAILURES: Final = 3
"""Defaults of probes: https://kubernetes.io/docs/concepts/workloads/pods/probes/"""
NEW_NODE: Final = 10
"""A pod so many seconds younger than its node, or less, was made for the node, by no rollout."""
FEWEST: Final = 2
"""Pods of a rollout by which the time to end is known."""
EPOCH: Final = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Span:
    """A time in seconds: at least, and about so long; None where that is not known."""

    at_least: float
    about: float | None = None

    def __add__(self, other: "Span") -> "Span":
        known = self.about is not None and other.about is not None
        about = (self.about or 0) + (other.about or 0) if known else None
        return Span(self.at_least + other.at_least, about)

    def times(self, number: float) -> "Span":
        """Return it so many times."""
        about = None if self.about is None else self.about * number
        return Span(self.at_least * number, about)

    def as_json(self) -> Obj:
        """Return it for programs, in seconds to a tenth."""
        about = None if self.about is None else round(self.about, 1)
        return {"min": round(self.at_least, 1), "about": about}


def ready_span(workload: Obj, pods: Iterable[Obj]) -> Span:
    """Return how long a pod of a workload takes to be ready, by pods of the same workload."""
    least = _probed_from(workload)
    seconds = [each for pod in pods if (each := _seconds_to_ready(pod)) is not None]
    return Span(least, max(least, median(seconds))) if seconds else Span(least)


def end_span(observed: Obj, pods: Sequence[Obj], cluster: Cluster) -> Span:
    """Return how long an old pod takes to end, by how the last rollout went on."""
    delay = min_ready_seconds(observed)
    available = sorted(time + delay for pod in pods if (time := _ready_at(pod)) is not None)
    pauses = [
        made - available[before - 1]
        for made in _made_by_rollout(pods, cluster)
        if (before := bisect_right(available, made))
    ]
    known = [pause for pause in pauses if pause <= grace_seconds(observed)]
    return Span(0, median(known)) if len(known) >= FEWEST else Span(0)


def grace_seconds(workload: Obj) -> int:
    """Return how long the pods of a workload may take to end."""
    return _whole(pod_spec(workload), "terminationGracePeriodSeconds", USUAL_GRACE)


def min_ready_seconds(workload: Obj) -> int:
    """Return how long a pod must be ready to be available."""
    return _whole(as_object(workload.get("spec")), "minReadySeconds", 0)


def startup_seconds(workload: Obj) -> int:
    """Return how long the startup probes of a workload give its containers; 0 without any."""
    probes = [as_object(container.get("startupProbe")) for container in _containers(workload)]
    return max((_patience(probe) for probe in probes if probe), default=0)


def _patience(probe: Obj) -> int:
    failures = _whole(probe, "failureThreshold", USUAL_FAILURES)
    period = _whole(probe, "periodSeconds", USUAL_PERIOD)
    return _whole(probe, "initialDelaySeconds", 0) + failures * period


def _probed_from(workload: Obj) -> int:
    """Return from when on the probes ask whether a pod is ready, after its containers started."""
    return max(
        (
            _whole(as_object(container.get(probe)), "initialDelaySeconds", 0)
            for container in _containers(workload)
            for probe in ("startupProbe", "readinessProbe")
        ),
        default=0,
    )


def _seconds_to_ready(pod: Obj) -> float | None:
    """Return how long a pod took to be ready; nothing of one that was ready more than once."""
    ready = _ready_at(pod)
    created = _created(pod)
    return max(0.0, ready - created) if ready is not None and created else None


def _ready_at(pod: Obj) -> float | None:
    ready = condition_of(pod, "Ready")
    statuses = as_objects(as_object(pod.get("status")).get("containerStatuses"))
    if ready.get("status") != "True" or any(status.get("restartCount") for status in statuses):
        return None
    return _seconds(ready.get("lastTransitionTime"))


def _made_by_rollout(pods: Iterable[Obj], cluster: Cluster) -> list[float]:
    """Return when pods were made that are on nodes which were there before."""
    nodes = {name_of(node): _created(node) for node in cluster.nodes}
    made = ((_created(pod), as_object(pod.get("spec")).get("nodeName")) for pod in pods)
    return sorted(time for time, node in made if time - nodes.get(str(node), time) > NEW_NODE)


def _created(obj: Obj) -> float:
    return _seconds(as_object(obj.get("metadata")).get("creationTimestamp"))


def _seconds(time: Any) -> float:
    return seconds_between(EPOCH, str(time))


def _containers(workload: Obj) -> list[Obj]:
    return containers_of(pod_spec(workload))


def _whole(part: Obj, field: str, usual: int) -> int:
    value = part.get(field)
    return value if isinstance(value, int) and value >= 0 else usual
