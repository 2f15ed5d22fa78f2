"""The JSON schema for editors: what it accepts and what it rejects."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from jsonschema import Draft7Validator

from hooks.generate.crd import departures
from hooks.generate.resource_schema import FILE, resource_schema, resource_schema_text
from hooks.kube.objects import Obj
from hooks.models.instana_agent import KIND
from hooks.rules import TABLE, errors_of
from tests.property import specs
from tests.support.files import documents_in
from tests.support.rejected import OF_AGENTS, Case, Verdict
from tests.support.resources import agent, merged

SAMPLES = sorted(Path("deploy/samples").glob("*.yaml"))
FIRST_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")

NOT_SEEN = {
    "configuration-yaml-invalid": "the content of a text",
    "image-tag-in-name": "two fields together",
    "limits-below-requests": "two amounts compared",
    "max-unavailable-zero": "two fields together",
    "otel-same-ports": "two fields together",
    "pod-env-value-and-value-from": "two fields together",
    "resource-claims": "a field that nobody may have",
    "tls-certificate-without-key": "two fields together",
    "volume-mount-without-volume": "two lists compared",
    "volume-name-taken": "names that the service uses",
    "zones-duplicate": "items compared",
}
"""Rejected cases that the schema lets pass, by what it cannot express."""


@cache
def validator() -> Any:
    return Draft7Validator(resource_schema())


def accepts(case: Case) -> bool:
    return all(validator().is_valid(each) for each in case.objects if each["kind"] == KIND)


def test_it_is_a_schema_of_draft_7() -> None:
    schema = json.loads(resource_schema_text())
    Draft7Validator.check_schema(schema)

    assert schema["$schema"] == Draft7Validator.META_SCHEMA["$schema"]


@pytest.mark.parametrize("sample", SAMPLES, ids=[each.stem for each in SAMPLES])
def test_it_accepts_each_sample(sample: Path) -> None:
    (resource,) = documents_in(sample)

    assert [error.message for error in validator().iter_errors(resource)] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=[each.stem for each in SAMPLES])
def test_each_sample_names_it_in_the_first_line(sample: Path) -> None:
    line = FIRST_LINE.match(sample.read_text())

    assert line
    assert (sample.parent / line[1]).resolve() == Path("crd", FILE).resolve()


@pytest.mark.parametrize("case", OF_AGENTS, ids=str)
def test_it_rejects_what_is_rejected_as_far_as_a_schema_can(case: Case) -> None:
    is_seen = case.verdict is Verdict.REFUSED and case.name not in NOT_SEEN

    assert accepts(case) is not is_seen


def test_what_it_does_not_see_is_rejected() -> None:
    assert NOT_SEEN.keys() <= {case.name for case in OF_AGENTS if case.verdict is Verdict.REFUSED}


@pytest.mark.parametrize(
    "rule", [rule for rule in TABLE if rule.is_error], ids=lambda r: r.identifier
)
def test_it_accepts_the_good_example_of_each_rule(rule: Any) -> None:
    if all(place.startswith("metadata") for place in rule.places):
        resource = merged(agent(), {"metadata": rule.good})
    else:
        resource = agent(rule.good)

    assert [error.message for error in validator().iter_errors(resource)] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"apiVersion": "instana.io/v2"},
        {"kind": "Agent"},
        {"metadata": {"name": None}},
        {"metadata": {"name": "with.dots"}},
        {"spec": None},
        {"spec": {"agnet": {}}},
        {"spec": {"agent": {"pod": {"limits": {"cpu": 0.5}}}}},
        {"spec": {"agent": {"pod": {"volumes": [{"title": "x"}]}}}},
        {"spec": {"agent": {"mode": "FULL"}}},
        {"spec": {"zones": [{"name": "Not DNS"}]}},
        {"top": 1},
    ],
)
def test_it_rejects_mistakes(changes: Obj) -> None:
    assert validator().is_valid(agent())
    assert not validator().is_valid(merged(agent(), changes))


def test_null_counts_as_not_given() -> None:
    assert validator().is_valid(agent({"agent": {"pod": {}}}) | {"status": None})
    resource = agent()
    resource["spec"]["agent"] |= {"mode": None, "pod": None, "env": {"A": None}}
    assert validator().is_valid(resource)


def test_fields_are_described() -> None:
    fields = resource_schema()["properties"]["spec"]["properties"]

    assert all(field.get("description") for field in fields.values())
    assert fields["agent"]["properties"]["endpointPort"]["description"].startswith("Port of the ")


@given(specs.valid_specs())
def test_it_accepts_whatever_is_valid(spec: Obj) -> None:
    resource = specs.resource(specs.with_endpoints(spec))
    assume(not [*departures(resource)])
    assume(not errors_of(resource))

    assert [error.message for error in validator().iter_errors(resource)] == []
