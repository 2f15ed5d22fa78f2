"""How long a pod takes to end and to become ready: as observed, else only what is certain.

Pods say how long they took from their creation until they were ready. How long an old one takes to
end no pod says. But in a rollout an old pod is deleted as soon as a new one is available elsewhere,
and the next new one is made once it has ended: so long after that other one was available.

Kubernetes notes whole seconds. The mean of many pods is more exact than that, their median is not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects, condition_of
from hooks.kube.pods import containers_of
from hooks.kube.rolling_update import daemonset_sides
from hooks.kube.times import seconds_between
from hooks.kube.workloads import pod_spec
from hooks.placement.cluster import Cluster, name_of
from hooks.placement.pauses import Life, pauses

USUAL_GRACE: Final = 30
"""Seconds that a pod has to end:
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"""
USUAL_PERIOD: Final = 10
USUAL_FAILURES: Final = 3
"""Defaults of probes: https://kubernetes.io/docs/concepts/workloads/pods/probes/"""
NEW_NODE: Final = 10
"""A pod so many seconds younger than its node, or less, was made for the node, by no rollout."""
CUT_OFF: Final = 1
"""So many seconds two times are closer to each other than they seem, at most."""
LATE: Final = 5
"""So many seconds after a pod is killed at the latest, the next one is made."""
FEWEST: Final = 2
"""Pods of a rollout by which the time to end is known, if they are half of it at least."""
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
    """Return how long a pod of a workload takes to be ready, by pods of the same workload.

    At least as long as the fastest took, within the second that Kubernetes does not note.
    """
    least = _probed_from(workload)
    seconds = [each for pod in pods if (each := _seconds_to_ready(pod)) is not None]
    if not seconds:
        return Span(least)
    return Span(max(least, min(seconds) - CUT_OFF), max(least, usual(seconds)))


def end_span(observed: Obj, pods: Sequence[Obj], cluster: Cluster) -> Span:
    """Return how long an old pod takes to end, by how the last rollout went on."""
    at_once = daemonset_sides(observed, len(pods)).at_once
    least, most = -CUT_OFF, grace_seconds(observed) + LATE
    found = pauses([*_lives(observed, pods, cluster)], at_once)
    known = [pause for pause in found if least <= pause <= most]
    is_known = len(known) >= max(FEWEST, len(found) / 2)
    return Span(0, max(0.0, usual(known))) if is_known else Span(0)


def usual(seconds: Sequence[float]) -> float:
    """Return the mean of times in whole seconds, without those that are far longer than most."""
    longest = 2 * median(seconds) + 1
    return mean(each for each in seconds if each <= longest)


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


def _lives(observed: Obj, pods: Iterable[Obj], cluster: Cluster) -> Iterator[Life]:
    """Yield the lives of pods that a rollout made: those on nodes which were there before."""
    delay = min_ready_seconds(observed)
    nodes = {name_of(node): _created(node) for node in cluster.nodes}
    for pod in pods:
        made, ready = _created(pod), _ready_at(pod)
        if ready is not None and made - nodes.get(_node_of(pod), made) > NEW_NODE:
            yield Life(made, ready + delay)


def _node_of(pod: Obj) -> str:
    return str(as_object(pod.get("spec")).get("nodeName"))


def _created(obj: Obj) -> float:
    return _seconds(as_object(obj.get("metadata")).get("creationTimestamp"))


def _seconds(time: Any) -> float:
    return seconds_between(EPOCH, str(time))


def _containers(workload: Obj) -> list[Obj]:
    return containers_of(pod_spec(workload))


def _whole(part: Obj, field: str, usual: int) -> int:
    value = part.get(field)
    return value if isinstance(value, int) and value >= 0 else usual
