"""The mistakes that were tried with the Go operator: each has its verdict."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from hooks.app.command_line import main
from hooks.rules import BY_IDENTIFIER, warnings_of
from hooks.rules.cases import CASES, Verdict

RECORDED = Path("../shared/reference/rejected")
ELSEWHERE = "the recorded mistakes are not here"
CHECKED = sorted(name for name, case in CASES.items() if case.verdict is not Verdict.LATER)


def file_of(name: str) -> Path:
    if not RECORDED.is_dir():
        pytest.skip(ELSEWHERE)
    return RECORDED / f"{name}.yaml"


@pytest.mark.parametrize("name", sorted(CASES))
def test_rules_of_cases_are_in_the_table(name: str) -> None:
    case = CASES[name]

    assert not case.rule or case.rule in BY_IDENTIFIER
    assert (case.first_layer is not None) is (case.verdict is Verdict.REFUSED)


def test_every_recorded_mistake_has_a_verdict() -> None:
    if not RECORDED.is_dir():
        pytest.skip(ELSEWHERE)

    assert {file.stem for file in RECORDED.glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize("name", CHECKED)
def test_recorded_mistake_has_its_verdict(name: str) -> None:
    file, case = file_of(name), CASES[name]
    done = CliRunner().invoke(main, ["validate", str(file)])
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]

    if case.verdict is Verdict.REFUSED:
        assert done.exit_code == 2
        assert {line.rpartition("(rule ")[2] for line in errors} == {f"{case.rule})"}
    else:
        assert (done.exit_code, errors) == (0, [])
    if case.verdict is Verdict.WARNED:
        resource = next(yaml.safe_load_all(file.read_text()))
        assert case.rule in {each.rule for each in warnings_of(resource)}
