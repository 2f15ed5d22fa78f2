"""Beyond the calls that may be in progress, one is asked to come again; probes are not."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.http.service import CALL_SECONDS, REQUESTS, Service, running

BODY = json.dumps(REQUESTS["/sync"]).encode()
HEAD = (
    "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n"
)


@pytest.fixture(name="narrow")
def _narrow(tmp_path: Path) -> Iterator[Service]:
    """Run a service that takes one call at a time."""
    with running(tmp_path, THREADS="4", MAX_CALLS="1", READ_SECONDS="5") as service:
        yield service


@contextmanager
def call_in_progress(service: Service) -> Iterator[socket.socket]:
    """Send all of a call but its last byte."""
    with service.connect() as connection:
        connection.sendall(HEAD.format(path="/sync").encode() + BODY[:-1])
        deadline = time.monotonic() + CALL_SECONDS
        while metric(service, "instana_hooks_calls_in_progress") < 1:
            assert time.monotonic() < deadline
        yield connection


def metric(service: Service, name: str) -> float:
    lines = service.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_a_call_too_many_is_asked_to_come_again(narrow: Service) -> None:
    with call_in_progress(narrow) as first:
        refused = narrow.post("/sync", REQUESTS["/sync"])
        first.sendall(BODY[-1:])
        answered = first.recv(4096)

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "2"
    assert refused.headers["Connection"] == "close"
    assert refused.text == "too many calls are in progress here, try again later\n"
    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert narrow.post("/sync", REQUESTS["/sync"]).status_code == 200


def test_it_is_refused_before_its_body_is_read(narrow: Service) -> None:
    with call_in_progress(narrow), narrow.connect() as second:
        second.sendall(HEAD.format(path="/customize").encode())

        assert second.recv(4096).startswith(b"HTTP/1.1 429 ")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_probe_is_never_refused(narrow: Service, path: str) -> None:
    with call_in_progress(narrow):
        assert narrow.get(path).status_code == 200


def test_what_was_refused_is_counted_and_logged(narrow: Service) -> None:
    with call_in_progress(narrow):
        narrow.post("/sync", REQUESTS["/sync"])
        refused = metric(narrow, 'instana_hooks_calls_total{hook="sync",status="429"}')
        overloaded = metric(narrow, 'instana_hooks_errors_total{type="overloaded"}')
    (line,) = [each for each in narrow.lines("hook call") if each["status"] == 429]

    assert (refused, overloaded) == (1, 1)
    assert (line["level"], line["error"]) == ("warning", "overloaded")
    assert metric(narrow, "instana_hooks_calls_allowed") == 1


def test_a_call_that_failed_gives_its_place_back(narrow: Service) -> None:
    for _ in range(3):
        headers = {"Content-Type": "application/json"}
        assert narrow.request("POST", "/sync", data=b"{", headers=headers).status_code == 400
