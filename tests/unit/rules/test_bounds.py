"""The bounds on what a resource may have: what is taken up to them, and what becomes of more."""

import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from hooks.admission.defaulting import default
from hooks.admission.validating import InlineSecrets, validate
from hooks.customize import customize
from hooks.facts import Facts
from hooks.generate.crd.definition import schema
from hooks.kube.objects import Obj
from hooks.rules import checking, errors_of, rules_named_in
from hooks.rules.answer_size import ANSWER_SIZE, MOST_BYTES, leads_to_too_much
from hooks.rules.bounds import (
    AS_LONG_AS_NAMES,
    BOUNDS,
    CONFIGURATION_SIZE,
    ENTRIES,
    LENGTH,
    LONGEST_CERTIFICATE,
    LONGEST_CONFIGURATION,
    LONGEST_VARIABLE,
    MOST_CONFIGURED,
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
    return [
        (problem.rule, problem.path) for problem in errors_of(agent(spec)) if problem.rule in rules
    ]


@pytest.mark.parametrize(("place", "keyword", "most"), ENFORCED)
def test_service_and_schema_reject_more_than_a_bound(place: str, keyword: str, most: int) -> None:
    rule = TOO_LONG if keyword == LENGTH else TOO_MANY
    fine, more = (placed(place, filled(place, keyword, size)) for size in (most, most + 1))

    assert [problem[0] for problem in of_sizes(more)] == [rule]
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
VOLUMES = [
    {
        "name": f"v{index}",
        "projected": {"sources": [{"secret": {"name": f"s{index}"}} for index in range(64)]},
    }
    for index in range(100)
]
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
    "override of a Service": (
        at("overrides.agentService.spec.ports", [{"name": "x", "port": 1}] * 10_000), ANSWER_SIZE
    ),
    "override of an account": (
        at("overrides.agentServiceAccount.imagePullSecrets", [{"name": "x"}] * 20_000), ANSWER_SIZE
    ),
    "sources of volumes": (at("agent.pod.volumes", VOLUMES), ANSWER_SIZE),
    "sources of a k8sensor's volumes": (
        at("k8s_sensor.deployment.pod.volumes", VOLUMES), ANSWER_SIZE
    ),
    "items that are no zones": ({"zones": [1] * 500}, TOO_MANY),
    "items that are no tolerations": (
        {"zones": [{"name": f"z{index}", "tolerations": [1] * 257} for index in range(128)]},
        TOO_MANY,
    ),
    "variables that are no texts": (at("agent.env", {f"V{index}": 1 for index in range(1025)}),
                                    TOO_MANY),
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

    assert [problem.rule for problem in errors_of(agent(spec))] == [TOO_MANY]


def test_items_of_a_too_long_list_are_not_checked() -> None:
    zones = [{"name": "x", "tolerations": [{}] * 257}] * 129

    assert [(problem.rule, problem.path) for problem in errors_of(agent({"zones": zones}))] == [
        (TOO_MANY, "spec.zones")
    ]


def _never(_: Obj) -> None:
    raise AssertionError


def test_no_hook_reads_what_is_beyond_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "read_given", _never)
    parent = agent({"zones": [1] * 129})
    review = {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {"uid": "1", "operation": "CREATE", "object": parent},
    }

    related = customize({"parent": parent}, Facts())["relatedResources"]
    defaulted = default(review)["response"]
    validated = validate(review, Facts(), InlineSecrets.WARN)["response"]

    assert [rule["resource"] for rule in related] == ["namespaces"]
    assert "patch" not in defaulted
    assert rules_named_in(validated["status"]["message"]) == (TOO_MANY,)


def test_overrides_count_once_per_child() -> None:
    zones = [{"name": f"z{index}"} for index in range(100)]
    annotations = {"metadata": {"annotations": {f"a{index}": "x" for index in range(500)}}}

    def broken(field: str) -> list[str]:
        spec = {"zones": zones, "overrides": {field: annotations}}
        return [problem.rule for problem in errors_of(agent(spec))]

    assert broken("agentService") == []
    assert broken("agentDaemonSet") == [ANSWER_SIZE]


def test_each_list_in_a_list_counts() -> None:
    def broken(values: int) -> list[str]:
        lists: Any = [[[[[[]]]]]] * (values // 5)
        return [
            problem.rule for problem in errors_of(agent(at("agent.configuration", {"a": lists})))
        ]

    assert broken(MOST_CONFIGURED - 5) == []
    assert broken(MOST_CONFIGURED) == [CONFIGURATION_SIZE]


def test_parts_of_the_text_are_counted() -> None:
    assert leads_to_too_much(at("agent.configuration_yaml", "- a\n" * 130_000), 400)
    assert not leads_to_too_much(at("agent.configuration_yaml", "- a\n" * 1000), 400)


def test_annotations_count_for_each_backend() -> None:
    annotations = {f"a{index}": "x" * 250_000 for index in range(3)}
    backends = EVERYTHING["agent"]["additionalBackends"]

    def broken(number: int) -> list[str]:
        spec = {"additionalBackends": backends[:number], "pod": {"annotations": annotations}}
        return [problem.rule for problem in errors_of(agent({"agent": spec}))]

    # Kubernetes takes none of it, but that is asked only of what is within the bounds.
    assert broken(15) == ["annotation-size"]
    assert broken(32) == [ANSWER_SIZE]


COUNTED_VALUE_BY_VALUE = (
    "spec.agent.pod.affinity.",
    "spec.agent.pod.volumes[].",
    "spec.k8s_sensor.deployment.pod.affinity.",
    "spec.k8s_sensor.deployment.pod.topologySpreadConstraints[].",
    "spec.k8s_sensor.deployment.pod.volumes[].",
    "spec.zones[].affinity.",
)
"""Parts whose values the answer's size counts one by one."""


def unbounded(part: Obj, path: str) -> Iterator[str]:
    """Yield the paths of lists and maps in a schema that have no bound."""
    further = part.get("additionalProperties")
    is_list, is_map = part.get("type") == "array", isinstance(further, dict)
    if (is_list and "maxItems" not in part) or (is_map and "maxProperties" not in part):
        yield path
    for name, field in part.get("properties", {}).items():
        yield from unbounded(field, f"{path}.{name}")
    if is_list:
        yield from unbounded(part["items"], f"{path}[]")
    if isinstance(further, dict):
        yield from unbounded(further, f"{path}{{}}")


def test_each_list_and_map_is_bounded_or_counted() -> None:
    found = [*unbounded(schema()["properties"]["spec"], "spec")]

    assert found
    assert [path for path in found if not path.startswith(COUNTED_VALUE_BY_VALUE)] == []


TEXTS_OF_OTHER_RULES = {
    "spec.pinnedChartVersion",
    "spec.podSecurityPolicy.name",
    "spec.agent.mode",
    "spec.agent.tls.certManager.issuerRef.group",
    "spec.agent.tls.certManager.issuerRef.kind",
    "spec.k8s_sensor.pollrate",
    *(f"spec.{owner}.image.pullPolicy" for owner in ("agent", "k8s_sensor")),
    *(
        f"spec.k8s_sensor.{what}.ca.{field}"
        for what in ("etcd", "restClient")
        for field in ("filename", "secretName")
    ),
}
OF_PODS = re.compile(
    r"\.pod\.(claims|tolerations|volumeMounts|env|\w+Probe|topologySpreadConstraints)\b"
    r"|^spec\.(zones\[\]\.tolerations|selector|overrides)\b"
)
"""Texts of Kubernetes' types, which count by their bytes."""


def endless(part: Obj, path: str) -> Iterator[str]:
    """Yield the paths of texts in a schema that have no greatest length and no list of values."""
    if part.get("type") == "string" and not part.keys() & {"maxLength", "enum"}:
        yield path
    for name, field in part.get("properties", {}).items():
        yield from endless(field, f"{path}.{name}")
    if part.get("type") == "array":
        yield from endless(part["items"], f"{path}[]")
    if isinstance(part.get("additionalProperties"), dict):
        yield from endless(part["additionalProperties"], f"{path}{{}}")


def test_each_text_has_a_maximum_length_or_a_rule() -> None:
    found = [*endless(schema()["properties"]["spec"], "spec")]
    ours = [path for path in found if not path.startswith(COUNTED_VALUE_BY_VALUE)]

    assert {path for path in ours if not OF_PODS.search(path)} == TEXTS_OF_OTHER_RULES


@pytest.mark.parametrize("end", ["", "!"])
def test_a_long_certificate_takes_little_memory(end: str) -> None:
    tls = {"certificate": "A" * (LONGEST_CERTIFICATE - 1) + end, "key": "eA=="}
    tracemalloc.start()
    found = errors_of(agent({"agent": {"tls": tls}}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert {problem.rule for problem in found} <= {"tls-base64"}
    assert peak < 20 * LONGEST_CERTIFICATE
