"""What must be true of every placement, and of every rollout of the DaemonSet controller."""

import json
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import Any

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from hooks.placement.cluster import Cluster
from hooks.placement.placing import place
from hooks.placement.requests import CPU, MEMORY, added
from hooks.placement.steps import Outcome, Pods, steps_of
from hooks.placement.verdicts import State
from tests.property import clusters, specs
from tests.property.clusters import Situation
from tests.support.daemon_controller import PlayedNode, play
from tests.support.hook import answer, stored
from tests.support.placement import (
    UNREACHABLE,
    expressions,
    node,
    pod_on,
    required,
    with_requests,
)
from tests.support.resources import agent

POOL = "pool"
TAINTS = st.lists(
    st.sampled_from(
        [
            *UNREACHABLE,
            {"key": "gpu", "value": "yes", "effect": "NoSchedule"},
            {"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule"},
            {"key": "soft", "effect": "PreferNoSchedule"},
        ]
    ),
    max_size=2,
)
ROOMS = st.sampled_from([{}, {"cpu": "300m", "memory": "16Gi"}, {"cpu": "4", "memory": "8Gi"}])
LABELS = st.dictionaries(
    st.sampled_from([POOL, "disktype", "kubernetes_io__os"]),
    st.sampled_from(["linux", "windows", "ssd", "a"]),
)


@st.composite
def nodes(draw: Callable[..., object]) -> list[Obj]:
    """Return nodes of some pools, with taints, and more or less room."""
    number = draw(st.integers(0, 6))
    assert isinstance(number, int)
    return [
        node(
            f"node-{index}",
            taints=draw(TAINTS),  # type: ignore[arg-type]
            ready=draw(st.sampled_from(["True", "Unknown", ""])),  # type: ignore[arg-type]
            room=draw(ROOMS),  # type: ignore[arg-type]
            **draw(LABELS),
        )
        for index in range(number)
    ]


@given(clusters.fresh(specs.valid_specs()), nodes(), st.integers(0, 3))
def test_every_node_has_an_agent_or_a_pending_one_or_is_excluded(
    situation: Situation, there: list[Obj], others: int
) -> None:
    children = situation.answer()["children"]
    workloads = [each for each in children if each["kind"] in ("DaemonSet", "Deployment")]
    pods = [pod_on(f"node-{i}", of="other", spec=with_requests(cpu="2")) for i in range(others)]
    found = place(workloads, Cluster(there, pods), pool_label=POOL)

    assert [each.node for each in found.nodes] == [each["metadata"]["name"] for each in there]
    for each in found.nodes:
        states = [verdict.state for verdict in each.verdicts.values()]
        assert set(found.daemonsets) == set(each.verdicts)
        assert sum(len(each.daemonsets(state)) for state in State) == len(states)
        for verdict in each.verdicts.values():
            assert bool(verdict.reasons) is (verdict.state is not State.RUNS)
    for pool in [*found.pools, found.total]:
        assert sum(pool.states.values()) == pool.nodes
    assert sum(pool.nodes for pool in found.pools) == len(there)
    total = added(pool.requested for pool in found.pools)
    for name in (CPU, MEMORY):
        zero = Decimal()
        assert total.get(name, zero) == found.total.requested.get(name, zero)


COUNTS = st.integers(0, 12)


@given(st.tuples(COUNTS, COUNTS, COUNTS, st.integers(0, 3)), st.integers(1, 8), st.randoms())
def test_steps_are_those_of_the_controller(
    numbers: tuple[int, int, int, int], may_lack: int, random: Random
) -> None:
    fine, stuck, unavailable, lost = numbers
    there = [
        *(PlayedNode(f"fine-{i}") for i in range(fine)),
        *(PlayedNode(f"stuck-{i}", gets_stuck=True) for i in range(stuck)),
        *(PlayedNode(f"unready-{i}", old_is_available=False) for i in range(unavailable)),
        *(PlayedNode(f"dead-{i}", old_is_available=False, is_dead=True) for i in range(lost)),
    ]
    played = play(there, may_lack, 0, random)
    steps = steps_of(Pods(unavailable, fine + stuck, stuck, lost), may_lack)
    least, most = steps.replaced

    replaced = {each for each in played.replaced if not each.startswith("dead")}
    assert least <= len(replaced) <= most
    assert played.most_unavailable <= max(may_lack, unavailable + lost)
    if steps.outcome is not Outcome.HALTS:
        assert len(replaced) == fine + stuck + unavailable
        # A round in which only dead nodes lose their pods is no step.
        assert steps.fewest <= played.rounds <= max(steps.most, bool(lost))
        assert sum(steps.sizes) == len(replaced)


@given(COUNTS, COUNTS, COUNTS, st.integers(1, 8), st.randoms())
def test_a_surge_lets_no_agent_be_unavailable(
    fine: int, stuck: int, unavailable: int, surge: int, random: Random
) -> None:
    there = [
        *(PlayedNode(f"fine-{i}") for i in range(fine)),
        *(PlayedNode(f"stuck-{i}", gets_stuck=True) for i in range(stuck)),
        *(PlayedNode(f"unready-{i}", old_is_available=False) for i in range(unavailable)),
    ]
    played = play(there, 0, surge, random)
    steps = steps_of(Pods(unavailable, fine + stuck, stuck, surging=True), surge)
    least, most = steps.replaced

    assert least <= len(played.replaced) <= most
    assert played.most_unavailable <= unavailable
    if steps.outcome is not Outcome.HALTS:
        assert steps.fewest <= played.rounds <= steps.most


@given(COUNTS, COUNTS, COUNTS, st.integers(0, 12), st.integers(0, 12))
def test_never_more_go_than_may_be_unavailable(
    at_once: int, in_turn: int, stuck: int, lost: int, may_lack: int
) -> None:
    steps = steps_of(Pods(at_once, in_turn, min(stuck, in_turn), lost), may_lack)
    first, *later = steps.sizes or (0,)

    assert first <= max(at_once, may_lack - lost)
    assert all(0 < size <= may_lack - lost for size in later)
    assert steps.fewest <= steps.most
    assert sum(steps.sizes) <= at_once + in_turn


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([]), st.just({}),
    st.just([None]), st.just({"a": None}), st.just([{}]), st.just(["x"]),
)  # fmt: skip


@st.composite
def odd_cluster(draw: Callable[..., Any]) -> list[Obj]:
    """Return nodes and pods, in one of which something is odd."""
    spec = with_requests(cpu="1") | required(expressions(("pool", "In", ["a"])))
    spec["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 80}]
    objects = deepcopy(
        [
            node("a", taints=UNREACHABLE),
            node("b"),
            pod_on("a", spec=spec, deletionTimestamp="2026-01-01T00:00:00Z"),
            pod_on("b", spec=spec),
        ]
    )
    place_in = draw(st.sampled_from(objects))
    for _ in range(draw(st.integers(0, 6))):
        inner = [key for key, value in _items(place_in) if isinstance(value, dict | list) and value]
        if not inner:
            break
        place_in = place_in[draw(st.sampled_from(inner))]
    key = draw(st.sampled_from([key for key, _ in _items(place_in)]))
    place_in[key] = deepcopy(draw(ODD))
    return objects


def _items(part: Any) -> list[tuple[Any, Any]]:
    return [*(part.items() if isinstance(part, dict) else enumerate(part))]


@given(odd_cluster(), st.sampled_from(["placement", "rollout", "diff", "images"]))
def test_odd_objects_never_end_in_a_traceback(objects: list[Obj], command: str) -> None:
    children = stored(answer(agent()))
    changed = agent({"agent": {"image": {"tag": "new"}}})
    text = "\n---\n".join(map(json.dumps, [changed, *children, *objects]))
    result = CliRunner().invoke(main, [command, "-"], input=text, catch_exceptions=False)

    assert result.exit_code in range(4)
