"""What is made of the models and manifests, piece by piece."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks.generate.chart.expressions import (
    END,
    Expression,
    Line,
    entries_where,
    items_where,
    template_of,
)
from hooks.generate.chart.files import CHART, SOURCES, chart_files
from hooks.generate.chart.options import OPTIONS
from hooks.generate.chart.patching import NotConvertible, is_target, merged, operated
from hooks.generate.chart.placing import placed
from hooks.generate.crd.fields import fields_of
from hooks.models.instana_agent import InstanaAgentSpec

BY_HAND = {
    "NOTES.txt",
    "_credentials.tpl",
    "_existing-values.tpl",
    "_helpers.tpl",
    "_spec.tpl",
    "agent.yaml",
    "credentials.yaml",
    "dashboard.yaml",
    "definition-upgrade.yaml",
}
MADE = {
    str(path): text
    for path, text in chart_files({name: Path(name).read_text() for name in SOURCES}).items()
}


@pytest.mark.parametrize("file", MADE)
def test_file_is_what_would_be_made_now(file: str) -> None:
    assert Path(file).read_text() == MADE[file], "run `make generate`"


def test_no_template_is_left_of_what_is_not_made_any_more() -> None:
    there = {path.name for path in Path(CHART / "templates").glob("*.*")}
    made = {Path(name).name for name in MADE if "/templates/" in name}

    assert there - made <= BY_HAND | {
        path.name for path in Path(CHART / "templates").glob("*existing*")
    }


def test_values_name_every_field_with_its_meaning() -> None:
    lines = MADE["helm-chart/values.yaml"].splitlines()
    written = {line.strip().removeprefix("# ").strip().partition(":")[0] for line in lines}

    assert _names(fields_of(InstanaAgentSpec)) - {"selector"} <= written
    for text in ("Agent key. Better: keySecretKeyRef", "Whether agents may use nodes/proxy"):
        assert any(text in line for line in lines)


def _names(schema: dict[str, Any]) -> set[str]:
    found = set(schema.get("properties", {}))
    return found.union(*(_names(part) for part in schema.get("properties", {}).values()))


def test_values_that_are_given_are_few() -> None:
    values = yaml.safe_load(MADE["helm-chart/values.yaml"])

    assert set(values) == {"agent", "controller", "global"}
    assert values["agent"] == {
        "endpointHost": "ingress-red-saas.instana.io",
        "endpointPort": "443",
    }


def test_comments_are_values_once_their_marks_are_gone() -> None:
    text = MADE["helm-chart/values.yaml"]
    zone = text[text.index("# zone:") : text.index("# Whether the cluster is OpenShift;")]

    lines = [line.removeprefix("# ") for line in zone.splitlines()]
    assert yaml.safe_load("\n".join(lines)) == {"zone": {"name": "", "automatic": "Off"}}


def test_expressions_and_lines_are_written_as_they_are() -> None:
    text = template_of(
        [
            {
                "name": Expression("{{ .Release.Name }}"),
                **entries_where("eq 1 1", {"one": "a"}),
                "list": [1, Expression("{{ 2 }}"), *items_where(".three", [3])],
            }
        ]
    )

    assert text == (
        "---\nname: {{ .Release.Name }}\n{{- if eq 1 1 }}\none: a\n{{- end }}\n"
        "list:\n- 1\n- {{ 2 }}\n{{- if .three }}\n- 3\n{{- end }}\n"
    )


def test_what_looks_like_an_expression_is_quoted() -> None:
    assert template_of([{"a": "{{ $labels.type }}"}]) == "---\na: '{{ \"{{\" }} $labels.type }}'\n"


@pytest.mark.parametrize(
    ("target", "is_it"),
    [
        ({"kind": "ClusterRole"}, True),
        ({"kind": "Role"}, False),
        ({"group": "rbac.authorization.k8s.io", "name": "a"}, True),
        ({"group": "apps"}, False),
        ({"labelSelector": "instana.io/bind"}, True),
        ({"labelSelector": "other"}, False),
    ],
)
def test_target_is_what_kustomize_would_patch(target: dict[str, str], *, is_it: bool) -> None:
    metadata = {"name": "a", "labels": {"instana.io/bind": "agent"}}
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}

    assert is_target(target, role | {"metadata": metadata}) is is_it


def written(value: Any) -> str:
    return template_of([value]).removeprefix("---\n")


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (
            {"op": "add", "path": "/list/-", "value": 2},
            "list:\n- a:\n    b: {}\n{{- if x }}\n- 2\n{{- end }}\n",
        ),
        (
            {"op": "add", "path": "/new", "value": {"c": 1}},
            "list:\n- a:\n    b: {}\n{{- if x }}\nnew:\n  c: 1\n{{- end }}\n",
        ),
        (
            {"op": "add", "path": "/list/0/a", "value": {"c": 1}},
            "list:\n- a:\n    b: {}\n{{- if x }}\n    c: 1\n{{- end }}\n",
        ),
        (
            {"op": "replace", "path": "/list/0/a", "value": {"c": 1}},
            "list:\n- a:\n{{- if x }}\n    c: 1\n{{- else }}\n    b: {}\n{{- end }}\n",
        ),
    ],
)
def test_operation_holds_where_its_condition_does(operation: dict[str, Any], text: str) -> None:
    changed = operated({"list": [{"a": {"b": {}}}]}, [operation], "x")

    assert written(changed) == text


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/a"},
        {"op": "replace", "path": "/a", "value": {"b": 2}},
    ],
)
def test_operation_that_has_no_form_is_a_mistake(operation: dict[str, Any]) -> None:
    with pytest.raises(NotConvertible):
        operated({"a": {"b": 1}}, [operation], "x")


def test_merge_holds_where_its_condition_does() -> None:
    patch = {
        "gone": None,
        "new": 1,
        "inner": {"more": 2},
        "list": [{"name": "b"}, {"name": "a", "c": 3}],
    }
    changed = merged({"gone": 0, "inner": {"same": 1}, "list": [{"name": "a"}, 7]}, patch, "x")

    assert written(changed) == (
        "{{- if not (x) }}\ngone: 0\n{{- end }}\n"
        "inner:\n  same: 1\n{{- if x }}\n  more: 2\n{{- end }}\n"
        "list:\n- name: a\n{{- if x }}\n  c: 3\n{{- end }}\n- 7\n"
        "{{- if x }}\n- name: b\n{{- end }}\n"
        "{{- if x }}\nnew: 1\n{{- end }}\n"
    )


def test_merge_that_has_no_form_is_a_mistake() -> None:
    with pytest.raises(NotConvertible):
        merged({"a": 1}, {"a": 2}, "x")


def test_names_of_the_release_come_in_their_places() -> None:
    found = placed(
        {
            "namespace": "instana-agent",
            "name": "instana-agent",
            "kept": "instana-agent",
            Line(END): None,
            "url": "https://instana-agent-hooks.instana-agent.svc/metrics",
            "subject": {"kind": "ServiceAccount", "name": "metacontroller"},
            "own": {"kind": "ServiceAccount", "name": "instana-agent-hooks"},
        }
    )

    assert found["namespace"] == Expression('{{ include "instana-agent.namespace" $ }}')
    assert (found["name"], found["kept"]) == ("instana-agent", "instana-agent")
    assert found["url"].text.endswith('hooks.{{ include "instana-agent.namespace" $ }}.svc/metrics')
    assert "serviceAccount" in found["subject"]["name"].text
    assert found["own"]["name"] == "instana-agent-hooks"


def test_every_option_changes_something() -> None:
    templates = "".join(text for name, text in MADE.items() if "/templates/" in name)

    assert [each for each in OPTIONS if each.condition not in templates] == []
