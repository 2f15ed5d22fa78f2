import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from tests.http.authority import Authority, authority_in
from tests.http.service import CALL_SECONDS, LOOPBACK, REQUESTS, Service, running

PEERS = 40
BOUND_SECONDS = 2.0


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority_in(tmp_path_factory.mktemp("authority"))


@pytest.fixture(name="tls", scope="module")
def _tls(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run a service with TLS and few threads."""
    with running(
        tmp_path_factory.mktemp("service"),
        ca_file=str(authority.ca_file),
        THREADS="8",
        MAX_CALLS="64",
        **authority.settings(),
    ) as service:
        yield service


def handshake(service: Service, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Open a TLS connection."""
    return context.wrap_socket(service.connect(), server_hostname=LOOPBACK)


@pytest.mark.parametrize("path", REQUESTS)
def test_hooks_answer_over_tls(tls: Service, path: str) -> None:
    assert tls.post(path, REQUESTS[path]).status_code == 200


def test_connections_are_kept_over_tls(tls: Service) -> None:
    with requests.Session() as session:
        for _ in range(3):
            url = tls.url("/sync")
            assert session.post(url, json=REQUESTS["/sync"], verify=tls.ca_file).ok


@pytest.mark.parametrize(
    ("version", "accepted"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)]
)
def test_old_versions_are_refused(
    tls: Service, authority: Authority, version: str, *, accepted: bool
) -> None:
    context = authority.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with (
        pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated")
        if version == "TLSv1_1"
        else ExitStack()
    ):
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]

    assert _is_accepted(tls, context) is accepted


def _is_accepted(tls: Service, context: ssl.SSLContext) -> bool:
    try:
        handshake(tls, context).close()
    except (ssl.SSLError, ConnectionError):
        return False
    return True


def test_plain_http_is_hung_up_on(tls: Service) -> None:
    with tls.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        with suppress(ConnectionResetError):
            assert connection.recv(4096) == b""
    assert tls.get("/healthz").ok


@pytest.mark.parametrize("silent_at", ["connection", "handshake", "request", "half a handshake"])
def test_silent_peers_do_not_keep_a_call_waiting(
    tls: Service, authority: Authority, silent_at: str
) -> None:
    """Go's client parks connections after the handshake; with a thread each, none would be left."""
    context = authority.context()
    with ExitStack() as peers:
        for _ in range(PEERS):
            match silent_at:
                case "connection":
                    peers.enter_context(tls.connect())
                case "half a handshake":
                    peers.enter_context(tls.connect()).sendall(b"\x16\x03\x01\x02\x00\x01")
                case "handshake":
                    peers.enter_context(handshake(tls, context))
                case "request":
                    peers.enter_context(handshake(tls, context)).sendall(b"POST /sync HTT")
        started = time.monotonic()
        response = tls.post("/sync", REQUESTS["/sync"])
        waited = time.monotonic() - started

    assert response.status_code == 200
    assert waited < BOUND_SECONDS


def test_many_clients_at_once_are_all_answered(tls: Service) -> None:
    def call(_number: int) -> int:
        return tls.post("/sync", REQUESTS["/sync"]).status_code

    with ThreadPoolExecutor(20) as clients:
        assert set(clients.map(call, range(60))) == {200}


def test_a_new_certificate_is_used_without_a_restart(directory: Path) -> None:
    authority = authority_in(directory)
    (directory / "run").mkdir()

    def served(service: Service) -> bytes | None:
        with handshake(service, authority.context()) as connection:
            return connection.getpeercert(binary_form=True)

    with running(
        directory / "run", ca_file=str(authority.ca_file), **authority.settings()
    ) as service:
        first = served(service)
        assert served(service) == first
        with requests.Session() as session:
            assert session.get(service.url("/healthz"), verify=service.ca_file).ok
            authority.issue()
            second = served(service)
            assert session.get(service.url("/healthz"), verify=service.ca_file).ok

        assert second != first
        authority.key_file.write_text("half written")
        assert served(service) == second
        assert len(service.lines("files reloaded")) == 1
        assert service.lines("files not reloaded")
        authority.issue()
        assert served(service) not in {first, second}


def test_a_stop_is_graceful_while_a_tls_connection_is_idle(directory: Path) -> None:
    authority = authority_in(directory)
    (directory / "run").mkdir()
    with running(
        directory / "run", ca_file=str(authority.ca_file), **authority.settings()
    ) as service:
        idle: socket.socket = handshake(service, authority.context())
        idle.settimeout(CALL_SECONDS)
        time.sleep(0.1)
        started = time.monotonic()
        code = service.stop()
        idle.close()

    assert code == 0
    assert time.monotonic() - started < 5
