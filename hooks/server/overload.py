"""No more calls at once than the service answers in time; the others come again a little later."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from hooks.errors import HookError

ARRIVED: Final = "hooks.arrived"
"""In the environment of a request: the monotonic time of its first byte."""
RETRY_SECONDS: Final = 2
"""What a refused call is asked to wait, which Metacontroller does without counting an error."""


class Overloaded(HookError):
    """There is no place for the call, or it had to wait for too long."""

    type = "overloaded"
    http_status = 429


class Places:
    """The places of calls in progress, and of the bytes of their bodies.

    A call without one is refused at once. A namespace has no more than half of them, so that those
    who write its resources keep no others waiting.
    """

    def __init__(self, most: int, most_bytes: int, of_one_namespace: int) -> None:
        """Take how many places there are, for how many bytes, and how many a namespace has."""
        self._most, self._most_bytes, self._of_one = most, most_bytes, of_one_namespace
        self._lock = threading.Lock()
        self._calls = self._bytes = 0
        self._of: Counter[str] = Counter()

    @contextmanager
    def taken(self, size: int) -> Iterator[Callable[[str], None]]:
        """Hold a place for a body of that size; yields what is to be told the namespace.

        Both raise Overloaded.
        """
        told: list[str] = []

        def is_of(namespace: str) -> None:
            self._count(namespace)
            told.append(namespace)

        self._take(size)
        try:
            yield is_of
        finally:
            self._give_back(size, told)

    def _take(self, size: int) -> None:
        with self._lock:
            if self._calls >= self._most or (self._calls and self._bytes + size > self._most_bytes):
                msg = "too many calls are in progress here, try again later"
                raise Overloaded(msg)
            self._calls += 1
            self._bytes += size

    def _count(self, namespace: str) -> None:
        with self._lock:
            if namespace and self._of[namespace] >= self._of_one:
                msg = "too many calls of this namespace are in progress here, try again later"
                raise Overloaded(msg)
            self._of[namespace] += 1

    def _give_back(self, size: int, namespaces: list[str]) -> None:
        with self._lock:
            self._calls -= 1
            self._bytes -= size
            for namespace in namespaces:
                self._of[namespace] -= 1
                if not self._of[namespace]:
                    del self._of[namespace]


def half(places: int) -> int:
    """Return the places that a namespace may have."""
    return max(places // 2, 1)


def refuse_late(environ: Mapping[str, Any], patience: float) -> None:
    """Raise Overloaded for a call that its caller waits for no longer."""
    if monotonic() - environ.get(ARRIVED, monotonic()) > patience:
        msg = "the call had to wait for too long, try again later"
        raise Overloaded(msg)
