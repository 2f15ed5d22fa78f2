"""The hooks of the DecoratorController on the installation's ClusterRoles.

A namespaced resource cannot have cluster-scoped children. So the ClusterRoles, of which the
installation has two, get the ClusterRoleBindings of all agents as attachments.
"""

from hooks.desired import build_context, desired_children
from hooks.desired.cluster_rbac import (
    BIND_LABEL,
    BOUND,
    binding_name,
    bound_account,
    cluster_role_binding,
)
from hooks.desired.kept import all_as_observed, owned_part
from hooks.errors import InvalidResource
from hooks.facts import ALL_NAMESPACES, Facts
from hooks.kube.objects import Obj, labels_of
from hooks.models.instana_agent import API_VERSION, KIND, PLURAL
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from hooks.wire import DecoratorRequest, decorator_request, parent_of

NOTHING = ObservedObjects({})
AGENTS = f"{KIND}.{API_VERSION}"
CLUSTER_ROLE_BINDING = "ClusterRoleBinding.rbac.authorization.k8s.io/v1"


def customize(request: Obj, facts: Facts) -> Obj:
    """Return the rule for the agents of the namespaces that the installation names."""
    parent_of(request)
    rule: Obj = {"apiVersion": API_VERSION, "resource": PLURAL}
    if ALL_NAMESPACES in facts.agent_namespaces:
        return {"relatedResources": [rule]}
    return {
        "relatedResources": [
            rule | {"namespace": namespace} for namespace in facts.agent_namespaces
        ]
    }


def sync(request: Obj, facts: Facts) -> Obj:
    """Return the ClusterRoleBindings of the ClusterRole in the request; raises UnreadableRequest.

    While it is not known which agents there are, the observed bindings stay.
    """
    typed = decorator_request(request)
    component = BOUND.get(labels_of(typed.decorated).get(BIND_LABEL, ""))
    if component is None or not typed.related.knows(AGENTS):
        return {"attachments": all_as_observed(typed.attachments, facts)}
    bindings = [
        binding
        for resource in typed.related.all_of(AGENTS)
        for binding in _bindings(resource, component, typed, facts)
    ]
    return {"attachments": bindings}


def _bindings(resource: Obj, component: str, request: DecoratorRequest, facts: Facts) -> list[Obj]:
    """Return the binding of one agent; the observed one of an agent that is invalid."""
    role = request.decorated["metadata"]["name"]
    try:
        agent = parse_agent(resource)
        desired_children(build_context(agent, NOTHING, NOTHING, facts))
    except (InvalidResource, RecursionError):
        metadata = resource.get("metadata") or {}
        name = binding_name(role, metadata.get("namespace", ""), metadata.get("name", ""))
        observed = request.attachments.get(CLUSTER_ROLE_BINDING, "", name)
        return [owned_part(observed, facts)] if observed else []
    account = bound_account(agent, component, facts)
    return [cluster_role_binding(role, agent, component, account)] if account else []
