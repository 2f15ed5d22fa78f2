"""The pauses of rollouts that are played here: times in whole seconds, as Kubernetes notes them."""

import heapq
from random import Random

import pytest

from hooks.placement.pauses import Life, pauses
from hooks.placement.pod_times import usual


def rolled_out(pods: int, at_once: int, ends: float, ready: tuple[float, float]) -> list[Life]:
    """Return the lives of the new pods of a rollout; each is ready after a time of this range."""
    random = Random(19)
    free = [0.0] * at_once
    lives = []
    for _ in range(pods):
        made = heapq.heappop(free) + ends
        available = made + random.uniform(*ready)
        heapq.heappush(free, available)
        lives.append(Life(int(made), int(available)))
    return lives


@pytest.mark.parametrize(
    ("at_once", "ends", "ready"),
    [
        (1, 0.4, (0.3, 0.7)),
        (1, 30, (2, 4)),
        (4, 1, (3, 3.5)),
        (25, 30, (3, 7)),
        (25, 5, (30, 90)),
        (50, 10, (60, 61)),
    ],
)
def test_the_pauses_of_a_rollout_are_known(
    at_once: int, ends: float, ready: tuple[float, float]
) -> None:
    lives = rolled_out(200, at_once, ends, ready)

    assert usual(pauses(lives, at_once)) == pytest.approx(ends, rel=0.15)


def test_of_another_strategy_nothing_is_known() -> None:
    lives = rolled_out(12, 4, 3, (6, 6))

    assert pauses(lives, 4)
    assert pauses(lives, 2) == pauses(lives, 5) == []


def test_pods_that_were_all_made_at_once_do_not_tell() -> None:
    lives = [Life(number // 8, 4 + number // 8) for number in range(12)]

    assert pauses(lives, 1) == []
    assert pauses([], 1) == []
