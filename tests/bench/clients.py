"""Clients as Metacontroller has them: several at once, each over a kept TLS connection.

They do as little as they can: their time counts for both sides, and would hide the difference.
"""

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

LOOPBACK: Final = "127.0.0.1"
CLIENTS: Final = 5
SECONDS: Final = 10.0
PIECE: Final = 65536
END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """A call that is made over and over, and how long it took each time."""

    port: int
    context: ssl.SSLContext
    request: bytes
    status: int = 200
    seconds: list[float] = field(default_factory=list)

    def once(self) -> Answer:
        """Make the call on a new connection."""
        with closing(self._connect()) as connection:
            return _answer(_exchange(connection, self.request))

    def repeat(self, times: int) -> None:
        """Make the call that many times with each of the clients; notes how long each took."""
        together = threading.Barrier(CLIENTS)

        def work(_number: int) -> list[float]:
            with closing(self._connect()) as connection:
                together.wait()
                return [self._timed(connection) for _ in range(times)]

        with ThreadPoolExecutor(CLIENTS) as clients:
            for seconds in clients.map(work, range(CLIENTS)):
                self.seconds.extend(seconds)

    def _timed(self, connection: ssl.SSLSocket) -> float:
        started = time.perf_counter()
        head = _exchange(connection, self.request)
        seconds = time.perf_counter() - started
        if (status := _answer(head).status) != self.status:
            msg = f"answered with {status}"
            raise RuntimeError(msg)
        return seconds

    def _connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection((LOOPBACK, self.port), timeout=SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context.wrap_socket(plain, server_hostname=LOOPBACK)


def post(path: str, body: bytes, **headers: str) -> bytes:
    """Return the bytes of a request; an underscore in a header's name stands for a dash."""
    fields = {"Host": LOOPBACK, "Content_Type": "application/json", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _exchange(connection: ssl.SSLSocket, request: bytes) -> bytes:
    """Send the request and read the answer; returns its head."""
    connection.sendall(request)
    received = connection.recv(PIECE)
    while (end := received.find(END_OF_HEAD)) < 0:
        received += connection.recv(PIECE)
    head = received[:end]
    missing = _length(head) - (len(received) - end - len(END_OF_HEAD))
    while missing > 0:
        missing -= len(connection.recv(PIECE))
    return head


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[len(LENGTH) :]) for line in lines if line.startswith(LENGTH)), 0)


def _answer(head: bytes) -> Answer:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(first.split(" ")[1]), headers)
