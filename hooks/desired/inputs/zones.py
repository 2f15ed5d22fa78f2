"""Zones of the agents: written in the resource, or those of the nodes."""

from hooks import contract
from hooks.desired.inputs.context import Context
from hooks.errors import InvalidResource, Problem
from hooks.kube.canonical import canonical_affinity
from hooks.kube.environment import from_field
from hooks.kube.node_affinity import narrowed
from hooks.kube.objects import Obj, labels_of
from hooks.models.instana_agent import ZoneSpec
from hooks.models.workloads import NODE_LABEL, POD_LABEL
from hooks.rules.answer_size import ANSWER_SIZE, leads_to_too_much
from hooks.rules.bounds import MOST_ZONES, TOO_MANY
from hooks.rules.runtime import ZONE_NODE_LABEL, ZONE_POD_LABEL
from hooks.rules.table import BY_IDENTIFIER

TOPOLOGY_ZONE = "topology.kubernetes.io/zone"
MORE_ZONES = (
    f"finds more than {MOST_ZONES} zones among the nodes: name those that agents are to tell in "
    "spec.zones, or use PodLabel"
)


def zones(context: Context) -> tuple[ZoneSpec | None, ...]:
    """Return the zone of each DaemonSet, None for the one of nodes without a zone.

    Raises InvalidResource where the cluster or the installation cannot tell zones that way, and
    where there are more than can be carried out.
    """
    spec = context.agent.spec
    if spec.zone.automatic == POD_LABEL and not context.facts.copies_zones:
        raise _unable(ZONE_POD_LABEL)
    if spec.zone.automatic != NODE_LABEL:
        return spec.zones or (None,)
    if not context.facts.node_zones:
        raise _unable(ZONE_NODE_LABEL)
    found = {*_zones_of_nodes(context), *context.memory.zones_with_pods}
    _check_number(context, len(found))
    return (None, *(ZoneSpec(name=zone) for zone in sorted(found)))


def are_known(context: Context) -> bool:
    """Return whether the zones are known: nodes may not be asked for yet."""
    is_by_node = context.agent.spec.zone.automatic == NODE_LABEL and context.facts.node_zones
    return not is_by_node or context.related.knows(contract.NODE)


def zone_variable(context: Context) -> dict[str, Obj]:
    """Return the variable with the zone of the pod's own label, where that is asked for."""
    if context.agent.spec.zone.automatic != POD_LABEL:
        return {}
    return from_field("INSTANA_ZONE", f"metadata.labels['{TOPOLOGY_ZONE}']")


def agent_affinity(context: Context, zone: ZoneSpec | None) -> Obj:
    """Return the affinity of one DaemonSet: its own, else the agent's, and the zone's nodes."""
    if zone and zone.affinity is not None:
        return canonical_affinity(zone.affinity, "spec.zones.affinity")
    affinity = canonical_affinity(context.agent.spec.agent.pod.affinity, "spec.agent.pod.affinity")
    if context.agent.spec.zone.automatic != NODE_LABEL:
        return affinity
    return narrowed(affinity, [[requirement] for requirement in _requirements(zone)])


def _check_number(context: Context, found: int) -> None:
    """Raise InvalidResource for more zones of nodes than a resource may have of its own."""
    spec = context.agent.spec
    if found > MOST_ZONES:
        raise InvalidResource((Problem("spec.zone.automatic", MORE_ZONES, TOO_MANY),))
    given = spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if leads_to_too_much(given, daemonsets=found + 1):
        problem = Problem("spec", BY_IDENTIFIER[ANSWER_SIZE].message, ANSWER_SIZE)
        raise InvalidResource((problem,))


def _unable(rule: str) -> InvalidResource:
    return InvalidResource((Problem("spec.zone.automatic", BY_IDENTIFIER[rule].message, rule),))


def _zones_of_nodes(context: Context) -> set[str]:
    nodes = context.related.all_of(contract.NODE)
    return {zone for node in nodes if (zone := labels_of(node).get(TOPOLOGY_ZONE))}


def _requirements(zone: ZoneSpec | None) -> list[Obj]:
    """Return what a node has to have, one of these."""
    if zone:
        return [{"key": TOPOLOGY_ZONE, "operator": "In", "values": [zone.name]}]
    empty = {"key": TOPOLOGY_ZONE, "operator": "In", "values": [""]}
    return [{"key": TOPOLOGY_ZONE, "operator": "DoesNotExist"}, empty]
