"""No list of a resource costs more than linear time.

Measured in processor time, which other programs hardly change, with much room above linear: what
is quadratic takes many times as long as is allowed here.
"""

import pytest

from tests.support.hostile import GROWING, bodies, seconds

TIMES = 16
FRACTION = 2
"""Of what there may be at most, which `make bench` measures."""
ROOM = 2
FLOOR = 0.02
"""Seconds up to which a call does not count as long, whatever it takes otherwise."""


@pytest.mark.parametrize("what", GROWING)
def test_cost_grows_with_the_size_of_the_resource_only(what: str) -> None:
    most, spec = GROWING[what]
    sizes = (most // FRACTION // TIMES, most // FRACTION)
    few, many = (bodies(spec(size)) for size in sizes)

    took = [
        (min(seconds(each) for _ in range(2)), min(seconds(more) for _ in range(2)))
        for each, more in zip(few, many, strict=True)
    ]

    assert [each for each in took if each[1] > max(each[0], FLOOR) * TIMES * ROOM] == []
