"""The preview of a rollout against what Kubernetes' controllers do on the nodes of a cluster.

What a sync would write is written here, without Metacontroller: of interest is what comes of it.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeAlias

import pytest

from hooks.kube.objects import Obj
from hooks.placement.changes import Fate
from hooks.placement.rollout import Rollout
from hooks.placement.steps import Outcome
from tests.cluster.api import Api, wait_for
from tests.pods.lanes import SOON, USUAL, Lane, Reality, connection
from tests.pods.rollout_scenarios import LANES, SCENARIOS, Scenario, joined
from tests.pods.syncing import Place
from tests.pods.telling import Told
from tests.pods.workloads import known
from tests.support.resources import NAMESPACE, obj

pytestmark = pytest.mark.timeout(600)

FACTOR = 1.5
TRIES = 2
"""So often a scenario may be tried: what else the machine does makes a rollout slow, too."""
SENSORS = "Deployment/instana-agent-k8sensor"
REPLICAS = 8
NOT_KNOWN = "how long an old pod takes to end"

Played: TypeAlias = Callable[[Scenario], tuple[Rollout, Reality]]


@pytest.fixture(scope="module", name="played")
def _played(api: Api, request: pytest.FixtureRequest) -> Iterator[Played]:
    """Begin with all scenarios that are asked for, a few at a time."""
    assert api.list("Node", "v1")
    lanes: SimpleQueue[Lane] = SimpleQueue()
    all_lanes = [Lane(number, connection()) for number in range(LANES)]
    for lane in all_lanes:
        lane.prepare()
        lanes.put(lane)

    def play(scenario: Scenario) -> tuple[Rollout, Reality]:
        lane = lanes.get()
        try:
            return tried(lane, scenario)
        finally:
            lanes.put(lane)

    names = " ".join(item.name for item in request.session.items)
    asked = [scenario for scenario in SCENARIOS if f"[{scenario.name}]" in names]
    with ThreadPoolExecutor(LANES) as threads:
        results = {scenario.name: threads.submit(play, scenario) for scenario in asked}
        yield lambda scenario: results[scenario.name].result()
    for lane in all_lanes:
        lane.clear()


@pytest.fixture(scope="module", name="place")
def _place(api: Api) -> Iterator[Place]:
    place = Place(api, NAMESPACE)
    api.apply(obj("Namespace", NAMESPACE, ""))
    yield place
    for child in place.children():
        api.delete(child)
    wait_for(lambda: not api.list("Pod", "v1", NAMESPACE), "all pods end", SOON)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_preview_and_reality_agree(played: Played, told: Told, scenario: Scenario) -> None:
    expected, real = played(scenario)

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
    else:
        assert least <= len(real.replaced - gone) + len(expected.nodes(Fate.STARTS)) <= most
    assert real.pending <= len(expected.pending)
    assert times_agree(scenario, expected, real.seconds)


@pytest.mark.parametrize(
    "strategy", [{}, {"maxUnavailable": "50%", "maxSurge": 0}, {"maxUnavailable": 0, "maxSurge": 3}]
)
def test_preview_and_reality_agree_on_k8sensors(place: Place, told: Told, strategy: Obj) -> None:
    deployment = {"replicas": REPLICAS, "strategy": {"rollingUpdate": strategy}}
    before = joined(USUAL, {"k8s_sensor": {"deployment": deployment}})
    after = joined(before, {"k8s_sensor": {"image": {"tag": f"new-{len(str(strategy))}"}}})
    place.sync(before)
    wait_for(lambda: sensors_are_settled(place.api), "the k8sensors are as before", SOON)
    expected = place.previewed(after, SENSORS)

    began = place.sync(after)
    wait_for(lambda: sensors_are_settled(place.api), "the k8sensors are rolled out", SOON)
    seconds = time.monotonic() - began

    about = expected.seconds.about if expected.seconds else None
    steps = f"steps {list(expected.steps.sizes)} in {about} s, really {seconds:.0f} s"
    told.setdefault("preview and reality", []).append(f"k8sensors, {strategy}: {steps}")
    assert expected.eligible == len(place.api.list("Node", "v1"))
    assert agree(about, seconds)


def tried(lane: Lane, scenario: Scenario) -> tuple[Rollout, Reality]:
    """Return the first try of which the times agree, else the last one."""
    for _ in range(TRIES):
        expected, real = lane.play(scenario)
        if times_agree(scenario, expected, real.seconds):
            break
    return expected, real


def surged_in_vain(expected: Rollout) -> set[str]:
    """Return nodes that keep their old agent, as the new one beside it is Pending."""
    return {*expected.pending} if expected.sides.surge else set()


def times_agree(scenario: Scenario, expected: Rollout, seconds: float) -> bool:
    """Tell whether the time is the expected one, or it is told that it is not known."""
    if scenario.ends in (Outcome.HALTS, Outcome.BY_HAND):
        return expected.seconds is None
    assert expected.seconds is not None
    if scenario.former:
        return agree(expected.seconds.about, seconds)
    is_told = any(reason.startswith(NOT_KNOWN) for reason in expected.unknown)
    is_longer = expected.seconds.at_least <= seconds
    return expected.seconds.about is None and is_told and is_longer


def agree(about: float | None, seconds: float) -> bool:
    """Tell whether two times agree."""
    if about is None:
        return False
    shorter, longer = sorted((about, seconds))
    return longer <= FACTOR * shorter


def sensors_are_settled(api: Api) -> bool:
    """Tell whether all k8sensors are available, of the newest template, and no old one is left."""
    found = api.get(known("Deployment", "apps/v1", SENSORS.partition("/")[2])) or {}
    counts = found.get("status", {})
    fields = ("replicas", "updatedReplicas", "availableReplicas")
    return bool(
        counts.get("observedGeneration") == found["metadata"]["generation"]
        and all(counts.get(each) == REPLICAS for each in fields)
    )


def line(scenario: Scenario, expected: Rollout, real: Reality) -> str:
    outcome = expected.steps.outcome.value
    return (
        f"{scenario.name}: {outcome} in {seconds_text(expected)}, steps "
        f"{list(expected.steps.sizes)}; really {len(real.replaced)} replaced, {real.pending} "
        f"Pending, in {real.seconds:.0f} s"
    )


def seconds_text(expected: Rollout) -> str:
    if expected.seconds is None:
        return "no time"
    if expected.seconds.about is None:
        return f"at least {expected.seconds.at_least:.0f} s"
    return f"about {expected.seconds.about:.0f} s"
