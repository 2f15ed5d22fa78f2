"""A cluster for the command: a `kubectl` that keeps its objects in a file."""

import json
import os
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.unit.takeover import fake_kubectl
from tests.unit.takeover.former import FINALIZER, agent, child, obj, operator, right

FILES = {
    "FAKE_CLUSTER": "objects.json",
    "FAKE_CALLS": "calls",
    "FAKE_FAILURES": "failures.json",
    "FAKE_RECORD": "record.json",
}
SECRET_VALUE = "c2VjcmV0LXZhbHVl"
OWNER = agent(finalizers=[FINALIZER])
DEFINITION = obj("CustomResourceDefinition", "agents.instana.io", "")
LEFT_BY_OPERATOR = (
    DEFINITION,
    operator(),
    OWNER,
    child("Secret", "instana-agent", OWNER, data={"key": SECRET_VALUE}),
    child("ConfigMap", "instana-agent-namespaces", OWNER),
    right("ClusterRole", "instana-agent"),
)


@dataclass
class FakeCluster:
    """What the fake `kubectl` knows, and how it was called."""

    directory: Path

    def hold(self, *objects: Obj) -> None:
        (self.directory / "objects.json").write_text(json.dumps(objects))

    def refuse(self, call: str, message: str, times: int = 1) -> None:
        (self.directory / "failures.json").write_text(json.dumps({call: [message, times]}))

    @property
    def objects(self) -> list[Obj]:
        found: list[Obj] = json.loads((self.directory / "objects.json").read_text())
        return found

    @property
    def calls(self) -> list[Any]:
        file = self.directory / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def writes(self) -> list[list[str]]:
        calls = [arguments for arguments, _ in self.calls]
        return [each for each in calls if {"patch", "delete", "create"} & set(each)]


def run_here(command: list[str], *, input: str | None, **_: Any) -> CompletedProcess[str]:  # noqa: A002
    """Run the fake in this process, which is faster, as `subprocess.run` would."""
    out, errors = StringIO(), StringIO()
    code = fake_kubectl.main(command[1:], StringIO(input), out, errors)
    return CompletedProcess(command, code, out.getvalue(), errors.getvalue())


def run(command: str, *options: str) -> Result:
    """Run a command as a script does: it agrees to what the plan shows."""
    agreeing = ("--yes", "--record", os.environ["FAKE_RECORD"]) if command == "apply" else ()
    return CliRunner().invoke(main, ["takeover", command, *agreeing, *options])
