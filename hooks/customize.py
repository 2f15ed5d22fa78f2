"""The customize hook of InstanaAgent: the objects that a resource needs beyond its children.

Metacontroller caches the response by the resource's generation, so it depends only on the spec and
the installation. It asks for objects by name or by label, so that the cost follows the spec.
"""

from collections.abc import Collection

from hooks import contract, labels
from hooks.desired import build_context
from hooks.desired.agent.namespaces_configmap import MONITORING_LABEL
from hooks.desired.child_names import child_names
from hooks.desired.inputs.zones import TOPOLOGY_ZONE
from hooks.desired.k8sensor.etcd_copies import CA_SOURCE, CLIENT_SOURCE, copies_etcd
from hooks.desired.k8sensor.etcd_copies import NAMESPACE as OPENSHIFT_ETCD
from hooks.desired.k8sensor.etcd_discovery import (
    CA_SECRET,
    KUBE_SYSTEM,
    SERVICE_LABEL,
    SERVICES,
    discovers_etcd,
)
from hooks.desired.passes.nodes import MACHINES
from hooks.errors import InvalidResource
from hooks.facts import Facts
from hooks.kube.node_affinity import ON_LINUX
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.models import InstanaAgent
from hooks.models.references import references
from hooks.models.workloads import NODE_LABEL
from hooks.observed import ObservedObjects
from hooks.rules import read_agent
from hooks.status.pods.summary import reads_pods
from hooks.wire import parent_of

__all__ = ["customize", "related_resources"]


def customize(request: Obj, facts: Facts) -> Obj:
    """Return `relatedResources` for the parent of the request; raises UnreadableRequest.

    The children of a resource that cannot be read stay as they are, so they need nothing else.
    """
    parent = parent_of(request)
    try:
        agent = read_agent(parent)
    except InvalidResource:
        return {"relatedResources": [_own_namespace(parent["metadata"].get("namespace", ""))]}
    return {"relatedResources": related_resources(agent, _child_kinds(request), facts)}


def related_resources(agent: InstanaAgent, kinds: Collection[str], facts: Facts) -> list[Obj]:
    """Return the rules for the objects that the resource's children and status depend on.

    `kinds` are the kinds of children in the controller's rules: the controller may not be allowed
    to read others.
    """
    nothing = ObservedObjects({})
    context = build_context(agent, nothing, nothing, facts)
    looks_for_etcd = discovers_etcd(context)
    named = {kind: at_places for kind, at_places in child_names(context).items() if kind in kinds}
    for reference in references(agent):
        named.setdefault(f"{reference.kind}.v1", set()).add(reference.name)
    if looks_for_etcd:
        named.setdefault(contract.SECRET, set()).add(CA_SECRET)
    rules = [
        *(_by_name(kind, agent.namespace, named[kind]) for kind in sorted(named)),
        _labelled_namespaces() if facts.may_learn_namespaces(agent.namespace) else {},
        _own_namespace(agent.namespace),
        *(_by_nodes(agent) if _goes_by_nodes(agent, facts) else []),
        _pods(agent) if reads_pods(agent, facts) else {},
        *(_etcd() if looks_for_etcd else []),
        *(_sources_of_copies() if copies_etcd(context) else []),
    ]
    return [rule for rule in rules if rule]


def _child_kinds(request: Obj) -> list[str]:
    """Return the known kinds of children for which the controller in a request has rules."""
    spec = as_object(as_object(request.get("controller")).get("spec"))
    found = [
        (rule.get("apiVersion"), rule.get("resource"))
        for rule in as_objects(spec.get("childResources"))
    ]
    return [
        kind
        for kind, resource in contract.CHILD_RESOURCES.items()
        if (kind.partition(".")[2], resource) in found
    ]


def _by_name(kind: str, namespace: str, names: set[str]) -> Obj:
    if not names:
        return {}
    return {
        "apiVersion": kind.partition(".")[2],
        "resource": contract.CHILD_RESOURCES[kind],
        "namespace": namespace,
        "names": sorted(names),
    }


def _labelled_namespaces() -> Obj:
    expression = {"key": MONITORING_LABEL, "operator": "Exists"}
    return {
        "apiVersion": "v1",
        "resource": "namespaces",
        "labelSelector": {"matchExpressions": [expression]},
    }


def _own_namespace(name: str) -> Obj:
    """Return the rule for the Namespace that becomes the second owner of adopted objects."""
    return {"apiVersion": "v1", "resource": "namespaces", "names": [name]}


def _goes_by_nodes(agent: InstanaAgent, facts: Facts) -> bool:
    """Return whether to ask for nodes: Metacontroller stops if it is not allowed to read them."""
    return agent.spec.zone.automatic == NODE_LABEL and facts.node_zones


def _by_nodes(agent: InstanaAgent) -> list[Obj]:
    """Return the rules for the nodes with a zone that an agent can run on, and for DaemonSets.

    The names of these zones' DaemonSets are not known yet, so any other DaemonSet may be in the
    way.
    """
    has_zone = {"key": TOPOLOGY_ZONE, "operator": "Exists"}
    return [
        {
            "apiVersion": "v1",
            "resource": "nodes",
            "labelSelector": {"matchExpressions": [has_zone, ON_LINUX, *MACHINES]},
        },
        _daemonsets_without(agent, labels.MANAGED_BY, labels.OPERATOR),
        _daemonsets_without(agent, labels.INSTANCE, agent.name),
    ]


def _daemonsets_without(agent: InstanaAgent, label: str, value: str) -> Obj:
    expression = {"key": label, "operator": "NotIn", "values": [value]}
    return {
        "apiVersion": contract.DAEMON_SET.partition(".")[2],
        "resource": "daemonsets",
        "namespace": agent.namespace,
        "labelSelector": {"matchExpressions": [expression]},
    }


def _pods(agent: InstanaAgent) -> Obj:
    """Return the rule for the pods of agents and k8sensors, which only the status needs.

    It also matches pods of other resources: pods of a Helm release keep the release's name.
    """
    components = {"key": labels.COMPONENT, "operator": "In"}
    return {
        "apiVersion": "v1",
        "resource": "pods",
        "namespace": agent.namespace,
        "labelSelector": {
            "matchLabels": {labels.NAME: labels.AGENT},
            "matchExpressions": [components | {"values": [labels.AGENT, labels.K8SENSOR]}],
        },
    }


def _sources_of_copies() -> list[Obj]:
    """Return the rules for the objects of OpenShift's etcd that are copied."""
    return [
        _by_name(contract.SECRET, OPENSHIFT_ETCD, {CLIENT_SOURCE}),
        _by_name(contract.CONFIG_MAP, OPENSHIFT_ETCD, {CA_SOURCE}),
    ]


def _etcd() -> list[Obj]:
    of_services = {"key": SERVICE_LABEL, "operator": "In", "values": sorted(SERVICES)}
    return [
        {
            "apiVersion": "v1",
            "resource": "services",
            "namespace": KUBE_SYSTEM,
            "names": sorted(SERVICES),
        },
        {
            "apiVersion": contract.ENDPOINT_SLICE.partition(".")[2],
            "resource": "endpointslices",
            "namespace": KUBE_SYSTEM,
            "labelSelector": {"matchExpressions": [of_services]},
        },
    ]
