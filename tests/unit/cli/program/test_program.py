"""How the program ends: closed and full outputs, Ctrl-C; the answers are tested elsewhere."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import click
import pytest

from hooks.cli.program.catalogue import ENTRIES
from hooks.cli.program.command_line import COMMANDS, main
from hooks.cli.program.start import run
from tests.unit.cli.program.programs import environment, start, write_program

MINIMAL: Final = str(Path("tests/fixtures/go-operator/minimal/input.yaml").absolute())
HEALTHY: Final = str(Path("tests/fixtures/sync/healthy/request.json").absolute())
NODES: Final = str(Path("tests/fixtures/go-operator/zones-two/cluster.yaml").absolute())
SERVICE: Final = "serve"
SILENT: Final = {SERVICE, "support-bundle", "test"}
"""They write a log, a file, and only what differs."""
PRINTING: Final[dict[str, tuple[str, ...]]] = {
    "completion": ("bash",),
    "demo": ("--once", HEALTHY),
    "diff": (MINIMAL,),
    "explain": (MINIMAL,),
    "images": (MINIMAL,),
    "placement": (MINIMAL, NODES),
    "preview": ("deploy", "deploy"),
    "record": (HEALTHY,),
    "render": (MINIMAL,),
    "replay": (HEALTHY,),
    "rollout": (MINIMAL, NODES),
    "schema": (),
    "takeover": ("plan",),
    "validate": (MINIMAL,),
}
"""Each command that prints a result, with arguments."""

IN_PROCESSES: Final = ("completion", "demo", "render", "takeover")
"""Commands that are tried as people start them: how Python ends is the same for all others."""

HERE: Final = sorted(PRINTING.keys() - {*IN_PROCESSES})

LACKING: Final = ("not among the inputs: ", "no DaemonSet or Deployment of the resource is among ")
"""How `render` begins to say what is not in the given file."""

CLOSED, INTERRUPTED = 141, 130
FULL: Final = Path("/dev/full")
SECONDS: Final = 60
MORE_THAN_A_PIPE_HOLDS: Final = b"#\n" * (1 << 17)

INTERRUPTING: Final = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
"""
"""Python's start, with Ctrl-C as soon as a module is loaded."""


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """Return a folder with a `kubectl` that finds nothing in its cluster."""
    kubectl = tmp_path / "kubectl"
    kubectl.write_text("#!/bin/sh\n")
    kubectl.chmod(0o755)
    return tmp_path


@contextmanager
def closed_pipe() -> Iterator[int]:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        yield writing
    finally:
        os.close(writing)


def settings_of_a_service() -> dict[str, str]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return {"INSECURE": "1", "HOST": "127.0.0.1", "PORT": str(probe.getsockname()[1])}


def test_every_command_of_people_is_tried() -> None:
    assert {*PRINTING, *SILENT} == {*ENTRIES}


@pytest.mark.parametrize("command", IN_PROCESSES)
def test_closed_output_ends_a_process_silently(command: str, place: Path) -> None:
    with closed_pipe() as output:
        arguments = (command, *PRINTING[command])
        process = start(*arguments, stdout=output, env=environment(place))
        _, errors = process.communicate(timeout=SECONDS)

    assert process.returncode == CLOSED, errors
    assert not unexpected(errors)


@pytest.mark.parametrize("command", IN_PROCESSES)
def test_full_output_ends_a_process_with_one_line(command: str, place: Path) -> None:
    with FULL.open("wb") as output:
        arguments = (command, *PRINTING[command])
        process = start(*arguments, stdout=output, env=environment(place))
        _, errors = process.communicate(timeout=SECONDS)

    assert process.returncode == 1, errors
    assert unexpected(errors) == ["the output cannot be written: No space left on device"]


@pytest.mark.parametrize("command", HERE)
def test_each_command_ends_when_its_output_is_closed(
    command: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_pipe() as output:
        assert ended_here(command, output, place, monkeypatch) == CLOSED


@pytest.mark.parametrize("command", HERE)
def test_each_command_ends_when_its_output_is_full(
    command: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FULL.open("wb") as output:
        ended = ended_here(command, output.fileno(), place, monkeypatch)

    assert ended == "the output cannot be written: No space left on device"


def ended_here(
    command: str, output: int, place: Path, monkeypatch: pytest.MonkeyPatch
) -> str | int | None:
    """Run a command in this process, which is faster, and return what it ends the process with."""
    monkeypatch.setenv("PATH", environment(place)["PATH"])
    monkeypatch.setattr("sys.argv", ["instana-hooks", command, *PRINTING[command]])
    with open(os.dup(output), "w") as stdout:  # noqa: PTH123  a descriptor
        monkeypatch.setattr("sys.stdout", stdout)
        with pytest.raises(SystemExit) as ended:
            run()
    return ended.value.code


def test_full_or_closed_output_ends_help_alike() -> None:
    with FULL.open("wb") as full, closed_pipe() as closed:
        processes = [start("--help", stdout=output) for output in (full, closed)]
        errors = [process.communicate(timeout=SECONDS)[1] for process in processes]

    assert [process.returncode for process in processes] == [1, CLOSED]
    assert errors == [b"the output cannot be written: No space left on device\n", b""]


@pytest.mark.parametrize("command", ["completion", "diff", "takeover", SERVICE])
def test_outputs_that_are_not_open_do_not_matter(command: str, place: Path) -> None:
    line = 'exec "$@" <&- >&- 2>&-'
    arguments = (sys.executable, "-m", "hooks", command, *PRINTING.get(command, ("--help",)))
    done = subprocess.run(
        ["bash", "-c", line, "bash", *arguments],
        env=environment(place),
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode in {0, 3}


@pytest.mark.parametrize(
    ("command", "module"),
    [("--help", "click"), *((each, COMMANDS[each].partition(":")[0]) for each in ENTRIES)],
)
def test_interrupt_while_a_command_loads(command: str, module: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING.format(module=module))
    process = start(command, "--help", env=environment(tmp_path, tmp_path))
    output, errors = process.communicate(timeout=SECONDS)

    assert process.returncode == INTERRUPTED, errors
    assert (output, errors.strip()) == (b"", b"")


@pytest.mark.parametrize("command", ["validate", "render", "diff"])
def test_interrupt_while_a_command_reads(command: str) -> None:
    process = start(command, "-", stdin=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(MORE_THAN_A_PIPE_HOLDS)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=SECONDS)

    assert process.returncode == INTERRUPTED, errors
    assert (output, errors.strip()) == (b"", b"")


def test_interrupt_while_kubectl_reads_a_cluster(tmp_path: Path) -> None:
    kubectl, begun = tmp_path / "kubectl", tmp_path / "begun"
    kubectl.write_text(f"#!/bin/sh\ntouch {begun}\nexec sleep {SECONDS}\n")
    kubectl.chmod(0o755)
    env = environment(tmp_path)
    process = start("takeover", "plan", env=env, start_new_session=True)
    deadline = time.monotonic() + SECONDS
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=SECONDS)

    assert process.returncode == INTERRUPTED, errors
    assert (output, errors.strip()) == (b"", b"")


def test_service_with_a_closed_output_serves_until_interrupted() -> None:
    settings = settings_of_a_service()
    env = {**os.environ, **settings}
    address = (settings["HOST"], int(settings["PORT"]))
    with closed_pipe() as output:
        process = start(SERVICE, stdout=output, env=env)
        deadline = time.monotonic() + SECONDS
        while not answers(address) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)

    assert process.returncode == 0, errors
    assert b"Traceback" not in errors


def answers(address: tuple[str, int]) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(address) == 0


@pytest.mark.parametrize(
    ("context", "code"), [(KeyboardInterrupt(), INTERRUPTED), (EOFError(), 1), (None, 1)]
)
def test_no_for_an_answer_is_not_an_interrupt(
    context: BaseException | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asking(*_: object) -> None:
        try:
            if context:
                raise context
        except (KeyboardInterrupt, EOFError):
            raise click.Abort from None
        raise click.Abort

    monkeypatch.setattr(main, "invoke", asking)
    monkeypatch.setattr("sys.argv", ["instana-hooks", "validate", MINIMAL])
    with pytest.raises(SystemExit) as ended:
        run()

    assert ended.value.code == code


def test_mistake_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise FileNotFoundError(2, "of our own")

    monkeypatch.setattr(main, "invoke", failing)
    monkeypatch.setattr("sys.argv", ["instana-hooks", "validate", MINIMAL])
    with pytest.raises(FileNotFoundError):
        run()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("instana-hooks", "instana-hooks"), ("kubectl-instana", "kubectl instana")],
)
def test_help_names_the_program_as_it_is_called(name: str, shown: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [write_program(tmp_path, name), "--help"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith(f"Usage: {shown} [OPTIONS]")
    assert f"{shown} validate agent.yaml\n" in done.stdout


def unexpected(errors: bytes) -> list[str]:
    """Return the lines that are neither findings about the given file nor what it lacks."""
    lines = [line for line in errors.decode().splitlines() if " warning: " not in line]
    return [line for line in lines if not line.startswith(LACKING)]
