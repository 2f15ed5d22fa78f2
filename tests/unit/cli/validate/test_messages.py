"""What people really wrote gets the message that the page says, to the letter."""

import pytest

from tests.support.messages import PAGE, Case, cases, printed_of

ALL = list(cases(PAGE.read_text()))
FEWEST = 40


def test_the_page_has_all_its_cases() -> None:
    headings = [line for line in PAGE.read_text().splitlines() if line.startswith("## ")]

    assert [f"## {each.title}" for each in ALL] == headings
    assert len({each.title for each in ALL}) == len(ALL) >= FEWEST


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.title)
def test_validate_prints_what_the_page_says(case: Case) -> None:
    assert printed_of(case) == case.printed
