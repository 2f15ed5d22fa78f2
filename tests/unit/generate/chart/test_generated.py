"""What is made of the models and manifests, piece by piece."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks.generate.chart.files import CHART, SOURCES, chart_files
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


@pytest.fixture(name="made", scope="module")
def _made() -> dict[str, str]:
    """Return the files of the chart as they would be made now."""
    sources = {name: Path(name).read_text() for name in SOURCES}
    return {str(path): text for path, text in chart_files(sources).items()}


def test_files_are_what_would_be_made_now(made: dict[str, str]) -> None:
    outdated = [file for file, text in made.items() if Path(file).read_text() != text]

    assert len(made) > 10
    assert outdated == [], "run `make generate`"


def test_no_template_is_left_of_what_is_not_made_any_more(made: dict[str, str]) -> None:
    there = {path.name for path in Path(CHART / "templates").glob("*.*")}
    templates = {Path(name).name for name in made if "/templates/" in name}

    assert there - templates <= BY_HAND | {
        path.name for path in Path(CHART / "templates").glob("*existing*")
    }


def test_values_name_every_field_with_its_meaning(made: dict[str, str]) -> None:
    lines = made["helm-chart/values.yaml"].splitlines()
    written = {line.strip().removeprefix("# ").strip().partition(":")[0] for line in lines}

    assert _names(fields_of(InstanaAgentSpec)) - {"selector"} <= written
    for text in ("Agent key. Prefer keySecretKeyRef", "Whether agents may use nodes/proxy"):
        assert any(text in line for line in lines)


def _names(schema: dict[str, Any]) -> set[str]:
    found = set(schema.get("properties", {}))
    return found.union(*(_names(part) for part in schema.get("properties", {}).values()))


def test_values_that_are_given_are_few(made: dict[str, str]) -> None:
    values = yaml.safe_load(made["helm-chart/values.yaml"])

    assert set(values) == {"agent", "controller", "global"}
    assert values["agent"] == {
        "endpointHost": "ingress-red-saas.instana.io",
        "endpointPort": "443",
    }


def test_comments_are_values_once_their_marks_are_gone(made: dict[str, str]) -> None:
    text = made["helm-chart/values.yaml"]
    zone = text[text.index("# zone:") : text.index("# Whether the cluster is OpenShift;")]

    lines = [line.removeprefix("# ") for line in zone.splitlines()]
    assert yaml.safe_load("\n".join(lines)) == {"zone": {"name": "", "automatic": "Off"}}
