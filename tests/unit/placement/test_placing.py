"""Who gets an agent, and what all of them request."""

from decimal import Decimal

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.placement.cluster import NO_POOL, Cluster
from hooks.placement.placed import placed
from hooks.placement.placing import Placement
from hooks.placement.verdicts import State
from tests.support.hook import NOW
from tests.support.placement import dead, node, pod_on, with_requests
from tests.support.resources import agent

KARPENTER, INSTANCE = "karpenter.sh/nodepool", "node.kubernetes.io/instance-type"


def of(*objects: Obj, spec: Obj | None = None, pool: str = "") -> Placement:
    placement, problems = placed([agent(spec), *objects], Facts(), NOW, pool)
    assert not problems
    return placement


def states(placement: Placement) -> dict[str, State]:
    return {each.node: each.state for each in placement.nodes}


def test_nodes_with_linux_get_an_agent_and_others_never_do() -> None:
    found = of(node("linux"), node("windows", kubernetes_io__os="windows"))

    assert states(found) == {"linux": State.RUNS, "windows": State.EXCLUDED}
    ((reasons, nodes),) = found.why("instana-agent", State.EXCLUDED)
    assert (reasons[0].kind, nodes) == ("operatingSystem", ["windows"])


def test_a_cordoned_node_gets_an_agent_and_no_k8sensor() -> None:
    """DaemonSet pods tolerate that a node is unschedulable; pods of Deployments do not."""
    cordoned = node(
        "a", taints=[{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]
    )
    found = of(cordoned, node("b"))

    assert states(found) == dict.fromkeys("ab", State.RUNS)
    assert [each.eligible for each in found.sensors] == [1]
    assert not found.sensors[0].as_json()["otherNodes"].keys() ^ {"a"}


def test_tolerations_of_the_resource_count() -> None:
    taint = {"key": "gpu", "effect": "NoSchedule"}
    everywhere = {"agent": {"scheduling": {"tolerate": "All"}}}

    assert states(of(node("a", taints=[taint])))["a"] is State.EXCLUDED
    assert states(of(node("a", taints=[taint]), spec=everywhere))["a"] is State.RUNS


def test_a_dead_node_gets_none_but_a_pending_one_if_its_taints_are_tolerated() -> None:
    everywhere = {"agent": {"scheduling": {"tolerate": "All"}}}

    assert states(of(dead("a")))["a"] is State.EXCLUDED
    assert states(of(dead("a"), spec=everywhere))["a"] is State.PENDING


def test_requests_are_added_for_nodes_with_an_agent() -> None:
    found = of(
        node("a", pool="x"), node("b", pool="x"), node("c", pool="y"), dead("d"), pool="pool"
    )

    by_name = {each.name: each for each in found.pools}
    assert {name: each.nodes for name, each in by_name.items()} == {"x": 2, "y": 1, NO_POOL: 1}
    assert by_name["x"].requested["cpu"] == 1
    assert by_name[NO_POOL].requested == {}
    assert found.total.requested == {"cpu": Decimal("1.5"), "memory": 3 * 768 * 2**20}


def test_pods_of_agents_take_no_room_as_they_are_replaced() -> None:
    own = pod_on("a", spec=with_requests(cpu="3800m"))
    other = pod_on("a", of="other", spec=with_requests(cpu="3800m"))

    assert states(of(node("a"), own)) == {"a": State.RUNS}
    assert states(of(node("a"), other)) == {"a": State.PENDING}


def test_agents_of_two_zones_do_not_fit_on_one_node() -> None:
    """Their ports are the node's."""
    found = of(node("a"), spec={"zones": [{"name": "east"}, {"name": "west"}]})
    (only,) = found.nodes

    assert only.daemonsets(State.RUNS) == ["instana-agent-east"]
    assert only.daemonsets(State.PENDING) == ["instana-agent-west"]
    assert [each.kind for each in only.verdicts["instana-agent-west"].reasons] == ["ports"]
    assert not found.is_complete


def test_a_k8sensor_needs_a_node() -> None:
    tainted = node("a", taints=[{"key": "gpu", "effect": "NoSchedule"}])

    assert of(node("a")).is_complete
    assert not of(tainted).is_complete
    assert of(tainted, spec={"k8s_sensor": {"deployment": {"replicas": 0}}}).is_complete


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([{}], INSTANCE),
        ([{"karpenter_sh__nodepool": "a"}, {"node_kubernetes_io__instance-type": "b"}], KARPENTER),
    ],
)
def test_the_label_of_pools_is_one_that_nodes_have(labels: list[Obj], expected: str) -> None:
    nodes = [node(f"node-{number}", **each) for number, each in enumerate(labels)]

    assert Cluster(nodes).pool_label() == expected


def test_what_is_not_known_is_said() -> None:
    spec = {"agent": {"pod": {"priorityClassName": "system-node-critical"}}}
    found = of(node("a", room={}), node("b", ready=""), node("c", room={"cpu": "1m"}), spec=spec)

    assert found.unknown == [
        "what other pods request: no Pods are given, so requests are compared with whole nodes",
        "what nodes have in all: 1 without status.allocatable",
        "whether nodes are ready: 1 without the condition Ready",
        "whether pods of a lower priority are evicted for agents, by priorityClassName "
        + spec["agent"]["pod"]["priorityClassName"],
    ]
    assert of(node("a"), pod_on("a")).unknown == [
        "what pods of other namespaces request: all that are given are of instana-agent"
    ]
    assert not of(node("a"), pod_on("a"), pod_on("a", of="other", namespace="other")).unknown
