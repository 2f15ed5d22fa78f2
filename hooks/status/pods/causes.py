"""Why a pod is not ready, by its own status: a word, a detail, and what to do about it.

A cause does not change while a pod has the same problem over and over: a pod that crashes has the
same cause while it waits, starts and runs. A cause never quotes a message, because a container may
have written anything into it, credentials included: it has only reasons, exit codes, and known
messages of Kubernetes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hooks.desired.names import CONTAINER
from hooks.kube.objects import Obj, as_object, as_objects, condition_of
from hooks.kube.pods import containers_of
from hooks.status.pods.sayings import OF_CONFIGURATION, OF_ENDS, OF_PULLS, OF_SCHEDULING
from hooks.status.pods.words import Saying, saying_of

CRASHES, KILLED, PULL, UNSCHEDULED = (
    "CrashLoopBackOff", "OOMKilled", "ImagePullBackOff", "FailedScheduling",
)  # fmt: skip
CONFIG, FAILED, NOT_READY, STARTING = (
    "CreateContainerConfigError", "PodFailed", "NotReady", "ContainerCreating",
)  # fmt: skip
NODE_DOWN, ENDING = "NodeNotReady", "Terminating"

PULLING = frozenset({"ErrImagePull", PULL})
"""A pod changes back and forth between these."""

NOT_PULLED = frozenset(
    {"InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable"}
    | {"SignatureValidationFailed"}
)
CONFIG_REASONS = frozenset({CONFIG, "CreateContainerError"})
NEVER_RAN = frozenset({"RunContainerError", "StartError", "ContainerCannotRun"})
"""Reasons, while it waits or after it ended, of a container that cannot be started: it wrote no
log."""

PASSING = frozenset({STARTING, NOT_READY, ENDING, FAILED})
"""Causes that usually pass by themselves: each pod goes through them, or another pod follows."""

WORST_FIRST = (PULL, CONFIG, KILLED, CRASHES, STARTING)
LONGEST_DETAIL = 120

REMEDIES = {
    CONFIG: "its container cannot be created: the events in {describe} show why",
    STARTING: "volumes, network or image are not ready on the node yet: {describe}",
    CRASHES: "{logs} --previous shows why it ended; check agent key, backend and configuration",
    UNSCHEDULED: "{describe} shows which resource, taint or selector keeps it off the node",
    PULL: "check {image}, its pull Secrets and the network path to the registry: {describe}",
    NOT_READY: "it runs, but is not ready: {describe} shows which probe fails, {logs} shows why",
    KILLED: "it needs more memory than its limit: raise {pod}.limits.memory",
    FAILED: "the node ended it, and another pod replaces it: {describe}",
    NODE_DOWN: "its node does not report: kubectl describe node {node}",
    ENDING: "it is terminating; if it stays, its node does not respond: kubectl describe node "
    "{node}",
}
"""What to do about each cause."""

OF_NOT_PULLED = {
    "InvalidImageName": "the name of the image is not valid: fix {image}",
    "ErrImageNeverPull": "the image is not on the node, and {image}.pullPolicy is Never: change "
    "the policy, or load the image",
}
OF_OTHERS = {
    PULL: "check the image of container {container}, and the network path to its registry: "
    "{describe}",
    KILLED: "container {container} needs more memory than its limit: raise the limit",
}
"""What to do about containers that others put into the pods: the resource has no field for them."""

NOT_PLACED = (
    "the scheduler has not processed it: check the scheduler with kubectl -n kube-system get pods"
)
NOT_STARTED = "it cannot be started"
INITIALIZING = "its init container must finish first: {logs}"
STARTS = "it is starting, for as long as its startup probe allows; {logs} shows its progress"

_is_word = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}").fullmatch
_is_container = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?").fullmatch


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a pod is not ready, with a detail or "".

    `container`: the one that the remedy names, "" if it need not name one.
    """

    name: str
    detail: str = ""
    what_to_do: str = ""
    container: str = ""

    @property
    def remedy(self) -> str:
        """Return what to do, with braces to fill in."""
        return self.what_to_do or REMEDIES[self.name]


def is_ending(pod: Obj) -> bool:
    """Return whether the pod is being deleted."""
    return "deletionTimestamp" in pod["metadata"]


def is_ready(pod: Obj) -> bool:
    """Return whether the pod is ready and is not being deleted."""
    return condition_of(pod, "Ready").get("status") == "True" and not is_ending(pod)


def restarts(pod: Obj) -> int:
    """Return how often containers of the pod have restarted."""
    counts = (container.get("restartCount") for container in _containers(pod))
    return sum(count for count in counts if isinstance(count, int))


def cause_of(pod: Obj) -> Cause:
    """Return why an unready pod is not ready; the worst of its containers counts."""
    status = as_object(pod.get("status"))
    if is_ending(pod):
        return Cause(ENDING)
    if status.get("phase") in {"Failed", "Succeeded"}:
        return _of_ended_pod(status)
    scheduled = condition_of(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return _of_scheduling(scheduled)
    found = [cause for container in _containers(pod) if (cause := _of_container(container, pod))]
    worst = min(found, key=lambda cause: WORST_FIRST.index(cause.name), default=None)
    return worst or _otherwise(pod)


def _of_ended_pod(status: Obj) -> Cause:
    known = saying_of(status.get("message"), OF_ENDS)
    return Cause(FAILED, _joined(_word(status.get("reason")), known.says), known.remedy)


def _of_scheduling(condition: Obj) -> Cause:
    known = saying_of(condition.get("message"), OF_SCHEDULING)
    return Cause(UNSCHEDULED, known.says or _word(condition.get("reason")), known.remedy)


def _otherwise(pod: Obj) -> Cause:
    """Return the cause if neither a container nor the pod as a whole has a problem."""
    phase = as_object(pod.get("status")).get("phase")
    if phase == "Unknown" or _is_cut_off(pod):
        return Cause(NODE_DOWN)
    if phase == "Running":
        return _of_probes(pod)
    if not as_object(pod.get("spec")).get("nodeName"):
        return Cause(STARTING, "it has no node yet", NOT_PLACED)
    return Cause(STARTING)


def _is_cut_off(pod: Obj) -> bool:
    """Return whether the pod was ready until its node was lost: only the kubelet writes both."""
    has_gates = bool(as_object(pod.get("spec")).get("readinessGates"))
    are_ready = condition_of(pod, "ContainersReady").get("status") == "True"
    return are_ready and not has_gates and condition_of(pod, "Ready").get("status") == "False"


def _of_probes(pod: Obj) -> Cause:
    unready = [container for container in _containers(pod) if container.get("ready") is False]
    if any(container.get("started") is False for container in unready):
        return Cause(NOT_READY, "it has not started yet", STARTS)
    return Cause(NOT_READY, "a readiness probe fails" if unready else "")


def _of_container(container: Obj, pod: Obj) -> Cause | None:
    """Return why the container is not as it should be; it may be waiting for another start."""
    if waits := _of_waiting(container, pod):
        return waits
    if container.get("ready") is True:
        return None
    state, last = as_object(container.get("state")), as_object(container.get("lastState"))
    if ended := as_object(state.get("terminated") or last.get("terminated")):
        return _of_end(ended, container, pod)
    if as_object(state.get("waiting")).get("reason") == CRASHES:
        return Cause(CRASHES, container=_other_container(container, pod))
    return _of_init(container, pod) if "running" in state else None


def _of_waiting(container: Obj, pod: Obj) -> Cause | None:
    """Return why the container was not started at all."""
    waiting = as_object(as_object(container.get("state")).get("waiting"))
    reason = waiting.get("reason")
    if reason in PULLING | NOT_PULLED:
        return _of_pull(container, pod, waiting)
    if reason in NEVER_RAN:
        return Cause(CONFIG, NOT_STARTED)
    if reason not in CONFIG_REASONS:
        return None
    known = saying_of(waiting.get("message"), OF_CONFIGURATION)
    return Cause(CONFIG, known.says or _word(reason), known.remedy)


def _of_pull(container: Obj, pod: Obj, waiting: Obj) -> Cause:
    image, reason = _image(container, pod), waiting.get("reason")
    known = saying_of(waiting.get("message"), OF_PULLS)
    if reason in NOT_PULLED:
        known = Saying(_word(reason), OF_NOT_PULLED.get(str(reason), ""))
    what_to_do = known.remedy if _is_ours(container) else OF_OTHERS[PULL]
    return Cause(PULL, _joined(image, known.says), what_to_do, _other_container(container, pod))


def _of_end(ended: Obj, container: Obj, pod: Obj) -> Cause:
    reason, name = ended.get("reason"), _other_container(container, pod)
    if reason == KILLED:
        return Cause(KILLED, "", "" if _is_ours(container) else OF_OTHERS[KILLED], name)
    if reason in NEVER_RAN:
        return Cause(CONFIG, NOT_STARTED)
    code = ended.get("exitCode")
    number = f"exit code {code}" if isinstance(code, int) else ""
    return Cause(CRASHES, _joined(_word(reason), number), container=name)


def _of_init(container: Obj, pod: Obj) -> Cause | None:
    """Return the cause for an init container that runs: the others wait for it."""
    status = as_object(pod.get("status"))
    is_init = container in as_objects(status.get("initContainerStatuses"))
    if not is_init or status.get("phase") != "Pending":
        return None
    name = _other_container(container, pod)
    return Cause(STARTING, f"init container {name} runs", INITIALIZING, name)


def _is_ours(container: Obj) -> bool:
    return container.get("name") == CONTAINER


def _other_container(container: Obj, pod: Obj) -> str:
    """Return the container's name, unless it is ours and the one that commands use by default."""
    name = container.get("name")
    first = next(iter(as_objects(as_object(pod.get("spec")).get("containers"))), {})
    is_plain = _is_ours(container) and name == first.get("name")
    return name if isinstance(name, str) and _is_container(name) and not is_plain else ""


def _image(container: Obj, pod: Obj) -> str:
    """Return the desired image: the status may name another one."""
    desired = containers_of(as_object(pod.get("spec")))
    images = (
        container_spec.get("image")
        for container_spec in desired
        if container_spec.get("name") == container.get("name")
    )
    return str(next(images, "") or "")[:LONGEST_DETAIL]


def _containers(pod: Obj) -> Iterator[Obj]:
    status = as_object(pod.get("status"))
    yield from as_objects(status.get("initContainerStatuses"))
    yield from as_objects(status.get("containerStatuses"))


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _word(reason: object) -> str:
    """Return a reason if it is one word, as Kubernetes writes them: all else might be a message."""
    return reason if isinstance(reason, str) and _is_word(reason) else ""
