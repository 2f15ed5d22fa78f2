"""Connections, and how many of them a port holds: only one kind of read waits for a peer."""

import re
import select
import socket
import ssl
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from time import monotonic
from typing import Any, Final, TypeAlias

from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

WOULD_BLOCK: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
PIECE: Final = 65536
"""Bytes of one read: at least the size of a TLS record, so that nothing stays in its buffer."""

PIECES_PER_TURN: Final = 16
LARGEST_HEAD: Final = 16 * 1024
LARGEST_HELD: Final = 16 * 1024 * 1024
"""The total number of bytes that a port's larger connections may hold, excluding those on
threads."""

LEAST_BYTES_PER_SECOND: Final = 1024 * 1024
"""The minimum speed of a body that a thread waits for."""

END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length:[ \t]*([0-9]{1,10})[ \t]*\r\n")


Address: TypeAlias = tuple[str, int]


class Phase(Enum):
    """The state of a connection."""

    ARRIVING = auto()
    """In its handshake, or after a part of a request."""
    IDLE = auto()
    """Before the first byte of a request."""
    WAITING = auto()
    """With a request that waits for a place."""
    BUSY = auto()
    """On a thread."""
    SENDING = auto()
    """With a response that its peer has not received yet."""
    LEAVING = auto()
    """Closed by us; the peer may still be sending."""
    OVER = auto()


class HungUp(ConnectionError):
    """The peer has closed the connection."""


class Connection:
    """One connection; a thread that answers a request uses it in place of its socket."""

    def __init__(
        self,
        sock: socket.socket,
        client: Address,
        port: "Port",
        context: ssl.SSLContext | None,
    ) -> None:
        """Take a new socket; raises OSError if its peer has already closed it."""
        sock.settimeout(0)
        self.sock = (
            context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            if context
            else sock
        )
        self.client = client
        self.port = port
        self.phase = Phase.ARRIVING
        self.is_greeted = context is None
        self.stays = False
        self.watched = 0
        self.arrived = 0.0
        self.received = bytearray()
        self.expected = 0
        self.taken = 0
        self.unsent = b""
        self.has_response = False
        self.is_patient = False
        self._waited_since = 0.0
        self._waited_for = 0
        self._parser: RequestParser | None = None

    @property
    def size(self) -> int:
        """Return the number of bytes that it holds."""
        return len(self.received) + len(self.unsent)

    def shake_hands(self) -> None:
        """Continue the TLS handshake; raises one of WOULD_BLOCK until it is finished."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()
        self.is_greeted = True

    def read(self) -> None:
        """Read the received part of a request, at most one turn's share; raises HungUp."""
        for _ in range(PIECES_PER_TURN):
            if self.has_request() or self.has_too_much():
                return
            try:
                data = self.sock.recv(PIECE)
            except WOULD_BLOCK:
                return
            if not data:
                if not self.expected:
                    raise HungUp
                self.expected = len(self.received)
            self.received += data

    def has_request(self) -> bool:
        """Return whether enough of a request was received to answer it."""
        if not self.expected:
            end = self.received.find(END_OF_HEAD)
            if end < 0:
                return False
            head = end + len(END_OF_HEAD)
            self.expected = head + self.port.body_bytes(self.received[:head])
        return len(self.received) >= self.expected

    def has_too_much(self) -> bool:
        """Return whether the head of a request is larger than any legitimate one."""
        return not self.expected and len(self.received) > LARGEST_HEAD

    def begin(self, config: Config) -> RequestParser:
        """Return the parser of the requests, with all received bytes; a thread owns it now."""
        if not self._parser:
            source: Any = self  # The parser only calls `recv` of the socket.
            self._parser = RequestParser(config, source, self.client)
        self._parser.unreader.unread(bytes(self.received))
        self.received, self.expected = bytearray(), 0
        self.has_response = self.is_patient = False
        self._waited_since, self._waited_for = 0.0, 0
        return self._parser

    def end(self) -> None:
        """Take back the bytes that the thread has not used."""
        if self._parser:
            self.received += self._parser.unreader.take_buffered()

    def close(self) -> None:
        """Close it, and drop its parser, which refers back to it."""
        self._parser = None
        self.sock.close()

    def recv(self, size: int) -> bytes:
        """Read on a thread: wait for a body while it arrives fast enough, otherwise not at all."""
        while True:
            try:
                data = self.sock.recv(size)
            except WOULD_BLOCK:
                self._wait()
            else:
                self._waited_for += len(data)
                return data

    def sendall(self, data: bytes) -> None:
        """Send on a thread; what the peer does not receive at once is sent without the thread."""
        self.has_response = True
        self.unsent += data
        self.flush()

    def send(self, data: bytes) -> int:
        """Send the status that asks the peer to continue with the body."""
        self.sock.sendall(data)
        return len(data)

    def flush(self) -> None:
        """Send as much of the rest as the peer receives."""
        try:
            while self.unsent:
                self.unsent = self.unsent[self.sock.send(self.unsent) :]
        except WOULD_BLOCK:
            return

    def is_gone(self) -> bool:
        """Discard received bytes, and return whether the peer has closed the connection as well."""
        try:
            return not self.sock.recv(PIECE)
        except WOULD_BLOCK:
            return False

    def _wait(self) -> None:
        """Wait for a part of a body; raises TimeoutError if it is too slow.

        The time counts from the first wait on, and bytes that are already there are never late.
        """
        now = monotonic()
        self._waited_since = self._waited_since or now
        granted = self.port.read_seconds + self._waited_for / LEAST_BYTES_PER_SECOND
        left = self._waited_since + granted - now
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        if not self.is_patient or left <= 0 or not poll.poll(left * 1000):
            msg = "the peer is too slow"
            raise TimeoutError(msg)


class Port:
    """The connections of a port by their state, and the port's limits."""

    def __init__(self, server: Address, most: int, read_seconds: float) -> None:
        """Take the port's address, the maximum of connections, and the time for a request."""
        self.server = server
        self.most = most
        self.read_seconds = read_seconds
        self.held: dict[Phase, OrderedDict[Connection, float]] = {
            phase: OrderedDict() for phase in Phase
        }

    def __iter__(self) -> Iterator[Connection]:
        """Iterate over all connections."""
        return (connection for held in self.held.values() for connection in held)

    def __len__(self) -> int:
        """Return how many connections there are."""
        return sum(map(len, self.held.values()))

    def body_bytes(self, head: bytes | bytearray) -> int:  # noqa: ARG002  another port looks at it
        """Return how many bytes after a head must arrive before a thread gets the request."""
        return 0

    def ready(self) -> Iterator[Connection]:
        """Yield the connections with a request that a thread should answer now."""
        yield from list(self.held[Phase.WAITING])

    def move(self, connection: Connection, phase: Phase, deadline: float) -> None:
        """Set the state of a connection, and its deadline."""
        if connection in self.held[connection.phase]:
            del self.held[connection.phase][connection]
        connection.phase = phase
        if phase is not Phase.OVER:
            self.held[phase][connection] = deadline

    def late(self, now: float) -> Iterator[Connection]:
        """Yield the connections whose deadline has passed; the caller moves each of them on."""
        for phase, held in self.held.items():
            while held and phase is not Phase.BUSY:
                oldest, deadline = next(iter(held.items()))
                if deadline > now:
                    break
                yield oldest

    def next_deadline(self) -> float:
        """Return the next deadline of any connection."""
        firsts = (next(iter(held.values())) for held in self._waiting() if held)
        return min(firsts, default=float("inf"))

    def one_too_many(self) -> Connection | None:
        """Return the oldest connection in the state with the most connections; none on threads."""
        most = max(self._waiting(), key=len)
        return next(iter(most), None)

    def one_too_large(self) -> Connection | None:
        """Return the oldest with bytes in the state with the most bytes, if there are too many."""
        sizes = [sum(connection.size for connection in held) for held in self._waiting()]
        if sum(sizes) <= LARGEST_HELD:
            return None
        most = max(zip(sizes, self._waiting(), strict=True), key=lambda sized: sized[0])[1]
        return next((connection for connection in most if connection.size), None)

    def _waiting(self) -> list["OrderedDict[Connection, float]"]:
        return [held for phase, held in self.held.items() if phase is not Phase.BUSY]


@dataclass(frozen=True, slots=True)
class ReviewLimits:
    """The limits of a port that anyone may send bodies to."""

    places: int
    """Requests that are answered at the same time."""
    bytes_at_once: int
    """Total bytes of these requests, if there is more than one."""
    largest_body: int
    """The service does not wait for a larger one; the application rejects it."""


class ReviewPort(Port):
    """A port that anyone may send bodies to: threads get whole requests, and few at the same time.

    The smallest waiting request is next, so that large ones do not delay others.
    """

    def __init__(
        self, server: Address, most: int, read_seconds: float, limits: ReviewLimits
    ) -> None:
        """Take what a port takes, and further limits."""
        super().__init__(server, most, read_seconds)
        self._limits = limits

    def body_bytes(self, head: bytes | bytearray) -> int:
        """Return the length of the body, unless it is too large to be read."""
        found = LENGTH.search(head)
        length = int(found[1]) if found else 0
        return length if length <= self._limits.largest_body else 0

    def ready(self) -> Iterator[Connection]:
        """Yield the smallest requests, as long as places and bytes are left for them."""
        waiting, busy = self.held[Phase.WAITING], self.held[Phase.BUSY]
        while waiting and len(busy) < self._limits.places:
            smallest = min(waiting, key=lambda connection: connection.size)
            taken = sum(connection.taken for connection in busy)
            if busy and taken + smallest.size > self._limits.bytes_at_once:
                return
            yield smallest
