"""Connections, and how many of them a port holds: all but one read waits for no peer."""

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
"""Bytes of one read: no less than a record of TLS has, so that none is left behind in there."""

PIECES_PER_TURN: Final = 16
LARGEST_HEAD: Final = 16 * 1024
LARGEST_HELD: Final = 16 * 1024 * 1024
"""Bytes that the larger connections of a port may hold in all, besides those on threads."""

LEAST_BYTES_PER_SECOND: Final = 1024 * 1024
"""How fast a body has to come that a thread waits for."""

END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length:[ \t]*([0-9]{1,10})[ \t]*\r\n")


Address: TypeAlias = tuple[str, int]


class Phase(Enum):
    """What a connection is at."""

    ARRIVING = auto()
    """In its handshake, or with a part of a request."""
    IDLE = auto()
    """Without a byte of a request."""
    WAITING = auto()
    """With a request, for a place."""
    BUSY = auto()
    """On a thread."""
    SENDING = auto()
    """With an answer that its peer has not taken yet."""
    LEAVING = auto()
    """Ended by us; the peer may still be sending."""
    OVER = auto()


class HungUp(ConnectionError):
    """The peer has ended the connection."""


class Connection:
    """One connection; what is answered on a thread gets it in the place of its socket."""

    def __init__(
        self,
        sock: socket.socket,
        client: Address,
        port: "Port",
        context: ssl.SSLContext | None,
    ) -> None:
        """Take a new socket; raises OSError if its peer is gone already."""
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
        self.wanted = 0
        self.taken = 0
        self.unsent = b""
        self.has_answer = False
        self.is_patient = False
        self._waited_since = 0.0
        self._waited_for = 0
        self._parser: RequestParser | None = None

    @property
    def size(self) -> int:
        """Return how many bytes it holds."""
        return len(self.received) + len(self.unsent)

    def shake_hands(self) -> None:
        """Go on with the TLS handshake; raises one of WOULD_BLOCK until it is done."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()
        self.is_greeted = True

    def read(self) -> None:
        """Take what is there of a request, at most a turn's share of it; raises HungUp."""
        for _ in range(PIECES_PER_TURN):
            if self.has_request() or self.has_too_much():
                return
            try:
                data = self.sock.recv(PIECE)
            except WOULD_BLOCK:
                return
            if not data:
                if not self.wanted:
                    raise HungUp
                self.wanted = len(self.received)
            self.received += data

    def has_request(self) -> bool:
        """Tell whether there is enough of a request to answer it."""
        if not self.wanted:
            end = self.received.find(END_OF_HEAD)
            if end < 0:
                return False
            head = end + len(END_OF_HEAD)
            self.wanted = head + self.port.awaited(self.received[:head])
        return len(self.received) >= self.wanted

    def has_too_much(self) -> bool:
        """Tell whether the head of a request is larger than any that is meant well."""
        return not self.wanted and len(self.received) > LARGEST_HEAD

    def begin(self, config: Config) -> RequestParser:
        """Return what reads the requests, with all that was received; a thread has it now."""
        if not self._parser:
            source: Any = self  # All that is asked of a socket there is `recv`.
            self._parser = RequestParser(config, source, self.client)
        self._parser.unreader.unread(bytes(self.received))
        self.received, self.wanted = bytearray(), 0
        self.has_answer = self.is_patient = False
        self._waited_since, self._waited_for = 0.0, 0
        return self._parser

    def end(self) -> None:
        """Take back what the thread has not used."""
        if self._parser:
            self.received += self._parser.unreader.take_buffered()

    def close(self) -> None:
        """End it, and what it refers to: the reader of requests refers to it as well."""
        self._parser = None
        self.sock.close()

    def recv(self, size: int) -> bytes:
        """Read on a thread: wait for a body as long as it comes fast enough, else not at all."""
        while True:
            try:
                data = self.sock.recv(size)
            except WOULD_BLOCK:
                self._wait()
            else:
                self._waited_for += len(data)
                return data

    def sendall(self, data: bytes) -> None:
        """Send on a thread; what the peer does not take at once is sent without the thread."""
        self.has_answer = True
        self.unsent += data
        self.flush()

    def send(self, data: bytes) -> int:
        """Send the word to go on with a body."""
        self.sock.sendall(data)
        return len(data)

    def flush(self) -> None:
        """Send what the peer takes of the rest."""
        try:
            while self.unsent:
                self.unsent = self.unsent[self.sock.send(self.unsent) :]
        except WOULD_BLOCK:
            return

    def is_gone(self) -> bool:
        """Throw away what comes; tell whether the peer has ended the connection, too."""
        try:
            return not self.sock.recv(PIECE)
        except WOULD_BLOCK:
            return False

    def _wait(self) -> None:
        """Wait for a part of a body; raises TimeoutError for one that is too slow.

        Time is counted from the first wait on, and never against what is there already.
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
    """The connections of a port, by what they are at, and the limits that hold for them."""

    def __init__(self, server: Address, most: int, read_seconds: float) -> None:
        """Take the port's address, how many connections it holds, and a peer's time to say all."""
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

    def awaited(self, head: bytes | bytearray) -> int:  # noqa: ARG002  another port looks at it
        """Return how many bytes after a head are waited for before a thread gets the request."""
        return 0

    def ready(self) -> Iterator[Connection]:
        """Yield the connections with a request that a thread is to answer now."""
        yield from list(self.held[Phase.WAITING])

    def move(self, connection: Connection, phase: Phase, deadline: float) -> None:
        """Note what a connection is at now, and until when."""
        if connection in self.held[connection.phase]:
            del self.held[connection.phase][connection]
        connection.phase = phase
        if phase is not Phase.OVER:
            self.held[phase][connection] = deadline

    def late(self, now: float) -> Iterator[Connection]:
        """Yield the connections whose time is over, each of which the caller moves on."""
        for phase, held in self.held.items():
            while held and phase is not Phase.BUSY:
                oldest, deadline = next(iter(held.items()))
                if deadline > now:
                    break
                yield oldest

    def next_deadline(self) -> float:
        """Return when the next connection is late."""
        firsts = (next(iter(held.values())) for held in self._waiting() if held)
        return min(firsts, default=float("inf"))

    def one_too_many(self) -> Connection | None:
        """Return the oldest of those that are at the same, where most are; none on threads."""
        most = max(self._waiting(), key=len)
        return next(iter(most), None)

    def one_too_large(self) -> Connection | None:
        """Return the same of those that hold bytes, if all of them hold too many."""
        sizes = [sum(connection.size for connection in held) for held in self._waiting()]
        if sum(sizes) <= LARGEST_HELD:
            return None
        most = max(zip(sizes, self._waiting(), strict=True), key=lambda sized: sized[0])[1]
        return next((connection for connection in most if connection.size), None)

    def _waiting(self) -> list["OrderedDict[Connection, float]"]:
        return [held for phase, held in self.held.items() if phase is not Phase.BUSY]


@dataclass(frozen=True, slots=True)
class ReviewLimits:
    """What holds for a port that everybody may send bodies to."""

    places: int
    """Requests that are answered at once."""
    bytes_at_once: int
    """Bytes of those requests, if there is more than one."""
    largest_body: int
    """A larger one is not waited for; the application refuses it."""


class ReviewPort(Port):
    """A port that everybody may send bodies to: threads get whole requests, and few at once.

    Of those that wait the smallest is next, so that large ones do not keep others waiting.
    """

    def __init__(
        self, server: Address, most: int, read_seconds: float, limits: ReviewLimits
    ) -> None:
        """Take what a port takes, and further limits."""
        super().__init__(server, most, read_seconds)
        self._limits = limits

    def awaited(self, head: bytes | bytearray) -> int:
        """Return the length of the body, unless it is too large to be read."""
        found = LENGTH.search(head)
        length = int(found[1]) if found else 0
        return length if length <= self._limits.largest_body else 0

    def ready(self) -> Iterator[Connection]:
        """Yield the smallest requests, as long as there are places and bytes for them."""
        waiting, busy = self.held[Phase.WAITING], self.held[Phase.BUSY]
        while waiting and len(busy) < self._limits.places:
            smallest = min(waiting, key=lambda connection: connection.size)
            taken = sum(connection.taken for connection in busy)
            if busy and taken + smallest.size > self._limits.bytes_at_once:
                return
            yield smallest
