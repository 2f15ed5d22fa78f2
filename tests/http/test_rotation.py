"""Certificates and tokens are replaced as Kubernetes does it, while calls go on."""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.http.authority import Authority, MountedSecret, authority_in
from tests.http.service import CALL_SECONDS, LOOPBACK, POLL_SECONDS, REQUESTS, Service, running

CLIENTS = 5
ROUNDS = 4
CALLS_PER_CONNECTION = 10
TOKENS, CERTIFICATE = "TOKENS_FILE", "TLS_CERT_FILE or TLS_KEY_FILE"
BODY = json.dumps(REQUESTS["/sync"])


@dataclass
class Caller:
    """Metacontroller: several workers that send the token they know of, over kept connections."""

    port: int
    context: ssl.SSLContext
    token: str
    stop: threading.Event = field(default_factory=threading.Event)
    accepted: dict[int, str] = field(default_factory=dict)

    def connect(self) -> http.client.HTTPSConnection:
        """Return a connection."""
        return http.client.HTTPSConnection(
            LOOPBACK, self.port, timeout=CALL_SECONDS, context=self.context
        )

    def call(self, connection: http.client.HTTPSConnection, token: str = "") -> int:
        """Call the sync hook; returns the status."""
        authorization = f"Bearer {token or self.token}"
        headers = {"Content-Type": "application/json", "Authorization": authorization}
        connection.request("POST", "/sync", BODY, headers)
        response = connection.getresponse()
        response.read()
        return response.status

    @contextmanager
    def working(self, pool: ThreadPoolExecutor) -> Iterator[list[Future[list[int]]]]:
        """Let the workers call until the end of the block, even if that fails."""
        results = [pool.submit(self.work, number) for number in range(CLIENTS)]
        try:
            yield results
        finally:
            self.stop.set()

    def work(self, number: int) -> list[int]:
        """Call until told to stop; returns all statuses."""
        statuses = []
        while not self.stop.is_set():
            with closing(self.connect()) as connection:
                for _ in range(CALLS_PER_CONNECTION):
                    token = self.token
                    statuses.append(self.call(connection, token))
                    self.accepted[number] = token
        return statuses


@dataclass(frozen=True)
class Installation:
    """A service with mounted Secrets."""

    service: Service
    authority: Authority
    certificate: MountedSecret
    tokens: MountedSecret

    def caller(self, token: str) -> Caller:
        """Return a client that knows the authority."""
        return Caller(self.service.port, self.authority.context(), token)

    @contextmanager
    def reloading(self, setting: str) -> Iterator[None]:
        """Wait until the service has loaded the files of the setting anew."""

        def times() -> int:
            lines = self.service.lines("files reloaded")
            return sum(line["setting"] == setting for line in lines)

        before = times()
        yield
        wait_until(lambda: times() > before)


@contextmanager
def installed(directory: Path, token: str) -> Iterator[Installation]:
    """Run a service with a certificate and a token."""
    authority = authority_in(directory)
    certificate = MountedSecret(directory / "certificate")
    certificate.put(authority.issued())
    tokens = MountedSecret(directory / "tokens")
    tokens.put({"tokens": token.encode()})
    (directory / "run").mkdir()
    with running(
        directory / "run",
        ca_file=str(authority.ca_file),
        INSECURE="",
        TLS_CERT_FILE=certificate.file("tls.crt"),
        TLS_KEY_FILE=certificate.file("tls.key"),
        TOKENS_FILE=tokens.file("tokens"),
    ) as service:
        yield Installation(service, authority, certificate, tokens)


def test_no_call_fails_while_certificate_and_tokens_are_replaced(directory: Path) -> None:
    """The old token is accepted until Metacontroller has the new one."""
    old = token_of(0)
    with installed(directory, old) as installation, ThreadPoolExecutor(CLIENTS) as pool:
        caller = installation.caller(old)
        with caller.working(pool) as results:
            for new in map(token_of, range(1, ROUNDS + 1)):
                with installation.reloading(TOKENS), installation.reloading(CERTIFICATE):
                    installation.tokens.put({"tokens": f"{old}\n{new}".encode()})
                    installation.certificate.put(installation.authority.issued())
                caller.token = new
                wait_until(lambda: set(caller.accepted.values()) == {caller.token})
                with installation.reloading(TOKENS):
                    installation.tokens.put({"tokens": new.encode()})
                old = new
        statuses = [status for result in results for status in result.result()]

        assert len(statuses) > ROUNDS * CLIENTS
        assert set(statuses) == {200}
        caller.token = token_of(0)
        with closing(caller.connect()) as connection:
            assert caller.call(connection) == 401


def test_kept_connections_outlive_their_certificate_and_new_ones_get_the_new(
    directory: Path,
) -> None:
    with installed(directory, token_of(0)) as installation:
        expiry = datetime.now(UTC) + timedelta(seconds=4)
        installation.certificate.put(installation.authority.issued(expiry))
        caller = installation.caller(token_of(0))
        with closing(caller.connect()) as kept:
            assert caller.call(kept) == 200
            wait_until(lambda: datetime.now(UTC) > expiry + timedelta(seconds=1))
            assert caller.call(kept) == 200
            with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
                caller.connect().connect()

            installation.certificate.put(installation.authority.issued())
            assert caller.call(kept) == 200
        with closing(caller.connect()) as new:
            assert caller.call(new) == 200


def token_of(number: int) -> str:
    return f"token-number-{number:04}"


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something; fails if it takes too long."""
    deadline = time.monotonic() + CALL_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(POLL_SECONDS)
