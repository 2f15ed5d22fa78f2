"""What other installations left in a cluster, made again in a namespace of each case's own."""

import json
from typing import Any

from tests.cluster.account import open_namespace
from tests.cluster.api import CLUSTER_SCOPED, Api, Obj
from tests.cluster.cases import FIXTURES, NAMESPACE, resource, surroundings
from tests.support.helm_era import recorded_state

OPERATOR = "instana-agent-operator"
FINALIZERS = ["v3.agent.instana.io/finalizer"]
SYSTEM = "kube-system"
RELEASE = "sh.helm.release.v1.instana-agent.v1"


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
    open_namespace(api, namespace)
    for each in surroundings(case):
        if each["kind"] != "DaemonSet":
            api.apply(moved(each, namespace))
    agent = api.apply(moved(resource(case), namespace))
    agent = api.merge(agent, {"metadata": {"finalizers": FINALIZERS}})
    for child in recorded(case):
        api.apply(owned(moved(child, namespace), agent), manager=OPERATOR)
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


def install_by_helm(api: Api, state: str, namespace: str, pod: Obj | None = None) -> None:
    """Make what a Helm-based generation left in a cluster, with the record of its release.

    `pod` is what its values said of the agents' pods besides.
    """
    open_namespace(api, namespace)
    for each in recorded_state(state):
        obj = moved(each, namespace)
        if obj["kind"] == "DaemonSet":
            obj["spec"]["template"]["spec"] |= pod or {}
        if api.get(obj) is None:
            api.create(obj, manager="helm")
    labels = {"owner": "helm", "name": "instana-agent", "status": "deployed"}
    metadata = {"name": RELEASE, "namespace": namespace, "labels": labels}
    release = {"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1"}
    api.create(release | {"metadata": metadata}, manager="helm")


def of_helm_operator(api: Api, agent: Obj) -> Obj:
    """Let the installation be that of the operator which was based on Helm; returns the resource.

    It holds the resource by a finalizer, and the resource owns what it made.
    """
    agent = api.merge(agent, {"metadata": {"finalizers": ["agent.instana.io/finalizer"]}})
    selector, namespace = "app.kubernetes.io/managed-by=Helm", agent["metadata"]["namespace"]
    for kind, version in (("DaemonSet", "apps/v1"), ("Deployment", "apps/v1"), ("Secret", "v1")):
        for each in api.list(kind, version, namespace, labelSelector=selector):
            api.merge(each, {"metadata": {"ownerReferences": [_owner(agent)]}})
    return agent


def owned(child: Obj, agent: Obj) -> Obj:
    """Return the child with its owner; in kube-system one would be the garbage collector's."""
    if child["kind"] in CLUSTER_SCOPED or child["metadata"]["namespace"] == SYSTEM:
        return child
    return child | {"metadata": child["metadata"] | {"ownerReferences": [_owner(agent)]}}


def _moved_field(name: str, part: Any, namespace: str) -> Any:
    is_place = name in {"namespace", "meta.helm.sh/release-namespace"} and part == NAMESPACE
    return namespace if is_place else moved(part, namespace)


def _owner(agent: Obj) -> Obj:
    metadata = agent["metadata"]
    return {
        "apiVersion": agent["apiVersion"],
        "kind": agent["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
