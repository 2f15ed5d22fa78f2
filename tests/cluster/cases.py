"""The recorded resources of the Go operator, as cases to try on a cluster."""

from pathlib import Path
from typing import Any

import yaml

from hooks.facts import Facts
from hooks.rendering import Rendered, render

Obj = dict[str, Any]

FIXTURES = Path("tests/fixtures/go-operator")
CASES = sorted(path.parent.name for path in FIXTURES.glob("*/input.yaml"))
NAMESPACE = "instana-agent"


def resource(case: str) -> Obj:
    """Return the custom resource of a case."""
    obj: Obj = yaml.safe_load((FIXTURES / case / "input.yaml").read_text())
    return obj


def surroundings(case: str) -> list[Obj]:
    """Return the objects that are there before, namespaces first."""
    file = FIXTURES / case / "cluster.yaml"
    objects = list(yaml.safe_load_all(file.read_text())) if file.exists() else []
    return [_stored(each) for each in objects]


def rendered(case: str) -> Rendered:
    """Return what should be there for a case."""
    return render([resource(case), *surroundings(case)], Facts(), "2026-01-01T00:00:00Z")


def _stored(obj: Obj) -> Obj:
    annotations = obj["metadata"].get("annotations")
    if annotations is None:
        obj["metadata"].pop("annotations", None)
    return obj
