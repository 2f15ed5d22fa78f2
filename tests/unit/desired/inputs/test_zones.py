"""Zones of the nodes: by the pod's label, and by DaemonSets for the nodes of each zone."""

import re
from collections.abc import Collection
from copy import deepcopy
from typing import Any

import pytest

from hooks.customize import customize
from hooks.desired import names
from hooks.desired.agent import daemonset
from hooks.desired.passes.nodes import MACHINES
from hooks.facts import Facts
from hooks.kube.node_affinity import ON_LINUX, REQUIRED
from hooks.kube.objects import Obj, labels_of
from hooks.rules import rules_named_in
from hooks.rules.answer_size import ANSWER_SIZE
from hooks.rules.bounds import MOST_ZONES, TOO_MANY
from tests.support.hook import answer, child, children, conditions, env, pod, stored
from tests.support.resources import agent, merged, obj

AGENT = "DaemonSet/instana-agent"
LABEL = "topology.kubernetes.io/zone"
WITH_NODES = Facts(node_zones=True)
BY_NODE = agent({"zone": {"automatic": "NodeLabel"}})
BY_POD = agent({"zone": {"automatic": "PodLabel"}})
WITHOUT_ZONE = [
    {"key": LABEL, "operator": "DoesNotExist"},
    {"key": LABEL, "operator": "In", "values": [""]},
]


def node(name: str, zone: str | None) -> Obj:
    labels = {} if zone is None else {LABEL: zone}
    return obj("Node", name, "", metadata={"labels": labels})


def by_node(
    *zones: str | None, parent: Obj = BY_NODE, observed: Collection[Obj] = (), **more: Any
) -> Obj:
    nodes = [node(f"node-{index}", zone) for index, zone in enumerate(zones)]
    return answer(parent, *nodes, observed=observed, facts=WITH_NODES, **more)


def daemonsets(answered: Obj) -> list[str]:
    return [name for name in children(answered) if name.startswith("DaemonSet/")]


def terms(answered: Obj, which: str) -> list[Obj]:
    found: list[Obj] = pod(answered, which)["affinity"]["nodeAffinity"][REQUIRED][
        "nodeSelectorTerms"
    ]
    return found


def in_zone(zone: str) -> Obj:
    return {"key": LABEL, "operator": "In", "values": [zone]}


def with_pods(daemonset: Obj, **counts: int) -> Obj:
    """Return an observed DaemonSet with these counts of pods and no others."""
    changed = deepcopy(daemonset)
    changed["status"] = {"observedGeneration": 1, **counts}
    return changed


# By the label of the pod.


@pytest.mark.parametrize("version", ["1.35", "v1.36.3", "1.35.0-gke.100", "2.0", "1.35+"])
def test_the_zone_is_the_label_of_the_pod(version: str) -> None:
    result = answer(BY_POD, facts=Facts(kubernetes_version=version))

    assert daemonsets(result) == [AGENT]
    assert env(result, AGENT)["INSTANA_ZONE"] == {
        "fieldRef": {"apiVersion": "v1", "fieldPath": f"metadata.labels['{LABEL}']"}
    }
    assert terms(result, AGENT) == [{"matchExpressions": [ON_LINUX]}]


@pytest.mark.parametrize("version", ["", "1.34", "v1.34.9", "1.9"])
def test_without_the_label_the_resource_is_invalid_and_nothing_changes(version: str) -> None:
    facts = Facts(kubernetes_version=version)
    before = stored(answer(agent(), facts=facts))
    result = answer(BY_POD, observed=before, facts=facts)

    assert conditions(result)["Valid"]["status"] == "False"
    assert "NodeLabel" in conditions(result)["Valid"]["message"]
    assert "KUBERNETES_VERSION" in conditions(result)["Valid"]["message"]
    assert children(result).keys() == {
        f"{each['kind']}/{each['metadata']['name']}" for each in before
    }


def test_a_variable_of_the_users_wins() -> None:
    parent = agent(
        {
            "zone": {"automatic": "PodLabel"},
            "agent": {"pod": {"env": [{"name": "INSTANA_ZONE", "value": "mine"}]}},
        }
    )

    assert (
        env(answer(parent, facts=Facts(kubernetes_version="1.36")), AGENT)["INSTANA_ZONE"] == "mine"
    )


def test_pods_need_no_nodes() -> None:
    facts = Facts(kubernetes_version="1.36", node_zones=True)
    rules = customize({"parent": BY_POD}, facts)["relatedResources"]

    assert "nodes" not in {rule["resource"] for rule in rules}


# By the label of nodes.


def test_each_zone_has_a_daemonset_for_its_nodes() -> None:
    result = by_node("eu-1", "eu-2", "eu-1")

    assert daemonsets(result) == [AGENT, f"{AGENT}-eu-1", f"{AGENT}-eu-2"]
    assert env(result, f"{AGENT}-eu-1")["INSTANA_ZONE"] == "eu-1"
    assert terms(result, f"{AGENT}-eu-1") == [{"matchExpressions": [in_zone("eu-1"), ON_LINUX]}]
    assert labels_of(child(result, f"{AGENT}-eu-1"))["io.instana/zone"] == "eu-1"


def test_nodes_without_a_zone_have_one_of_their_own() -> None:
    result = by_node("eu-1")

    assert "INSTANA_ZONE" not in env(result, AGENT)
    assert terms(result, AGENT) == [{"matchExpressions": [each, ON_LINUX]} for each in WITHOUT_ZONE]


def test_nodes_without_a_zone_have_the_name_that_is_given() -> None:
    result = by_node("eu-1", parent=agent({"zone": {"name": "edge", "automatic": "NodeLabel"}}))

    assert env(result, AGENT)["INSTANA_ZONE"] == "edge"
    assert env(result, f"{AGENT}-eu-1")["INSTANA_ZONE"] == "eu-1"


@pytest.mark.parametrize("zones", [(), ("",)])
def test_that_no_node_has_a_zone_is_a_fact(zones: tuple[str, ...]) -> None:
    assert daemonsets(by_node(*zones)) == [AGENT]


def test_the_agents_own_affinity_holds_in_every_zone() -> None:
    linux = {"key": "os", "operator": "In", "values": ["linux"]}
    big = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["big"]}]}
    preferred = [{"preference": {"matchExpressions": [linux]}, "weight": 1}]
    affinity: Obj = {
        "nodeAffinity": {
            REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [linux]}, big, {}]},
            "preferredDuringSchedulingIgnoredDuringExecution": preferred,
        },
        "podAntiAffinity": {REQUIRED: [{"topologyKey": "x"}]},
    }
    parent = agent({"zone": {"automatic": "NodeLabel"}, "agent": {"pod": {"affinity": affinity}}})
    found = pod(by_node("eu", parent=parent), f"{AGENT}-eu")["affinity"]

    assert found["nodeAffinity"][REQUIRED]["nodeSelectorTerms"] == [
        {"matchExpressions": [linux, in_zone("eu"), ON_LINUX]},
        {**big, "matchExpressions": [in_zone("eu"), ON_LINUX]},
    ]
    assert found["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] == preferred
    assert found["podAntiAffinity"] == affinity["podAntiAffinity"]


def test_an_affinity_that_no_node_meets_is_met_by_none() -> None:
    affinity: Obj = {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{}]}}}
    parent = agent({"zone": {"automatic": "NodeLabel"}, "agent": {"pod": {"affinity": affinity}}})

    assert terms(by_node("eu", parent=parent), f"{AGENT}-eu") == [{}]


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("eu-1", "a-eu-1"),
        ("eu.1", "a-eu.1"),
        ("EU-1", "a-eu-1-[0-9a-f]{8}"),
        ("eu__1", "a-eu-1-[0-9a-f]{8}"),
        ("x" * 63, "a-x{63}"),
        ("X" * 63, "a-x{54}-[0-9a-f]{8}"),
    ],
)
def test_a_zone_is_part_of_a_name(zone: str, name: str) -> None:
    assert re.fullmatch(name, names.daemonset("a", zone))


def test_zones_that_look_alike_have_daemonsets_of_their_own() -> None:
    found = daemonsets(by_node("eu-1", "EU-1", "eu_1", "eu.1"))

    assert len(found) == len({*found}) == 5


@pytest.mark.parametrize(
    ("counts", "stays"),
    [
        ({}, False),
        ({"desiredNumberScheduled": 1}, True),
        ({"currentNumberScheduled": 1}, True),
        ({"numberMisscheduled": 1}, True),
        ({"observedGeneration": 0}, True),
    ],
)
def test_a_zone_without_nodes_goes_once_it_has_no_pods(counts: Obj, stays: bool) -> None:  # noqa: FBT001
    observed = [
        with_pods(each, **counts) if each["metadata"]["name"].endswith("-eu-2") else each
        for each in stored(by_node("eu-1", "eu-2"))
    ]
    result = by_node("eu-1", observed=observed)

    assert (f"{AGENT}-eu-2" in children(result)) is stays
    assert {AGENT, f"{AGENT}-eu-1"} <= children(result).keys()


def test_daemonsets_stay_while_nothing_is_known_of_nodes() -> None:
    observed = stored(by_node("eu-1", "eu-2"))
    result = by_node(observed=observed, unknown=["Node.v1"])

    assert daemonsets(result) == [AGENT, f"{AGENT}-eu-1", f"{AGENT}-eu-2"]
    assert conditions(result)["ReferencesResolved"]["reason"] == "NotObservedYet"
    assert "spec.zone.automatic" in conditions(result)["ReferencesResolved"]["message"]


def test_no_daemonset_is_made_while_nothing_is_known_of_nodes() -> None:
    assert daemonsets(by_node(unknown=["Node.v1"])) == []


def test_a_resource_at_rest_stays_at_rest() -> None:
    first = by_node("eu-1", "eu-2")
    parent = BY_NODE | {"status": by_node("eu-1", "eu-2", observed=stored(first))["status"]}
    second = by_node("eu-1", "eu-2", parent=parent, observed=stored(first))

    assert second["children"] == first["children"]
    assert second["status"] == parent["status"]


def test_without_the_right_to_read_nodes_the_resource_is_invalid() -> None:
    before = stored(answer(agent()))
    result = answer(BY_NODE, observed=before)

    assert "node-zones" in conditions(result)["Valid"]["message"]
    assert len(children(result)) == len(before)


@pytest.mark.parametrize(("facts", "asked"), [(WITH_NODES, True), (Facts(), False)])
def test_nodes_are_asked_for_where_metacontroller_may_read_them(facts: Facts, asked: bool) -> None:  # noqa: FBT001
    rules = customize({"parent": BY_NODE}, facts)["relatedResources"]
    found = [rule for rule in rules if rule["resource"] == "nodes"]
    expressions = [{"key": LABEL, "operator": "Exists"}, ON_LINUX, *MACHINES]

    assert found == (
        [
            {
                "apiVersion": "v1",
                "resource": "nodes",
                "labelSelector": {"matchExpressions": expressions},
            }
        ]
        if asked
        else []
    )


def test_nobody_else_asks_for_nodes() -> None:
    rules = customize({"parent": agent()}, WITH_NODES)["relatedResources"]

    assert "nodes" not in {rule["resource"] for rule in rules}


ZONES = [f"zone-{index}" for index in range(MOST_ZONES)]
VARIABLES = {f"V{index}": "x" for index in range(1000)}
REFERENCES = [
    {"name": f"V{index}", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    for index in range(400)
]
TOO_MUCH: dict[str, tuple[list[str], Obj, str]] = {
    "zones": ([*ZONES, "one-more"], {}, TOO_MANY),
    "work": (ZONES[:100], {"agent": {"pod": {"env": REFERENCES}}}, ANSWER_SIZE),
    "bytes": (ZONES[:120], {"agent": {"env": VARIABLES | {"LONG": "x" * 131_000}}}, ANSWER_SIZE),
}


def test_as_many_zones_of_nodes_are_taken_as_a_resource_may_name() -> None:
    found = by_node(*ZONES)

    assert conditions(found)["Valid"]["status"] == "True"
    assert len(daemonsets(found)) == MOST_ZONES + 1


@pytest.mark.parametrize("what", TOO_MUCH)
def test_more_zones_of_nodes_than_can_be_carried_out_keep_the_children(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones, spec, rule = TOO_MUCH[what]
    before = by_node("a", "b")
    made: list[Obj] = []
    monkeypatch.setattr(daemonset, "agent_daemonset", made.append)

    found = by_node(*zones, parent=merged(BY_NODE, {"spec": spec}), observed=stored(before))

    valid = conditions(found)["Valid"]
    assert (valid["status"], rules_named_in(valid["message"])) == ("False", (rule,))
    assert children(found) == children(before)
    assert made == []


def test_two_zones_with_one_object_name_are_refused() -> None:
    same = names.daemonset("instana-agent", "A").removeprefix("instana-agent-")
    result = by_node("A", same)

    assert children(result) == {}
    assert conditions(result)["Valid"]["message"] == (
        f"metadata.name: would create {AGENT}-{same} twice: choose another name "
        "(rule child-repeated)"
    )
