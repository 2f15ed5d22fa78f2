"""The hooks of the DecoratorController on the installation's ClusterRoles.

A namespaced resource cannot have cluster-scoped children. So the ClusterRoles, of which the
installation has two, get the ClusterRoleBindings of all agents as attachments.
"""

from typing import Any, Final

from hooks.contract import CHILD_SELECTOR, SERVICE_ACCOUNT
from hooks.desired.cluster_rbac import (
    BIND_LABEL,
    BOUND,
    Bound,
    binding_name,
    bound,
    bound_account,
    cluster_role_binding,
    makes_account,
)
from hooks.desired.inputs.owned import all_retained, owned_part
from hooks.desired.inputs.ownership import is_given_to
from hooks.errors import InvalidResource
from hooks.facts import ALL_NAMESPACES, Facts
from hooks.kube.objects import Obj, are_all, as_object, labels_of
from hooks.models.instana_agent import API_VERSION, KIND, PLURAL
from hooks.models.parsing import check_nesting, read_given
from hooks.status import is_reported_valid
from hooks.wire import DecoratorRequest, decorator_request, parent_of

AGENTS = f"{KIND}.{API_VERSION}"
CLUSTER_ROLE_BINDING = "ClusterRoleBinding.rbac.authorization.k8s.io/v1"

WHOLE: Final = None
NOT_GIVEN: Final[Obj] = {}
NEEDED: Final[Obj] = {
    "metadata": {"name": WHOLE, "namespace": WHOLE, "uid": WHOLE},
    "spec": {
        "agent": {},
        "rbac": {"create": WHOLE},
        "serviceAccount": {"name": WHOLE, "create": WHOLE},
        "k8s_sensor": {"deployment": {"enabled": WHOLE}},
    },
}
"""The parts of an agent that its bindings depend on: other parts do not make calls larger for
others."""


def customize(request: Obj, facts: Facts) -> Obj:
    """Return the rules for agents that may get a binding, and for their accounts.

    People who can create agents in other namespaces cannot make the requests larger. Metacontroller
    caches this response for 20 minutes or longer: a namespace that is added to the setting may take
    that long, unless the spec of the controller changes at the same time. Raises UnreadableRequest.
    """
    parent_of(request)
    accounts = {"apiVersion": "v1", "resource": "serviceaccounts", "labelSelector": CHILD_SELECTOR}
    agents = {"apiVersion": API_VERSION, "resource": PLURAL}
    everywhere = ALL_NAMESPACES in facts.agent_namespaces
    places = (
        [{}] if everywhere else [{"namespace": namespace} for namespace in facts.agent_namespaces]
    )
    return {"relatedResources": [rule | at for at in places for rule in (agents, accounts)]}


def sync(request: Obj, facts: Facts) -> Obj:
    """Return the ClusterRoleBindings of the ClusterRole in the request; raises UnreadableRequest.

    The observed bindings stay while agents are not observed yet.
    """
    typed = decorator_request(request)
    component = BOUND.get(labels_of(typed.decorated).get(BIND_LABEL, ""))
    if component is None or not typed.related.knows(AGENTS):
        return {"attachments": all_retained(typed.attachments, facts)}
    bindings = [
        binding
        for resource in typed.related.all_of(AGENTS)
        if facts.may_have_cluster_rights(_place(resource)[0])
        for binding in _bindings(resource, component, typed, facts)
    ]
    return {"attachments": bindings}


def read_needed(resource: Obj) -> Bound:
    """Return the parts of an agent that its bindings depend on; raises InvalidResource.

    Whether the rest is valid is in its status. The models read only what is not of the usual types:
    a fleet has a thousand agents.
    """
    return _read_usual(resource) or read_by_models(resource)


def _read_usual(resource: Obj) -> Bound | None:
    """Return the parts as the models do; None if one of them has another type than it should."""
    metadata: Any = resource.get("metadata")
    spec = as_object(resource.get("spec"))
    account, rbac = spec.get("serviceAccount", NOT_GIVEN), spec.get("rbac", NOT_GIVEN)
    deployment = as_object(spec.get("k8s_sensor", NOT_GIVEN)).get("deployment", NOT_GIVEN)
    parts = (metadata, spec.get("agent"), spec.get("k8s_sensor", NOT_GIVEN), account, rbac)
    if not are_all(dict, (*parts, deployment)):
        return None
    read = Bound(
        namespace=metadata.get("namespace"),
        name=metadata.get("name"),
        uid=metadata.get("uid", ""),
        gets_rights=rbac.get("create", True),
        chosen_account=account.get("name", ""),
        makes_account=account.get("create", True),
        has_sensor=deployment.get("enabled", True),
    )
    texts = (read.namespace, read.name, read.uid, read.chosen_account)
    flags = (read.gets_rights, read.makes_account, read.has_sensor)
    return read if are_all(str, texts) and are_all(bool, flags) else None


def read_by_models(resource: Obj) -> Bound:
    """Return what `read_needed` does, of any agent; raises InvalidResource."""
    needed = _needed_of(resource, NEEDED)
    check_nesting(needed)
    agent, _ = read_given(needed)
    return bound(agent)


def _needed_of(part: Any, fields: Obj | None) -> Any:
    if fields is WHOLE or not isinstance(part, dict):
        return part
    return {name: _needed_of(part[name], below) for name, below in fields.items() if name in part}


def _bindings(resource: Obj, component: str, request: DecoratorRequest, facts: Facts) -> list[Obj]:
    """Return the binding of one agent.

    If the agent is invalid according to its status, or if its account is not known to be its own,
    the observed binding stays, as its pods do. No agent is read as a whole.
    """
    role = request.decorated["metadata"]["name"]
    try:
        agent = read_needed(resource)
    except InvalidResource:
        return _as_observed(role, resource, request, facts)
    if not is_reported_valid(resource):
        return _as_observed(role, resource, request, facts)
    account = bound_account(agent, component, facts)
    if not account:
        return []
    if makes_account(agent, component) and not _is_its_own(agent, account, request):
        return _as_observed(role, resource, request, facts)
    return [cluster_role_binding(role, agent, component, account)]


def _is_its_own(agent: Bound, account: str, request: DecoratorRequest) -> bool:
    """Return whether an account belongs to the agent, and not to something else with its name.

    A cached response of an earlier version's `customize`, which did not ask for accounts, may still
    be in use.
    """
    if not request.related.knows(SERVICE_ACCOUNT):
        return True
    found = request.related.get(SERVICE_ACCOUNT, agent.namespace, account)
    return found is not None and is_given_to(agent.name, agent.uid, found)


def _as_observed(role: str, resource: Obj, request: DecoratorRequest, facts: Facts) -> list[Obj]:
    name = binding_name(role, *_place(resource))
    observed = request.attachments.get(CLUSTER_ROLE_BINDING, "", name)
    return [owned_part(observed, facts)] if observed else []


def _place(resource: Obj) -> tuple[str, str]:
    """Return the namespace and the name."""
    metadata = as_object(resource.get("metadata"))
    return metadata.get("namespace", ""), metadata.get("name", "")
