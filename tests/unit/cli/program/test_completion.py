"""The Tab key, in real shells: what is typed is completed, and the command that results runs."""

import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from hooks.cli.program.catalogue import ENTRIES
from hooks.cli.program.completion import PLUGIN, PROGRAM, SHELLS
from hooks.cli.program.start import COMPLETER, run
from tests.support.tools import needs
from tests.unit.cli.program.programs import environment, write_program

SECONDS: Final = 60.0
MINIMAL: Final = Path("tests/fixtures/go-operator/minimal/input.yaml")
SHELL: Final = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "fish": ("fish", "--no-config", "--private", "-i"),
    "zsh": ("zsh", "--no-rcs", "-i"),
}
SETUP: Final = {
    "bash": "PS1=; source <({program} completion bash)",
    "fish": "{program} completion fish | source",
    "zsh": "PS1=; autoload -Uz compinit; compinit -u -D; source <({program} completion zsh)",
}
"""What a shell reads at its start; its last command is the one that docs/cli.md has."""
KUBECTL: Final = """\
PS1=
_init_completion() { cur=${COMP_WORDS[COMP_CWORD]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD; }
__ltrim_colon_completions() { :; }
source <(kubectl completion bash); echo set''up
"""
"""What bash reads for kubectl's completion, with the part of bash-completion that it needs."""


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """Return a folder with the program by its names, as people install it, and a resource."""
    for name in (PROGRAM, PLUGIN, COMPLETER):
        write_program(tmp_path, name)
    shutil.copy(MINIMAL, tmp_path / "agent.yaml")
    return tmp_path


@pytest.fixture(name="completed")
def _completed(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, str], str]:
    """Return what the program offers a shell after a line: kinds and texts as click writes them.

    The program runs in this process, which is faster; `test_tab_completes...` starts it.
    """

    def completed(shell: str, line: str) -> str:
        *_, last = words = line.split(" ")
        number = last if shell == "fish" else str(len(words) - 1)
        monkeypatch.setenv("_INSTANA_HOOKS_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", number)
        monkeypatch.setattr("sys.argv", [str(place / words[0])])
        monkeypatch.chdir(place)
        with pytest.raises(SystemExit) as ended:
            run()
        shown = capsys.readouterr()
        assert (ended.value.code, shown.err) == (0, "")
        return shown.out

    return completed


@contextmanager
def terminal(shell: str, place: Path) -> Iterator[int]:
    """Start a shell in a terminal of its own, and yield the terminal."""
    ours, its = pty.openpty()
    env = environment(place) | {"HOME": str(place), "TERM": "dumb"}
    process = subprocess.Popen(
        SHELL[shell],
        stdin=its,
        stdout=its,
        stderr=its,
        env=env,
        cwd=place,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  for fish
    )
    os.close(its)
    try:
        yield ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(terminal: int, text: str) -> str:
    """Return what is shown until a text is."""
    deadline, shown = time.monotonic() + SECONDS, ""
    while not re.search(text, shown):
        assert time.monotonic() < deadline, f"{text!r} is not shown: {shown!r}"
        if select.select([terminal], [], [], 0.1)[0]:
            with suppress(OSError):
                shown += os.read(terminal, 65536).decode(errors="replace")
    return shown


def type_line(terminal: int, text: str) -> None:
    os.write(terminal, text.encode() + b"\r")


@pytest.mark.parametrize(
    ("program", "shell"),
    [*((PROGRAM, shell) for shell in SHELLS if shutil.which(shell)), (PLUGIN, "bash")],
)
def test_tab_completes_commands_options_choices_and_files(
    program: str, shell: str, place: Path
) -> None:
    """Each shell that is installed; bash always is."""
    with terminal(shell, place) as shown:
        type_line(shown, SETUP[shell].format(program=program) + "; echo set''up")
        read_until(shown, "setup")
        code = "$status" if shell == "fish" else "$?"
        type_line(shown, f"{program} rend\t--redac\t--output js\tag\t; echo code {code}")
        answer = read_until(shown, r"code \d+")

    assert '"attachments": [' in answer
    assert "**redacted**" in answer
    assert "code 0" in answer


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_and_options_and_choices_are_offered(
    shell: str, completed: Callable[[str, str], str]
) -> None:
    commands, options, choices, nested, files = (
        completed(shell, f"{PROGRAM} {line}")
        # The first file of the last line does not exist.
        for line in ("", "render --", "render -o ", "takeover ", "diff missing.yaml a")
    )

    assert all(name in commands for name in ENTRIES)
    assert "apply-definition" not in commands
    assert all(name in options for name in ("--output", "--redact", "--fact", "--help"))
    assert all(name in choices for name in ("json", "yaml"))
    assert "plan" in nested
    assert "release" not in nested
    assert files.startswith("file")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("program", "other"), [(PROGRAM, PLUGIN), (PLUGIN, PROGRAM)])
def test_script_is_for_the_program_as_it_is_called(
    program: str, other: str, shell: str, place: Path
) -> None:
    done = subprocess.run(
        [place / program, "completion", shell],
        env=environment(place),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )

    assert re.search(rf"\b{program}\b", done.stdout)
    assert not re.search(rf"\b{other}\b", done.stdout)
    assert f"_INSTANA_HOOKS_COMPLETE={shell}_complete" in done.stdout


@needs("kubectl")
@pytest.mark.parametrize(
    ("words", "offered", "directive"),
    [
        (["re"], ["render\tPrint the objects that a resource leads to.", "replay", "record"], 4),
        (
            ["render", "--reda"],
            ["--redact\tPrint no credentials, such as values of Secrets."],
            4,
        ),
        (["render", "-o", ""], ["yaml", "json"], 4),
        (["render", "--output=j"], ["json"], 4),
        (["takeover", "pl"], ["plan\tShow what would be done, and which pods restart."], 4),
        (["diff", "--live", "--namespace", ""], [], 4),
        (["validate", "a"], [], 0),
        (["render", "--output-dir", ""], [], 16),
    ],
)
def test_kubectl_completes_the_plugin(
    words: list[str], offered: list[str], directive: int, place: Path
) -> None:
    """The directives are cobra's: 4 offers no files, 0 does if nothing else is, 16 folders."""
    *lines, last = asked_by_kubectl(words, place)

    assert last == f":{directive}"
    assert len(lines) == len(offered)
    assert all(line.startswith(begin) for line, begin in zip(lines, offered, strict=True))


@needs("kubectl")
def test_printed_script_completes_as_the_installed_program_does(place: Path) -> None:
    """krew installs the plugin alone."""
    installed = asked_by_kubectl(["render", "-"], place)
    printed = subprocess.run(
        [place / PROGRAM, "completion", "kubectl"],
        env=environment(place),
        capture_output=True,
        check=True,
        timeout=SECONDS,
    ).stdout
    (place / PROGRAM).unlink()
    (place / COMPLETER).write_bytes(printed)

    assert "--redact\tPrint no credentials, such as values of Secrets." in installed
    assert asked_by_kubectl(["render", "-"], place) == installed


@needs("kubectl")
def test_tab_completes_the_plugin_of_kubectl_in_bash(place: Path) -> None:
    (place / "setup").write_text(KUBECTL)
    with terminal("bash", place) as shown:
        type_line(shown, "source setup")
        read_until(shown, "setup\r\nsetup\r\n")
        type_line(shown, "kubectl instana rend\t--redac\t--output js\tag\t; echo code $?")
        answer = read_until(shown, r"code \d+")

    assert '"attachments": [' in answer
    assert "**redacted**" in answer
    assert "code 0" in answer


def asked_by_kubectl(words: list[str], place: Path) -> list[str]:
    """Return what kubectl gets to know about words after the name of the plugin."""
    done = subprocess.run(
        ["kubectl", "__complete", "instana", *words],
        env=environment(place),
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", SHELLS)
def test_page_says_what_is_tried_here(shell: str) -> None:
    line = SETUP[shell].format(program=PROGRAM).rpartition("; ")[2].replace("|", r"\|")

    assert f"`{line}`" in Path("docs/cli.md").read_text()
