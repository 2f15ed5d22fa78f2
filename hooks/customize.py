"""The customize hook of InstanaAgent: which objects, besides its children, a resource looks at.

The answer is cached by the resource's generation, so it depends on the spec and the installation
only. Objects are asked for by name or by label, so that the cost follows the spec.
"""

from hooks.desired import build_context, labels, names
from hooks.desired.etcd_copies import CA_SOURCE, CLIENT_SOURCE, copies_etcd
from hooks.desired.etcd_copies import NAMESPACE as OPENSHIFT_ETCD
from hooks.desired.etcd_discovery import (
    CA_SECRET,
    KUBE_SYSTEM,
    SERVICE_LABEL,
    SERVICES,
    discovers_etcd,
)
from hooks.desired.namespaces_configmap import MONITORING_LABEL
from hooks.desired.nodes import MACHINES
from hooks.desired.zones import TOPOLOGY_ZONE
from hooks.errors import InvalidResource
from hooks.facts import Facts
from hooks.kube.node_affinity import ON_LINUX
from hooks.kube.objects import Obj
from hooks.models import InstanaAgent
from hooks.models.parsing import read_agent
from hooks.models.references import references
from hooks.models.workloads import NODE_LABEL
from hooks.observed import ObservedObjects
from hooks.status.pods import reads_pods
from hooks.wire import parent_of

__all__ = ["customize", "related_resources"]


def customize(request: Obj, facts: Facts) -> Obj:
    """Return `relatedResources` for the parent of the request; raises UnreadableRequest.

    A resource that cannot be read relates nothing: its children stay as they are.
    """
    try:
        agent = read_agent(parent_of(request))
    except InvalidResource:
        return {"relatedResources": []}
    return {"relatedResources": related_resources(agent, facts)}


def related_resources(agent: InstanaAgent, facts: Facts) -> list[Obj]:
    """Return the rules for the objects that the resource's children and status depend on."""
    nothing = ObservedObjects({})
    context = build_context(agent, nothing, nothing, facts)
    looks_for_etcd = discovers_etcd(context)
    named = {
        kind: {each.name for each in references(agent) if each.kind == kind}
        for kind in ("Secret", "ConfigMap", "PersistentVolumeClaim")
    }
    if looks_for_etcd:
        named["Secret"].add(CA_SECRET)
    rules = [
        _by_name("secrets", agent.namespace, named["Secret"]),
        _by_name("configmaps", agent.namespace, named["ConfigMap"]),
        _by_name("persistentvolumeclaims", agent.namespace, named["PersistentVolumeClaim"]),
        _labelled_namespaces(),
        _nodes_with_zones() if _goes_by_nodes(agent, facts) else {},
        _daemonsets_of_others(agent.namespace),
        _own_pods(agent) if reads_pods(agent, facts) else {},
        *(_etcd() if looks_for_etcd else []),
        *(_sources_of_copies() if copies_etcd(context) else []),
    ]
    return [rule for rule in rules if rule]


def _by_name(resource: str, namespace: str, wanted: set[str]) -> Obj:
    if not wanted:
        return {}
    return {
        "apiVersion": "v1",
        "resource": resource,
        "namespace": namespace,
        "names": sorted(wanted),
    }


def _labelled_namespaces() -> Obj:
    expression = {"key": MONITORING_LABEL, "operator": "Exists"}
    return {
        "apiVersion": "v1",
        "resource": "namespaces",
        "labelSelector": {"matchExpressions": [expression]},
    }


def _goes_by_nodes(agent: InstanaAgent, facts: Facts) -> bool:
    """Tell whether to ask for nodes: where Metacontroller may not read them, it would stop."""
    return agent.spec.zone.automatic == NODE_LABEL and facts.node_zones


def _nodes_with_zones() -> Obj:
    """Return the rule for the nodes with a zone that an agent can run on."""
    has_zone = {"key": TOPOLOGY_ZONE, "operator": "Exists"}
    return {
        "apiVersion": "v1",
        "resource": "nodes",
        "labelSelector": {"matchExpressions": [has_zone, ON_LINUX, *MACHINES]},
    }


def _own_pods(agent: InstanaAgent) -> Obj:
    """Return the rule for the pods of agents and k8sensors, for the status alone."""
    components = {"key": labels.COMPONENT, "operator": "In"}
    return {
        "apiVersion": "v1",
        "resource": "pods",
        "namespace": agent.namespace,
        "labelSelector": {
            "matchLabels": {labels.NAME: labels.AGENT, labels.INSTANCE: agent.name},
            "matchExpressions": [components | {"values": [labels.AGENT, labels.K8SENSOR]}],
        },
    }


def _daemonsets_of_others(namespace: str) -> Obj:
    """Return the rule for what may stand where a DaemonSet of ours should: an older agent."""
    expression = {"key": labels.MANAGED_BY, "operator": "NotIn", "values": [labels.OPERATOR]}
    return {
        "apiVersion": names.DAEMON_SET.partition(".")[2],
        "resource": "daemonsets",
        "namespace": namespace,
        "labelSelector": {"matchExpressions": [expression]},
    }


def _sources_of_copies() -> list[Obj]:
    """Return the rules for what is copied of OpenShift's etcd."""
    return [
        _by_name("secrets", OPENSHIFT_ETCD, {CLIENT_SOURCE}),
        _by_name("configmaps", OPENSHIFT_ETCD, {CA_SOURCE}),
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
            "apiVersion": names.ENDPOINT_SLICE.partition(".")[2],
            "resource": "endpointslices",
            "namespace": KUBE_SYSTEM,
            "labelSelector": {"matchExpressions": [of_services]},
        },
    ]
