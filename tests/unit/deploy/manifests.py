"""The manifests as they are in the repository."""

from pathlib import Path
from typing import Any

from tests.support.files import loaded

Obj = dict[str, Any]

BASE = Path("deploy/base")
COMPOSITE = Path("metacontroller/instana-agent.yaml")
DECORATOR = Path("metacontroller/instana-cluster-rbac.yaml")


def documents(path: Path) -> list[Obj]:
    """Return all objects in a file."""
    return loaded(path.read_text())


def base(kind: str, name: str = "instana-agent-hooks") -> Obj:
    """Return one object of the base."""
    (found,) = [
        each
        for path in BASE.glob("*.yaml")
        for each in documents(path)
        if each["kind"] == kind and each["metadata"]["name"] == name
    ]
    return found


def controllers() -> list[Obj]:
    """Return the CompositeController and the DecoratorController."""
    return [*documents(COMPOSITE), *documents(DECORATOR)]
