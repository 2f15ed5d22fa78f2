"""The service and the API server agree about specs with mistakes in parts of pods."""

from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.cluster.agreement import HELD_BACK, SUFFICES, Agreement, agreement_on, refusal_by
from tests.cluster.api import Api
from tests.support.pod_mistakes import Mistaken, mistaken_specs
from tests.support.pod_places import sound_specs

SEED: Final = 1
COUNT: Final = 5000


@pytest.fixture(scope="module", name="agreement")
def _agreement(api: Api) -> Agreement:
    return agreement_on(mistaken_specs(COUNT, SEED), partial(refusal_by, api))


def as_lines(title: str, verdicts: object) -> str:
    lines = [*map(str, verdicts)] if isinstance(verdicts, list) else []
    return "\n".join([f"{title}: {len(lines)}", *lines])


@pytest.mark.timeout(900)
def test_nothing_is_let_through_to_be_refused_later(agreement: Agreement, tmp_path: Path) -> None:
    report = tmp_path / "agreement.txt"
    report.write_text(agreement.report(), encoding="utf-8")

    assert len(agreement.verdicts) == COUNT
    assert agreement.let_through == [], as_lines(f"see {report}", agreement.let_through)


def test_hardly_anything_is_refused_that_would_work(agreement: Agreement) -> None:
    held_back = agreement.held_back

    assert len(held_back) <= SUFFICES * COUNT, as_lines("held back", held_back)


def test_what_would_work_is_refused_for_a_reason(agreement: Agreement) -> None:
    reasons = [each.reason for each in agreement.held_back]

    assert set(reasons) <= {*HELD_BACK.values()}, as_lines("no reason", agreement.held_back)


def test_the_definition_refuses_nothing_that_the_service_takes(agreement: Agreement) -> None:
    assert agreement.unforeseen == [], as_lines("unforeseen", agreement.unforeseen)


def test_both_take_what_is_right(api: Api) -> None:
    cases = [Mistaken(spec, ()) for _, spec in sound_specs()]
    found = agreement_on(cases, partial(refusal_by, api))

    assert [str(each) for each in found.verdicts if each.ours or each.theirs] == []
