"""From the Helm-based generations: the agents are adopted, what is replaced goes at the end.

The DaemonSet keeps its selector, and its pods are replaced node by node. The old sensor goes only
once the new one is there, so that there is no time without Kubernetes data.
"""

from collections.abc import Iterator
from typing import Any

from hooks.desired import names
from hooks.desired.labels import MATCHED_BY_PARENT
from hooks.kube.objects import Obj, identity, labels_of
from hooks.observed.rollout import is_rolled_out, is_taken_up
from hooks.rendering import render
from hooks.takeover.cluster import (
    HELM,
    RELEASE_SECRET,
    Cluster,
    name_of,
    namespace_of,
    parsed,
    release_of,
)
from hooks.takeover.cluster_rights import EVERYWHERE, missing_bindings
from hooks.takeover.field_ownership import Entry, Strategy, handed_over, owned_fields
from hooks.takeover.steps import Deletion, Step, patched_metadata, place

CHART = "helm.sh/chart"
GENERATION = "instana-agent-1."
"""How the chart's name and version begin; those of 2.x install an operator."""

WORKLOADS = frozenset({"DaemonSet", "Deployment"})
ANY_TIME = "1970-01-01T00:00:00Z"
LEFT_BEHIND = (
    "Deployment",
    "PodDisruptionBudget",
    "Service",
    "ServiceAccount",
    "ConfigMap",
    "ClusterRoleBinding",
    "ClusterRole",
)


def helm_era_steps(cluster: Cluster, strategy: Strategy, manager: str) -> Iterator[Step]:
    """Yield the adoption of each old DaemonSet and of what belongs to it, then the clearing up."""
    heirs = [(agent, _desired(cluster, agent)) for agent in cluster.selected]
    for agent, desired in heirs:
        yield from _adoption_steps(cluster, agent, desired, strategy, manager)
    yield from _without_heir(cluster, [identity(child) for _, each in heirs for child in each])
    for namespace in sorted({namespace_of(agent) for agent in cluster.selected}):
        yield from _clearing_steps(cluster, namespace)


def _desired(cluster: Cluster, agent: Obj) -> list[Obj]:
    """Return the children that the resource leads to, none if it is invalid."""
    around = [
        each for each in cluster.in_namespace(namespace_of(agent)) if each["kind"] in WORKLOADS
    ]
    rendered = render([agent, *around], EVERYWHERE, ANY_TIME)
    return [] if rendered.problems else rendered.children


def _adoption_steps(
    cluster: Cluster, agent: Obj, desired: list[Obj], strategy: Strategy, manager: str
) -> Iterator[Step]:
    wanted = {identity(child): child for child in desired}
    for obj in cluster.in_namespace(namespace_of(agent)):
        if is_helm_era(obj) and identity(obj) in wanted:
            yield from _adoption(obj, wanted[identity(obj)], strategy, manager)


def _adoption(obj: Obj, child: Obj, strategy: Strategy, manager: str) -> Iterator[Step]:
    labels = {name: labels_of(child)[name] for name in MATCHED_BY_PARENT}
    changes = handed_over(obj, is_of_helm, strategy, manager) or {}
    if labels.items() <= labels_of(obj).items() and not changes:
        return
    is_workload = obj["kind"] == "DaemonSet"
    yield Step(
        obj,
        f"label it for adoption, hand its fields over ({strategy})",
        "Metacontroller takes no notice of an object without the labels",
        patched_metadata(obj, labels=labels, **changes),
        restarts="the agents, node by node, once adopted" if is_workload else "none",
    )


def is_helm_era(obj: Obj) -> bool:
    """Tell whether the object comes from the chart of the Helm-based generations."""
    return labels_of(obj).get(CHART, "").startswith(GENERATION)


def is_of_helm(entry: Entry) -> bool:
    """Tell whether an entry of `managedFields` says what Helm, or an operator by it, set."""
    labels = (owned_fields(entry).get("f:metadata") or {}).get("f:labels") or {}
    return entry.get("manager") == HELM.lower() or f"f:{CHART}" in labels


def _without_heir(cluster: Cluster, wanted: list[Any]) -> Iterator[Step]:
    for obj in cluster.of_kind("DaemonSet"):
        namespace = namespace_of(obj)
        if is_helm_era(obj) and cluster.is_selected(namespace) and identity(obj) not in wanted:
            yield Step(
                obj,
                "create the resource that takes it over",
                f"no valid InstanaAgent in {namespace} leads to a DaemonSet of this name: call it "
                f"{name_of(obj)}, without zones; docs/migrate.md says which values go where",
                blocks=True,
                commands=(f"kubectl get agents.instana.io -n {namespace}",),
            )


def _clearing_steps(cluster: Cluster, namespace: str) -> Iterator[Step]:
    """Yield the deletion of what nobody in the namespace needs: several releases may be in it."""
    agents = [each for each in cluster.agents if namespace_of(each) == namespace]
    heirs = [(agent, _desired(cluster, agent)) for agent in agents]
    wanted = [child for _, desired in heirs for child in desired]
    left = [each for kind in LEFT_BEHIND for each in _left_of(cluster, kind, namespace, wanted)]
    waits = (_awaited(cluster, agent, desired) for agent, desired in heirs)
    awaited = next(filter(None, waits), "")
    for release in sorted({release_of(each) for each in left}):
        for secret in _release_secrets(cluster, namespace, release):
            why = "Helm forgets the release, so that nobody uninstalls what is taken over"
            yield Step(secret, "delete", why, Deletion(), waits_for=awaited)
    for obj in left:
        why = "an object of another name takes its place"
        restarts = "its pods end" if obj["kind"] == "Deployment" else "none"
        yield Step(obj, "delete", why, Deletion(), restarts=restarts, waits_for=awaited)


def _left_of(cluster: Cluster, kind: str, namespace: str, desired: list[Obj]) -> Iterator[Obj]:
    """Yield the objects of a kind that were installed with the agents and are not wanted now."""
    wanted = {identity(child) for child in desired}
    for obj in cluster.of_kind(kind):
        is_left = _home_of(obj) == namespace and is_helm_era(obj)
        is_wanted = identity(obj) in wanted or _is_named(desired, kind, name_of(obj))
        if wanted and is_left and not is_wanted:
            yield obj


def _home_of(obj: Obj) -> str:
    annotations = obj["metadata"].get("annotations") or {}
    home: str = namespace_of(obj) or annotations.get("meta.helm.sh/release-namespace", "")
    return home


def _is_named(value: Any, kind: str, name: str) -> bool:
    """Tell whether pods of the children name the ConfigMap or the ServiceAccount."""
    if isinstance(value, list):
        return any(_is_named(each, kind, name) for each in value)
    if not isinstance(value, dict):
        return False
    by_kind = {"ConfigMap": ("configMap", "configMapKeyRef", "configMapRef")}.get(kind, ())
    if any((value.get(field) or {}).get("name") == name for field in by_kind):
        return True
    if kind == "ServiceAccount" and value.get("serviceAccountName") == name:
        return True
    return any(_is_named(each, kind, name) for each in value.values())


def _awaited(cluster: Cluster, resource: Obj, desired: list[Obj]) -> str:
    """Return what has to be there before the old objects go, "" if all is."""
    agent = parsed(resource)
    if agent is None:
        return f"{place(resource)} to be valid: it may need this"
    for child in desired:
        observed = cluster.get(child["kind"], agent.namespace, name_of(child))
        if child["kind"] == "DaemonSet" and not _is_rolled_out(observed):
            return f"DaemonSet {name_of(child)} to be rolled out"
    sensor = names.k8sensor(agent.name)
    has_sensor = any((each["kind"], name_of(each)) == ("Deployment", sensor) for each in desired)
    if has_sensor and not _is_available(cluster.get("Deployment", agent.namespace, sensor)):
        return f"Deployment {sensor} to be available"
    missing = missing_bindings(cluster, agent)
    return f"ClusterRoleBinding {missing[0]}" if missing else ""


def _is_rolled_out(daemonset: Obj | None) -> bool:
    if daemonset is None or CHART in labels_of(daemonset["spec"]["template"]):
        return False
    return is_rolled_out(daemonset)


def _is_available(deployment: Obj | None) -> bool:
    if deployment is None or not is_taken_up(deployment):
        return False
    conditions = deployment["status"].get("conditions") or []
    return any((each["type"], each["status"]) == ("Available", "True") for each in conditions)


def _release_secrets(cluster: Cluster, namespace: str, release: str) -> Iterator[Obj]:
    prefix = f"{RELEASE_SECRET}{release}.v"
    for obj in cluster.of_kind("Secret"):
        if release and namespace_of(obj) == namespace and name_of(obj).startswith(prefix):
            yield obj
