"""The values are checked as strictly as the resource, with the place of each mistake."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hooks.generate.chart.schema import ANYTHING, _values, schema
from hooks.generate.crd.validations import SECRETS
from hooks.kube.objects import Obj
from hooks.rules.schemas import ALTERNATIVES
from tests.support.verdicts import Example, examples

SAMPLES = sorted(Path("deploy/samples").glob("*.yaml"))
CASES = sorted(Path("tests/fixtures/go-operator").glob("*/input.yaml"))
VALIDATOR = jsonschema.Draft7Validator(schema())
DEFAULTS: dict[str, Any] = yaml.safe_load(Path("helm-chart/values.yaml").read_text())


BACKEND = {"endpointHost": "", "endpointPort": ""}


def mistakes(values: dict[str, Any]) -> list[tuple[str, str]]:
    agent = {"agent": BACKEND | (values.get("agent") or {})}
    return [(each.json_path, each.message) for each in VALIDATOR.iter_errors(values | agent)]


def spec(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())["spec"]
    return found


def test_schema_is_one() -> None:
    of_schemas = jsonschema.Draft7Validator(jsonschema.Draft7Validator.META_SCHEMA)

    assert [error.message for error in of_schemas.iter_errors(schema())] == []


@pytest.mark.parametrize("path", [*SAMPLES, *CASES], ids=str)
def test_spec_of_every_resource_is_a_values_file(path: Path) -> None:
    assert mistakes(spec(path)) == []


def test_field_of_any_type_takes_anything() -> None:
    assert _values({"x-kubernetes-preserve-unknown-fields": True}, "any") == ANYTHING


RULES = [case for case in examples() if case.rule.is_error and case.place.startswith("spec")]
OF_A_VALUE = [
    case
    for case in RULES
    if case.rule.schema and ALTERNATIVES not in case.rule.schema and case.place not in SECRETS
]
"""Not those of several fields, which one of them meets, nor of values that Helm must not print."""

OF_ANOTHER_PART = {"image-name", "readiness-probe", "sensor-volume-name", "volume-name"}
"""Rules whose example breaks a part of them that no schema says."""


@pytest.mark.parametrize("case", OF_A_VALUE, ids=str)
def test_what_breaks_a_rule_is_refused(case: Example) -> None:
    assert bool(mistakes(case.wrong["spec"])) is (case.rule.identifier not in OF_ANOTHER_PART)


@pytest.mark.parametrize("case", RULES, ids=str)
def test_what_a_rule_takes_is_taken(case: Example) -> None:
    assert mistakes(case.right["spec"]) == []


SECRET_VALUES: list[Obj] = [
    {"key": "two\nlines", "proxyUser": "two\nlines", "proxyPassword": "two\nlines"},
    {"tls": {"certificate": "no base64", "key": "no base64"}},
    {"additionalBackends": [{"endpointHost": "a", "key": "two\nlines"}]},
]


@pytest.mark.parametrize("agent", SECRET_VALUES, ids=json.dumps)
def test_no_pattern_would_show_a_secret(agent: Obj) -> None:
    assert mistakes({"agent": agent}) == []


EMPTY_NAMES: list[tuple[Obj, bool]] = [
    ({"cluster": {"name": ""}}, False),
    ({"zone": {"name": ""}}, False),
    ({"cluster": {"name": ""}, "zone": {"name": "edge"}}, True),
    ({"cluster": {"name": ""}, "zones": [{"name": "edge"}]}, True),
    ({"cluster": {"name": "c"}, "zone": {"name": ""}}, True),
    ({"cluster": {"name": ""}, "controller": {"agent": {"create": False}}}, True),
    ({"cluster": {"name": ""}, "controller": {"agent": {"create": True}}}, False),
    ({"agent": {"key": ""}}, False),
    ({"agent": {"keysSecret": ""}}, False),
    ({"agent": {"key": "", "keysSecret": "instana-keys"}}, True),
    ({"agent": {"key": "", "keySecretKeyRef": {"name": "a", "key": "b"}}}, True),
    ({}, True),
]


@pytest.mark.parametrize(("values", "is_taken"), EMPTY_NAMES)
def test_name_or_key_that_is_empty_is_refused(values: Obj, *, is_taken: bool) -> None:
    assert (mistakes(values) == []) is is_taken


def test_defaults_are_allowed() -> None:
    assert mistakes(DEFAULTS) == []


@pytest.mark.parametrize(
    ("values", "place", "says"),
    [
        ({"agent": {"endpiontHost": "a"}}, "$.agent", "endpiontHost"),
        ({"cluster": {"title": "a"}}, "$.cluster", "title"),
        ({"zone": {"name": 1}}, "$.zone.name", "1 is not of type 'string'"),
        ({"agent": {"env": {"true": "1"}}}, "$.agent.env", "False schema"),
        ({"agent": {"pod": {"labels": {"a": 1e3}}}}, "$.agent.pod.labels.a", "not of type"),
        ({"controller": {"replicas": 0}}, "$.controller.replicas", "less than the minimum"),
        ({"controller": {"replica": 1}}, "$.controller", "replica"),
        ({"controller": {"tls": {"source": "Self"}}}, "$.controller.tls.source", "'Self' is not"),
        ({"agent": {"configuration": {"a": [2**53]}}}, "$.agent.configuration.a[0]", "greater"),
        ({"agent": {"keySecretKeyRef": {"name": "a"}}}, "$.agent.keySecretKeyRef", "'key'"),
        ({"agent": {"keySecretKeyRef": {"name": "a", "key": None}}}, "$.agent", "None is not"),
        ({"agent": {"pod": {"affinity": {"nodeAfinity": {}}}}}, "$.agent.pod.affinity", "nodeAfin"),
        ({"platform": "Minix"}, "$.platform", "'Minix' is not one of"),
        ({"agent": {"mode": "apm"}}, "$.agent.mode", "'apm' is not one of"),
        ({"zones": [{"name": "a", "mode": "Off"}]}, "$.zones[0].mode", "'Off' is not one of"),
        ({"agent": {"endpointPort": 99999}}, "$.agent.endpointPort", "greater than the maximum"),
        ({"agent": {"endpointPort": "99999"}}, "$.agent.endpointPort", "does not match"),
        ({"agent": {"proxyPort": 0}}, "$.agent.proxyPort", "less than the minimum"),
        ({"agent": {"endpointHost": "https://a.example"}}, "$.agent.endpointHost", "not match"),
        ({"agent": {"image": {"pullPolicy": "always"}}}, "$.agent.image.pullPolicy", "not one of"),
        ({"agent": {"pod": {"labels": {"a b": "x"}}}}, "$.agent.pod.labels", "does not match"),
        ({"k8s_sensor": {"deployment": {"replicas": -1}}}, "$.k8s_sensor", "less than"),
    ],
)
def test_mistake_is_told_with_its_place(values: dict[str, Any], place: str, says: str) -> None:
    ((found, message),) = mistakes(values)

    assert found.startswith(place)
    assert says in message


@pytest.mark.parametrize(
    "values",
    [
        {"agent": {"pod": None, "mode": None, "endpointPort": 443, "proxyPort": 80}},
        {"agent": {"pod": {"requests": {"cpu": 0.5, "memory": "1Gi"}, "limits": {"cpu": 1}}}},
        {"agent": {"configuration": {"any": {"thing": [1, True, None, {"a": 0.5}]}}}},
        {"global": {"other": {"chart": 1}}, "enabled": False},
        {"agent": {"env": {"PORT": 7, "DEBUG": True}}, "controller": {"settings": {"THREADS": 8}}},
        {"platform": None},
    ],
    ids=json.dumps,
)
def test_what_is_left_out_and_numbers_that_are_quantities_are_allowed(
    values: dict[str, Any],
) -> None:
    assert mistakes(values) == []
