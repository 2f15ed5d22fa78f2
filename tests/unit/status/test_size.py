"""What is left out of a status that would be too large."""

import pytest

from hooks.kube.objects import Obj
from hooks.status.size import MOST_BYTES, bounded
from hooks.wire import encode


def lists(number: int, length: int, items: int = 40) -> Obj:
    return {f"list-{index}": ["x" * length] * items for index in range(number)}


@pytest.mark.parametrize(
    ("number", "length", "most", "longest"),
    [
        (1, 300, 40, 300),
        (1, 900, 16, 900),
        (1, 2000, 8, 1024),
        (2, 2000, 8, 512),
        (5, 2000, 4, 512),
        (9, 2000, 4, 256),
        (17, 2000, 2, 128),
    ],
)
def test_lists_and_texts_are_as_long_as_there_is_room(
    number: int, length: int, most: int, longest: int
) -> None:
    status = bounded(lists(number, length))

    assert len(encode(status)) <= MOST_BYTES
    assert status == lists(number, longest, most)


@pytest.mark.parametrize("name", ["conditions", "held", "last"])
def test_what_the_next_status_is_made_from_is_whole(name: str) -> None:
    items = [{"workload": f"number {index}"} for index in range(20)]
    status = bounded(lists(1, 900) | {"rollout": {name: items}})

    assert status == lists(1, 900, 16) | {"rollout": {name: items}}
