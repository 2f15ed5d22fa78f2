"""The Deployment of an operator that manages the resources today, and how to stop it."""

from collections.abc import Iterator

from hooks.kube.objects import Obj, annotations_of, as_object, as_objects, labels_of
from hooks.kube.workloads import template_of
from hooks.labels import OPERATOR
from hooks.takeover.cluster import (
    REMOTE_KIND,
    Cluster,
    has_labels,
    name_of,
    namespace_of,
    place_of,
    release_of,
    repositories_of,
)
from hooks.takeover.steps import Patch, Step, patched_metadata, place, precondition

STOPPED = "the Go operator has stopped"
CLUSTER_SERVICE_VERSION = "ClusterServiceVersion"
RESOURCE_POLICY = "helm.sh/resource-policy"
ENDED = ("Succeeded", "Failed")
NAMES = ("controller-manager", "instana-agent-controller-manager", OPERATOR)
"""The names of the Deployment: they depend on how and when it was installed."""


def operators(cluster: Cluster) -> list[Obj]:
    """Return the operator's Deployments, in any namespace."""
    return [deployment for deployment in cluster.of_kind("Deployment") if _is_operator(deployment)]


def is_running(cluster: Cluster, deployment: Obj) -> bool:
    """Return whether the operator's pods run, or may start again.

    A pod that is being deleted keeps writing until it has ended, but no Deployment counts it any
    more.
    """
    replicas = (deployment.get("spec") or {}).get("replicas", 1)
    status = deployment.get("status") or {}
    seen = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    return bool(replicas or status.get("replicas") or not seen or _has_pods(cluster, deployment))


def is_any_running(cluster: Cluster) -> bool:
    """Return whether an operator runs anywhere."""
    return any(is_running(cluster, operator) for operator in operators(cluster))


def stopping_steps(cluster: Cluster) -> Iterator[Step]:
    """Yield the steps that stop each running operator, and the notes about that."""
    for deployment in operators(cluster):
        if is_running(cluster, deployment):
            yield _stop(deployment)
        yield from _protecting_steps(cluster, deployment)
    yield from _left_alone(cluster)


def _has_pods(cluster: Cluster, deployment: Obj) -> bool:
    namespace = namespace_of(deployment)
    pods = (pod for pod in cluster.of_kind("Pod") if namespace_of(pod) == namespace)
    return any(_is_pod_of(pod, deployment) for pod in pods)


def _is_pod_of(pod: Obj, deployment: Obj) -> bool:
    """Return whether a pod of the Deployment has not ended.

    The name of its ReplicaSet shows that it is of the Deployment: the Deployment's name and a hash.
    """
    owners = as_objects(pod["metadata"].get("ownerReferences"))
    is_owned = any(
        (owner.get("kind"), owner.get("name", "").rpartition("-")[0])
        == ("ReplicaSet", name_of(deployment))
        for owner in owners
    )
    return is_owned and as_object(pod.get("status")).get("phase") not in ENDED


def _is_operator(deployment: Obj) -> bool:
    if has_labels(deployment, name=OPERATOR):
        return True
    template = template_of(deployment)
    is_image = any(
        repository.rpartition("/")[2] == OPERATOR for repository in repositories_of(deployment)
    )
    return name_of(deployment) in NAMES and (has_labels(template, name=OPERATOR) or is_image)


def _stop(deployment: Obj) -> Step:
    if _is_of_olm(deployment):
        return _blocked_by_olm(deployment)
    why = "otherwise it and this service would overwrite each other"
    if (deployment.get("spec") or {}).get("replicas", 1) == 0:
        return Step(
            deployment,
            "wait until its pods are gone",
            why,
            Patch({"spec": {"replicas": 0}}),
            waits_for=STOPPED,
        )
    body = {"metadata": precondition(deployment), "spec": {"replicas": 0}}
    return Step(deployment, "scale to 0", why, Patch(body), restarts="the Go operator stops")


def _is_of_olm(deployment: Obj) -> bool:
    owners = as_objects(deployment["metadata"].get("ownerReferences"))
    kinds = {owner.get("kind") for owner in owners} | {
        labels_of(deployment).get("olm.owner.kind"),
    }
    return CLUSTER_SERVICE_VERSION in kinds


def version_of_olm(deployment: Obj) -> str:
    """Return the name of the ClusterServiceVersion that made the Deployment, or ""."""
    owners = as_objects(deployment["metadata"].get("ownerReferences"))
    return next(
        (
            str(owner.get("name"))
            for owner in owners
            if owner.get("kind") == CLUSTER_SERVICE_VERSION
        ),
        labels_of(deployment).get("olm.owner", ""),
    )


def _blocked_by_olm(deployment: Obj) -> Step:
    version = version_of_olm(deployment) or "<name>"
    namespace = namespace_of(deployment)
    return Step(
        deployment,
        "stop it by hand",
        "the Operator Lifecycle Manager restarts it whenever it is scaled down",
        blocks=True,
        commands=(
            f"kubectl get subscriptions.operators.coreos.com -n {namespace}",
            f"kubectl delete subscriptions.operators.coreos.com -n {namespace} <name>",
            f"kubectl delete clusterserviceversions.operators.coreos.com -n {namespace} {version}",
        ),
    )


def _protecting_steps(cluster: Cluster, deployment: Obj) -> Iterator[Step]:
    """Yield the steps that keep Helm from deleting the resources together with the operator.

    `helm upgrade` looks at the annotations of the objects, `helm uninstall` only at its own record.
    """
    release = release_of(deployment)
    if not release:
        return
    for obj in _of_release(cluster, release):
        if annotations_of(obj).get(RESOURCE_POLICY) != "keep":
            yield Step(
                obj,
                f"annotate {RESOURCE_POLICY}: keep",
                f"otherwise an upgrade of release {release} without it would delete it",
                patched_metadata(obj, annotations={RESOURCE_POLICY: "keep"}),
            )
    if cluster.release_secrets(namespace_of(deployment), release):
        yield _never_uninstall(deployment, release)


def _never_uninstall(deployment: Obj, release: str) -> Step:
    namespace = namespace_of(deployment)
    return Step(
        deployment,
        f"never run helm uninstall {release}",
        "it would delete everything in its stored manifests, also the InstanaAgent, whatever "
        "the annotations; delete the Secrets of the release instead",
        commands=(f"kubectl delete secrets -n {namespace} -l owner=helm,name={release}",),
    )


def _of_release(cluster: Cluster, release: str) -> Iterator[Obj]:
    for kind in ("CustomResourceDefinition", "Namespace"):
        yield from (obj for obj in cluster.of_kind(kind) if release_of(obj) == release)
    yield from (agent for agent in cluster.agents if release_of(agent) == release)


def _left_alone(cluster: Cluster) -> Iterator[Step]:
    """Yield a note for each resource that nothing manages once the operator has stopped."""
    if not is_any_running(cluster):
        return
    chosen = {place_of(agent) for agent in cluster.selected}
    others = [agent for agent in cluster.agents if place_of(agent) not in chosen]
    for resource in [*others, *cluster.of_kind(REMOTE_KIND)]:
        why = "its objects stay, but changes of it have no effect without the Go operator"
        yield Step(
            resource,
            "is also managed by the Go operator",
            f"{why} ({place(resource)} is not taken over)",
        )
