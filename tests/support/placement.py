"""Nodes, and pods of agents on them, for tests of the placement."""

from collections.abc import Sequence
from typing import Any

from hooks.kube.objects import Obj
from tests.support.resources import NAME, NAMESPACE

SYSTEM = {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
ROOM = {"cpu": "4", "memory": "16Gi", "pods": "110"}
BEGINNING = "2026-01-01T00:00:00Z"
UNREACHABLE = [
    {"key": "node.kubernetes.io/unreachable", "effect": effect}
    for effect in ("NoSchedule", "NoExecute")
]
"""The taints of a node that nobody hears of any more."""


def node(
    name: str = "node-1",
    *,
    taints: Sequence[Obj] = (),
    ready: str = "True",
    room: Obj | None = None,
    **labels: Any,
) -> Obj:
    """Return a node; in names of labels `__` stands for `/`, and `_` for `.`."""
    own = {key.replace("__", "/").replace("_", "."): value for key, value in labels.items()}
    metadata = {"name": name, "labels": SYSTEM | own, "creationTimestamp": BEGINNING}
    status = {
        "allocatable": ROOM if room is None else room,
        "conditions": [{"type": "Ready", "status": ready}],
    }
    spec = {"taints": [*taints]}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata,
        "spec": spec,
        "status": status,
    }


def dead(name: str) -> Obj:
    """Return a node that nobody hears of any more."""
    return node(name, taints=UNREACHABLE, ready="Unknown")


def with_requests(**requests: str) -> Obj:
    """Return the spec of a pod with one container that requests so much."""
    return {"containers": [{"name": "one", "resources": {"requests": requests}}]}


def pod_on(
    node_name: str,
    *,
    of: str = NAME,
    created: str = BEGINNING,
    ready: str = "2026-01-01T00:00:10Z",
    spec: Obj | None = None,
    **metadata: Any,
) -> Obj:
    """Return a pod of a DaemonSet, ready since a time; never where that is empty."""
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    owner = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": of, "uid": of}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{of}-{node_name}",
            "namespace": NAMESPACE,
            "creationTimestamp": created,
            "ownerReferences": [owner | {"controller": True}],
            **metadata,
        },
        "spec": (spec or {"containers": [{"name": "one"}]}) | {"nodeName": node_name},
        "status": {
            "phase": "Running",
            "conditions": [condition | ({"lastTransitionTime": ready} if ready else {})],
        },
    }


def daemonset(
    name: str = NAME, *, pod: Obj | None = None, strategy: Obj | None = None, **spec: Any
) -> Obj:
    """Return a DaemonSet with the spec of its pods."""
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "template": {"spec": pod or {"containers": [{"name": "one"}]}},
            "updateStrategy": strategy or rolling,
            **spec,
        },
    }


def required(*terms: Obj) -> Obj:
    """Return the affinity of a pod that requires one of the terms."""
    kind = "requiredDuringSchedulingIgnoredDuringExecution"
    return {"affinity": {"nodeAffinity": {kind: {"nodeSelectorTerms": [*terms]}}}}


def expressions(*requirements: tuple[str, str, list[str]]) -> Obj:
    """Return a term with requirements of labels: key, operator and values."""
    fields = ("key", "operator", "values")
    return {"matchExpressions": [dict(zip(fields, each, strict=True)) for each in requirements]}
