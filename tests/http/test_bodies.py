"""Bodies as they come from a network: large, broken, in chunks, hostile."""

import copy
import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http.service import CALL_SECONDS, LOOPBACK, REQUESTS, Service

LIMIT = 300_000
OBSERVED = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "x", "namespace": "p", "uid": "u-x"},
}
JSON = {"Content-Type": "application/json"}

HOSTILE = {
    "empty": b"",
    "no JSON": b"sync",
    "cut off": b'{"parent": {',
    "two documents": b"{}{}",
    "no object": b"[]",
    "null": b"null",
    "NaN": b'{"parent": NaN}',
    "Infinity": b'{"parent": -Infinity}',
    "invalid UTF-8": b'{"parent": "\xff\xfe"}',
    "UTF-16": '{"parent": {}}'.encode("utf-16"),
    "lone surrogate": b'{"parent": "\\ud800"}',
    "control character": b'{"parent": "\x00"}',
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 40_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "no parent": b"{}",
    "parent null": b'{"parent": null}',
    "parent list": b'{"parent": []}',
    "parent text": b'{"parent": "x"}',
}


@pytest.mark.parametrize("path", REQUESTS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_the_caller_s_mistake(service: Service, path: str, name: str) -> None:
    response = service.request("POST", path, data=HOSTILE[name], headers=JSON)

    assert response.status_code == 400
    assert response.text.count("\n") == 1
    assert len(response.text) < 200


@pytest.mark.parametrize(
    "part", [{"kubernetes": "HERE"}, {"agent": {"pod": {"affinity": {"nodeAffinity": "HERE"}}}}]
)
@pytest.mark.parametrize("levels", [300, 900])
def test_a_resource_that_is_nested_too_deeply_is_told_so(
    service: Service, part: dict[str, Any], levels: int
) -> None:
    """The API server stores what is below `kubernetes` however deep it is."""
    request = copy.deepcopy(REQUESTS["/sync"])
    request["children"]["ConfigMap.v1"] = {"p/x": OBSERVED}
    request["parent"]["spec"] |= part
    nested = '{"a":' * levels + "1" + "}" * levels
    body = json.dumps(request).replace('"HERE"', nested)
    response = service.request("POST", "/sync", data=body, headers=JSON)
    customized = service.request("POST", "/customize", data=body, headers=JSON)

    assert (response.status_code, customized.status_code) == (200, 200)
    answered = response.json()
    valid = next(each for each in answered["status"]["conditions"] if each["type"] == "Valid")
    assert (valid["status"], valid["message"]) == (
        "False",
        "spec: is nested too deeply (rule nesting)",
    )
    assert [each["metadata"]["name"] for each in answered["children"]] == ["x"]


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 2, LIMIT * 2, LIMIT * 50])
def test_a_body_above_the_limit_is_too_large(service: Service, size: int) -> None:
    response = service.request("POST", "/sync", data=b" " * size, headers=JSON)

    assert (response.status_code, response.text) == (
        413,
        f"the body is larger than {LIMIT} bytes\n",
    )


def test_a_body_above_the_limit_in_chunks_is_too_large(service: Service) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(LIMIT // 10_000 + 1):
            yield b" " * 10_000

    response = service.request("POST", "/sync", data=chunks(), headers=JSON)

    assert response.status_code == 413


@pytest.mark.parametrize(
    ("content_type", "status"), [(b"application/json", b"413"), (b"text/plain", b"415")]
)
def test_a_body_that_is_refused_is_not_waited_for(
    service: Service, content_type: bytes, status: bytes
) -> None:
    with service.connect() as connection:
        connection.sendall(
            b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
            b"Content-Type: " + content_type + b"\r\n\r\n"
        )
        started = time.monotonic()
        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"\r\nConnection: close\r\n" in answer
    assert time.monotonic() - started < CALL_SECONDS


@pytest.mark.parametrize(("path", "status"), [(b"/nowhere", b"404"), (b"/metrics", b"405")])
def test_a_body_that_nobody_wants_is_not_waited_for(
    service: Service, path: bytes, status: bytes
) -> None:
    with service.connect() as connection:
        connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        started = time.monotonic()
        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert time.monotonic() - started < CALL_SECONDS


def test_a_body_at_the_limit_is_read(service: Service) -> None:
    body = json.dumps(REQUESTS["/sync"]).encode()
    response = service.request("POST", "/sync", data=body.ljust(LIMIT), headers=JSON)

    assert response.status_code == 200


def test_a_body_may_come_in_chunks(service: Service) -> None:
    body = json.dumps(REQUESTS["/sync"]).encode()
    pieces = (body[start : start + 10] for start in range(0, len(body), 10))
    response = service.request("POST", "/sync", data=pieces, headers=JSON)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 1000\r\n\r\n{",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n",
    ],
    ids=["cut off", "chunk cut off", "no chunk"],
)
def test_a_body_that_does_not_arrive_whole_is_refused(service: Service, rest: bytes) -> None:
    with service.connect() as connection:
        connection.sendall(
            b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + rest
        )
        started = time.monotonic()
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert time.monotonic() - started < CALL_SECONDS


def test_a_body_that_is_shorter_than_it_is_said_to_be_is_refused(service: Service) -> None:
    """What came is whole by itself."""
    body = json.dumps(REQUESTS["/sync"]).encode()
    head = f"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body) + 1}\r\n"
    with service.connect() as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
        connection.shutdown(socket.SHUT_WR)

        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("coding", ["gzip, chunked", "identity, chunked", "deflate,chunked"])
def test_a_body_in_another_coding_is_refused(service: Service, coding: str) -> None:
    body = json.dumps(REQUESTS["/sync"]).encode()
    head = f"POST /sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {coding}\r\n"
    sent = f"{head}Content-Type: application/json\r\n\r\n{len(body):x}\r\n".encode()
    with service.connect() as connection:
        connection.sendall(sent + body + b"\r\n0\r\n\r\n")

        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_a_client_that_goes_away_harms_nobody(service: Service) -> None:
    for _ in range(20):
        with service.connect() as connection:
            connection.sendall(
                b"POST /sync HTTP/1.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: 1000\r\n\r\n{"
            )

    assert service.post("/sync", REQUESTS["/sync"]).status_code == 200


def test_a_connection_is_kept(service: Service) -> None:
    """Go's client keeps connections for 90 s, and repeats no POST on one that was closed."""
    connection = http.client.HTTPConnection(LOOPBACK, service.port, timeout=CALL_SECONDS)
    ports = set()
    for pause in (0.0, 0.1, 2.5):
        time.sleep(pause)
        connection.request("POST", "/sync", json.dumps(REQUESTS["/sync"]), JSON)
        assert connection.getresponse().read()
        ports.add(connection.sock.getsockname()[1])
    connection.close()

    assert len(ports) == 1


def test_a_connection_is_kept_after_a_refusal(service: Service) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, service.port, timeout=CALL_SECONDS)
    ports = set()
    for body, expected in (("{", 400), (json.dumps(REQUESTS["/sync"]), 200)):
        connection.request("POST", "/sync", body, JSON)
        response = connection.getresponse()
        assert (response.status, bool(response.read())) == (expected, True)
        ports.add(connection.sock.getsockname()[1])
    connection.close()

    assert len(ports) == 1
