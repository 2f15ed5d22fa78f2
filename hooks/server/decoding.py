"""Decodes bodies as far as they are read, or as a whole: that takes ten times their memory."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from hooks import wire
from hooks.kube.deep_json import without_depths
from hooks.kube.objects import Obj
from hooks.server.body import BodyTooLarge
from hooks.server.overload import Places

Partly: TypeAlias = Callable[[bytes], Obj | None]
"""Returns what is read of a body; None for one that must be decoded as a whole."""


def never(_body: bytes) -> None:
    """Return None: every body is decoded as a whole."""


class Room:
    """The bytes of the bodies in progress that are decoded as a whole."""

    def __init__(self, most_bytes: int = sys.maxsize) -> None:
        """Take the number of bytes; by default all bodies have room."""
        self._most_bytes = most_bytes
        self._places = Places(sys.maxsize, most_bytes, sys.maxsize)

    @contextmanager
    def decoded(self, body: bytes, partly: Partly) -> Iterator[Obj]:
        """Yield the request; raises UnreadableRequest, Overloaded or BodyTooLarge."""
        request = partly(body)
        if request is None and len(body) > self._most_bytes:
            request = partly(without_depths(body))
        if request is not None:
            yield request
            return
        if len(body) > self._most_bytes:
            msg = f"a body that must be decoded as a whole is larger than {self._most_bytes} bytes"
            raise BodyTooLarge(msg)
        with self._places.taken(len(body)):
            yield wire.decode(body)


def shallow(body: bytes, partly: Partly) -> Obj:
    """Return the request without its parts that nest too deep; raises UnreadableRequest."""
    cut = without_depths(body)
    return partly(cut) or wire.decode(cut)
