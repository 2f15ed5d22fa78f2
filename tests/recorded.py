"""Recorded requests of a real Metacontroller and the answers that are expected to them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from hooks import cluster_rbac
from hooks.customize import customize
from hooks.facts import Facts
from hooks.sync import sync

FIXTURES = Path("tests/fixtures")
FACTS_FILE = "facts.json"
FACTS = Facts()
NOW = "2026-01-01T01:00:00Z"
Answer = Callable[[dict[str, Any], Facts], dict[str, Any]]
HOOKS: dict[str, Answer] = {
    "sync": lambda request, facts: sync(request, facts, NOW),
    "customize": customize,
    "cluster-rbac-sync": cluster_rbac.sync,
    "cluster-rbac-customize": cluster_rbac.customize,
}


@dataclass(frozen=True)
class Recorded:
    """One recorded request of a hook."""

    hook: str
    case: str

    @property
    def folder(self) -> Path:
        """Return where the files of the case are."""
        return FIXTURES / self.hook / self.case

    @property
    def request(self) -> dict[str, Any]:
        """Return the request, read anew."""
        request: dict[str, Any] = orjson.loads((self.folder / "request.json").read_bytes())
        return request

    @property
    def expected(self) -> dict[str, Any]:
        """Return the answer that is expected."""
        expected: dict[str, Any] = orjson.loads((self.folder / "response.json").read_bytes())
        return expected

    @property
    def facts(self) -> Facts:
        """Return what the installation knew in which it was recorded."""
        file = self.folder / FACTS_FILE
        return FACTS.updated(orjson.loads(file.read_bytes())) if file.exists() else FACTS

    def answer(self, request: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what the hook answers now to the recorded request, or to another one."""
        return HOOKS[self.hook](self.request if request is None else request, self.facts)

    def __str__(self) -> str:
        return f"{self.hook}/{self.case}"


def recorded_requests() -> list[Recorded]:
    """Return all recorded requests."""
    return [
        Recorded(hook, folder.name)
        for hook in HOOKS
        for folder in sorted((FIXTURES / hook).iterdir())
    ]
