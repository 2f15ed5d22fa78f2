"""Beyond the calls that may be in progress, one is asked to come again; probes are not."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.http.service import CALL_SECONDS, POLL_SECONDS, REQUESTS, Service, running

BODY = json.dumps(REQUESTS["/sync"]).encode()
HEAD = (
    "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n"
)


@pytest.fixture(name="started", scope="module")
def _started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run a service that takes one call at a time."""
    directory = tmp_path_factory.mktemp("service")
    with running(directory, THREADS="4", MAX_CALLS="1", READ_SECONDS="5") as service:
        yield service


@pytest.fixture(name="narrow")
def _narrow(started: Service) -> Service:
    """Return that service when no call of a test before is in progress."""
    wait_for_calls(started, 0)
    return started


@contextmanager
def call_in_progress(service: Service) -> Iterator[socket.socket]:
    """Send all of a call but its last byte."""
    with service.connect() as connection:
        connection.sendall(HEAD.format(path="/sync").encode() + BODY[:-1])
        wait_for_calls(service, 1)
        yield connection


def wait_for_calls(service: Service, count: int) -> None:
    """Wait until so many calls are in progress."""
    deadline = time.monotonic() + CALL_SECONDS
    while metric(service, "instana_hooks_calls_in_progress") != count:
        assert time.monotonic() < deadline
        time.sleep(POLL_SECONDS)


def metric(service: Service, name: str) -> float:
    lines = service.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def refusals(service: Service) -> tuple[float, float, list[dict[str, Any]]]:
    """Return what two metrics count of refused calls so far, and the log's lines about them."""
    return (
        metric(service, 'instana_hooks_calls_total{hook="sync",status="429"}'),
        metric(service, 'instana_hooks_errors_total{type="overloaded"}'),
        [each for each in service.lines("hook call") if each["status"] == 429],
    )


def test_a_call_too_many_is_asked_to_come_again(narrow: Service) -> None:
    with call_in_progress(narrow) as first:
        refused = narrow.post("/sync", REQUESTS["/sync"])
        first.sendall(BODY[-1:])
        answered = first.recv(4096)

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "2"
    assert refused.headers["Connection"] == "close"
    assert refused.text == "too many calls are in progress: try again later\n"
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


def _refuse(service: Service) -> None:
    with call_in_progress(service):
        service.post("/sync", REQUESTS["/sync"])


def test_what_was_refused_is_counted_and_logged(narrow: Service) -> None:
    before = refusals(narrow)
    _refuse(narrow)
    after = refusals(narrow)
    counted = [now - then for now, then in zip(after[:2], before[:2], strict=True)]
    (line,) = after[2][len(before[2]) :]

    assert counted == [1, 1]
    assert (line["level"], line["error"]) == ("warning", "overloaded")
    assert metric(narrow, "instana_hooks_calls_allowed") == 1


def test_a_call_that_failed_gives_its_place_back(narrow: Service) -> None:
    for _ in range(3):
        headers = {"Content-Type": "application/json"}
        assert narrow.request("POST", "/sync", data=b"{", headers=headers).status_code == 400


def test_bodies_in_progress_have_a_limit_in_all(directory: Path) -> None:
    limit = len(BODY) * 3 // 2
    with (
        running(directory, MAX_BODY_BYTES=str(limit), READ_SECONDS="60") as service,
        call_in_progress(service) as first,
    ):
        refused = service.post("/sync", REQUESTS["/sync"])
        first.sendall(BODY[-1:])

        assert first.recv(4096).startswith(b"HTTP/1.1 200 OK")
        assert refused.status_code == 429
        assert service.post("/sync", REQUESTS["/sync"]).status_code == 200


def test_a_call_that_waited_for_too_long_is_refused(directory: Path) -> None:
    settings = {"THREADS": "1", "CALLER_SECONDS": "0.5", "READ_SECONDS": "60"}
    with running(directory, **settings) as service, service.connect() as second:
        with service.connect() as first:
            first.sendall(HEAD.format(path="/sync").encode() + BODY[:-1])
            time.sleep(POLL_SECONDS)
            second.sendall(HEAD.format(path="/sync").encode() + BODY)
            time.sleep(1)
        answer = b"".join(iter(lambda: second.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"\r\nRetry-After: 2\r\n" in answer
    assert answer.endswith(b"\r\n\r\nthe call waited too long: try again later\n")
