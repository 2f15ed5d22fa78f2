"""Certificates and tokens are replaced as Kubernetes does it, while calls go on."""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.http.authority import Authority, MountedSecret, authority_in
from tests.http.service import CALL_SECONDS, LOOPBACK, REQUESTS, Service, running

CLIENTS = 5
ROUNDS = 4
ROUND_SECONDS = 0.4
CALLS_PER_CONNECTION = 10
BODY = json.dumps(REQUESTS["/sync"])


@dataclass
class Caller:
    """Metacontroller: several workers that send the token they know of, over kept connections."""

    port: int
    context: ssl.SSLContext
    token: str
    stop: threading.Event = field(default_factory=threading.Event)

    def connect(self) -> http.client.HTTPSConnection:
        """Return a connection."""
        return http.client.HTTPSConnection(
            LOOPBACK, self.port, timeout=CALL_SECONDS, context=self.context
        )

    def call(self, connection: http.client.HTTPSConnection) -> int:
        """Call the sync hook; returns the status."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        connection.request("POST", "/sync", BODY, headers)
        response = connection.getresponse()
        response.read()
        return response.status

    def work(self, _number: int) -> list[int]:
        """Call until told to stop; returns all statuses."""
        statuses = []
        while not self.stop.is_set():
            with closing(self.connect()) as connection:
                statuses += [self.call(connection) for _ in range(CALLS_PER_CONNECTION)]
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
def installed(
    directory: Path, token: str, not_after: datetime | None = None
) -> Iterator[Installation]:
    """Run a service with a certificate and a token."""
    authority = authority_in(directory)
    certificate = MountedSecret(directory / "certificate")
    certificate.put(authority.issued(not_after))
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
    with installed(directory, token_of(0)) as installation, ThreadPoolExecutor(CLIENTS) as pool:
        caller = installation.caller(token_of(0))
        results = [pool.submit(caller.work, number) for number in range(CLIENTS)]
        for number in range(ROUNDS):
            installation.tokens.put(
                {"tokens": f"{token_of(number)}\n{token_of(number + 1)}".encode()}
            )
            installation.certificate.put(installation.authority.issued())
            time.sleep(ROUND_SECONDS)
            caller.token = token_of(number + 1)
            time.sleep(ROUND_SECONDS)
            installation.tokens.put({"tokens": token_of(number + 1).encode()})
            time.sleep(ROUND_SECONDS)
        caller.stop.set()
        statuses = [status for result in results for status in result.result()]
        reloaded = [line["setting"] for line in installation.service.lines("files reloaded")]

        assert len(statuses) > 100
        assert set(statuses) == {200}
        assert reloaded.count("TOKENS_FILE") == 2 * ROUNDS
        assert reloaded.count("TLS_CERT_FILE or TLS_KEY_FILE") == ROUNDS
        assert not installation.service.lines("files not reloaded")
        caller.token = token_of(0)
        with closing(caller.connect()) as connection:
            assert caller.call(connection) == 401


def test_kept_connections_outlive_their_certificate_and_new_ones_get_the_new(
    directory: Path,
) -> None:
    expiry = datetime.now(UTC) + timedelta(seconds=5)
    with installed(directory, token_of(0), not_after=expiry) as installation:
        caller = installation.caller(token_of(0))
        with closing(caller.connect()) as kept:
            assert caller.call(kept) == 200
            time.sleep(max(0.0, (expiry - datetime.now(UTC)).total_seconds()) + 1)
            assert caller.call(kept) == 200
            with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
                caller.connect().connect()

            installation.certificate.put(installation.authority.issued())
            assert caller.call(kept) == 200
        with closing(caller.connect()) as new:
            assert caller.call(new) == 200


def token_of(number: int) -> str:
    return f"token-number-{number:04}"
