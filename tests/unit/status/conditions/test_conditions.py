"""Lists in messages: the first items, and how many more there are."""

import pytest

from hooks.status.condition import several


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "1"),
        (5, "1; 2; 3; 4; 5"),
        (6, "1; 2; 3; 4; 5; and 1 more"),
        (20, "1; 2; 3; 4; 5; and 15 more"),
    ],
)
def test_a_list_says_how_many_items_it_leaves_out(count: int, expected: str) -> None:
    assert several([str(number) for number in range(1, count + 1)]) == expected


def test_items_are_told_apart_by_what_is_wanted() -> None:
    assert several([*"abcdef"], ", ") == "a, b, c, d, e, and 1 more"
