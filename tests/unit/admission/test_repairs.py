"""Updates that only repair go through, and none hides a mistake behind many others."""

from typing import Any

import pytest

from hooks.admission import InlineSecrets, validate
from hooks.errors import MOST_PROBLEMS
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.rules import agent_before, problems_before, stored
from hooks.rules.bounds import LONGEST_VARIABLE, MOST_SOURCES, MOST_ZONES
from tests.support.resources import agent, merged
from tests.support.reviews import refused_by, review, warned_by

WRONG_PORT: Obj = {"agent": {"endpointPort": "x"}}
WRONG_MODE: Obj = {"agent": {"mode": "FULL"}}
NO_IMAGE: Obj = {"name": "instana-agent", "image": None}
WRONG_CHILD: Obj = {
    "overrides": {"agentDaemonSet": {"spec": {"template": {"spec": {"containers": [NO_IMAGE]}}}}}
}
SOURCES = [{"secret": {"name": f"s{index}"}} for index in range(MOST_SOURCES + 1)]
TOO_MANY_SOURCES: Obj = {
    "agent": {"pod": {"volumes": [{"name": "more", "projected": {"sources": SOURCES}}]}}
}
TOO_MANY_ZONES: Obj = {"zones": [{"name": f"z{index}"} for index in range(MOST_ZONES + 2)]}
TOO_LONG: Obj = {"agent": {"env": {"A": "x" * (LONGEST_VARIABLE + 1)}}}
MANY_TOLERATIONS = [{"operator": "Exists", "key": f"k{index}"} for index in range(300)]
MANY_IN_MANY = [{"name": "z", "tolerations": MANY_TOLERATIONS}, *TOO_MANY_ZONES["zones"]]


def validated(new: Obj, old: Obj) -> Obj:
    return validate(review(agent(new), agent(old)), Facts(), InlineSecrets.WARN)


def zones(count: int, broken: int, *further: Obj) -> list[Obj]:
    wrong = [{"operator": "BAD", "key": f"k{index}"} for index in range(broken)]
    return [*({"name": f"z{index}", "tolerations": wrong} for index in range(count)), *further]


def env(count: int) -> Obj:
    """Return a patch with so many wrong variables in a container."""
    both = {"value": "x", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    variables = [{"name": f"V{index}", **both} for index in range(count)]
    containers = [{"name": "more", "image": "a.example/b:1", "env": variables}]
    return {"agentDaemonSet": {"spec": {"template": {"spec": {"containers": containers}}}}}


@pytest.mark.parametrize(
    ("kept", "repaired", "rule"),
    [
        (WRONG_PORT, TOO_MANY_SOURCES, "port"),
        (WRONG_MODE, TOO_MANY_ZONES, "mode"),
        (WRONG_MODE, TOO_LONG, "mode"),
        (WRONG_MODE, {"openshift": "yes"}, "mode"),
        (WRONG_MODE, {"zone": {"name": 1}, "agent": {"pod": {"tolerations": [1]}}}, "mode"),
        (WRONG_MODE, {"agent": {"configuration": {"a": ["x"] * 50_001}}}, "mode"),
        (TOO_LONG, TOO_MANY_SOURCES, "too-long"),
        ({"openshift": "yes"}, TOO_MANY_SOURCES, "field-type"),
        (WRONG_CHILD, TOO_MANY_SOURCES, "override-result"),
    ],
    ids=[
        *("sources", "zones", "variable", "type", "types", "configuration"),
        *("variable and sources", "type and sources", "child"),
    ],
)
def test_what_was_stored_behind_another_mistake_is_no_new_one(
    kept: Obj, repaired: Obj, rule: str
) -> None:
    before = merged(kept, repaired)
    answer = validated(kept, before)

    assert rule not in refused_by(validated(before, {}))
    assert refused_by(answer) == set()
    assert rule in warned_by(answer)


def test_a_list_in_a_list_is_too_long_before_and_after() -> None:
    answer = validated({"zones": MANY_IN_MANY[:2]}, {"zones": MANY_IN_MANY})

    assert refused_by(answer) == set()
    assert warned_by(answer) == {"too-many"}


@pytest.mark.parametrize("repaired", [TOO_MANY_SOURCES, TOO_MANY_ZONES, TOO_LONG])
def test_what_a_repair_brings_is_refused(repaired: Obj) -> None:
    before = merged(WRONG_MODE, repaired)

    assert refused_by(validated({"agent": {"mode": "HALF"}}, before)) == {"mode"}
    assert refused_by(validated(WRONG_CHILD, before)) == {"override-result"}


def test_of_more_mistakes_than_are_told_those_that_stay_are_known() -> None:
    before = zones(60, 30)
    now = [before[0] | {"tolerations": []}, *before[1:]]

    assert len(before) * 30 > MOST_PROBLEMS
    assert refused_by(validated({"zones": now}, {"zones": before})) == set()


def test_of_more_mistakes_than_are_told_a_new_one_is_refused() -> None:
    further = {"name": "new", "tolerations": [{"operator": "WORSE"}]}
    strategy = {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}}
    before = {"zones": zones(60, 30)}

    assert refused_by(validated({"zones": zones(60, 30, further)}, before)) == {"toleration"}
    assert refused_by(validated(before | {"agent": strategy}, before)) == {"update-pair"}


@pytest.mark.parametrize(
    ("before", "now", "rule"),
    [
        (
            {"agent": {"pod": {"tolerations": [1] * 200}}, "zones": []},
            {"zones": [{"name": f"z{index}", "tolerations": [2] * 200} for index in range(9)]},
            "field-type",
        ),
        (
            {"overrides": env(2 * MOST_PROBLEMS)},
            {"overrides": env(2 * MOST_PROBLEMS + 1)},
            "override-result",
        ),
    ],
    ids=["types", "patch"],
)
def test_the_last_of_very_many_is_looked_at(before: Obj, now: Obj, rule: str) -> None:
    kept: Any = merged(now, {"zone": {"name": "east"}})

    assert refused_by(validated(kept, now)) == set()
    assert refused_by(validated(now, before)) == {rule}


def test_of_a_stored_object_no_more_is_compared_than_there_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored, "ALL_PROBLEMS", 7)
    wrong = agent({"zones": zones(3, 10)})
    of_another_type = agent({"zones": [1] * 30})

    assert len([*problems_before(wrong, {"toleration"})]) == 7
    assert len([*problems_before(of_another_type, {"field-type"})]) == 7
    assert [*problems_before(wrong, {"mode"})] == []


def test_no_children_are_made_of_what_leads_to_too_much() -> None:
    assert agent_before(agent(TOO_MANY_ZONES))
    assert agent_before(agent({"zones": TOO_MANY_ZONES["zones"] * 6})) is None
    assert agent_before(agent({"openshift": "yes"})) is None
    assert agent_before(agent(WRONG_MODE)) is None


def test_what_is_nested_too_deeply_has_no_other_mistakes() -> None:
    deep: Any = 1
    for _ in range(2000):
        deep = {"a": deep}
    before = agent(WRONG_MODE)
    before["spec"]["unknown"] = deep

    assert [*problems_before(before, {"mode"})] == []
    assert agent_before(before) is None
