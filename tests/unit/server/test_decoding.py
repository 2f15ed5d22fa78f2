"""Bodies that are decoded as a whole have less room than those that are decoded partly."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hooks.errors import UnreadableRequest
from hooks.kube.objects import Obj
from hooks.server.body import BodyTooLarge
from hooks.server.decoding import Room, never, shallow
from hooks.server.overload import Overloaded
from hooks.wire import LARGE, partly_for_sync
from tests.support.resources import agent

LIMIT = LARGE
PARENT: Obj = {"parent": agent(), "children": {}}
POD: Obj = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}


def body(related: Obj, size: int = LIMIT + 1) -> bytes:
    """Return a request with more bytes than are decoded as a whole."""
    request = json.dumps(PARENT | {"related": related}).encode()
    return request + b" " * (size - len(request))


def of_pods(**more: object) -> Obj:
    return {"Pod.v1": {"p": POD | more}}


@contextmanager
def decoded(room: Room, text: bytes) -> Iterator[Obj]:
    with room.decoded(text, partly_for_sync) as asked:
        yield asked


def test_what_is_decoded_partly_may_be_larger() -> None:
    with decoded(Room(LIMIT), body(of_pods(spec={"hostNetwork": True}))) as asked:
        assert asked["related"] == {"Pod.v1": {"p": POD | {"spec": {}}}}


@pytest.mark.parametrize("odd", [{"spec": 1}, {"status": []}], ids=str)
def test_a_large_body_that_must_be_decoded_as_a_whole_is_rejected(odd: Obj) -> None:
    with pytest.raises(BodyTooLarge, match=f"larger than {LIMIT} bytes"):
        decoded(Room(LIMIT), body(of_pods(**odd))).__enter__()


def test_what_nests_too_deep_takes_no_room() -> None:
    deep = b"[" * 5000 + b"]" * 5000
    text = body({"Pod.v1": {"p": POD | {"status": {"phase": "DEEP"}}}}).replace(b'"DEEP"', deep)

    with decoded(Room(LIMIT), text) as asked:
        assert asked["related"]["Pod.v1"]["p"]["metadata"] == {"name": "p"}
    assert "Pod.v1" in shallow(text, partly_for_sync)["related"]


def test_all_bodies_that_are_decoded_as_a_whole_have_one_limit() -> None:
    room, half = Room(LIMIT), body({}, LIMIT // 2 + 1)
    with room.decoded(half, never) as asked:
        assert asked["related"] == {}
        with pytest.raises(Overloaded):
            room.decoded(half, never).__enter__()
        with decoded(room, body(of_pods())):
            """One that is decoded partly has room meanwhile."""
    with room.decoded(half, never):
        """The room is given back."""


def test_it_is_given_back_after_an_error() -> None:
    room = Room(LIMIT)
    for _ in range(3):
        with pytest.raises(UnreadableRequest):
            room.decoded(b"{" * LIMIT, never).__enter__()
