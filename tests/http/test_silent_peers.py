"""Connections with nothing to answer hold no thread; with half a request, not for long."""

import time
from contextlib import ExitStack

import pytest

from tests.http.service import REQUESTS, Service

PEERS = 40
HALVES = {
    "nothing": b"",
    "half a header": b"POST /sync HTTP/1.1\r\nContent-Ty",
    "half a body": (
        b"POST /sync HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    ),
}


@pytest.mark.parametrize(
    ("name", "bound"), [("nothing", 1), ("half a header", 4), ("half a body", 4)]
)
def test_silent_peers_do_not_keep_a_call_waiting(service: Service, name: str, bound: float) -> None:
    """Halves hold each of the eight threads for 0.3 s: forty of them for five rounds of that."""
    with ExitStack() as peers:
        for _ in range(PEERS):
            peers.enter_context(service.connect()).sendall(HALVES[name])
        time.sleep(0.05)
        started = time.monotonic()
        response = service.post("/sync", REQUESTS["/sync"])
        waited = time.monotonic() - started

    assert response.status_code == 200
    assert waited < bound


def test_a_peer_that_took_its_time_is_still_answered(service: Service) -> None:
    with service.connect() as connection:
        time.sleep(0.6)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")

        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")
