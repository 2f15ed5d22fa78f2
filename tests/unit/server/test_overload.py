import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from hooks import sync
from hooks.server.overload import ARRIVED, Overloaded, Places, half, reject_late
from hooks.server.readiness import SELF_CHECK
from hooks.server.routes import create_app
from hooks.server.settings import Settings


def is_refused(places: Places, size: int = 0, namespace: str = "") -> bool:
    try:
        with places.taken(size) as is_of:
            is_of(namespace)
    except Overloaded:
        return True
    return False


def test_there_are_so_many_places() -> None:
    places = Places(2, 10, 2)
    with places.taken(0), places.taken(0):
        assert is_refused(places)

    assert not is_refused(places)


def test_there_are_so_many_bytes() -> None:
    places = Places(9, 10, 9)
    with places.taken(6):
        assert is_refused(places, 5)
        assert not is_refused(places, 4)

    assert not is_refused(places, 10)


def test_a_namespace_has_its_part() -> None:
    places = Places(9, 10, 2)
    with ExitStack() as calls:
        for _ in range(2):
            calls.enter_context(places.taken(0))("a")

        assert is_refused(places, namespace="a")
        assert not is_refused(places, namespace="b")
    assert not is_refused(places, namespace="a")


def test_what_has_no_namespace_has_all_places() -> None:
    places = Places(9, 10, 1)
    with places.taken(0) as is_of:
        is_of("")

        assert not is_refused(places)


def test_a_refused_call_gives_back_what_it_had() -> None:
    places = Places(2, 10, 1)
    with places.taken(0) as is_of:
        is_of("a")
        for _ in range(5):
            assert is_refused(places, namespace="a")

        assert not is_refused(places, namespace="b")


@pytest.mark.parametrize(("places", "part"), [(1, 1), (2, 1), (3, 1), (24, 12)])
def test_a_part_is_half_of_the_places(places: int, part: int) -> None:
    assert half(places) == part


def test_a_call_whose_caller_gave_up_is_rejected() -> None:
    reject_late({ARRIVED: time.monotonic()}, 10)
    reject_late({}, 10)

    with pytest.raises(Overloaded):
        reject_late({ARRIVED: time.monotonic() - 11}, 10)


@contextmanager
def held_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """Let syncs go on at the end only; yields what counts those that began."""
    begun, goes_on = threading.Semaphore(0), threading.Event()

    def waiting(*_: Any) -> dict[str, Any]:
        begun.release()
        assert goes_on.wait(60)
        return {"children": []}

    monkeypatch.setattr(sync, "sync", waiting)
    try:
        yield begun
    finally:
        goes_on.set()


def request_of(namespace: str) -> dict[str, Any]:
    metadata = SELF_CHECK["parent"]["metadata"] | {"namespace": namespace}
    return SELF_CHECK | {"parent": SELF_CHECK["parent"] | {"metadata": metadata}}


def test_one_namespace_leaves_places_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings(max_calls=4))

    def call(namespace: str) -> tuple[int, str]:
        response = app.test_client().post("/sync", json=request_of(namespace))
        return response.status_code, response.text

    with ThreadPoolExecutor(4) as callers:
        with held_up(monkeypatch) as begun:
            waiting = []
            for namespace in ("a", "a", "b"):
                waiting.append(callers.submit(call, namespace))
                assert begun.acquire(timeout=60)
            status, text = call("a")
            waiting.append(callers.submit(call, "b"))
            assert begun.acquire(timeout=60)

        assert (status, text.count("\n")) == (429, 1)
        assert "namespace" in text
        assert [call.result()[0] for call in waiting] == [200] * 4


def test_a_late_call_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    client = create_app(Settings(caller_seconds=10)).test_client()

    def answer(*given: Any) -> dict[str, Any]:
        asked.append(given)
        return {}

    monkeypatch.setattr(sync, "sync", answer)
    late = {ARRIVED: time.monotonic() - 11}
    response = client.post("/sync", json=SELF_CHECK, environ_overrides=late)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "2")
    assert not asked
    assert client.post("/sync", json=SELF_CHECK).status_code == 200
