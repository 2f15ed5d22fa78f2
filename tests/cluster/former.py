"""What other installations left in a cluster, made again in a namespace of each case's own."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hooks.contract import CHILD_SELECTOR
from hooks.kube.objects import labels_of
from hooks.labels import INSTANCE, MANAGED_BY
from tests.cluster.account import open_namespace
from tests.cluster.api import CLUSTER_SCOPED, Api, Obj, wait_for
from tests.cluster.cases import FIXTURES, NAMESPACE, resource, surroundings
from tests.cluster.many import everywhere
from tests.support.helm_era import recorded_state
from tests.support.resources import merged
from tests.support.static_manifests import manifests

OPERATOR = "instana-agent-operator"
FINALIZERS = ["v3.agent.instana.io/finalizer"]
SYSTEM = "kube-system"
NEW_SENSOR = "instana-agent-k8sensor"
RELEASE = "sh.helm.release.v1.instana-agent.v1"
OF_HELM = {"labelSelector": "app.kubernetes.io/managed-by=Helm"}
OF_CHART = (
    ("DaemonSet", "apps/v1"),
    ("Deployment", "apps/v1"),
    ("ConfigMap", "v1"),
    ("Secret", "v1"),
    ("Service", "v1"),
    ("ServiceAccount", "v1"),
    ("ClusterRole", "rbac.authorization.k8s.io/v1"),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1"),
)
"""The kinds of objects in the chart 1.x."""
CONTROLLERS: list[Obj] = [
    {"apiVersion": "metacontroller.k8s.io/v1alpha1", "kind": kind, "metadata": {"name": name}}
    for kind, name in (
        ("CompositeController", "instana-agent"),
        ("DecoratorController", "instana-cluster-rbac"),
    )
]
"""The controllers of the service, which Metacontroller has after a takeover."""


def moved(value: Any, namespace: str) -> Any:
    """Return the object, or a part of one, as it would be in another namespace."""
    if isinstance(value, dict):
        return {name: _moved_field(name, part, namespace) for name, part in value.items()}
    if isinstance(value, list):
        return [moved(item, namespace) for item in value]
    if isinstance(value, str):
        return value.replace(f".{NAMESPACE}.svc", f".{namespace}.svc")
    return value


def lay_out(api: Api, case: str, namespace: str, *, is_narrow: bool = False) -> Obj:
    """Make what the Go operator left for a case; returns the resource."""
    open_namespace(api, namespace)
    for each in surroundings(case):
        if each["kind"] != "DaemonSet":
            api.apply(moved(each, namespace))
    agent = moved(resource(case), namespace)
    agent = api.apply(narrowed(agent) if is_narrow else agent)
    agent = api.merge(agent, {"metadata": {"finalizers": FINALIZERS}})
    for child in recorded(case):
        api.apply(owned(moved(child, namespace), agent), manager=OPERATOR)
    return agent


@contextmanager
def laid_out(api: Api, case: str, test: str) -> Iterator[Obj]:
    """Make what the Go operator left, in a namespace named after a test, and remove all of it."""
    namespace = re.sub(r"[^a-z]+", "-", test).strip("-")
    agent = lay_out(api, case, namespace)
    yield agent
    api.merge(agent, {"metadata": {"finalizers": None}})
    api.delete(agent)
    for child in recorded(case):
        if child["kind"] in CLUSTER_SCOPED or child["metadata"]["namespace"] == SYSTEM:
            api.delete(child)
    api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    wait_for(lambda: api.get(agent) is None, "the resource is gone")


def lay_out_first(api: Api, case: str, namespace: str) -> None:
    """Make what the Go operator left for a resource that is gone: `lay_out` then makes it anew.

    A DaemonSet that another operator made before stays that one's.
    """
    open_namespace(api, namespace)
    for each in surroundings(case):
        if each["kind"] == "DaemonSet":
            api.apply(moved(each, namespace), manager=_maker(each))
    for child in recorded(case):
        if not api.get(there := moved(child, namespace)):
            api.apply(there, manager=OPERATOR)


def _maker(daemonset: Obj) -> str:
    is_labelled = labels_of(daemonset).get(MANAGED_BY) == OPERATOR
    return OPERATOR if is_labelled else "of-another"


def narrowed(agent: Obj) -> Obj:
    """Return the resource as it selects its own children only: a policy may have new ones do so."""
    labels = CHILD_SELECTOR["matchLabels"] | {INSTANCE: agent["metadata"]["name"]}
    return merged(agent, {"spec": {"selector": CHILD_SELECTOR | {"matchLabels": labels}}})


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


def of_release(api: Api, namespaces: list[str]) -> list[Obj]:
    """Return the objects that Helm made in the namespaces and cluster-wide, and its records."""
    found = [
        obj for kind, version in OF_CHART for obj in everywhere(api, kind, version, **OF_HELM)
    ] + everywhere(api, "Secret", "v1", fieldSelector=f"metadata.name={RELEASE}")
    return [obj for obj in found if obj["metadata"].get("namespace", "") in ("", *namespaces)]


def install_by_kubectl(api: Api, installation: str, namespace: str) -> None:
    """Apply an installation's manifests as users do; cluster roles are there once."""
    open_namespace(api, namespace)
    objects = [moved(each, namespace) for each in manifests(installation)]
    wanted = [each for each in objects if each["kind"] not in CLUSTER_SCOPED or not api.get(each)]
    kubectl_apply(wanted)


def kubectl_apply(objects: list[Obj]) -> None:
    """Apply the objects on the client's side."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    command = ["kubectl", "apply", "--filename=-"]
    subprocess.run(command, input=text, text=True, check=True, capture_output=True)


def let_sensors_run(api: Api, namespaces: list[str]) -> None:
    """Tell the API server, in place of kubelets, that the new sensors' pods are ready."""
    sensor = "app.kubernetes.io/component=k8sensor"
    for namespace in namespaces:
        wait_for(lambda n=namespace: len(_pods(api, n, sensor)) == 3, "pods")  # type: ignore[misc]
        for pod in _pods(api, namespace, sensor):
            ready = {"type": "Ready", "status": "True"}
            api.merge(pod, {"status": {"phase": "Running", "conditions": [ready]}}, "status")
    metadata = [{"name": NEW_SENSOR, "namespace": namespace} for namespace in namespaces]
    deployments = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": each} for each in metadata
    ]
    wait_for(lambda: all(_is_available(api.get(each)) for each in deployments), "sensors run")


def _pods(api: Api, namespace: str, selector: str) -> list[Obj]:
    return api.list("Pod", "v1", namespace, labelSelector=selector)


def _is_available(deployment: Obj | None) -> bool:
    conditions: list[Any] = ((deployment or {}).get("status") or {}).get("conditions") or []
    return any((each["type"], each["status"]) == ("Available", "True") for each in conditions)


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
