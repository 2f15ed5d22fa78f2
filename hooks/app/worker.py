"""The server's worker: threads that only ever hold connections with something to answer.

gunicorn's threaded worker gives a thread to each new connection until a request has come, and
closes connections on the thread that accepts them, waiting up to two seconds for the peer. Go's
HTTP client, which Metacontroller is, parks spare connections: each would keep a thread.
"""

import selectors
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from time import monotonic
from types import FrameType
from typing import Any, Final

from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from hooks.app.failures import CLOSE, exception_types, frames_of
from hooks.app.sockets import bounded

Application = Callable[..., Any]

STOP_SECONDS: Final = 2.0
"""How long a stopping worker waits for the first request on a connection."""

ANSWER: Final = (
    "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: {length}\r\n\r\n{text}"
)


def ending_connections(app: Application) -> Application:
    """Return the application with its header `Connection: close` taken at its word.

    gunicorn drops the header, and would read the rest of a body that was refused.
    """

    def serve(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if CLOSE in headers:
                start_response.__self__.force_close()
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return serve


class BoundedWorker(ThreadWorker):
    """The threaded worker, with idle and closing connections kept off its threads."""

    def load_wsgi(self) -> None:
        """Load the application, whose answers may end their connection."""
        super().load_wsgi()
        self.wsgi = ending_connections(self.wsgi)

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread once there is something to read."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock = bounded(conn.sock)
        conn.timeout = monotonic() + (self.cfg.keepalive if self.alive else STOP_SECONDS)
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def handle(self, conn: TConn) -> bool:
        """Shake hands, or answer one request; tell whether the connection stays.

        One that does not is closed here: that waits for the peer, and the main thread must not.
        """
        if self.cfg.is_ssl and not conn.initialized:
            return self.shake_hands(conn)
        stays = super().handle(conn)
        if not stays:
            with suppress(OSError):
                conn.close(graceful=True)
        return stays

    def shake_hands(self, conn: TConn) -> bool:
        """Do the TLS handshake; the request, maybe long in coming, gets a turn of its own."""
        try:
            conn.sock.settimeout(None)
            conn.init()
        except (ssl.SSLError, OSError) as error:
            self.log.debug("TLS handshake failed: %s", type(error).__name__)
            conn.close()
            return False
        return True

    def finish_request(self, conn: TConn, fs: "Future[bool]") -> None:
        """Put a connection that stays back to wait; the others are closed already."""
        if fs.cancelled() or not fs.result():
            self.nr_conns -= 1
        else:
            super().finish_request(conn, fs)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, without waiting for connections that never said anything."""
        super().handle_exit(sig, frame)
        self.method_queue.defer(self._hurry_silent_connections)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:  # noqa: ARG002  the signature of the base
        """Answer what is no HTTP with one line; gunicorn's own page and log quote the request."""
        theirs = isinstance(exc, ParseException)
        if theirs:
            self.log.warning("no HTTP request: %s", type(exc).__name__)
        else:
            told = {"exceptions": exception_types(exc), "frames": frames_of(exc)}
            self.log.error("connection failed: %s", told)
        status = "400 Bad Request" if theirs else "500 Internal Server Error"
        text = f"{status[4:].lower()}\n"
        with suppress(OSError):
            client.sendall(ANSWER.format(status=status, length=len(text), text=text).encode())

    def _hurry_silent_connections(self) -> None:
        deadline = monotonic() + STOP_SECONDS
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout or deadline, deadline)
