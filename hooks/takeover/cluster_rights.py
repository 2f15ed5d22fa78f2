"""Deletes cluster roles and bindings of the former installation once ours exist, not before.

Only those of the operator have no owner, and so stay behind. Two resources with one name in two
namespaces share them, so all resources that need them must be taken over first.
"""

from collections.abc import Iterator

from hooks.desired import names
from hooks.desired.cluster_rbac import (
    AGENT_ROLE,
    K8SENSOR_ROLE,
    binding_name,
    bound,
    bound_account,
)
from hooks.kube.objects import Obj
from hooks.labels import AGENT, K8SENSOR, OPERATOR
from hooks.models import InstanaAgent
from hooks.takeover.cluster import EVERYWHERE, Cluster, has_labels, name_of, parsed, place_of
from hooks.takeover.go_operator import has_finalizer, is_of_operator
from hooks.takeover.steps import Deletion, Step, place

KINDS = ("ClusterRoleBinding", "ClusterRole", "RoleBinding", "Role")
ETCD_READER = "-etcd-reader"
BOUND_ROLES = ((AGENT, AGENT_ROLE), (K8SENSOR, K8SENSOR_ROLE))


def rights_steps(cluster: Cluster) -> Iterator[Step]:
    """Yield the deletion of the operator's roles and bindings that selected resources use."""
    agents = [agent for resource in cluster.agents if (agent := parsed(resource)) is not None]
    for kind in KINDS:
        for obj in cluster.of_kind(kind):
            if _is_of_operator(obj):
                yield from _steps_for(obj, agents, cluster)


def missing_bindings(cluster: Cluster, agent: InstanaAgent) -> list[str]:
    """Return the names of our bindings for the resource that do not exist yet."""
    return [
        name
        for component, role in BOUND_ROLES
        if bound_account(bound(agent), component, EVERYWHERE)
        and cluster.get("ClusterRoleBinding", "", name := _binding(role, agent)) is None
    ]


def _steps_for(obj: Obj, agents: list[InstanaAgent], cluster: Cluster) -> Iterator[Step]:
    users = [agent for agent in agents if name_of(obj) in _role_names(agent)]
    if not any(cluster.is_selected(user.namespace, user.name) for user in users):
        return
    unbound = [user for user in users if _loses_rights(user, name_of(obj))]
    if unbound:
        yield _keep(obj, unbound)
        return
    why = "the Go operator left it, and new bindings replace it"
    yield Step(obj, "delete", why, Deletion(), waits_for=_waits_for(cluster, users))


def _waits_for(cluster: Cluster, users: list[InstanaAgent]) -> str:
    unclear = [agent for agent in cluster.agents if parsed(agent) is None]
    if unclear:
        return f"{place(unclear[0])} to be valid, because it may need this"
    with_finalizer = {place_of(agent) for agent in cluster.agents if has_finalizer(agent)}
    for user in users:
        is_selected = cluster.is_selected(user.namespace, user.name)
        if (user.namespace, user.name) in with_finalizer and not is_selected:
            return (
                f"InstanaAgent {user.namespace}/{user.name} to be taken over, because it "
                "shares this"
            )
    missing = [name for user in users for name in missing_bindings(cluster, user)]
    return f"ClusterRoleBinding {missing[0]}" if missing else ""


def _loses_rights(agent: InstanaAgent, role: str) -> bool:
    """Return whether the operator gave the agents rights that we do not give."""
    if role not in _with_namespace(agent, agent.service_account_name):
        return False
    return not agent.spec.rbac.create or bound(agent).uses_default_account


def _keep(obj: Obj, unbound: list[InstanaAgent]) -> Step:
    agent = unbound[0]
    why = "the pods run as the service account default of the namespace"
    if not agent.spec.rbac.create:
        why = "rbac.create is false, which the Go operator ignored"
    return Step(
        obj,
        "keep: nothing replaces it",
        f"{why} ({agent.namespace}/{agent.name}); delete it once other bindings give these rights",
        commands=(f"kubectl delete {obj['kind'].lower()} {name_of(obj)}",),
    )


def _role_names(agent: InstanaAgent) -> tuple[str, ...]:
    k8sensor = names.k8sensor(agent.name)
    of_account = _with_namespace(agent, agent.service_account_name)
    return *of_account, *_with_namespace(agent, k8sensor), k8sensor + ETCD_READER


def _with_namespace(agent: InstanaAgent, name: str) -> tuple[str, str]:
    """Return both names of a cluster role: newer operators put the namespace in front."""
    return name, f"{agent.namespace}-{name}"


def _binding(role: str, agent: InstanaAgent) -> str:
    return binding_name(role, agent.namespace, agent.name)


def _is_of_operator(obj: Obj) -> bool:
    entries = obj["metadata"].get("managedFields") or []
    return has_labels(obj, managed_by=OPERATOR) and any(map(is_of_operator, entries))
