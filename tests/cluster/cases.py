"""The recorded resources of the Go operator, as cases to try on a cluster."""

from pathlib import Path
from typing import Any

from hooks.facts import Facts
from hooks.rendering import Rendered, render
from tests.support.files import document_in, documents_in

Obj = dict[str, Any]

FIXTURES = Path("tests/fixtures/go-operator")
CASES = sorted(path.parent.name for path in FIXTURES.glob("*/input.yaml"))
NAMESPACE = "instana-agent"


def resource(case: str) -> Obj:
    """Return the custom resource of a case."""
    obj: Obj = document_in(FIXTURES / case / "input.yaml")
    return obj


def surroundings(case: str) -> list[Obj]:
    """Return the objects that are there before, namespaces first."""
    return [_stored(each) for each in documents_in(FIXTURES / case / "cluster.yaml")]


def rendered(case: str) -> Rendered:
    """Return what should be there for a case."""
    return render([resource(case), *surroundings(case)], Facts(), "2026-01-01T00:00:00Z")


def _stored(obj: Obj) -> Obj:
    annotations = obj["metadata"].get("annotations")
    if annotations is None:
        obj["metadata"].pop("annotations", None)
    return obj
