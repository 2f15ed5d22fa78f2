"""Whose pods a change replaces, in what steps, and how long it takes.

Where Kubernetes' docs say nothing, the cases follow pkg/controller/daemon/update.go (v1.36).
"""

from collections.abc import Sequence
from typing import Any

import pytest

from hooks.kube.objects import Obj, describe
from hooks.placement.changes import Fate
from hooks.placement.pod_times import Span
from hooks.placement.rollout import Rollout
from hooks.placement.rollouts import rollouts
from hooks.placement.steps import Outcome
from hooks.preview import preview
from tests.support.hook import FACTS, answer, stored
from tests.support.placement import UNREACHABLE, dead, node, pod_on, with_requests
from tests.support.resources import agent

NOW = "2026-01-03T00:00:00Z"
AGENT, K8SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
NODES = [node(f"node-{number}") for number in range(1, 11)]
READY: Obj = {"created": "2026-01-02T00:00:00Z", "ready": "2026-01-02T00:01:00Z"}
PODS = [pod_on(each["metadata"]["name"], **READY) for each in NODES]
ROLLED_OUT = [
    pod_on(
        f"node-{number}",
        created=f"2026-01-02T00:{2 * number:02}:00Z",
        ready=f"2026-01-02T00:{2 * number + 1:02}:40Z",
    )
    for number in range(1, 11)
]
"""Pods that a rollout made one at a time: 100 s until ready, 20 s for the next one to end."""
IMAGE = {"agent": {"image": {"tag": "new"}}}
GPU = {"key": "gpu", "effect": "NoSchedule"}


def found(
    before: Obj | None, after: Obj, objects: Sequence[Obj] = (*NODES, *PODS)
) -> dict[str, Rollout]:
    """Return the rollouts when a resource changes; `before` is None where there is none yet."""
    children = [] if before is None else stored(answer(agent(before)))
    documents = [agent(after), *children, *objects]
    changes = preview(documents, FACTS, NOW).changes
    told = rollouts(documents, changes, FACTS, NOW)
    assert told is not None
    return {each.workload: each for each in told}


def of_agents(
    objects: Sequence[Obj] = (*NODES, *PODS), after: Obj | None = None, **strategy: Any
) -> Rollout:
    """Return the rollout of a new image with a strategy."""
    rolling = {"agent": {"updateStrategy": {"rollingUpdate": strategy}}}
    changed = {"agent": rolling["agent"] | IMAGE["agent"] | (after or {})}
    return found(rolling, changed, objects)[AGENT]


def names(*numbers: int) -> list[str]:
    return [f"node-{number}" for number in numbers]


def test_nothing_is_said_without_nodes() -> None:
    documents = [agent(IMAGE), *stored(answer(agent()))]

    assert rollouts(documents, preview(documents, FACTS, NOW).changes, FACTS, NOW) is None


def test_what_replaces_no_pod_is_no_rollout() -> None:
    assert found({}, {}) == {}
    assert found({}, {"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 3}}}}) == {}


def test_one_agent_at_a_time_by_default() -> None:
    rollout = of_agents([*NODES, *ROLLED_OUT])

    assert sorted(rollout.nodes(Fate.RESTARTS)) == sorted(names(*range(1, 11)))
    assert rollout.steps.sizes == (1,) * 10
    assert rollout.seconds == Span(10 * 99, 10 * (20 + 100))


def test_it_takes_longer_than_what_is_known_if_nothing_shows_how_long_pods_take_to_end() -> None:
    rollout = of_agents()

    assert rollout.seconds == Span(10 * 59)
    assert any(each.startswith("how long an old pod takes to end: ") for each in rollout.unknown)


def test_a_surge_waits_for_no_old_pod_to_end() -> None:
    rollout = of_agents(maxSurge=5, maxUnavailable=0)

    assert rollout.seconds == Span(2 * 59, 2 * 60)


@pytest.mark.parametrize(
    ("most", "expected"), [("25%", (3, 3, 3, 1)), (4, (4, 4, 2)), ("100%", (10,)), (50, (10,))]
)
def test_as_many_go_as_the_strategy_says(most: object, expected: tuple[int, ...]) -> None:
    assert of_agents(maxUnavailable=most).steps.sizes == expected


def test_a_share_is_of_the_nodes_that_should_have_an_agent() -> None:
    tainted = [node(f"gpu-{number}", taints=[GPU]) for number in range(10)]

    assert of_agents([*NODES, *PODS, *tainted], maxUnavailable="25%").steps.sizes == (3, 3, 3, 1)


def test_min_ready_seconds_are_in_each_step() -> None:
    after = {"minReadySeconds": 30}
    rollout = of_agents([*NODES, *ROLLED_OUT], after, maxUnavailable=1)

    assert rollout.steps.sizes == (1,) * 10
    assert rollout.seconds == Span(10 * (99 + 31), 10 * (20 + 100 + 31))


def test_a_dead_node_uses_up_what_may_be_unavailable() -> None:
    lost = [dead("node-1"), *NODES[1:], *PODS]

    rollout = of_agents(lost, maxUnavailable=2)
    assert rollout.nodes(Fate.LOST) == ["node-1"]
    assert (rollout.steps.sizes, rollout.steps.outcome) == ((1,) * 9, Outcome.INCOMPLETE)
    halted = of_agents(lost, maxUnavailable=1)
    assert (halted.steps.sizes, halted.steps.outcome) == ((), Outcome.HALTS)
    assert halted.seconds is None


def test_a_pod_that_ends_on_a_dead_node_does_so_too() -> None:
    """The comment in update.go says otherwise, but a node without old and new pod counts."""
    ending = pod_on("node-1", deletionTimestamp=NOW)
    objects = [dead("node-1"), *NODES[1:], ending, *PODS[1:]]

    assert of_agents(objects, maxUnavailable=1).steps.outcome is Outcome.HALTS


def test_a_dead_node_without_pod_counts_for_nothing() -> None:
    objects = [*NODES, *PODS, dead("node-11")]

    assert of_agents(objects).steps.outcome is Outcome.COMPLETES


def test_pods_that_are_not_available_are_replaced_at_once() -> None:
    objects = [*NODES, *PODS[2:], *(pod_on(name, ready="") for name in names(1, 2))]
    rollout = of_agents(objects, maxUnavailable=1)

    assert rollout.nodes(Fate.RESTARTS_AT_ONCE) == names(1, 2)
    assert rollout.steps.sizes == (2, *(1,) * 8)


def test_a_pod_is_available_after_min_ready_seconds() -> None:
    """https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/"""
    young = pod_on("node-1", ready="2026-01-02T23:59:50Z")
    rollout = of_agents([*NODES, young, *PODS[1:]], {"minReadySeconds": 30})

    assert rollout.nodes(Fate.RESTARTS_AT_ONCE) == ["node-1"]


def test_nodes_without_a_pod_get_one_at_once() -> None:
    rollout = of_agents([*NODES, *PODS[1:]])

    assert rollout.nodes(Fate.STARTS) == ["node-1"]
    assert rollout.steps.sizes == (1,) * 10


def test_agents_that_request_too_much_halt_the_rollout() -> None:
    small = [node(name, room={"cpu": "600m", "memory": "16Gi"}) for name in names(1, 2)]
    requests = {"pod": {"requests": {"cpu": "1"}}}
    rollout = of_agents([*small, *NODES[2:], *PODS], requests, maxUnavailable=2)

    assert [*rollout.pending] == names(1, 2)
    assert (rollout.steps.outcome, rollout.steps.replaced) == (Outcome.HALTS, (2, 10))
    assert rollout.unknown[0].startswith("what pods of other namespaces request: ")


def test_a_surge_needs_ports_that_the_old_agent_has() -> None:
    """The ports of containers on the host's network are the node's (`SetHostNetworkPorts`)."""
    spec = {"hostNetwork": True, "containers": [{"ports": [{"containerPort": 42699}]}]}
    pods = [pod_on(each["metadata"]["name"], spec=spec) for each in NODES]
    rollout = of_agents([*NODES, *pods], maxUnavailable=None, maxSurge=2)

    assert {reason.kind for each in rollout.pending.values() for reason in each} == {"ports"}
    assert (rollout.steps.outcome, rollout.steps.replaced) == (Outcome.HALTS, (0, 0))
    assert len(rollout.pending) == len(NODES)


def test_a_surge_needs_room_for_both() -> None:
    after = {"pod": {"requests": {"cpu": "2500m"}}}
    pods = [pod_on(each["metadata"]["name"], spec=with_requests(cpu="2")) for each in NODES]
    rollout = of_agents([*NODES, *pods], after, maxUnavailable=None, maxSurge=2)

    assert {reason.kind for each in rollout.pending.values() for reason in each} == {"resource"}
    assert of_agents([*NODES, *pods], after).pending == {}


def test_a_surge_takes_no_heed_of_dead_nodes() -> None:
    """`rollingUpdate`: an old pod on a node that should have none is deleted, and not counted."""
    rollout = of_agents([dead("node-1"), *NODES[1:], *PODS], maxUnavailable=None, maxSurge=4)

    assert rollout.steps.sizes == (4, 4, 1)
    assert rollout.steps.outcome is Outcome.COMPLETES


def test_agents_go_where_the_node_selector_no_longer_leads() -> None:
    chosen = [node(name, disk="ssd") for name in names(1, 2)]
    selector = {"pod": {"nodeSelector": {"disk": "ssd"}}}
    rollout = of_agents([*chosen, *NODES[2:], *PODS], selector)

    assert rollout.nodes(Fate.RESTARTS) == names(1, 2)
    assert sorted(rollout.nodes(Fate.DELETED)) == sorted(names(*range(3, 11)))
    assert rollout.steps.sizes == (1, 1)


def test_an_agent_on_a_tainted_node_goes_in_its_turn() -> None:
    """It "should continue running" while it tolerates NoExecute; a deleted one is not made anew."""
    objects = [node("node-1", taints=[GPU]), *NODES[1:], *PODS]
    rollout = of_agents(objects)

    assert rollout.nodes(Fate.DELETED_IN_TURN) == ["node-1"]
    assert rollout.steps.sizes == (1,) * 10


def test_on_delete_replaces_nothing_by_itself() -> None:
    by_hand = {"agent": {"updateStrategy": {"type": "OnDelete"}}}
    changed = {"agent": by_hand["agent"] | IMAGE["agent"]}
    rollout = found(by_hand, changed)[AGENT]

    assert rollout.type == "OnDelete"
    assert (rollout.steps.outcome, rollout.steps.sizes) == (Outcome.BY_HAND, ())
    assert rollout.seconds is None


def test_without_pods_those_count_that_should_be_there() -> None:
    windows = node("windows", kubernetes_io__os="windows")
    rollout = of_agents([*NODES, windows, dead("node-11")], maxUnavailable=5)

    assert sorted(rollout.nodes(Fate.RESTARTS)) == sorted(names(*range(1, 11)))
    assert rollout.nodes(Fate.LOST) == ["node-11"]
    assert rollout.seconds is not None
    assert rollout.seconds.about is None
    assert [each.partition(":")[0] for each in rollout.unknown] == [
        "which nodes have a pod now",
        "how long a new pod takes to become ready",
        "how long nodes take to pull the image",
        "how long an old pod takes to end",
        "which nodes come first",
    ]


def test_a_new_resource_starts_all_agents_at_once() -> None:
    rollout = found(None, {}, NODES)[AGENT]

    assert sorted(rollout.nodes(Fate.STARTS)) == sorted(names(*range(1, 11)))
    assert rollout.steps.sizes == (10,)


def test_a_zone_that_goes_takes_its_agents_along() -> None:
    zones = {"zones": [{"name": "east"}, {"name": "west"}]}
    pods = [pod_on(each["metadata"]["name"], of="instana-agent-west") for each in NODES]
    rollout = found(zones, {"zones": zones["zones"][:1]}, [*NODES, *pods])[f"{AGENT}-west"]

    assert sorted(rollout.nodes(Fate.DELETED)) == sorted(names(*range(1, 11)))
    assert rollout.steps.sizes == ()


def test_k8sensors_round_as_deployments_do() -> None:
    deployment = {"replicas": 10, "minReadySeconds": 5}
    before = {"k8s_sensor": {"deployment": deployment}}
    after = {"k8s_sensor": {"deployment": deployment, "image": {"tag": "new"}}}
    rollout = found(before, after)[K8SENSOR]

    assert (rollout.sides.unavailable, rollout.sides.surge) == (2, 3)
    assert rollout.steps.sizes == (5, 5)
    assert rollout.eligible == len(NODES)


def test_k8sensors_without_a_node_halt() -> None:
    tainted = [node("a", taints=[GPU])]
    rollout = found({}, {"k8s_sensor": {"image": {"tag": "new"}}}, tainted)[K8SENSOR]

    assert (rollout.eligible, rollout.steps.outcome) == (0, Outcome.HALTS)


def test_a_pending_agent_is_of_the_node_that_it_is_made_for() -> None:
    """The DaemonSet controller names the node in an affinity, and the scheduler binds the pod."""
    fields = [{"key": "metadata.name", "operator": "In", "values": ["node-1"]}]
    required = {"nodeSelectorTerms": [{"matchFields": fields}]}
    pending = pod_on("node-1")
    pending["status"] = {"phase": "Pending"}
    del pending["spec"]["nodeName"]
    pending["spec"]["affinity"] = {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}
    }
    changed = found({}, IMAGE, (*NODES, pending, *PODS[1:]))[AGENT]

    assert changed.nodes(Fate.RESTARTS_AT_ONCE) == ["node-1"]
    assert changed.nodes(Fate.STARTS) == []


def test_old_children_are_found_by_their_names() -> None:
    names_of_workloads = {describe(each) for each in stored(answer(agent()))}

    assert {AGENT, K8SENSOR} <= names_of_workloads


def test_json_has_all_nodes_and_what_is_not_known() -> None:
    small = node("node-1", room={"cpu": "1m", "memory": "1Mi"})
    lost = node("node-2", taints=UNREACHABLE, ready="Unknown")
    other = pod_on("node-3", of="other", spec=with_requests(cpu="1"))
    told = of_agents([small, lost, *NODES[2:], *PODS, other], maxUnavailable=3).as_json()

    assert told["strategy"] == {"type": "RollingUpdate", "maxUnavailable": 3, "maxSurge": 0}
    assert told["nodes"]["notReady"] == ["node-2"]
    assert len(told["nodes"]["restarts"]) == 9
    assert {each["kind"] for each in told["pending"]["node-1"]} == {"resource"}
    assert told["steps"] == [{"times": 4, "pods": 2}, {"times": 1, "pods": 1}]
    assert (told["outcome"], told["mostSteps"]) == ("incomplete", 8)
    assert told["replaced"] == {"min": 9, "max": 9}
    assert told["seconds"] == {"min": 5 * 59, "about": None}
