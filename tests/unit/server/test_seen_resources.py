"""What is told of each resource: only while it is there, and its changes once."""

from hooks.kube.objects import Obj
from hooks.server.calls import Call
from hooks.server.failures import Failure
from hooks.server.metrics import Metrics
from hooks.server.seen_resources import (
    GAUGES,
    GONE_SECONDS,
    MOST_RESOURCES,
    Resources,
    State,
    state_of,
)
from hooks.server.settings import Settings
from hooks.status.changes import NO_CHANGES, Changes
from tests.support.hook import answer, stored
from tests.support.resources import agent

WELL = State(unready_agents=0, invalid=False, stalled=False, held=0)
ILL = State(unready_agents=3, invalid=True, stalled=True, held=2)
CREATED = Changes(created=("Secret/a",))
NAME = "instana-agent/instana-agent"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def samples(resources: Resources) -> dict[str, dict[str, float]]:
    return {
        family.name: {sample.labels["resource"]: sample.value for sample in family.samples}
        for family in resources.collect()
    }


def test_each_gauge_tells_of_each_resource() -> None:
    resources = Resources(Clock())
    resources.saw("a/b", ILL, NO_CHANGES)

    assert {name: values["a/b"] for name, values in samples(resources).items()} == {
        "instana_hooks_resource_seen_timestamp_seconds": 1000.0,
        "instana_hooks_resource_unready_agents": 3.0,
        "instana_hooks_resource_invalid": 1.0,
        "instana_hooks_resource_stalled": 1.0,
        "instana_hooks_resource_held_rollouts": 2.0,
    }


def test_what_was_not_seen_for_long_is_gone() -> None:
    clock = Clock()
    resources = Resources(clock)
    resources.saw("a/old", WELL, NO_CHANGES)
    resources.saw("a/seen", WELL, NO_CHANGES)
    clock.now += GONE_SECONDS
    resources.saw("a/seen", ILL, NO_CHANGES)
    assert {frozenset(names) for names in samples(resources).values()} == {
        frozenset({"a/old", "a/seen"})
    }

    clock.now += 1
    assert {frozenset(names) for names in samples(resources).values()} == {frozenset({"a/seen"})}


def test_there_are_at_most_so_many_and_the_last_seen_stay() -> None:
    resources = Resources(Clock())
    for number in range(MOST_RESOURCES + 1):
        resources.saw(f"a/{number}", WELL, NO_CHANGES)
    found = samples(resources)["instana_hooks_resource_invalid"]

    assert len(found) == MOST_RESOURCES
    assert "a/0" not in found


def test_changes_are_news_once() -> None:
    resources = Resources(Clock())

    assert resources.saw("a/b", WELL, CREATED) == CREATED
    assert resources.saw("a/b", WELL, CREATED) == NO_CHANGES
    assert resources.saw("a/c", WELL, CREATED) == CREATED
    assert resources.saw("a/b", WELL, NO_CHANGES) == NO_CHANGES
    assert resources.saw("a/b", WELL, CREATED) == CREATED


def test_numbers_are_those_of_the_status() -> None:
    observed = stored(answer(agent()), ready=False)
    lacking = state_of(answer(agent(), observed=observed)["status"])
    broken = agent({"k8s_sensor": {"pollrate": "often"}})
    invalid = state_of(answer(broken, observed=stored(answer(agent())))["status"])

    assert lacking == State(unready_agents=3, invalid=False, stalled=False, held=0)
    assert invalid == State(unready_agents=0, invalid=True, stalled=True, held=0)


def test_held_rollouts_are_counted() -> None:
    observed = stored(answer(agent()))
    spec: Obj = {"rollout": {"policy": "Manual"}, "agent": {"mode": "AWS"}}

    assert state_of(answer(agent(spec), observed=observed)["status"]).held == 1


def told(answered: Obj, **metadata: str) -> Call:
    call = Call("sync", makes_children=True, follows_resources=True)
    call.asked({"parent": agent() | {"metadata": agent()["metadata"] | metadata}})
    call.answered(answered)
    return call


def test_a_resource_is_forgotten_when_it_is_deleted() -> None:
    metrics = Metrics(Settings())
    metrics.observe(told(answer(agent())))
    assert {*samples(metrics.resources)["instana_hooks_resource_invalid"]} == {NAME}

    metrics.observe(told(answer(agent()), deletionTimestamp="2026-01-01T00:00:00Z"))
    assert samples(metrics.resources) == {name: {} for name in GAUGES}


def test_a_log_line_has_what_changed_once() -> None:
    metrics = Metrics(Settings())
    lines = []
    for _ in range(2):
        call = told(answer(agent()))
        call.changing(Changes(created=("Secret/a",), deleted=("ConfigMap/b",)))
        metrics.observe(call)
        lines.append(call.log_fields())

    assert lines[0]["created"] == ["Secret/a"]
    assert lines[0]["deleted"] == ["ConfigMap/b"]
    assert "changed" not in lines[0]
    assert not {"created", "changed", "deleted"} & lines[1].keys()


def test_a_call_of_another_hook_changes_no_resource() -> None:
    metrics = Metrics(Settings())
    metrics.observe(told(answer(agent())))
    before = samples(metrics.resources)
    for metadata in ({"deletionTimestamp": "2026-01-01T00:00:00Z"}, {"name": "another"}):
        call = Call("validate")
        call.asked({"request": {"object": {"metadata": agent()["metadata"] | metadata}}})
        call.answered(answer(agent()))
        metrics.observe(call)

    assert samples(metrics.resources) == before


def test_a_call_that_fails_removes_nothing() -> None:
    metrics = Metrics(Settings())
    metrics.observe(told(answer(agent())))
    call = told(answer(agent()), deletionTimestamp="2026-01-01T00:00:00Z")
    call.failed(Failure("unreadable_request", 400, "no parent"))
    metrics.observe(call)

    assert {*samples(metrics.resources)["instana_hooks_resource_invalid"]} == {NAME}
