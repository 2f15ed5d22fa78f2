"""No list of a resource costs more than linear work.

Measured in calls of functions, those of C included, which are the same on every machine. What is
quadratic calls something for each pair; `make bench` measures time.
"""

import cProfile
from collections.abc import Callable

import pytest

from hooks.errors import InvalidResource
from hooks.kube.objects import Obj
from hooks.rules import parse_agent
from hooks.rules.configuration import read_text
from hooks.sync import sync
from hooks.wire import decode, encode
from tests.support import hook
from tests.support.hostile import GROWING, bodies
from tests.support.resources import agent

FRACTION = 16
"""Of what there may be at most: the least of three sizes, each twice the one before."""

ROOM = 2.6
"""How much more work a step may add than the one before, which is half as large.

What is linear adds twice as much, what is quadratic four times.
"""

LITTLE = 3000
"""Calls that are no matter."""


REFUSED = {
    "overrides: unknown fields",
    "items that are no zones",
    "variables that are no texts",
    "configuration_yaml: directives",
    "configuration_yaml: levels",
    "configuration_yaml: items below others",
}
"""What costs something although it is a mistake."""


def test_what_grows_is_taken_unless_it_is_a_mistake() -> None:
    assert {name for name in GROWING if not _is_taken(*GROWING[name])} == REFUSED


def _is_taken(most: int, spec: Callable[[int], Obj]) -> bool:
    try:
        parse_agent(agent(spec(most)))
    except InvalidResource:
        return False
    return True


@pytest.mark.parametrize("what", GROWING)
def test_work_grows_with_the_size_of_the_resource_only(what: str) -> None:
    most, spec = GROWING[what]
    sizes = (most // FRACTION // 4, most // FRACTION // 2, most // FRACTION)

    requests = zip(*(bodies(spec(size)) for size in sizes), strict=True)
    steps = [_steps(*map(calls, each)) for each in requests]

    assert [(first, second) for first, second in steps if second > ROOM * first] == []


def _steps(small: int, middle: int, large: int) -> tuple[int, int]:
    """Return how much work each step adds; less is that of what is refused from the middle on."""
    return max(abs(middle - small), LITTLE), large - middle


def calls(body: bytes) -> int:
    """Return how many calls a hook call makes, bytes to bytes."""
    read_text.cache_clear()
    profile = cProfile.Profile()
    profile.runcall(lambda: encode(sync(decode(body), hook.FACTS, hook.NOW)))
    return sum(called.callcount for called in profile.getstats())
