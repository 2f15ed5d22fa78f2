"""What is left of manifests that were applied by hand, once the agents are adopted.

Nothing records what was applied together with the agents. So only objects with the labels and one
of the names of those manifests count, and of cluster roles only those that nobody else is bound to.
"""

from hooks.desired.cluster_rbac import bound, bound_account
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.labels import AGENT
from hooks.takeover.cluster import (
    EVERYWHERE,
    Cluster,
    name_of,
    namespace_of,
    parsed,
    repositories_of,
)
from hooks.takeover.static_manifests import is_of_static_manifests

SENSORS = ("k8sensor", "kubernetes-sensor")
"""The names of the old sensor's Deployment and of everything that belongs to it."""

SENSOR_IMAGES = ("k8sensor", "agent")
BINDINGS = ("ClusterRoleBinding", "RoleBinding")


def is_left_in(cluster: Cluster, namespace: str, obj: Obj) -> bool:
    """Return whether the object came with manifests that installed agents in the namespace."""
    agents = [agent for agent in cluster.agents if namespace_of(agent) == namespace]
    names = {*SENSORS, *map(name_of, agents)}
    if not is_of_static_manifests(obj) or name_of(obj) not in names:
        return False
    match obj["kind"]:
        case "ClusterRoleBinding":
            return _binds_only_in(namespace, obj) and all(map(_gets_rights, agents))
        case "ClusterRole":
            bindings = _bindings_of(cluster, obj)
            return bool(bindings) and all(is_left_in(cluster, namespace, b) for b in bindings)
        case "Deployment":
            images = [repository.rpartition("/")[2] for repository in repositories_of(obj)]
            return namespace_of(obj) == namespace and any(
                image in SENSOR_IMAGES for image in images
            )
    return namespace_of(obj) == namespace


def _binds_only_in(namespace: str, binding: Obj) -> bool:
    subjects = as_objects(binding.get("subjects"))
    return bool(subjects) and all(subject.get("namespace") == namespace for subject in subjects)


def _gets_rights(agent: Obj) -> bool:
    """Return whether this service gives the agents rights in place of the old ones."""
    resource = parsed(agent)
    return resource is not None and bool(bound_account(bound(resource), AGENT, EVERYWHERE))


def _bindings_of(cluster: Cluster, role: Obj) -> list[Obj]:
    return [
        binding
        for kind in BINDINGS
        for binding in cluster.of_kind(kind)
        if (ref := as_object(binding.get("roleRef"))).get("kind") == role["kind"]
        and ref.get("name") == name_of(role)
    ]
