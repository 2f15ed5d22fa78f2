"""The ClusterRoleBindings of a resource, for given objects: what the cluster-rbac hook makes."""

from hooks import cluster_rbac
from hooks.desired.cluster_rbac import AGENT_ROLE, BIND_LABEL, K8SENSOR_ROLE
from hooks.facts import Facts
from hooks.kube.objects import Obj, kind_of, labels_of

CLUSTER_ROLE = "ClusterRole.rbac.authorization.k8s.io/v1"


def bindings_of(parent: Obj, objects: list[Obj], facts: Facts) -> list[Obj]:
    """Return the bindings to the given ClusterRoles, or else to those of the installation."""
    given = [
        obj for obj in objects if kind_of(obj) == CLUSTER_ROLE and BIND_LABEL in labels_of(obj)
    ]
    metadata = parent["metadata"]
    related = {cluster_rbac.AGENTS: {f"{metadata['namespace']}/{metadata['name']}": parent}}
    return [
        binding
        for role in given or _installed_roles()
        for binding in cluster_rbac.sync(
            {"object": role, "attachments": {}, "related": related}, facts
        )["attachments"]
    ]


def _installed_roles() -> list[Obj]:
    return [
        {"kind": "ClusterRole", "metadata": {"name": role, "labels": {BIND_LABEL: bound}}}
        for role, bound in ((AGENT_ROLE, "agent"), (K8SENSOR_ROLE, "k8sensor"))
    ]
