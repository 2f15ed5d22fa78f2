"""The services of two versions with the same settings, asked one right after the other."""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any, Final

import requests

from hooks.facts import Facts
from tests.http.service import CALL_SECONDS, LOOPBACK, Service, free_port, running
from tests.side_by_side.report import Outcome, Report

JSON: Final = {"Content-Type": "application/json"}


@dataclass
class Pairs:
    """A pair of services for each set of facts that is asked for, started when it first is."""

    trees: tuple[Path, Path]
    report: Report
    stack: ExitStack
    session: requests.Session = field(default_factory=requests.Session)
    started: dict[Facts, list[tuple[Service, int]]] = field(default_factory=dict)

    def compare(self, sort: str, name: str, facts: Facts, path: str, body: bytes) -> None:
        """Ask both versions the same, and compare their answers."""
        if facts not in self.started:
            self.started[facts] = [self._start(tree, settings_of(facts)) for tree in self.trees]
        before, now = (self._ask(*each, path, body) for each in self.started[facts])
        self.report.compare(f"{sort} {path}", name, body, before, now)

    def _ask(self, service: Service, admission: int, path: str, body: bytes) -> Outcome:
        port = admission if path.startswith("/admission/") else service.port
        url = f"http://{LOOPBACK}:{port}{path}"
        answer = self.session.post(url, body, headers=JSON, timeout=CALL_SECONDS)
        return Outcome(answer.status_code, answer.content)

    def _start(self, tree: Path, settings: dict[str, str]) -> tuple[Service, int]:
        """Start the service of a tree, in a directory that has no other modules."""
        directory = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        settings |= {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "", "ETAG": "false"}
        settings |= {"ADMISSION_PORT": str(port), "LOG_LEVEL": "error"}
        return self.stack.enter_context(running(directory, **settings)), port


def settings_of(facts: Facts) -> dict[str, str]:
    """Return the settings of a service that knows the facts; none for what is so by default."""
    known = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return {
        name.upper(): _text(fact) for name, fact in known.items() if fact != getattr(Facts(), name)
    }


def _text(fact: Any) -> str:
    if isinstance(fact, tuple):
        return ",".join(fact)
    return str(fact.value if isinstance(fact, Enum) else fact)
