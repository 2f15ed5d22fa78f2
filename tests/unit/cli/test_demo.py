"""`make run`: the service is started, asked once, and what it answers is shown."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from hooks.cli.demo import summary
from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.recorded import Recorded, recorded_requests
from tests.support.resources import merged

REQUEST = "tests/fixtures/sync/healthy/request.json"
END_SECONDS = 20


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hooks", "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(name="once", scope="module")
def _once() -> subprocess.CompletedProcess[str]:
    return demo(REQUEST, "--once")


def test_once_shows_children_and_status(once: subprocess.CompletedProcess[str]) -> None:
    assert once.returncode == 0, once.stderr
    assert "DaemonSet            prod-agent  " in once.stdout
    assert "Ready" in once.stdout
    assert "prod-key" not in once.stdout


def test_request_that_is_refused_is_told(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text("{}")
    result = demo(str(file), "--once")

    assert result.returncode == 1
    assert "400" in result.stderr


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"agnet": {}}, "spec.agnet: is not a field of the resource"),
        ({"agent": {"endpointPort": 443}}, "spec.agent.endpointPort: must be a string"),
        ({"agent": {"endpointHost": None}}, "spec.agent.endpointHost: is required"),
    ],
)
def test_what_validate_finds_ends_with_2(tmp_path: Path, change: Obj, problem: str) -> None:
    request = json.loads(Path(REQUEST).read_text())
    parent = request["parent"] | {"spec": merged(request["parent"]["spec"], change)}
    for name, content in (("request", request | {"parent": parent}), ("agent", parent)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    told = CliRunner().invoke(main, ["validate", str(tmp_path / "agent.json")]).stdout
    errors = [line.partition(": ")[2] for line in told.splitlines() if ": error: " in line]
    result = CliRunner().invoke(main, ["demo", str(tmp_path / "request.json"), "--once"])

    places, lines = zip(*(each.split(": ", 1) for each in result.stderr.splitlines()), strict=True)
    assert (result.exit_code, result.stdout) == (2, "")
    assert [*lines] == errors
    assert problem in errors[0]
    assert places[0].startswith(f"{tmp_path}/request.json:1:")


def test_warnings_are_told_beside_the_answer(once: subprocess.CompletedProcess[str]) -> None:
    place = re.match(rf"{REQUEST}:(\d+):31: InstanaAgent prod-agent: warning: ", once.stderr)
    assert place
    assert "configuration_yaml" in Path(REQUEST).read_text().splitlines()[int(place[1]) - 1]
    assert "warning" not in once.stdout


def test_a_wrong_setting_ends_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENSHIFT", "perhaps")
    result = demo(REQUEST, "--once")

    assert result.returncode == 1
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["OPENSHIFT"]


@pytest.mark.parametrize(
    ("command", "file"),
    [
        *((command, "not-there.yaml") for command in ("demo", "diff", "render", "validate")),
        *((command, ".") for command in ("demo", "diff", "render")),
    ],
)
def test_a_file_that_cannot_be_opened_ends_with_1(command: str, file: str) -> None:
    result = CliRunner().invoke(main, [command, file])

    assert result.exit_code == 1
    assert result.stderr.startswith(f"a file cannot be read: '{file}': ")
    assert len(result.stderr.splitlines()) == 1


@contextmanager
def serving() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "hooks", "demo", REQUEST]
    environ = {name: value for name, value in os.environ.items() if name != "ONCE"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=END_SECONDS)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_goes_on_serving_until_it_is_told_to_end(end: signal.Signals) -> None:
    with serving() as process:
        assert process.stdout
        assert any(line.startswith("Serving on") for line in process.stdout)
        time.sleep(0.2)
        assert process.poll() is None

        process.send_signal(end)

        assert process.wait(timeout=END_SECONDS) == 0


@pytest.mark.parametrize(
    "recorded", [each for each in recorded_requests() if each.hook == "sync"], ids=str
)
def test_no_summary_of_a_child_has_a_value_of_a_secret(recorded: Recorded) -> None:
    children = recorded.answer()["children"]
    text = "\n".join(map(summary, children))
    secrets = [each["data"] for each in children if each["kind"] == "Secret"]

    assert secrets
    assert [value for data in secrets for value in data.values() if value in text] == []
