"""Deletes what former installations left behind, once the new pods run and not before.

So Kubernetes data has no gap: the old sensor gathers it until then.
"""

from collections.abc import Iterator

from hooks.desired import names
from hooks.kube.objects import Obj, condition_of, identity, labels_of
from hooks.kube.pods import named_by
from hooks.kube.workloads import pod_spec, template_of
from hooks.labels import COMPONENT
from hooks.observed.rollout import is_rolled_out, is_taken_up
from hooks.takeover.cluster import (
    Cluster,
    name_of,
    namespace_of,
    parsed,
    release_of,
)
from hooks.takeover.cluster_rights import missing_bindings
from hooks.takeover.helm_era import is_helm_era
from hooks.takeover.static_leftovers import is_left_in
from hooks.takeover.steps import Deletion, Step, place
from hooks.takeover.successors import Successor, identities

LEFT_BEHIND = (
    "Deployment",
    "PodDisruptionBudget",
    "Service",
    "ServiceAccount",
    "ConfigMap",
    "ClusterRoleBinding",
    "ClusterRole",
)


def clearing_steps(cluster: Cluster, namespace: str, successors: list[Successor]) -> Iterator[Step]:
    """Yield the deletion of what no resource in the namespace needs: these are its successors.

    The namespace may have several releases, and installations without a release.
    """
    left = [obj for kind in LEFT_BEHIND for obj in _left_of(cluster, kind, namespace, successors)]
    waits_for = next(filter(None, (_waits_for(cluster, successor) for successor in successors)), "")
    for release in sorted({release_of(obj) for obj in left}):
        for secret in cluster.release_secrets(namespace, release):
            why = "without it nobody can uninstall the objects that are taken over"
            yield Step(secret, "delete", why, Deletion(), waits_for=waits_for)
    for obj in left:
        why = "an object with another name replaces it"
        restarts = "its pods end" if obj["kind"] == "Deployment" else "none"
        yield Step(obj, "delete", why, Deletion(), restarts=restarts, waits_for=waits_for)


def _left_of(
    cluster: Cluster, kind: str, namespace: str, successors: list[Successor]
) -> Iterator[Obj]:
    """Yield the objects of a kind that were installed with the agents and are no longer needed."""
    desired = identities(successors)
    pods = [pod_spec(child) for successor in successors for child in successor.children]
    in_use = {named for pod in pods for named in named_by(pod)}
    for obj in cluster.of_kind(kind):
        is_of_helm = is_helm_era(obj) and _home_of(obj) == namespace
        is_left = is_of_helm or is_left_in(cluster, namespace, obj)
        is_needed = identity(obj) in desired or (kind, name_of(obj)) in in_use
        if desired and is_left and not is_needed:
            yield obj


def _home_of(obj: Obj) -> str:
    annotations = obj["metadata"].get("annotations") or {}
    home: str = namespace_of(obj) or annotations.get("meta.helm.sh/release-namespace", "")
    return home


def _waits_for(cluster: Cluster, successor: Successor) -> str:
    """Return what must exist before the old objects are deleted, "" if everything does."""
    agent = parsed(successor.agent)
    if agent is None:
        return f"{place(successor.agent)} to be valid, because it may need this"
    for child in successor.children:
        observed = cluster.get(child["kind"], agent.namespace, name_of(child))
        if child["kind"] == "DaemonSet" and not _is_rolled_out(observed):
            return f"DaemonSet {name_of(child)} to be rolled out"
    sensor = names.k8sensor(agent.name)
    has_sensor = any(
        (child["kind"], name_of(child)) == ("Deployment", sensor) for child in successor.children
    )
    if has_sensor and not _is_available(cluster.get("Deployment", agent.namespace, sensor)):
        return f"Deployment {sensor} to be available"
    missing = missing_bindings(cluster, agent)
    return f"ClusterRoleBinding {missing[0]}" if missing else ""


def _is_rolled_out(daemonset: Obj | None) -> bool:
    """Return whether all pods are ours: those of former installations do not have the label."""
    if daemonset is None or COMPONENT not in labels_of(template_of(daemonset)):
        return False
    return is_rolled_out(daemonset)


def _is_available(deployment: Obj | None) -> bool:
    if deployment is None or not is_taken_up(deployment):
        return False
    return condition_of(deployment, "Available").get("status") == "True"
