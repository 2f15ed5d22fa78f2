"""Values files without Helm: what the chart takes and rejects, and the resource that it makes."""

from pathlib import Path
from typing import Any

import pytest

from hooks.admission import errors_in
from hooks.chart_values import (
    as_values,
    errors_in_values,
    is_values,
    resource_of,
    warnings_in_values,
)
from hooks.facts import Facts
from hooks.generate.crd import departures
from hooks.kube.objects import Obj
from tests.support.files import document_in
from tests.unit.generate.chart.test_field_values import FOLDER, REFUSED, TAKEN

BASE: Obj = {"agent": {"keysSecret": "keys"}, "cluster": {"name": "c"}}
UNRECOGNIZED = {"made-up-top-level"}
"""Values in which nothing is the chart's."""

FILES = {file.parent.name: file for file in FOLDER.glob("*/values.yaml")}


def errors(values: Obj) -> list[str]:
    resource = resource_of(values)
    found = [*departures(resource)] or errors_in(resource, Facts())
    of_resource = [*filter(None, map(as_values, found))]
    return [problem.path for problem in (*errors_in_values(values), *of_resource)]


def with_value(path: str, value: Any) -> Obj:
    *sections, name = path.split(".")
    values: Obj = {section: dict(part) for section, part in BASE.items()}
    part = values
    for section in sections:
        part = part.setdefault(section, {})
    part[name] = value
    return values


@pytest.mark.parametrize("case", sorted(FILES.keys() & TAKEN.keys()))
def test_what_the_chart_takes_has_no_errors(case: str) -> None:
    values = document_in(FILES[case])

    assert is_values(values)
    assert errors(values) == []


@pytest.mark.parametrize("case", sorted(FILES.keys() & REFUSED.keys() - UNRECOGNIZED))
def test_what_the_chart_rejects_has_errors(case: str) -> None:
    values = document_in(FILES[case])

    assert is_values(values)
    assert errors(values)


def test_the_chart_itself_has_values() -> None:
    values = document_in(Path("helm-chart/values.yaml"))

    assert is_values(values)
    assert errors(values) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("agent.endpointPort", 443, "443"),
        ("agent.proxyPort", 3128, "3128"),
        ("agent.pod.limits.cpu", 0.5, "0.5"),
        ("agent.pod.limits.cpu", 2, 2),
        ("agent.env.A", True, "true"),
        ("agent.env.A", 1.0, "1"),
        ("opentelemetry.grpc.port", "4317", 4317),
    ],
)
def test_texts_become_what_the_spec_has(path: str, value: Any, expected: Any) -> None:
    found: Any = resource_of(with_value(path, value))["spec"]
    for step in path.split("."):
        found = found[step]

    assert (found, type(found)) == (expected, type(expected))
    assert errors(with_value(path, value)) == []


@pytest.mark.parametrize(
    "path", ["nameOverride", "controllerManager.image", "podSecurityPolicy.enable"]
)
def test_ignored_values_are_warned_of(path: str) -> None:
    values = with_value(path, "x")

    assert errors(values) == []
    assert [problem.path for problem in warnings_in_values(values)] == [
        path.removesuffix(".image") if "Manager" in path else path
    ]


@pytest.mark.parametrize(
    ("path", "value", "is_rejected"),
    [
        ("agent.pod.limits.memory", 768, True),
        ("agent.pod.limits.memory", "768Mi", False),
        ("leaderElector.port", 1, True),
        ("templating", {}, True),
        ("controller.replicas", 2, False),
        ("controller.imag", {}, True),
        ("controller.image.pullPolicy", 5, True),
        ("controller.resources.limits.cpu", 0.5, False),
        ("agent.mode", "FULL", True),
        ("agent.mode", None, False),
    ],
)
def test_rejected_values_are_errors(path: str, value: Any, *, is_rejected: bool) -> None:
    assert bool(errors(with_value(path, value))) is is_rejected


def test_what_may_be_given_at_the_installation_is_not_required() -> None:
    assert errors({"agent": {"configuration_yaml": "a: b"}}) == []


def test_messages_have_paths_of_values() -> None:
    values = with_value("zones", {"name": "x"})
    (problem,) = filter(None, map(as_values, departures(resource_of(values))))

    assert problem.path == "zones"
    assert "spec." not in problem.message
    assert "use zone.name" in problem.message
