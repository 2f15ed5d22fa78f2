"""What `--help` says: the commands that people use, in groups, without loading any of them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.catalogue import CATALOGUE, ENTRIES
from hooks.cli.program.command_line import COMMANDS, main

INTERNAL: Final = {"apply-definition", "check-service", "generate", "recordings"}
"""What only the chart's jobs, `make` and `support-bundle` run."""

HEAVY: Final = {"deepdiff", "flask", "gunicorn", "orjson", "pydantic", "tabulate", "yaml"}
LOADED: Final = """
import sys
from hooks.cli.program.start import run
try:
    run()
except SystemExit:
    print("loaded:", *{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""
FILES: Final = {
    "agent.yaml": Path("tests/fixtures/go-operator/minimal/input.yaml").read_text(),
    "cluster.yaml": "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
    "nodes.json": '{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}',
    "pods.json": '{"apiVersion": "v1", "kind": "List", "items": []}',
}
NOT_TRIED: Final = {"demo", "serve"}
"""Their examples start a service."""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def nested(command: click.Command | None, context: click.Context) -> list[click.Command]:
    if not isinstance(command, click.Group):
        return [command] if command else []
    found = (command.get_command(context, name) for name in command.list_commands(context))
    return [command, *(each for each in found if each)]


def test_every_command_is_for_people_or_internal() -> None:
    assert {*ENTRIES} | INTERNAL == {*COMMANDS}
    assert not {*ENTRIES} & INTERNAL


def test_every_command_that_ends_with_a_result_has_it_for_programs() -> None:
    """`preview -o json` and the like; `completion` prints a script, the others go on."""
    context = click.Context(main)
    commands = [
        command
        for name in {*ENTRIES} - NOT_TRIED - {"completion"}
        for command in nested(main.get_command(context, name), context)
        if not command.hidden and not isinstance(command, click.Group)
    ]
    outputs = {
        command.name: next((option for option in command.params if "-o" in option.opts), None)
        for command in commands
    }

    assert len(commands) > len(ENTRIES) - len(NOT_TRIED) - 1
    for name, option in outputs.items():
        assert option, name
        assert isinstance(option.type, click.Choice)
        assert "json" in option.type.choices


def test_help_lists_the_groups_with_an_example_of_each_command() -> None:
    lines = [line.strip() for line in run("--help").stdout.splitlines()]

    titles = [lines.index(f"{title}:") for title in CATALOGUE]
    assert titles == sorted(titles)
    assert {
        f"instana-hooks {name} {entry.example}".rstrip() for name, entry in ENTRIES.items()
    } <= {*lines}
    listed = {line.partition(" ")[0]: line.partition(" ")[2].strip() for line in lines}
    assert {name: listed[name] for name in ENTRIES} == {
        name: entry.about for name, entry in ENTRIES.items()
    }
    assert not [line for line in lines if line.split()[:1] and line.split()[0] in INTERNAL]
    assert lines[-1] == "More: docs/cli.md"
    assert max(map(len, lines)) < 80


def test_internal_commands_can_be_run_and_are_hidden() -> None:
    commands = [main.get_command(click.Context(main), name) for name in INTERNAL]
    assert [command and command.hidden for command in commands] == [True] * len(INTERNAL)
    takeover = run("takeover", "--help").stdout
    assert "plan" in takeover
    assert not [line for line in takeover.splitlines() if line.split()[:1] == ["release"]]
    assert run("takeover", "release", "--help").exit_code == 0


@pytest.mark.parametrize("name", ENTRIES)
def test_help_of_a_command_has_its_example_and_where_to_read_on(name: str) -> None:
    lines = [line.strip() for line in run(name, "--help").stdout.splitlines()]

    assert f"instana-hooks {name} {ENTRIES[name].example}".rstrip() in lines
    assert lines[-1] == "More: docs/cli.md"


@pytest.mark.parametrize("name", [*COMMANDS])
def test_every_command_says_what_it_does(name: str) -> None:
    context = click.Context(main)
    commands = nested(main.get_command(context, name), context)

    assert commands
    assert not [command.name for command in commands if not command.help]


@pytest.mark.parametrize("name", [each for each in ENTRIES if each not in NOT_TRIED])
def test_example_can_be_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    for file, text in FILES.items():
        Path(file).write_text(text)
    result = run(name, *ENTRIES[name].example.split())

    assert result.exit_code in {0, 1, 3}, result.output
    assert isinstance(result.exception, SystemExit | None)


def test_help_loads_little() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "--help"], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("Usage: ")
    loaded = {*done.stderr.removeprefix("loaded:").split()}
    assert "click" in loaded
    assert not loaded & HEAVY


def test_page_has_a_section_for_each_command() -> None:
    _, _, commands = Path("docs/cli.md").read_text().partition("\n## Commands\n")
    sections = re.findall(r"^### (.*)$", commands, re.MULTILINE)

    assert sections == sorted(ENTRIES)


def test_unknown_command_is_an_error_of_usage() -> None:
    assert run("rendr").exit_code == 2
    assert "No such command 'rendr'. Did you mean render?\n" in run("rendr").stderr
    assert run("x").stderr.endswith("No such command 'x'.\n")


def test_generate_outside_of_a_checkout_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("generate")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "checkout" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not [*tmp_path.iterdir()]


def test_documentation_is_where_the_installation_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCS_URL", "https://docs.example/v1")

    assert run("--help").stdout.endswith("More: https://docs.example/v1/cli.md\n")
