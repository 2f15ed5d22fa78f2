"""Pods of agents and k8sensors as the API server shows them, in the troubles that pods get into."""

from typing import Any

from hooks.kube.objects import Obj
from tests.support.resources import NAME, obj

CONTAINER = "instana-agent"
IMAGE = "registry.example/agent:1"


def pod(name: str, node: str = "", *, component: str = "instana-agent", **status: Any) -> Obj:
    """Return a pod that was given to the node, with its status; running where nothing is said."""
    labels = {
        "app.kubernetes.io/name": "instana-agent",
        "app.kubernetes.io/instance": NAME,
        "app.kubernetes.io/component": component,
    }
    spec = {"containers": [{"name": CONTAINER, "image": IMAGE}]} | (
        {"nodeName": node} if node else {}
    )
    return obj(
        "Pod", name, metadata={"labels": labels}, spec=spec, status={"phase": "Running"} | status
    )


def healthy(name: str, node: str) -> Obj:
    """Return a pod that is ready."""
    return pod(name, node, conditions=[_condition("Ready", "True")], **_container(ready=True))


def starting(name: str, node: str) -> Obj:
    """Return a pod whose container is being made."""
    waiting = {"waiting": {"reason": "ContainerCreating"}}
    return _troubled(name, node, phase="Pending", **_container(state=waiting))


def unready(name: str, node: str, **status: Any) -> Obj:
    """Return a pod that runs, but whose probes fail."""
    running = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    return _troubled(name, node, **_container(state=running), **status)


def pull_failure(
    name: str,
    node: str,
    reason: str = "ImagePullBackOff",
    message: str = "denied: token s3cret",
) -> Obj:
    """Return a pod whose image does not come."""
    waiting = {"waiting": {"reason": reason, "message": message}}
    return _troubled(name, node, phase="Pending", **_container(state=waiting))


def crashing(
    name: str,
    node: str,
    *,
    code: int = 1,
    count: int = 3,
    component: str = "instana-agent",
    **fields: Any,
) -> Obj:
    """Return a pod that waits for its next start after a crash."""
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    container = {"state": waiting, "lastState": _ended(code), "restartCount": count} | fields
    return _troubled(name, node, component=component, **_container(**container))


def crashed(name: str, node: str) -> Obj:
    """Return a pod right after a crash."""
    return crashing(name, node, state=_ended(1))


def killed(name: str, node: str, **fields: Any) -> Obj:
    """Return a pod that had more memory than it may."""
    ended = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    return crashing(name, node, **({"lastState": ended} | fields))


def lacking_config(name: str, node: str, message: str = "") -> Obj:
    """Return a pod that refers to an entry that is not there."""
    waiting = {"waiting": {"reason": "CreateContainerConfigError", "message": message}}
    return _troubled(name, node, phase="Pending", **_container(state=waiting))


def ended(name: str, node: str, *, reason: str = "Evicted", message: str = "") -> Obj:
    """Return a pod that the node ended."""
    return pod(name, node, phase="Failed", reason=reason, message=message)


def cut_off(name: str, node: str) -> Obj:
    """Return a pod that was ready as its node was lost: the cluster marks it, no kubelet does."""
    conditions = [_condition("ContainersReady", "True"), _condition("Ready", "False")]
    return pod(name, node, conditions=conditions, **_container(ready=True, started=True))


def going(found: Obj) -> Obj:
    """Return the pod when it is to end."""
    metadata = found["metadata"] | {"deletionTimestamp": "2026-01-01T00:00:30Z"}
    return found | {"metadata": metadata}


def unschedulable(name: str, node: str, message: str = "") -> Obj:
    """Return a pod that was made for a node that does not take it."""
    scheduled = _condition("PodScheduled", "False") | {
        "reason": "Unschedulable",
        "message": message or "0/3 nodes are available: 1 node(s) had untolerated taint",
    }
    found = pod(name, phase="Pending", conditions=[scheduled])
    field = {"key": "metadata.name", "operator": "In", "values": [node]}
    required = {"nodeSelectorTerms": [{"matchFields": [field]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    found["spec"]["affinity"] = affinity
    return found


def _troubled(name: str, node: str, **status: Any) -> Obj:
    return pod(name, node, **({"conditions": [_condition("Ready", "False")]} | status))


def _container(**fields: Any) -> Obj:
    return {"containerStatuses": [{"name": CONTAINER, "image": IMAGE, "ready": False} | fields]}


def _ended(code: int) -> Obj:
    message = "login with key s3cret failed"
    return {"terminated": {"reason": "Error", "exitCode": code, "message": message}}


def _condition(type_: str, status: str) -> Obj:
    return {"type": type_, "status": status}
