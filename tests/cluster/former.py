"""What other installations left in a cluster, made again in a namespace of each case's own."""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from tests.cluster.api import CLUSTER_SCOPED, Api, Obj
from tests.cluster.cases import FIXTURES, NAMESPACE, resource, surroundings

OPERATOR = "instana-agent-operator"
FINALIZERS = ["v3.agent.instana.io/finalizer"]
SYSTEM = "kube-system"


def moved(value: Any, namespace: str) -> Any:
    """Return the object, or a part of one, as it would be in another namespace."""
    if isinstance(value, dict):
        return {name: _moved_field(name, part, namespace) for name, part in value.items()}
    if isinstance(value, list):
        return [moved(item, namespace) for item in value]
    if isinstance(value, str):
        return value.replace(f".{NAMESPACE}.svc", f".{namespace}.svc")
    return value


def lay_out(api: Api, case: str, namespace: str) -> Obj:
    """Make what the Go operator left for a case; returns the resource."""
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    for each in surroundings(case):
        if each["kind"] != "DaemonSet":
            api.apply(moved(each, namespace))
    agent = api.apply(moved(resource(case), namespace))
    agent = api.merge(agent, {"metadata": {"finalizers": FINALIZERS}})
    for child in recorded(case):
        api.apply(_owned(moved(child, namespace), agent), manager=OPERATOR)
    return agent


def recorded(case: str) -> list[Obj]:
    """Return what the Go operator applied for a case."""
    text = (FIXTURES / case / "expected.json").read_text()
    return list(json.loads(text)["children"].values())


def deploy_operator(api: Api, namespace: str, **metadata: Any) -> Obj:
    """Make the Deployment of the Go operator, without any pod that would really run."""
    labels = {"app.kubernetes.io/name": OPERATOR}
    container = {"name": "manager", "image": f"icr.io/instana/{OPERATOR}:latest"}
    return api.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": "instana-agent-controller-manager",
                "namespace": namespace,
                "labels": labels | metadata.pop("labels", {}),
                **metadata,
            },
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [container]},
                },
            },
        }
    )


def helm_release(state: Path) -> list[Obj]:
    """Return the recorded objects of a Helm-based generation."""
    content = json.loads(state.read_text())
    items: list[Obj] = content["items"] if isinstance(content, dict) else content
    return items


def as_text(secret: Obj, entry: str) -> str:
    """Return an entry of a Secret as text."""
    return b64decode(secret["data"][entry]).decode()


def as_data(text: str) -> str:
    """Return the text as an entry of a Secret."""
    return b64encode(text.encode()).decode()


def _moved_field(name: str, part: Any, namespace: str) -> Any:
    return namespace if (name, part) == ("namespace", NAMESPACE) else moved(part, namespace)


def _owned(child: Obj, agent: Obj) -> Obj:
    """Return the child with its owner; in kube-system one would be the garbage collector's."""
    if child["kind"] in CLUSTER_SCOPED or child["metadata"]["namespace"] == SYSTEM:
        return child
    metadata = agent["metadata"]
    owner = {
        "apiVersion": agent["apiVersion"],
        "kind": agent["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return child | {"metadata": child["metadata"] | {"ownerReferences": [owner]}}
