"""Small objects as other installations leave them."""

from typing import Any

from hooks.kube.objects import Obj
from hooks.labels import OPERATOR
from hooks.takeover import Cluster, Plan, Settings, Step, plan
from hooks.takeover.steps import place

NAMESPACE = "instana-agent"
FINALIZER = "v3.agent.instana.io/finalizer"
HELM_ANNOTATIONS = {
    "meta.helm.sh/release-name": "instana-agent",
    "meta.helm.sh/release-namespace": NAMESPACE,
}
HELM_LABELS = {
    "app.kubernetes.io/name": "instana-agent",
    "app.kubernetes.io/instance": "instana-agent",
    "app.kubernetes.io/managed-by": "Helm",
    "helm.sh/chart": "instana-agent-1.2.74",
}
VERSIONS = {
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "DaemonSet": "apps/v1",
    "Deployment": "apps/v1",
    "InstanaAgent": "instana.io/v1",
    "InstanaAgentRemote": "instana.io/v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
}


def obj(kind: str, name: str, namespace: str = NAMESPACE, **rest: Any) -> Obj:
    """Return an object; what is not its metadata goes by `spec`, `status`, `data`."""
    parts: Obj = {part: rest.pop(part) for part in ("spec", "status", "data") if part in rest}
    metadata = {"name": name, "resourceVersion": "7", "uid": f"uid-{name}", **rest}
    if namespace:
        metadata["namespace"] = namespace
    version = VERSIONS.get(kind, "v1")
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **parts}


def agent(name: str = "instana-agent", namespace: str = NAMESPACE, **rest: Any) -> Obj:
    """Return a valid InstanaAgent; `spec` is added to the least that it needs."""
    spec = {
        "cluster": {"name": "c"},
        "agent": {"key": "k", "endpointHost": "host", "endpointPort": "443"},
        **rest.pop("spec", {}),
    }
    rest.setdefault("uid", f"uid-{namespace}-{name}")
    return obj("InstanaAgent", name, namespace, spec=spec, **rest)


def operator(name: str = "instana-agent-controller-manager", **rest: Any) -> Obj:
    """Return the Go operator's Deployment; it runs unless told otherwise."""
    template: Obj = {"metadata": {"labels": {}}, "spec": {"containers": [{"image": OPERATOR}]}}
    spec = {
        "replicas": rest.pop("replicas", 1),
        "selector": {"matchLabels": {"app.kubernetes.io/name": OPERATOR}},
        "template": rest.pop("template", template),
    }
    status = rest.pop("status", {"replicas": spec["replicas"], "observedGeneration": 1})
    rest.setdefault("labels", {"app.kubernetes.io/name": OPERATOR})
    return obj("Deployment", name, spec=spec, status=status, generation=1, **rest)


def operator_pod(owner: str = "instana-agent-controller-manager-5d8f7", **rest: Any) -> Obj:
    """Return a pod of the Go operator's Deployment."""
    owners = [{"kind": "ReplicaSet", "name": owner}]
    labels = {"app.kubernetes.io/name": OPERATOR}
    return obj("Pod", f"{owner}-x2x4", labels=labels, ownerReferences=owners, **rest)


def applied(manager: str = OPERATOR, **fields: Any) -> Obj:
    """Return an entry of `managedFields` by server-side apply."""
    return {"manager": manager, "operation": "Apply", "fieldsV1": fields or {"f:data": {}}}


def child(kind: str, name: str, owner: Obj, component: str = "instana-agent", **rest: Any) -> Obj:
    """Return a child as the Go operator left it."""
    metadata = owner["metadata"]
    reference = {"kind": "InstanaAgent", "name": metadata["name"], "uid": metadata["uid"]}
    labels = {
        "app.kubernetes.io/managed-by": OPERATOR,
        "app.kubernetes.io/component": component,
    }
    rest.setdefault("managedFields", [applied()])
    return obj(
        kind,
        name,
        metadata["namespace"],
        labels=labels,
        ownerReferences=[reference | {"controller": True}],
        **rest,
    )


def right(kind: str, name: str, namespace: str = "", **rest: Any) -> Obj:
    """Return a role or a binding as the Go operator left it."""
    labels = {"app.kubernetes.io/managed-by": OPERATOR}
    return obj(kind, name, namespace, labels=labels, managedFields=[applied()], **rest)


def our_bindings(namespace: str = NAMESPACE, name: str = "instana-agent") -> list[Obj]:
    """Return the ClusterRoleBindings that this project makes for a resource."""
    return [
        obj("ClusterRoleBinding", f"{role}:{namespace}:{name}", "")
        for role in ("instana-io-agent", "instana-io-k8sensor")
    ]


def of_helm(kind: str, name: str, namespace: str = NAMESPACE, **rest: Any) -> Obj:
    """Return an object of the last chart of the Helm-based generations."""
    fields: Obj = {"f:metadata": {"f:labels": {"f:helm.sh/chart": {}}}}
    entry = {"manager": "helm", "operation": "Update", "fieldsV1": fields}
    return obj(
        kind,
        name,
        namespace,
        labels=dict(HELM_LABELS),
        annotations=dict(HELM_ANNOTATIONS),
        managedFields=[entry],
        **rest,
    )


def planned(
    *objects: Obj, settings: Settings | None = None, namespace: str = "", name: str = ""
) -> Plan:
    """Return the plan for a cluster of these objects."""
    return plan(Cluster(objects, namespace, name), settings or Settings())


def step_for(found: Plan, where: str) -> Step:
    """Return the only step of the plan for `Kind namespace/name`."""
    (step,) = [each for each in found.steps if place(each.obj) == where]
    return step


def places(steps: tuple[Step, ...]) -> list[str]:
    """Return what the steps are about, in their order."""
    return [place(each.obj) for each in steps]
