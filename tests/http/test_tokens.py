"""Calls need one of the tokens in a mounted file."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.authority import MountedSecret
from tests.http.service import CALL_SECONDS, LOOPBACK, REQUESTS, Service, running

TOKEN, OTHER_TOKEN, WRONG = (f"{name}-sentinel-0123456789" for name in ("a", "b", "wrong"))
BOTH = f"{TOKEN}\n{OTHER_TOKEN}\n".encode()


@pytest.fixture(name="guarded", scope="module")
def _guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run a service with two tokens."""
    directory = tmp_path_factory.mktemp("guarded")
    secret = MountedSecret(directory / "secret")
    secret.put({"tokens": BOTH})
    (directory / "run").mkdir()
    with running(directory / "run", TOKENS_FILE=secret.file("tokens")) as service:
        yield service


def call(service: Service, token: str, path: str = "/sync") -> int:
    """Call a hook; returns the status."""
    headers = {"Authorization": f"Bearer {token}"}
    return service.request("POST", path, json=REQUESTS[path], headers=headers).status_code


@pytest.mark.parametrize("path", REQUESTS)
def test_each_hook_answers_with_a_token_only(guarded: Service, path: str) -> None:
    assert [call(guarded, token, path) for token in (TOKEN, OTHER_TOKEN)] == [200, 200]
    assert [call(guarded, token, path) for token in (WRONG, "", TOKEN[:-1])] == [401, 401, 401]


def test_a_refusal_says_what_is_needed(guarded: Service) -> None:
    headers = {"Authorization": f"Bearer {WRONG}"}
    response = guarded.request("POST", "/sync", json=REQUESTS["/sync"], headers=headers)

    assert response.status_code == 401
    assert response.text == "the call must have a valid bearer token\n"
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Connection"] == "close"


def test_a_refusal_comes_before_the_body(guarded: Service) -> None:
    with guarded.connect() as connection:
        connection.sendall(
            b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000000\r\n\r\n"
        )
        started = time.monotonic()
        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "headers",
    [
        b"Authorization: \xff\xfe\xc3\xa4\r\n",
        b"Authorization: Bearer \xff\xfe\xc3\xa4\r\n",
        b"Authorization: Bearer\r\n",
        b"Authorization:\r\n",
        b"Authorization: Bearer " + WRONG.encode() + b"\r\nAuthorization: Bearer x\r\n",
        b"Authorization: Basic eDp5\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n",
        b"Authorization: Bearer " + b"x" * 7000 + b"\r\n",
        b"Authorization: Bearer " + b"x" * 100_000 + b"\r\n",
        b"Authorization: Bearer \x00" + TOKEN.encode() + b"\r\n",
        b"authorization : Bearer " + TOKEN.encode() + b"\r\n",
        b"Authorization_: Bearer " + TOKEN.encode() + b"\r\n",
    ],
)
def test_strange_headers_are_refused(guarded: Service, headers: bytes) -> None:
    with guarded.connect() as connection:
        connection.sendall(
            b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\n" + headers + b"\r\n{}"
        )
        status = int(connection.recv(4096).split(b" ")[1])

    assert status in {400, 401, 431}


def test_a_refusal_is_counted_and_logged_without_the_token(guarded: Service) -> None:
    before = len(guarded.lines("hook call"))
    call(guarded, WRONG)
    deadline = time.monotonic() + 1
    while len(lines := guarded.lines("hook call")) == before and time.monotonic() < deadline:
        time.sleep(0.01)
    metrics = guarded.get("/metrics").text

    assert len(lines) == before + 1
    assert (lines[-1]["level"], lines[-1]["error"]) == ("warning", "unauthorized")
    assert 'instana_hooks_errors_total{type="unauthorized"}' in metrics
    assert 'instana_hooks_calls_total{hook="sync",status="401"}' in metrics
    assert "sentinel" not in guarded.log() + metrics


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_need_no_token(guarded: Service, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_new_tokens_are_used_without_a_restart(directory: Path) -> None:
    """Also on connections that were there before."""
    secret = MountedSecret(directory / "secret")
    secret.put({"tokens": TOKEN.encode()})
    (directory / "run").mkdir()
    with running(directory / "run", TOKENS_FILE=secret.file("tokens")) as service:
        kept = http.client.HTTPConnection(LOOPBACK, service.port, timeout=CALL_SECONDS)

        def statuses() -> list[int]:
            body = json.dumps(REQUESTS["/sync"])
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
            kept.request("POST", "/sync", body, headers)
            response = kept.getresponse()
            response.read()
            return [response.status, call(service, OTHER_TOKEN)]

        assert statuses() == [200, 401]
        secret.put({"tokens": BOTH})
        assert statuses() == [200, 200]
        secret.put({"tokens": b"unusable"})
        assert statuses() == [200, 200]
        assert service.lines("files not reloaded")[0]["setting"] == "TOKENS_FILE"
        secret.put({"tokens": OTHER_TOKEN.encode()})
        assert statuses() == [401, 200]
        kept.close()
        assert "sentinel" not in service.log()
