"""How much of a message is looked at, and how often: anybody may have written it."""

import pytest

from hooks.status.pods.sayings import (
    OF_CONFIGURATION,
    OF_ENDS,
    OF_PULLS,
    OF_REJECTIONS,
    OF_SCHEDULING,
)
from hooks.status.pods.words import LONGEST_MESSAGE, Saying, Word, saying_of, word

KNOWN = "no PriorityClass with name p was found"
WORDS = (*OF_CONFIGURATION, *OF_ENDS, *OF_PULLS, *OF_REJECTIONS, *OF_SCHEDULING)


def test_a_saying_is_known_at_the_beginning_of_a_message_only() -> None:
    before = "x" * (LONGEST_MESSAGE - len(KNOWN))

    assert saying_of(before + KNOWN, OF_REJECTIONS).says
    assert saying_of("x" * LONGEST_MESSAGE + KNOWN, OF_REJECTIONS) == Saying()


def test_what_follows_the_bound_does_not_end_a_message() -> None:
    text = "a" * LONGEST_MESSAGE

    assert saying_of(text + "b" * 100_000, [word(r"a$", "ends", "")]).says == "ends"


@pytest.mark.parametrize("each", WORDS, ids=lambda each: each.says)
def test_no_word_reads_on_to_the_end_from_each_place(each: Word) -> None:
    assert ".*" not in each.pattern.pattern
    assert ".+" not in each.pattern.pattern
