"""The bounds on what a resource may have: what is taken up to them, and what becomes of more."""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.rules import errors_of, rules_named_in
from hooks.rules.answer_size import ANSWER_SIZE, MOST_BYTES
from hooks.rules.bounds import (
    AS_LONG_AS_NAMES,
    BOUNDS,
    ENTRIES,
    LENGTH,
    LONGEST_CONFIGURATION,
    LONGEST_VARIABLE,
    TOO_LONG,
    TOO_MANY,
)
from hooks.rules.walking import ITEMS, VALUES, steps_of
from hooks.wire import encode
from tests.support.bounds import at
from tests.support.hook import answer, children, conditions, stored
from tests.support.resources import agent, merged
from tests.support.verdicts import is_of_the_schema

ENFORCED = [
    (place, keyword, most)
    for place, bound in BOUNDS.items()
    for keyword, most in bound.items()
    if keyword != LENGTH or most > AS_LONG_AS_NAMES
]


NEEDED = {"name": "x", "endpointHost": "a.example", "endpointPort": "443", "key": "x"}
"""What items of lists must have."""
TEXTS = ("hostAllowlist", "dnsNames", "targets")
NUMBERS = ("sensorPorts", "furtherPorts")


def filled(place: str, keyword: str, size: int) -> Any:
    """Return a text, list or map of a size."""
    if keyword == LENGTH:
        return "x" * size
    if place.endswith(NUMBERS):
        return [*range(1, size + 1)]
    texts = [f"x{index}" for index in range(size)]
    if keyword == ENTRIES:
        return dict.fromkeys(texts, "1")
    return texts if place.endswith(TEXTS) else [NEEDED | {"name": text} for text in texts]


def placed(place: str, value: Any) -> Obj:
    """Return a spec with the value at a place of the bounds."""
    for step in reversed(steps_of(place)[1:]):
        if step == ITEMS:
            value = [NEEDED | value if isinstance(value, dict) else value]
        elif step == "certManager":
            value = {step: value | {"issuerRef": {"name": "x"}}}
        else:
            value = {"x" if step == VALUES else step: value}
    assert isinstance(value, dict)
    return value


def of_sizes(spec: Obj) -> list[tuple[str, str]]:
    rules = {TOO_MANY, TOO_LONG}
    return [(each.rule, each.path) for each in errors_of(agent(spec)) if each.rule in rules]


@pytest.mark.parametrize(("place", "keyword", "most"), ENFORCED)
def test_one_more_than_a_bound_is_refused_by_service_and_schema(
    place: str, keyword: str, most: int
) -> None:
    rule = TOO_LONG if keyword == LENGTH else TOO_MANY
    fine, more = (placed(place, filled(place, keyword, size)) for size in (most, most + 1))

    assert [each[0] for each in of_sizes(more)] == [rule]
    assert of_sizes(fine) == []
    assert not is_of_the_schema(agent(more))


EVERYTHING: Obj = {
    "zones": [
        {"name": f"zone-{index}", "affinity": {"nodeAffinity": {"requiredDuringScheduling"
         "IgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [
             {"key": "pool", "operator": "In", "values": [f"{index}"]}]}]}}}}
        for index in range(100)
    ],
    "agent": {
        "additionalBackends": [
            {"endpointHost": f"b{index}.example", "endpointPort": "443", "key": f"key-{index}"}
            for index in range(32)
        ],
        "pod": {"env": [{"name": f"VARIABLE_{index}", "value": "some"} for index in range(1000)]},
    },
}  # fmt: skip
DEEP: Any = "x"
for _ in range(32):
    DEEP = {"level": DEEP}


@pytest.mark.parametrize(
    "configuration",
    [
        {"configuration_yaml": "key-0001: text\n" * (LONGEST_CONFIGURATION // 15)},
        {"configuration_yaml": "k12345: v\n" * (LONGEST_CONFIGURATION // 10)},
        {"configuration_yaml": "a: " + "[" * 31 + "]" * 31},
        {"configuration": DEEP},
        {"configuration": {f"key-{index:05}": "t" * 20 for index in range(16_000)}},
    ],
)
def test_as_much_as_this_is_taken_at_once(configuration: Obj) -> None:
    answered = answer(agent(merged(EVERYTHING, {"agent": configuration})))

    assert conditions(answered)["Valid"]["status"] == "True"
    assert len(encode(answered)) < MOST_BYTES


LONG = {"name": "LONG", "value": "x" * LONGEST_VARIABLE}
MANY_ZONES: Obj = {"zones": [{"name": f"z{index}"} for index in range(128)]}
ABOVE: dict[str, tuple[Obj, str]] = {
    "zones": ({"zones": [{"name": f"z{index}"} for index in range(256)]}, TOO_MANY),
    "variable": (at("agent.pod.env", [LONG | {"value": "x" * 600_000}]), TOO_LONG),
    "variables of zones": (
        MANY_ZONES | at("agent.pod.env", [LONG, LONG | {"name": "TOO"}]), ANSWER_SIZE
    ),
    "affinity of zones": (
        MANY_ZONES
        | at(
            "agent.pod.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution",
            [{"weight": 1, "preference": {}}] * 600,
        ),
        ANSWER_SIZE,
    ),
    "references of zones": (
        MANY_ZONES
        | at(
            "agent.pod.env",
            [
                {"name": f"V{index}", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}
                for index in range(400)
            ],
        ),
        ANSWER_SIZE,
    ),
    "override": (
        at("overrides.agentDaemonSet", {"spec": {"template": {"spec": {"hosts": ["x"] * 40_000}}}}),
        ANSWER_SIZE,
    ),
    "configuration": (at("agent.configuration", {"a": [1] * 70_000}), "configuration-size"),
    "nested list": (
        at("agent.configuration", {"a": [[[[[[[["x"] * 8]] * 9]] * 9]]] * 99}), "configuration-size"
    ),
    "text": (at("agent.configuration_yaml", "#" * (LONGEST_CONFIGURATION + 1)), TOO_LONG),
    "yaml": (at("agent.configuration_yaml", "%TAG !a! b\n" * 20_000), "configuration-yaml-size"),
}  # fmt: skip


@pytest.mark.parametrize("what", ABOVE)
def test_what_is_stored_above_a_bound_keeps_its_children_and_says_so(what: str) -> None:
    spec, rule = ABOVE[what]
    before = answer(agent())

    answered = answer(agent(spec), observed=stored(before))

    valid = conditions(answered)["Valid"]
    assert (valid["status"], rules_named_in(valid["message"])) == ("False", (rule,))
    assert children(answered) == children(before)


def test_nothing_else_is_looked_for_beyond_the_bounds() -> None:
    spec = {"zones": [{"name": "?"}] * 500}

    assert [each.rule for each in errors_of(agent(spec))] == [TOO_MANY]
