"""The queue of the stand-in for Metacontroller."""

import threading
import time

import pytest

from tests.stand_in.queues import Backoff, Key, Queue

KEY: Key = ("instana.io", "InstanaAgent", "ns", "agent")
OTHER: Key = ("instana.io", "InstanaAgent", "ns", "other")


def test_backoff_doubles_up_to_a_limit_and_starts_again() -> None:
    backoff = Backoff()

    pauses = [backoff.next(KEY) for _ in range(20)]
    backoff.forget(KEY)

    assert pauses[:4] == [0.005, 0.01, 0.02, 0.04]
    assert pauses[-2:] == [1000.0, 1000.0]
    assert [backoff.next(KEY), backoff.next(OTHER)] == [0.005, 0.005]


def test_key_is_there_once_however_often_it_is_added() -> None:
    queue = Queue()
    for key in (KEY, OTHER, KEY):
        queue.add(key)

    assert [queue.get(), queue.get()] == [KEY, OTHER]


def test_key_that_is_worked_on_comes_again_after_that() -> None:
    queue = Queue()
    queue.add(KEY)
    taken = queue.get()
    queue.add(KEY)
    queue.add(OTHER)

    assert (taken, queue.get()) == (KEY, OTHER)
    queue.done(KEY)
    assert queue.get() == KEY


def test_earliest_of_several_delays_counts() -> None:
    queue = Queue()
    started = time.monotonic()
    for seconds in (60.0, 0.01, 60.0):
        queue.add_after(KEY, seconds)

    assert queue.get() == KEY
    assert 0.01 <= time.monotonic() - started < 10


def test_failure_delays_a_key() -> None:
    queue = Queue()
    queue.add_after_failure(KEY)
    queue.add(OTHER)

    assert [queue.get(), queue.get()] == [OTHER, KEY]


@pytest.mark.timeout(10)
def test_who_waits_is_told_of_the_end() -> None:
    queue, got = Queue(), list[Key | None]()
    worker = threading.Thread(target=lambda: got.append(queue.get()))
    worker.start()
    queue.close()
    worker.join()

    assert got == [None]
