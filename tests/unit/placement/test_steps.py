"""In what steps a DaemonSet replaces its pods.

The cases are those of `TestDaemonSetUpdatesPods` and its siblings in
pkg/controller/daemon/update_test.go of Kubernetes 1.36.
"""

from typing import Any

import pytest

from hooks.placement.steps import Outcome, Pods, Steps, steps_of

COMPLETES, INCOMPLETE, HALTS = Outcome.COMPLETES, Outcome.INCOMPLETE, Outcome.HALTS


def sizes(may_lack: int, *, at_once: int = 0, in_turn: int = 0) -> tuple[int, ...]:
    return steps_of(Pods(at_once, in_turn), may_lack).sizes


def outcome(may_lack: int, **pods: Any) -> Steps:
    return steps_of(Pods(**({"at_once": 0} | pods)), may_lack)


def test_as_many_go_at_a_time_as_may_be_unavailable() -> None:
    """TestDaemonSetUpdatesPods: five pods, two at a time."""
    assert sizes(2, in_turn=5) == (2, 2, 1)


def test_more_than_there_are() -> None:
    assert sizes(10, in_turn=3) == (3,)


def test_nothing_to_do() -> None:
    assert outcome(1, in_turn=0) == Steps((), 0, COMPLETES, (0, 0))


def test_unavailable_ones_go_first_whatever_the_strategy_says() -> None:
    """TestDaemonSetUpdatesAllOldPodsNotReady: all five go, with maxUnavailable 3."""
    assert sizes(3, at_once=5) == (5,)
    assert sizes(3, at_once=5, in_turn=4) == (5, 3, 1)
    assert sizes(3, at_once=1, in_turn=5) == (3, 3)


def test_dead_nodes_use_up_what_may_be_unavailable() -> None:
    assert outcome(3, in_turn=5, lost=1) == Steps((2, 2, 1), 3, INCOMPLETE, (5, 5))
    assert outcome(1, in_turn=5, lost=1) == Steps((), 0, HALTS, (0, 0))
    assert outcome(1, in_turn=5, lost=2) == Steps((), 0, HALTS, (0, 0))


def test_unavailable_ones_go_even_where_dead_nodes_use_up_all() -> None:
    assert outcome(1, at_once=2, in_turn=5, lost=1) == Steps((2,), 1, HALTS, (2, 2))


def test_pods_that_stay_pending_use_it_up_as_they_come() -> None:
    """TestDaemonSetUpdatesWhenNewPodIsNotReady: as many as may be unavailable, and no more."""
    assert outcome(3, in_turn=100, stuck=100) == Steps((3,), 1, HALTS, (3, 3))
    assert outcome(3, in_turn=10, stuck=2) == Steps((3, 3, 3, 1), 8, INCOMPLETE, (10, 10))
    assert outcome(2, in_turn=10, stuck=2) == Steps((2,), 1, HALTS, (2, 10))


def test_a_surge_replaces_no_old_pod_whose_new_pod_is_pending() -> None:
    assert outcome(2, in_turn=5, surging=True).sizes == (2, 2, 1)
    assert outcome(2, in_turn=5, stuck=1, surging=True) == Steps((2, 2, 1), 4, INCOMPLETE, (4, 4))
    assert outcome(2, in_turn=5, stuck=5, surging=True) == Steps((2,), 1, HALTS, (0, 0))


def test_a_surge_does_not_count_what_is_unavailable() -> None:
    """TestDaemonSetUpdatesAllOldPodsNotReadyMaxSurge: all five nodes get a new pod."""
    assert outcome(3, at_once=5, in_turn=3, surging=True).sizes == (8,)


@pytest.mark.parametrize(
    ("given", "expected"), [((3, 3, 1), [(2, 3), (1, 1)]), ((), []), ((2,), [(1, 2)])]
)
def test_equal_steps_are_told_together(
    given: tuple[int, ...], expected: list[tuple[int, int]]
) -> None:
    assert Steps(given, len(given), COMPLETES, (0, 0)).runs() == expected
