"""Why a pod is not ready, by what its own status says: a word, a detail, and what to do about it.

A cause does not change while a pod goes through the same trouble over and over: one that crashes is
that while it waits, starts and runs. Nothing is said of messages, in which a container may have
written anything, secrets among it: reasons and exit codes only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hooks.kube.objects import Obj, as_object, as_objects

CRASHES, KILLED, PULL, UNSCHEDULED = (
    "CrashLoopBackOff", "OOMKilled", "ImagePullBackOff", "FailedScheduling",
)  # fmt: skip
CONFIG, FAILED, NOT_READY, STARTING = (
    "CreateContainerConfigError", "PodFailed", "NotReady", "ContainerCreating",
)  # fmt: skip
PULL_REASONS = {"ErrImagePull", PULL, "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"}
CONFIG_REASONS = {CONFIG, "CreateContainerError", "RunContainerError"}
LONGEST_DETAIL = 120

REMEDIES = {
    CONFIG: "a Secret, a ConfigMap or an entry is missing, or the container cannot be made: "
    "kubectl describe pod names it",
    STARTING: "volumes or the network of the node are not there yet: kubectl describe pod",
    CRASHES: "kubectl logs --previous has the last words; check key, backend and configuration",
    UNSCHEDULED: "kubectl describe pod says which resource, taint or selector keeps it off the "
    "node: spec.agent.scheduling.tolerate, spec.agent.pod",
    PULL: "check name and tag of the image, the pull Secrets, and that nodes reach the registry",
    NOT_READY: "it runs, but its probes fail, or it is starting still: kubectl describe pod, "
    "kubectl logs",
    KILLED: "it needs more memory than its limit: raise spec.agent.pod.limits.memory, or "
    "spec.k8s_sensor.deployment.pod.limits.memory",
    FAILED: "the node ended it, often for lack of memory or disk: kubectl describe pod",
}
"""The causes, and what to do."""

_is_word = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}").fullmatch


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a pod is not ready, with a detail or ""."""

    name: str
    detail: str = ""


def is_ready(pod: Obj) -> bool:
    """Tell whether the pod is ready."""
    return _condition(pod, "Ready").get("status") == "True"


def restarts(pod: Obj) -> int:
    """Return how often containers of the pod were started again."""
    counts = (each.get("restartCount") for each in _containers(pod))
    return sum(count for count in counts if isinstance(count, int))


def cause_of(pod: Obj) -> Cause:
    """Return why a pod that is not ready is not; the worst of its containers counts."""
    status = as_object(pod.get("status"))
    if status.get("phase") == "Failed":
        return Cause(FAILED, _word(status.get("reason")))
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return Cause(UNSCHEDULED, _word(scheduled.get("reason")))
    found = [cause for each in _containers(pod) if (cause := _of_container(each, pod))]
    order = [PULL, CONFIG, KILLED, CRASHES, STARTING]
    return min(found, key=lambda cause: order.index(cause.name), default=_otherwise(pod))


def _otherwise(pod: Obj) -> Cause:
    phase = as_object(pod.get("status")).get("phase")
    return Cause(NOT_READY if phase == "Running" else STARTING)


def _of_container(container: Obj, pod: Obj) -> Cause | None:
    state = as_object(container.get("state"))
    reason = as_object(state.get("waiting")).get("reason")
    if reason in PULL_REASONS:
        return Cause(PULL, _image(container, pod))
    if reason in CONFIG_REASONS:
        return Cause(CONFIG, _word(reason))
    if container.get("ready") is True:
        return None
    last = as_object(container.get("lastState"))
    if ended := as_object(state.get("terminated") or last.get("terminated")):
        return _of_end(ended)
    return Cause(CRASHES) if reason == CRASHES else None


def _of_end(ended: Obj) -> Cause:
    if ended.get("reason") == KILLED:
        return Cause(KILLED)
    code = ended.get("exitCode")
    texts = [_word(ended.get("reason")), f"exit code {code}" if isinstance(code, int) else ""]
    return Cause(CRASHES, ", ".join(filter(None, texts)))


def _image(container: Obj, pod: Obj) -> str:
    """Return the image that is asked for: the status may name another one."""
    spec = as_object(pod.get("spec"))
    asked = [*as_objects(spec.get("initContainers")), *as_objects(spec.get("containers"))]
    images = (each.get("image") for each in asked if each.get("name") == container.get("name"))
    return str(next(images, "") or "")[:LONGEST_DETAIL]


def _containers(pod: Obj) -> Iterator[Obj]:
    status = as_object(pod.get("status"))
    yield from as_objects(status.get("initContainerStatuses"))
    yield from as_objects(status.get("containerStatuses"))


def _condition(pod: Obj, type_: str) -> Obj:
    conditions = as_objects(as_object(pod.get("status")).get("conditions"))
    return next((each for each in conditions if each.get("type") == type_), {})


def _word(reason: object) -> str:
    """Return a reason as Kubernetes writes them: one word. Anything else might be a message."""
    return reason if isinstance(reason, str) and _is_word(reason) else ""
