"""What is to be synced: one worker at a time for a key, delays, exponential back-off."""

import threading
import time
from typing import TypeAlias

Key: TypeAlias = tuple[str, ...]

FIRST_SECONDS = 0.005
LAST_SECONDS = 1000.0


class Backoff:
    """How long to wait after each failure in a row: twice as long as before."""

    def __init__(self) -> None:
        self._failures: dict[Key, int] = {}

    def next(self, key: Key) -> float:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        return float(min(FIRST_SECONDS * 2**failures, LAST_SECONDS))

    def forget(self, key: Key) -> None:
        self._failures.pop(key, None)


class Queue:
    """Keys to be synced; what is added while it is synced comes again after that, once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ready: dict[Key, None] = {}
        self._again: set[Key] = set()
        self._in_work: set[Key] = set()
        self._due: dict[Key, float] = {}
        self._backoff = Backoff()
        self._is_closed = False

    def add(self, key: Key) -> None:
        with self._changed:
            self._add(key)

    def add_after(self, key: Key, seconds: float) -> None:
        """Add the key in a while; the earliest of several such calls counts."""
        with self._changed:
            due = time.monotonic() + seconds
            self._due[key] = min(due, self._due.get(key, due))
            self._changed.notify()

    def add_after_failure(self, key: Key) -> None:
        self.add_after(key, self._backoff.next(key))

    def forget_failures(self, key: Key) -> None:
        self._backoff.forget(key)

    def get(self) -> Key | None:
        """Wait for a key and take it; None once the queue is closed. `done` has to follow."""
        with self._changed:
            while not self._is_closed:
                self._add_what_is_due()
                if self._ready:
                    key = next(iter(self._ready))
                    del self._ready[key]
                    self._in_work.add(key)
                    return key
                self._changed.wait(self._seconds_to_next())
            return None

    def done(self, key: Key) -> None:
        with self._changed:
            self._in_work.remove(key)
            if key in self._again:
                self._again.remove(key)
                self._add(key)

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _add(self, key: Key) -> None:
        if key in self._in_work:
            self._again.add(key)
        else:
            self._ready[key] = None
            self._changed.notify()

    def _add_what_is_due(self) -> None:
        now = time.monotonic()
        for key in [key for key, due in self._due.items() if due <= now]:
            del self._due[key]
            self._add(key)

    def _seconds_to_next(self) -> float | None:
        return min(self._due.values()) - time.monotonic() if self._due else None
