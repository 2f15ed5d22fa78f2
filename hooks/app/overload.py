"""No more calls at once than the service answers in time; the others come again a little later."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from hooks.errors import HookError

RETRY_SECONDS: Final = 2
"""What a refused call is asked to wait, which Metacontroller does without counting an error."""


class Overloaded(HookError):
    """As many calls as there may be are in progress."""

    type = "overloaded"
    http_status = 429


class Places:
    """The places of calls in progress; a call without one is refused at once."""

    def __init__(self, most: int) -> None:
        """Take how many there are."""
        self._free = threading.BoundedSemaphore(most)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place; raises Overloaded if none is free."""
        if not self._free.acquire(blocking=False):
            msg = "too many calls are in progress here, try again later"
            raise Overloaded(msg)
        try:
            yield
        finally:
            self._free.release()
