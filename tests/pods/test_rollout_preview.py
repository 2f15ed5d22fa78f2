"""The preview of a rollout against what Kubernetes' controllers do on the nodes of a cluster.

What a sync would write is written here, without Metacontroller: of interest is what comes of it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from hooks.placement.changes import Fate
from hooks.placement.rollout import Rollout
from hooks.placement.rollouts import rollouts
from hooks.placement.steps import Outcome
from hooks.preview import preview
from hooks.rendering import read
from hooks.sync import reconcile
from tests.cluster.api import Api, wait_for
from tests.cluster.local_cluster import nodes
from tests.cluster.loop import KINDS, MANAGED
from tests.pods.rollout_scenarios import NODES, SCENARIOS, Scenario, joined
from tests.pods.telling import Told
from tests.pods.workloads import agents, daemonset, is_ready, known
from tests.support.resources import NAMESPACE, agent, obj

pytestmark = pytest.mark.timeout(600)

SOON = 120.0
STILL_SECONDS = 16.0
"""Longer than a step: a rollout in which nothing happens for so long has halted."""
READY_AFTER = "6s"
FACTOR = 1.5
CHOSEN = {"preview": "yes"}
"""The label of the nodes of these tests: of more, steps would take longer and show no more."""
USUAL: Obj = {
    "agent": {
        "pod": {
            "annotations": {"pods.example/ready-after": READY_AFTER},
            "nodeSelector": CHOSEN,
        },
    },
    "k8s_sensor": {"deployment": {"replicas": 0}},
}
SENSORS = "Deployment/instana-agent-k8sensor"
REPLICAS = 8
UNTOUCHED: Obj = {"pool": None, "generation": None}
OUT_OF_SERVICE = ("NoSchedule", "NoExecute")
FACTS = Facts()
TRIED = SCENARIOS if os.environ.get("PREVIEWS") == "all" else SCENARIOS[::4]
"""All of them take a quarter of an hour; each of these shows another rule."""


@dataclass(frozen=True)
class Reality:
    """What became of the agents: nodes of which the old one is gone, and how long it took."""

    replaced: set[str]
    started: set[str]
    pending: int
    seconds: float


@pytest.fixture(scope="module", autouse=True)
def _namespace(api: Api) -> Iterator[None]:
    places = [obj("Node", f"node-{number}", "") for number in range(1, NODES + 1)]
    for each in places:
        api.merge(each, {"metadata": {"labels": CHOSEN}})
    api.apply(obj("Namespace", NAMESPACE, ""))
    yield
    for each in places:
        api.merge(each, {"metadata": {"labels": dict.fromkeys(CHOSEN)}})
    for kind, version in KINDS:
        for each in api.list(kind, version, NAMESPACE, labelSelector=MANAGED):
            api.delete(each)
    wait_for(lambda: not agents(api), "the agents end", SOON)


@pytest.mark.parametrize("scenario", TRIED, ids=lambda each: each.name)
def test_preview_and_reality_agree(api: Api, told: Told, scenario: Scenario) -> None:
    with special_nodes(api, scenario):
        roll_out_before(api, scenario)
        late(api, scenario)
        spec = spec_of(scenario, scenario.change, "after")
        expected = previewed(api, spec)
        real = really(api, spec, expected)

    told.setdefault("preview and reality", []).append(line(scenario, expected, real))
    assert expected.steps.outcome is scenario.ends
    least, most = expected.steps.replaced
    lasting = {*expected.nodes(Fate.RESTARTS, Fate.RESTARTS_AT_ONCE, Fate.DELETED_IN_TURN)}
    gone = {*expected.nodes(Fate.DELETED)}
    assert gone <= real.replaced
    assert real.replaced - gone <= lasting
    if expected.steps.outcome in (Outcome.COMPLETES, Outcome.INCOMPLETE):
        assert real.replaced - gone == lasting - surged_in_vain(expected)
        assert real.started >= {*expected.nodes(Fate.STARTS)} - {*expected.pending}
        assert expected.seconds is not None
        assert agree(expected.seconds.about, real.seconds)
    else:
        assert least <= len(real.replaced - gone) + len(expected.nodes(Fate.STARTS)) <= most
    assert real.pending <= len(expected.pending)


@pytest.mark.parametrize(
    "strategy", [{}, {"maxUnavailable": "50%", "maxSurge": 0}, {"maxUnavailable": 0, "maxSurge": 3}]
)
def test_preview_and_reality_agree_on_k8sensors(api: Api, told: Told, strategy: Obj) -> None:
    deployment = {"replicas": REPLICAS, "strategy": {"rollingUpdate": strategy}}
    before = joined(USUAL, {"k8s_sensor": {"deployment": deployment}})
    after = joined(before, {"k8s_sensor": {"image": {"tag": f"new-{len(str(strategy))}"}}})
    sync(api, before)
    wait_for(lambda: sensors_are_settled(api), "the k8sensors are as before", SOON)
    expected = previewed(api, after, SENSORS)

    began = time.monotonic()
    sync(api, after)
    wait_for(lambda: sensors_are_settled(api), "the k8sensors are rolled out", SOON)
    seconds = time.monotonic() - began

    about = expected.seconds.about if expected.seconds else None
    steps = f"steps {list(expected.steps.sizes)} in {about} s, really {seconds:.0f} s"
    told.setdefault("preview and reality", []).append(f"k8sensors, {strategy}: {steps}")
    assert expected.eligible == len(api.list("Node", "v1"))
    assert agree(about, seconds)


def surged_in_vain(expected: Rollout) -> set[str]:
    """Return nodes that keep their old agent, as the new one beside it is Pending."""
    return {*expected.pending} if expected.sides.surge else set()


def agree(about: float | None, seconds: float) -> bool:
    """Tell whether two times agree."""
    if about is None:
        return False
    shorter, longer = sorted((about, seconds))
    return longer <= FACTOR * shorter


def spec_of(scenario: Scenario, change: Obj, tag: str) -> Obj:
    image = {"agent": {"image": {"name": "registry.example/agent", "tag": tag}}}
    return joined(USUAL, scenario.always, change, image)


def roll_out_before(api: Api, scenario: Scenario) -> None:
    """Bring all agents to what is before the change, at once; then roll out as often as asked."""
    sync(api, spec_of(scenario, scenario.before, "before"))
    delete_old(api)
    wait_for(lambda: is_settled(api), "the agents are as before", SOON)
    for number in range(1, scenario.rollouts):
        sync(api, spec_of(scenario, scenario.before, f"before-{number}"))
        wait_for(lambda: is_settled(api), "the agents are rolled out", SOON)


def delete_old(api: Api) -> None:
    """Delete the agents of the scenario before: it may have halted."""
    time.sleep(1)
    for each in agents(api):
        api.delete(each)


def previewed(api: Api, spec: Obj, workload: str = "DaemonSet/instana-agent") -> Rollout:
    """Return the preview by what is in the cluster."""
    documents = [agent(spec), *children(api), *api.list("Node", "v1"), *all_pods(api)]
    now = datetime.now(UTC).isoformat()
    changes = preview(documents, FACTS, now).changes
    found = rollouts(documents, changes, FACTS, now)
    assert found is not None
    return next(each for each in found if each.workload == workload)


def really(api: Api, spec: Obj, expected: Rollout) -> Reality:
    before = by_node(agents(api))
    began = time.monotonic()
    sync(api, spec)
    last_change = wait_until_still(api, began)
    there = agents(api)
    uids = {each["metadata"]["uid"] for each in there if not is_ending(each)}
    replaced = {node for node, pod in before.items() if pod["metadata"]["uid"] not in uids}
    ready = {each["spec"]["nodeName"] for each in there if is_ready(each)}
    return Reality(
        replaced - {*expected.nodes(Fate.LOST)},
        ready - before.keys(),
        len([each for each in there if not each["spec"].get("nodeName")]),
        last_change - began,
    )


def wait_until_still(api: Api, began: float) -> float:
    """Wait until all is done, or nothing happens to pods any more; returns when that was."""
    last, known = began, pods_as_they_are(api)
    while time.monotonic() - last < STILL_SECONDS:
        time.sleep(0.25)
        found = pods_as_they_are(api)
        if is_settled(api):
            return time.monotonic()
        if found != known:
            last, known = time.monotonic(), found
    return last


def pods_as_they_are(api: Api) -> set[tuple[str, bool, bool]]:
    return {(each["metadata"]["uid"], is_ready(each), is_ending(each)) for each in agents(api)}


def is_ending(pod: Obj) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def by_node(pods: list[Obj]) -> dict[str, Obj]:
    return {each["spec"]["nodeName"]: each for each in pods if each["spec"].get("nodeName")}


def sync(api: Api, spec: Obj) -> None:
    """Write the children as Metacontroller would."""
    given = read([agent(spec), *children(api)], FACTS)
    outcome = reconcile(given.request, given.facts, "2026-01-01T00:00:00Z")
    assert not outcome.problems
    for child in sorted(outcome.children, key=lambda each: each["kind"], reverse=True):
        api.apply(child, manager=FACTS.field_manager)


def children(api: Api) -> list[Obj]:
    return [
        each
        for kind, version in KINDS
        for each in api.list(kind, version, NAMESPACE, labelSelector=MANAGED)
    ]


def all_pods(api: Api) -> list[Obj]:
    return api.list("Pod", "v1", NAMESPACE)


def is_settled(api: Api) -> bool:
    """Tell whether all agents that should be there are, of the newest template."""
    found = api.get(daemonset()) or {}
    counts = found.get("status", {})
    wanted = counts.get("desiredNumberScheduled", 0)
    return bool(
        counts.get("observedGeneration") == found["metadata"]["generation"]
        and counts.get("numberAvailable", 0) == wanted > 0
        and counts.get("updatedNumberScheduled", 0) == wanted
        and len(agents(api)) == wanted
    )


def sensors_are_settled(api: Api) -> bool:
    """Tell whether all k8sensors are available, of the newest template, and no old one is left."""
    found = api.get(known("Deployment", "apps/v1", SENSORS.partition("/")[2])) or {}
    counts = found.get("status", {})
    fields = ("replicas", "updatedReplicas", "availableReplicas")
    return bool(
        counts.get("observedGeneration") == found["metadata"]["generation"]
        and all(counts.get(each) == REPLICAS for each in fields)
    )


@contextmanager
def special_nodes(api: Api, scenario: Scenario) -> Iterator[None]:
    """Give nodes what is special about them in a scenario, and take it away again."""
    former = {describe(each): each for each in api.list("Node", "v1")}
    for number, special in scenario.nodes.items():
        change_node(api, number, special)
    try:
        yield
    finally:
        names = [f"node-{number}" for number in scenario.dead]
        if names:
            nodes("revive", *names)
            wait_for(lambda: all(map(is_ready, api.list("Node", "v1"))), "they report", SOON)
        for number in {*scenario.nodes, *scenario.later}:
            restore_node(api, former[f"Node/node-{number}"])
        wait_for(lambda: not any(map(taints, api.list("Node", "v1"))), "no node is tainted", SOON)


def late(api: Api, scenario: Scenario) -> None:
    """Let nodes be tainted or die once the agents run."""
    for number, special in scenario.later.items():
        change_node(api, number, special)
    names = {f"node-{number}" for number in scenario.dead}
    if names:
        nodes("kill", *names)
        wait_for(lambda: names <= unreachable(api), "the nodes count as dead", SOON)


def unreachable(api: Api) -> set[str]:
    """Return the nodes with both taints of those that nobody hears of."""
    return {
        each["metadata"]["name"]
        for each in api.list("Node", "v1")
        if {taint["effect"] for taint in taints(each)} >= {*OUT_OF_SERVICE}
    }


def taints(node: Obj) -> list[Obj]:
    found: list[Obj] = node["spec"].get("taints") or []
    return found


def change_node(api: Api, number: int, special: Obj) -> None:
    place = obj("Node", f"node-{number}", "")
    fields = {key: special[key] for key in ("taints", "unschedulable") if key in special}
    api.merge(place, {"metadata": {"labels": special.get("labels", {})}, "spec": fields})
    if "room" in special:
        api.merge(place, {"status": {"allocatable": special["room"]}}, "status")


def restore_node(api: Api, former: Obj) -> None:
    labels = UNTOUCHED | former["metadata"]["labels"]
    spec = {"unschedulable": None, "taints": None}
    api.merge(former, {"metadata": {"labels": labels}, "spec": spec})
    allocatable = former["status"]["allocatable"]
    api.merge(former, {"status": {"allocatable": allocatable}}, "status")


def line(scenario: Scenario, expected: Rollout, real: Reality) -> str:
    about = expected.seconds.about if expected.seconds else None
    seconds = "no time" if about is None else f"{about:.0f} s"
    outcome = expected.steps.outcome.value
    return (
        f"{scenario.name}: {outcome} in {seconds}, steps {list(expected.steps.sizes)}; really "
        f"{len(real.replaced)} replaced, {real.pending} Pending, in {real.seconds:.0f} s"
    )
