"""The server's worker: a loop waits for all peers, and threads only compute.

gunicorn's own workers wait on threads: for handshakes, for headers, for responses to be received,
for connections to close. A peer that is slow in any of these blocks a thread; enough of them block
all. Here a loop does all this for every connection, within a time limit each, and for a limited
number of connections. A thread gets a request with a complete head, and waits for nothing but the
body of an accepted call.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from time import monotonic
from types import FrameType
from typing import Any, ClassVar

from gunicorn.http.errors import ParseException
from gunicorn.http.wsgi import create
from gunicorn.workers.base import Worker

from hooks.server.connections import Connection, ReviewPort
from hooks.server.failures import CLOSE, exception_types, frames_of
from hooks.server.loop import Limits, Loop, reject
from hooks.server.overload import ARRIVED

Application = Callable[..., Any]


def ending_connections(app: Application) -> Application:
    """Return the application with an effective `Connection: close` header.

    gunicorn drops the header, and would read the rest of a body that was rejected.
    """

    def serve(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if CLOSE in headers:
                start_response.__self__.force_close()
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return serve


class BoundedWorker(Worker):
    """The worker: no peer can block a thread, and no number of peers can lock out others."""

    limits: ClassVar[Limits] = Limits()

    def init_process(self) -> None:
        """Create what the worker's own process needs, and run."""
        self._threads = ThreadPoolExecutor(self.cfg.threads)
        self._loop = Loop(self.cfg, self.limits, self.log, self._start)
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application, whose responses may close their connection."""
        super().load_wsgi()
        self.wsgi = ending_connections(self.wsgi)

    def run(self) -> None:
        """Serve until told to stop, and then finish what has begun."""
        self._loop.listen(self.sockets)
        while self.alive and self._has_parent():
            self._turn()
        self._loop.stop_listening()
        end = monotonic() + self.cfg.graceful_timeout
        while self._loop.is_busy and monotonic() < end:
            self._turn()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop soon."""
        super().handle_exit(sig, frame)
        self._loop.wake()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002  the signature of the base
        """Answer invalid HTTP with one line; gunicorn's own page and log quote the request."""
        theirs = isinstance(exc, ParseException)
        if theirs:
            self.log.warning("not an HTTP request: %s", type(exc).__name__)
        else:
            details = {"exceptions": exception_types(exc), "frames": frames_of(exc)}
            self.log.error("connection failed: %s", details)
        status = HTTPStatus.BAD_REQUEST if theirs else HTTPStatus.INTERNAL_SERVER_ERROR
        reject(client, status)

    def _turn(self) -> None:
        """Report to gunicorn that the worker is alive, and continue all connections."""
        self.notify()
        self._loop.turn()

    def _has_parent(self) -> bool:
        return bool(self.ppid == os.getppid())

    def _start(self, connection: Connection) -> None:
        """Make a thread answer the request."""
        self._threads.submit(self._serve, connection)

    # On threads.

    def _serve(self, connection: Connection) -> None:
        connection.stays = False
        try:
            connection.stays = self._answer(connection)
        finally:
            self._loop.take_back(connection)

    def _answer(self, connection: Connection) -> bool:
        """Answer one request; return whether another one may follow on the connection."""
        try:
            parser = connection.begin(self.cfg)
            request = next(parser)
            connection.is_patient = not isinstance(connection.port, ReviewPort)
            stays = self._call(connection, request)
            connection.is_patient = False
            return stays and bool(parser.finish_body())  # type: ignore[func-returns-value]
        except (StopIteration, OSError) as error:
            self.log.debug("connection ended: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001  the peer gets a response in any case
            if not connection.has_response:
                self.handle_error(None, connection, connection.client, error)
        return False

    def _call(self, connection: Connection, request: Any) -> bool:
        sock: Any = connection  # The type that a response expects.
        server = connection.port.server
        response, environ = create(request, sock, connection.client, server, self.cfg)
        environ.update({"wsgi.multithread": True, ARRIVED: connection.arrived})
        if not self.alive:
            response.force_close()
        start: Any = response.start_response
        parts = self.wsgi(environ, start)
        try:
            for part in parts:
                response.write(part)
            response.close()
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return not response.should_close()
