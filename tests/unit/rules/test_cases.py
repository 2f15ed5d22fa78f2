"""The misconfigurations that were tried with the Go operator: each has its verdict."""

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.facts import Facts
from hooks.rendering import render
from hooks.rules import BY_IDENTIFIER, warnings_of
from tests.support.rejected import CASES, FOLDER, PAGE, Case, Verdict, page

NOW = "2026-01-01T00:00:00Z"


def of(*verdicts: Verdict) -> list[Case]:
    return [case for case in CASES if case.verdict in verdicts]


def validated(case: Case) -> Result:
    return CliRunner().invoke(main, ["validate", str(case.file)])


def test_every_directory_is_a_case() -> None:
    assert {case.name for case in CASES} == {path.name for path in FOLDER.iterdir()} - {PAGE.name}
    assert {case.verdict for case in CASES} == set(Verdict)


def test_page_is_made_of_the_cases() -> None:
    assert PAGE.read_text() == page(), "run `make golden`"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rules_of_cases_are_in_the_table(case: Case) -> None:
    has_rule = case.verdict in {Verdict.REFUSED, Verdict.WARNED}

    assert bool(case.rule) is has_rule
    assert not has_rule or BY_IDENTIFIER[case.rule].is_error is (case.verdict is Verdict.REFUSED)


@pytest.mark.parametrize("case", of(Verdict.REFUSED), ids=str)
def test_what_is_refused_is_refused_by_its_rule_alone(case: Case) -> None:
    done = validated(case)
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]

    assert done.exit_code == 2
    assert {line.rpartition("(rule ")[2] for line in errors} == {f"{case.rule})"}


@pytest.mark.parametrize("case", of(Verdict.WARNED, Verdict.WORKS, Verdict.STATUS), ids=str)
def test_what_is_not_refused_has_no_error(case: Case) -> None:
    done = validated(case)

    assert done.exit_code == 0
    assert ": error: " not in done.stdout


@pytest.mark.parametrize("case", of(Verdict.WARNED), ids=str)
def test_what_is_warned_of_is_warned_of_by_its_rule(case: Case) -> None:
    assert case.rule in {problem.rule for problem in warnings_of(case.objects[0])}


@pytest.mark.parametrize("case", of(Verdict.STATUS), ids=str)
def test_what_only_the_status_can_tell_is_told_there(case: Case) -> None:
    status = render(case.objects, Facts(), NOW).status

    assert {condition["type"]: condition["status"] for condition in status["conditions"]}[
        "ReferencesResolved"
    ] == "False"


@pytest.mark.parametrize("case", of(Verdict.LATER), ids=str)
def test_a_remote_agent_is_no_resource_of_ours(case: Case) -> None:
    done = validated(case)

    assert (done.exit_code, done.stderr) == (
        1,
        "the files have no InstanaAgent: pass at least one\n",
    )
