"""Limits the calls to what the service answers in time; other callers retry a little later."""

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
"""How long a rejected call should wait, which Metacontroller does without counting an error."""


class Overloaded(HookError):
    """There is no place for the call, or it waited too long."""

    type = "overloaded"
    http_status = 429


class Places:
    """The places for calls in progress, and for the bytes of their bodies.

    A call without a place is rejected at once. A namespace gets at most half of the places, so that
    people who write its resources do not delay others.
    """

    def __init__(self, most: int, most_bytes: int, of_one_namespace: int) -> None:
        """Take the number of places, of bytes, and of places that one namespace may have."""
        self._most, self._most_bytes, self._of_one = most, most_bytes, of_one_namespace
        self._lock = threading.Lock()
        self._calls = self._bytes = 0
        self._of: Counter[str] = Counter()

    @contextmanager
    def taken(self, size: int) -> Iterator[Callable[[str], None]]:
        """Hold a place for a body of that size; yields a function that takes the namespace.

        Both raise Overloaded.
        """
        namespaces: list[str] = []

        def is_of(namespace: str) -> None:
            self._count(namespace)
            namespaces.append(namespace)

        self._take(size)
        try:
            yield is_of
        finally:
            self._give_back(size, namespaces)

    def _take(self, size: int) -> None:
        with self._lock:
            if self._calls >= self._most or (self._calls and self._bytes + size > self._most_bytes):
                msg = "too many calls are in progress: try again later"
                raise Overloaded(msg)
            self._calls += 1
            self._bytes += size

    def _count(self, namespace: str) -> None:
        with self._lock:
            if namespace and self._of[namespace] >= self._of_one:
                msg = "too many calls of this namespace are in progress: try again later"
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
    """Return the number of places that one namespace may have."""
    return max(places // 2, 1)


def reject_late(environ: Mapping[str, Any], patience: float) -> None:
    """Raise Overloaded for a call whose caller no longer waits."""
    if monotonic() - environ.get(ARRIVED, monotonic()) > patience:
        msg = "the call waited too long: try again later"
        raise Overloaded(msg)
