"""Zones by nodes: each node has one DaemonSet, whatever else the resource says."""

from hypothesis import assume, given

from hooks.contract import DAEMON_SET
from hooks.kube.node_affinity import REQUIRED
from hooks.kube.objects import Obj
from hooks.kube.selectors import matches
from hooks.labels import ZONE
from tests.property import clusters, specs
from tests.property.clusters import Situation


def _by_nodes(spec: Obj) -> Obj:
    """Return the spec with zones by nodes and without an affinity of its own."""
    agent = spec["agent"] | {"pod": (spec["agent"].get("pod") or {}) | {"affinity": {}}}
    rest = {name: part for name, part in spec.items() if name != "zones"}
    by_nodes = {"cluster": {"name": "prod"}, "zone": {"automatic": "NodeLabel"}}
    return rest | {"agent": agent} | by_nodes


BY_NODES = specs.valid_specs().map(_by_nodes)


@given(clusters.fresh(BY_NODES))
def test_each_node_is_of_one_daemonset(situation: Situation) -> None:
    world = {kind: of_kind for kind, of_kind in situation.world.items() if kind != DAEMON_SET}
    situation = situation.with_(world=world)  # none is in the way
    daemonsets = [each for each in situation.answer()["children"] if each["kind"] == "DaemonSet"]

    nodes = [each["metadata"]["labels"] for each in situation.related["Node.v1"].values()]
    assume(nodes)

    assert [sum(_takes(each, labels) for each in daemonsets) for labels in nodes] == [1] * len(
        nodes
    )


@given(clusters.fresh(BY_NODES))
def test_each_zone_has_pods_of_its_own(situation: Situation) -> None:
    """The DaemonSet of nodes without a zone has the selector that it had before there were any."""
    daemonsets = [each for each in situation.answer()["children"] if each["kind"] == "DaemonSet"]
    zoned = [each["spec"] for each in daemonsets if ZONE in each["metadata"]["labels"]]

    pods = [each["template"]["metadata"]["labels"] for each in zoned]
    assume(zoned)

    assert [sum(matches(each["selector"], labels) for labels in pods) for each in zoned] == [
        1
    ] * len(zoned)


def _takes(daemonset: Obj, labels: dict[str, str]) -> bool:
    affinity = daemonset["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    return any(matches(term, labels) for term in affinity[REQUIRED]["nodeSelectorTerms"])
