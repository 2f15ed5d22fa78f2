"""Values files of the charts that were there before: they work, or say what to write instead."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks.generate.chart.existing_values import EXISTING, Form, Verdict
from hooks.generate.chart.schema import schema
from hooks.rules import parse_agent
from tests.support.former_values import (
    CASES,
    FIRST,
    REFUSED,
    SECOND,
    documented_keys,
    expected_notes,
    expected_spec,
    has,
    noted_in,
    notes_for,
    refusal_of,
    values_of,
)
from tests.support.helm import Refused, needs_helm, rendered, spec_of

Obj = dict[str, Any]

LEAST: Obj = {"agent": {"key": "example-key"}, "cluster": {"name": "my-cluster"}}


@pytest.mark.parametrize("key", documented_keys())
def test_every_documented_value_is_in_the_corpus(key: str) -> None:
    assert any(has(values_of(case), key.split(".")) for case in CASES)


@pytest.mark.parametrize("case", CASES)
def test_expected_specs_are_valid(case: str) -> None:
    metadata = {"name": "instana-agent", "namespace": "instana-agent"}
    resource = {"apiVersion": "instana.io/v1", "kind": "InstanaAgent", "metadata": metadata}

    assert parse_agent(resource | {"spec": expected_spec(case)}).name == "instana-agent"


@needs_helm
@pytest.mark.parametrize("case", CASES)
def test_values_make_the_spec(case: str) -> None:
    assert spec_of((SECOND / case / "values.yaml").read_text()) == expected_spec(case)


@needs_helm
@pytest.mark.parametrize("case", CASES)
def test_notes_say_what_is_different(case: str) -> None:
    notes = notes_for((SECOND / case / "values.yaml").read_text())

    assert noted_in(notes) == expected_notes(case)


def test_every_difference_is_in_the_corpus() -> None:
    noted = {name for case in CASES for name in expected_notes(case)}
    different = {
        each.name for each in EXISTING if each.verdict in (Verdict.EFFECTIVE, Verdict.IGNORED)
    }

    assert noted == different


@needs_helm
@pytest.mark.parametrize("case", REFUSED)
def test_values_of_the_first_generation_are_refused_with_what_to_write(case: str) -> None:
    expected = (FIRST / f"{case}.txt").read_text()

    assert expected
    assert refusal_of((FIRST / f"{case}.yaml").read_text()) == expected


def test_every_refusal_is_in_the_corpus() -> None:
    messages = "".join(each.read_text() for each in FIRST.glob("*.txt"))

    refused = [each for each in EXISTING if each.verdict is Verdict.REFUSED]

    assert refused
    assert [
        each.name for each in refused if f"* {each.name}: {each.remedy}\n" not in messages
    ] == []


@needs_helm
def test_what_is_not_refused_of_the_last_values_works() -> None:
    values = yaml.safe_load((FIRST / "last-values.yaml").read_text())
    for name in ("kubernetes", "leaderElector"):
        del values[name]
    del values["agent"]["configuration"]
    metadata = {"name": "instana-agent", "namespace": "instana-agent"}

    assert parse_agent({"metadata": metadata, "spec": spec_of(values)}).name == "instana-agent"


@needs_helm
def test_memory_in_bytes_is_no_memory_in_mebibytes() -> None:
    pod = {"requests": {"memory": 536870912}, "limits": {"memory": 1048576}}

    assert spec_of({**LEAST, "agent": {"key": "example-key", "pod": pod}})["agent"]["pod"] == pod


@needs_helm
@pytest.mark.parametrize(
    ("agent", "path"),
    [
        ({"image": {"tag": 1.10}}, "/agent/image/tag"),
        ({"pod": {"mounts": []}}, "/agent/pod"),
        ({"annotations": {}}, "/agent"),
    ],
)
def test_what_the_old_chart_changed_or_never_knew_is_refused(agent: Obj, path: str) -> None:
    with pytest.raises(Refused, match=f"at '{path}'"):
        rendered({**LEAST, "agent": {"key": "example-key", **agent}})


@needs_helm
def test_ports_of_opentelemetry_are_digits() -> None:
    with pytest.raises(Refused, match="/opentelemetry/grpc/port"):
        rendered({**LEAST, "opentelemetry": {"grpc": {"port": "http"}}})


@needs_helm
def test_nothing_that_is_null_reaches_the_resource_but_where_it_means_something() -> None:
    patch = {"spec": {"template": {"spec": {"priorityClassName": None}}}}
    values = {
        "agent": {"key": "example-key", "mode": None, "pod": {"affinity": None}},
        "cluster": {"name": "my-cluster"},
        "zones": [{"name": "a", "mode": None}],
        "overrides": {"agentDaemonSet": patch},
    }

    spec = spec_of(values)
    assert "mode" not in spec["agent"]
    assert spec["agent"]["pod"] == {}
    assert spec["zones"] == [{"name": "a"}]
    assert spec["overrides"]["agentDaemonSet"] == patch


@needs_helm
def test_the_defaults_of_the_old_chart_are_not_taken_for_values(tmp_path: Path) -> None:
    """So it is with --reuse-values: the values are those of the old chart, and nothing else."""
    values = tmp_path / "values.yaml"
    values.write_text("controller: null\nagent: {key: example-key}\n")

    with pytest.raises(Refused, match="--reset-then-reuse-values"):
        rendered({}, "--values", str(values))


def test_the_schema_knows_all_of_them() -> None:
    properties = {"properties": schema()["properties"]}
    taken = [each for each in EXISTING if each.form is not Form.GIVEN]

    assert taken
    assert [each.name for each in taken if not _is_known(properties, list(each.path))] == []


def test_the_schema_of_the_spec_stays_as_it_is() -> None:
    telemetry = schema()["properties"]["opentelemetry"]["properties"]["grpc"]["properties"]

    assert telemetry["port"]["description"].startswith("Port; default 4317")
    assert telemetry["port"]["pattern"] == "^[0-9]+$"


def _is_known(part: Obj, path: list[str]) -> bool:
    if not path or part.get("additionalProperties", False) is not False or not part:
        return True
    if path[0] == "*":
        return _is_known(part["items"], path[1:])
    return path[0] in part["properties"] and _is_known(part["properties"][path[0]], path[1:])
