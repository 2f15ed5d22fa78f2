"""The values are checked as strictly as the resource, with the place of each mistake."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hooks.generate.chart.schema import ANYTHING, _values, schema

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
