"""docs/helm.md and the notes name values that there are, and all that there are."""

import re
from pathlib import Path
from typing import Any

import pytest

from hooks.generate.chart.controller_values import ControllerValues
from hooks.generate.crd.fields import fields_of

VALUE = re.compile(r"(?<![\w./])controller\.([A-Za-z][A-Za-z.]*[a-zA-Z])")
TEMPLATES = [*Path("helm-chart/templates").rglob("*.*")]
PAGE = Path("docs/helm.md").read_text()


def paths(schema: dict[str, Any], prefix: str = "") -> set[str]:
    properties = schema.get("properties", {})
    inner = (paths(part, f"{prefix}{name}.") for name, part in properties.items())
    return {f"{prefix}{name}" for name in properties}.union(*inner)


KNOWN = paths(fields_of(ControllerValues))


@pytest.mark.parametrize(
    "file",
    [
        "docs/gitops.md",
        "docs/guards.md",
        "docs/helm.md",
        "docs/security.md",
        "docs/upgrade.md",
        "helm-chart/templates/NOTES.txt",
    ],
)
def test_values_that_are_named_are_there(file: str) -> None:
    named = set(VALUE.findall(Path(file).read_text()))

    assert named
    assert named <= KNOWN


def test_values_that_templates_read_are_there() -> None:
    found = {
        name
        for file in TEMPLATES
        for name in re.findall(r"\.Values\.controller\.([A-Za-z.]+)", file.read_text())
    }

    assert found
    assert {name for name in found if not name.startswith("made")} <= KNOWN


def test_every_value_of_the_installation_is_described() -> None:
    table = PAGE[PAGE.index("| Value |") : PAGE.index("On OpenShift,")]

    assert {each for each in KNOWN if "." not in each} - set(re.findall(r"\w+", table)) == set()
