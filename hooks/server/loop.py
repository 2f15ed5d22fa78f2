"""The worker's loop: it waits for all peers, so that no thread has to.

Handshakes, heads, responses that are not received at once, closing: each has a time limit, and a
port holds a bounded number of connections. Threads do the computing, and give the connection back
when they are done.
"""

import errno
import resource
import selectors
import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from queue import SimpleQueue
from time import monotonic
from typing import Any, Final

from gunicorn.config import Config
from gunicorn.sock import ssl_context

from hooks.server.connections import (
    LARGEST_HEAD,
    WOULD_BLOCK,
    Address,
    Connection,
    Phase,
    Port,
    ReviewLimits,
    ReviewPort,
)

STOP_SECONDS: Final = 2.0
"""How long a stopping worker waits for the next request on a connection."""
LEAVE_SECONDS: Final = 2.0
"""How long a peer may go on sending after the last response: it might lose that if cut off."""
TURN_SECONDS: Final = 1.0
ACCEPTED_PER_TURN: Final = 32
OTHER_FILES: Final = 64
"""Open files that are not connections."""
NO_FILES: Final = (errno.EMFILE, errno.ENFILE)
LOGGED_EVERY_SECONDS: Final = 60.0

RESPONSE: Final = (
    "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: {length}\r\n\r\n{text}"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a port, and which port is for reviews."""

    connections: int = 400
    read_seconds: float = 5.0
    review_seconds: float = 5.0
    review_port: int = 0
    reviews: ReviewLimits | None = None


class Loop:
    """All connections of the worker's ports; `answer` makes a thread answer a request."""

    def __init__(
        self, config: Config, limits: Limits, log: Any, answer: Callable[[Connection], object]
    ) -> None:
        """Take the server's configuration and log, and the limits of a port."""
        self._config, self._limits, self._log, self._answer = config, limits, log, answer
        self._selector = selectors.DefaultSelector()
        self._ports: dict[Any, Port] = {}
        self._done: SimpleQueue[Connection] = SimpleQueue()
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.settimeout(0)
        self._is_ending = False
        self._dropped = 0
        self._logged_at = 0.0
        self._selector.register(self._woken, selectors.EVENT_READ, self._take_back)

    def listen(self, listeners: Iterable[Any]) -> None:
        """Accept connections from now on."""
        listeners = [*listeners]
        for listener in listeners:
            port = self._ports[listener] = self._port_of(listener, len(listeners))
            accept = partial(self._accept, listener, port)
            self._selector.register(listener, selectors.EVENT_READ, accept)

    @property
    def is_busy(self) -> bool:
        """Return whether there is any connection."""
        return any(map(len, self._ports.values()))

    def take_back(self, connection: Connection) -> None:
        """Continue with a connection after its request was answered; any thread may call this."""
        self._done.put(connection)
        self.wake()

    def wake(self) -> None:
        """End the current turn if it is only waiting."""
        with suppress(BlockingIOError):
            self._waker.send(b"\0")

    def _port_of(self, listener: Any, ports: int) -> Port:
        server, limits = listener.getsockname(), self._limits
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = max(min(limits.connections, (files - OTHER_FILES) // ports), 1)
        if limits.reviews and server[1] == limits.review_port:
            return ReviewPort(server, most, limits.read_seconds, limits.reviews)
        return Port(server, most, limits.read_seconds)

    def turn(self) -> None:
        """Wait for an event, and continue the connections that have one; end late connections.

        A connection is late if its deadline was before the turn: this turn handles everything that
        was received since then.
        """
        before = monotonic()
        next_deadline = min(port.next_deadline() for port in self._ports.values())
        for key, _ in self._selector.select(max(min(TURN_SECONDS, next_deadline - before), 0)):
            key.data()
        for port in self._ports.values():
            for late in port.late(before):
                self._is_late(late)

    def _accept(self, listener: Any, port: Port) -> None:
        for _ in range(ACCEPTED_PER_TURN):
            try:
                sock, client = listener.accept()
            except OSError as error:
                if error.errno in NO_FILES:
                    self._drop(port.one_too_many())
                return
            self._welcome(sock, client, port)

    def _welcome(self, sock: socket.socket, client: Address, port: Port) -> None:
        if len(port) >= port.most and not self._drop(port.one_too_many()):
            sock.close()
            return
        try:
            context = ssl_context(self._config) if self._config.is_ssl else None
            connection = Connection(sock, client, port, context)
        except OSError:
            sock.close()
            return
        if connection.is_greeted:
            self._be_idle(connection)
        else:
            port.move(connection, Phase.ARRIVING, monotonic() + port.read_seconds)
        self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        """Continue a connection as far as possible without waiting."""
        try:
            match connection.phase:
                case Phase.ARRIVING | Phase.IDLE:
                    self._receive(connection)
                case Phase.SENDING:
                    self._send(connection)
                case Phase.LEAVING if connection.is_gone():
                    self._end(connection)
                case _:  # It was dropped in this turn, or has not changed.
                    return
        except ssl.SSLWantWriteError:
            self._watch(connection, selectors.EVENT_WRITE)
        except WOULD_BLOCK:
            self._watch(connection, selectors.EVENT_READ)
        except OSError as error:
            self._log.debug("connection ended: %s", type(error).__name__)
            self._end(connection)

    def _receive(self, connection: Connection) -> None:
        port = connection.port
        if not connection.is_greeted:
            connection.shake_hands()
            self._be_idle(connection)
        connection.read()
        if connection.received and connection.phase is Phase.IDLE:
            connection.arrived = monotonic()
            port.move(connection, Phase.ARRIVING, connection.arrived + port.read_seconds)
        if connection.size > LARGEST_HEAD:
            self._drop(port.one_too_large())
        if connection.phase is not Phase.OVER:
            self._look_at(connection, port)

    def _look_at(self, connection: Connection, port: Port) -> None:
        """Decide what to do with the received bytes."""
        if connection.has_request():
            self._watch(connection, 0)
            port.move(connection, Phase.WAITING, connection.arrived + self._limits.review_seconds)
            self._start_ready(port)
        elif connection.has_too_much():
            reject(connection, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            self._leave(connection)
        else:
            self._watch(connection, selectors.EVENT_READ)

    def _start_ready(self, port: Port) -> None:
        for ready in port.ready():
            self._start(ready)

    def _start(self, connection: Connection) -> None:
        """Make a thread answer the request."""
        self._watch(connection, 0)
        connection.taken = connection.size
        connection.port.move(connection, Phase.BUSY, 0)
        self._answer(connection)

    def _take_back(self) -> None:
        """Take back the connections that threads have finished with."""
        with suppress(BlockingIOError):
            self._woken.recv(4096)
        while not self._done.empty():
            connection = self._done.get()
            connection.port.move(
                connection, Phase.SENDING, monotonic() + connection.port.read_seconds
            )
            self._go_on(connection)
            self._start_ready(connection.port)

    def _send(self, connection: Connection) -> None:
        connection.flush()
        if connection.unsent:
            self._watch(connection, selectors.EVENT_WRITE)
            self._drop(connection.port.one_too_large())
        elif connection.stays:
            connection.end()
            self._be_idle(connection)
            self._receive(connection)
        else:
            self._leave(connection)

    def _be_idle(self, connection: Connection) -> None:
        seconds = STOP_SECONDS if self._is_ending else self._config.keepalive
        connection.port.move(connection, Phase.IDLE, monotonic() + seconds)

    def _leave(self, connection: Connection) -> None:
        """Close our side of the connection; the peer may not have read the response yet."""
        connection.sock.shutdown(socket.SHUT_WR)
        connection.port.move(connection, Phase.LEAVING, monotonic() + LEAVE_SECONDS)
        self._watch(connection, selectors.EVENT_READ)

    def _end(self, connection: Connection) -> None:
        self._watch(connection, 0)
        connection.port.move(connection, Phase.OVER, 0)
        connection.close()

    def _is_late(self, connection: Connection) -> None:
        """End a connection; a request without its whole body, or without a place, is rejected."""
        if connection.expected:
            self._start(connection)
        else:
            self._end(connection)

    def _drop(self, connection: Connection | None) -> bool:
        """End a connection in favor of others, and log that from time to time."""
        if not connection:
            return False
        self._end(connection)
        self._dropped += 1
        if monotonic() > self._logged_at + LOGGED_EVERY_SECONDS:
            self._log.warning("connections dropped because there were too many: %d", self._dropped)
            self._logged_at, self._dropped = monotonic(), 0
        return True

    def _watch(self, connection: Connection, events: int) -> None:
        """Wait for events of a connection, or for none."""
        if connection.watched == events:
            return
        if not events:
            self._selector.unregister(connection.sock)
        elif not connection.watched:
            go_on = partial(self._go_on, connection)
            self._selector.register(connection.sock, events, go_on)
        else:
            go_on = partial(self._go_on, connection)
            self._selector.modify(connection.sock, events, go_on)
        connection.watched = events

    def stop_listening(self) -> None:
        """Accept the connections that are already there, and no more; limit the wait for all."""
        self._is_ending = True
        for listener, port in self._ports.items():
            self._accept(listener, port)
            self._selector.unregister(listener)
            listener.close()
            for idle in [*port.held[Phase.IDLE]]:
                self._be_idle(idle)


def reject(connection: Any, status: HTTPStatus) -> None:
    """Respond without the application, with one line."""
    text = f"{status.phrase.lower()}\n"
    response = RESPONSE.format(status=f"{status} {status.phrase}", length=len(text), text=text)
    with suppress(OSError):
        connection.sendall(response.encode())
