"""What anyone on the network can do to a service, without a token."""

import contextlib
import http.client
import json
import resource
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from tests.http.authority import Authority, authority_in
from tests.http.service import CALL_SECONDS, LOOPBACK, REQUESTS, Service, free_port, running
from tests.support.resources import agent
from tests.support.reviews import review

TOKEN: Final = "token-of-the-hooks-0123456789"
VALIDATE: Final = "/admission/validate"
JSON: Final = {"Content-Type": "application/json"}
HALF_A_HANDSHAKE: Final = b"\x16\x03\x01\x02\x00\x01"
HALF_A_HEAD: Final = b"POST /sync HTTP/1.1\r\nX-Slow: "
HALF_A_REVIEW: Final = (
    f"POST {VALIDATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    "Content-Length: 100000\r\n\r\n{"
).encode()
PROBE: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
BEAT_SECONDS: Final = 0.5
"""Between two bytes of a slow peer."""
EACH_SECONDS: Final = 0.03
"""For opening a connection, where the service takes it."""


@dataclass(frozen=True)
class Target:
    """A service as in production: TLS, a token, and the webhooks' port."""

    hooks: Service
    webhooks: Service
    authority: Authority

    def probe(self) -> int:
        """Ask as the kubelet does."""
        return self.hooks.get("/healthz").status_code

    def call(self) -> int:
        """Ask as Metacontroller does."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return self.hooks.request(
            "POST", "/sync", json=REQUESTS["/sync"], headers=headers
        ).status_code

    def review(self, body: object = None) -> int:
        """Ask as the API server does."""
        return self.webhooks.post(VALIDATE, body or review(agent())).status_code

    def metrics(self) -> str:
        """Return what is measured."""
        return self.hooks.get("/metrics").text

    def connect(self, port: int) -> ssl.SSLSocket:
        """Open a connection."""
        plain = socket.create_connection((LOOPBACK, port), timeout=CALL_SECONDS)
        return self.authority.context().wrap_socket(plain, server_hostname=LOOPBACK)

    @property
    def worker(self) -> int:
        """Return the process that answers."""
        pid = self.hooks.process.pid
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(child)

    def memory(self, which: str) -> float:
        """Return a figure of the worker's memory in MiB, by its name in the kernel's status."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(f"{which}:"))
        return int(line.split()[1]) / 1024


@contextmanager
def target(directory: Path, **settings: str) -> Iterator[Target]:
    """Run a service to be attacked."""
    authority = authority_in(directory)
    (directory / "run").mkdir()
    tokens = directory / "tokens"
    tokens.write_text(TOKEN)
    port = free_port()
    protected = {"INSECURE": "", "TOKENS_FILE": str(tokens), "ADMISSION_PORT": str(port)}
    with running(
        directory / "run",
        ca_file=str(authority.ca_file),
        **protected | authority.settings() | settings,
    ) as service:
        yield Target(service, replace(service, port=port), authority)


class Peers:
    """Connections that are kept half done: those that the service ends are opened anew."""

    def __init__(
        self,
        port: int,
        count: int,
        sent: bytes,
        beat: bytes,
        context: ssl.SSLContext | None,
        *,
        deaf: bool = False,
    ) -> None:
        """Take what each sends at once, and what it sends again and again."""
        self._deaf = deaf
        self._port, self._count, self._context = port, count, context
        self._sent, self._beat = sent, beat
        self._open: dict[int, socket.socket] = {}
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._send, self._open_anew)
        ]

    def __enter__(self) -> Self:
        """Open all of them, and wait until each was opened once if that is possible."""
        for thread in self._threads:
            thread.start()
        deadline = time.monotonic() + CALL_SECONDS + self._count * EACH_SECONDS
        while len(self._open) < self._count and time.monotonic() < deadline:
            time.sleep(BEAT_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        """Go away."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for peer in self._open.values():
            peer.close()

    def _connected(self) -> socket.socket:
        peer: socket.socket = socket.create_connection((LOOPBACK, self._port), timeout=1)
        with contextlib.ExitStack() as unless_done:
            unless_done.callback(peer.close)
            if self._context:
                peer = self._context.wrap_socket(peer, server_hostname=LOOPBACK)
            peer.sendall(self._sent)
            peer.settimeout(0)
            unless_done.pop_all()
        return peer

    def _send(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            for peer in [*self._open.values()]:
                with contextlib.suppress(OSError, ValueError):
                    if self._beat:
                        peer.sendall(self._beat)

    def _open_anew(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            for number in range(self._count):
                peer = self._open.get(number)
                if self._stop.is_set():
                    return
                if not peer or self._is_over(peer):
                    with contextlib.suppress(OSError):
                        self._open[number] = self._connected()
                    if peer:
                        peer.close()

    def _is_over(self, peer: socket.socket) -> bool:
        """Tell whether the service hung up; one that is deaf never knows."""
        if peer.fileno() < 0:
            return True
        if self._deaf:
            return False
        try:
            return not peer.recv(65536)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True


def slow_heads(port: int, context: ssl.SSLContext, count: int = 40) -> Peers:
    """Send a byte of a header now and then."""
    return Peers(port, count, HALF_A_HEAD, b"x", context)


def half_handshakes(port: int, count: int) -> Peers:
    """Begin TLS, and say no more."""
    return Peers(port, count, HALF_A_HANDSHAKE, b"", None)


def silent(port: int, count: int) -> Peers:
    """Say nothing at all."""
    return Peers(port, count, b"", b"", None)


def idle(port: int, context: ssl.SSLContext, count: int) -> Peers:
    """Ask once, and keep the connection."""
    return Peers(port, count, PROBE, b"", context)


def slow_bodies(port: int, context: ssl.SSLContext, count: int = 40) -> Peers:
    """Send a byte of a review now and then."""
    return Peers(port, count, HALF_A_REVIEW, b" ", context)


def unread_bodies(port: int, context: ssl.SSLContext, count: int = 40) -> Peers:
    """Ask for what needs no body, with one that never ends."""
    asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    return Peers(port, count, asked, b" ", context)


def deaf(port: int, context: ssl.SSLContext, count: int = 40) -> Peers:
    """Ask for a great deal, and read nothing of it."""
    asked = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 400
    return Peers(port, count, asked, b"", context, deaf=True)


def crowded_review(size: int) -> bytes:
    """Return a review of a size that takes as much memory as can be."""
    body: dict[str, Any] = review(agent({"kubernetes": "HERE"}))
    head, _, tail = json.dumps(body).partition('"HERE"')
    inside = size - len(head) - len(tail) - len("[{}]")
    return f"{head}[{'{},' * (inside // 3)}{{}}]{tail}".encode()


def send_reviews(at: Target, body: bytes, count: int) -> list[int]:
    """Send as many reviews at once; returns the status of each, 0 where there was no answer."""
    statuses: list[int] = []

    def send() -> None:
        connection = http.client.HTTPSConnection(
            LOOPBACK, at.webhooks.port, timeout=6 * CALL_SECONDS, context=at.authority.context()
        )
        with closing(connection):
            try:
                connection.request("POST", VALIDATE, body, JSON)
                statuses.append(connection.getresponse().status)
            except OSError:
                statuses.append(0)

    senders = [threading.Thread(target=send) for _ in range(count)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return statuses


def few_files(at: Target, most: int) -> None:
    """Let the worker have few open files."""
    resource.prlimit(at.worker, resource.RLIMIT_NOFILE, (most, most))


def seconds(ask: Callable[[], int]) -> float:
    """Return how long an answer takes, endless where there is none."""
    started = time.monotonic()
    try:
        status = ask()
    except OSError:
        return float("inf")
    return time.monotonic() - started if status == 200 else float("inf")
