"""Files as users write them: every command tells the same mistakes, at the same places."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hooks.cli.program.command_line import main

FOLDER = Path("tests/fixtures/field-files")
NAME = "5:19 spec.cluster.name: must be a string"
MISTAKES: dict[str, list[str]] = {
    "dotted-keys-beside-agent": [
        '21:3 spec["agent.cpuLimit"]: is not a field ... it is spec.agent.pod.limits.cpu',
        '22:3 spec["agent.cpuReq"]: is not a field ... it is spec.agent.pod.requests.cpu',
        '23:3 spec["agent.memLimit"]: is not a field ... it is spec.agent.pod.limits.memory',
        '24:3 spec["agent.memReq"]: is not a field ... it is spec.agent.pod.requests.memory',
    ],
    "endpoint-inside-configuration": [
        "8:5 spec.agent.endpointHost: is required",
        "8:5 spec.agent.endpointPort: is required",
    ],
    "mode-off-unquoted": ["10:11 spec.agent.mode: must be a string ... OFF ... put it in quotes"],
    "port-number-empty-env": ["10:19 spec.agent.endpointPort: must be a string ... in quotes"],
    "unknown-field": [
        "10:25 spec.agent.pod.limits[cpu]: must be a whole number or a quantity in quotes",
        "11:5 spec.agent.useSecretMount: is not a field",
    ],
    "yaml-08": [NAME],
    "yaml-0o17": [NAME],
    "yaml-1e3": [NAME],
    "yaml-y": [NAME],
    "yaml-12-30": [],
    "yaml-2024-05-01": [],
}
"""Of each file: line and column, path, and what the message says, with `...` for the rest."""


def told(command: str, file: Path) -> list[str]:
    result = CliRunner().invoke(main, [command, str(file)])
    lines = [line for line in result.output.splitlines() if ": error: " in line]
    assert result.exit_code == (2 if lines else {"validate": 0, "render": 0, "diff": 3}[command])
    return lines


def test_every_file_is_tried() -> None:
    assert {each.name for each in FOLDER.iterdir()} == MISTAKES.keys()


@pytest.mark.parametrize("command", ["validate", "render", "diff"])
@pytest.mark.parametrize("case", MISTAKES)
def test_each_mistake_has_its_place(case: str, command: str) -> None:
    file = FOLDER / case / "input.yaml"
    lines = told(command, file)

    assert len(lines) == len(MISTAKES[case])
    for line, expected in zip(lines, MISTAKES[case], strict=True):
        place, _, what = expected.partition(" ")
        assert line.startswith(f"{file}:{place}: InstanaAgent ")
        rest = line.partition(": error: ")[2]
        for part in what.split(" ... "):
            assert part in rest
