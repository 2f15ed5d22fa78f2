import io
import logging
import socket
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidHeader

from hooks.server.connections import Connection, Phase, Port, ReviewLimits, ReviewPort
from hooks.server.logs import ServerLogger
from hooks.server.loop import Limits, Loop
from hooks.server.worker import BoundedWorker

SECRET = "hunter2-sentinel"


@pytest.fixture(name="worker")
def _worker() -> Iterator[BoundedWorker]:
    """Make a worker that is never run."""
    config = Config()
    worker = BoundedWorker(0, 0, [], None, 1, config, ServerLogger(config))  # type: ignore[arg-type]
    yield worker
    worker.tmp.close()


@pytest.fixture(name="loop")
def _loop() -> Iterator[Loop]:
    """Make a loop that is never run."""
    config = Config()
    loop = Loop(config, Limits(), ServerLogger(config), lambda _: None)
    yield loop
    for resource in (loop._woken, loop._waker, loop._selector):
        resource.close()


@pytest.fixture(name="logged")
def _logged() -> Iterator[io.StringIO]:
    """Collect what the server logs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("gunicorn.error")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (InvalidHeader(SECRET), b"HTTP/1.1 400 Bad Request\r\n"),
        (RuntimeError(SECRET), b"HTTP/1.1 500 Internal Server Error\r\n"),
    ],
)
def test_an_error_outside_the_application_is_answered_without_its_message(
    worker: BoundedWorker, logged: io.StringIO, error: Exception, answer: bytes
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker.handle_error(None, ours, ("127.0.0.1", 1), error)
        sent = theirs.recv(4096)

    assert sent.startswith(answer)
    assert sent.endswith((b"\r\n\r\nbad request\n", b"\r\n\r\ninternal server error\n"))
    assert type(error).__name__ in logged.getvalue()
    assert SECRET not in sent.decode() + logged.getvalue()


def test_a_connection_that_was_dropped_in_the_same_turn_is_left_alone(
    loop: Loop,
) -> None:
    """Its event is among those that were found before."""
    ours, theirs = socket.socketpair()
    port = Port(("127.0.0.1", 1), 1, 5)
    with theirs:
        loop._welcome(ours, ("127.0.0.1", 2), port)
        (connection,) = port
        (event,) = (
            key.data
            for key in loop._selector.get_map().values()
            if key.fd == connection.sock.fileno()
        )
        theirs.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with socket.socket() as further:
            loop._welcome(further, ("127.0.0.1", 3), port)
            event()

            assert connection.phase is Phase.OVER
            assert ours.fileno() < 0


def test_what_comes_with_the_last_answer_is_read_again() -> None:
    ours, theirs = socket.socketpair()
    port = Port(("127.0.0.1", 1), 1, 5)
    with ours, theirs:
        connection = Connection(ours, ("127.0.0.1", 2), port, None)
        connection.received += b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n"
        assert next(connection.begin(Config())).path == "/a"
        connection.end()

        assert connection.received == b"GET /b HTTP/1.1\r\n"
        assert not connection.has_request()


def test_a_peer_that_is_gone_is_no_further_error(
    worker: BoundedWorker, logged: io.StringIO
) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        worker.handle_error(None, ours, ("127.0.0.1", 1), RuntimeError())

    assert logged.getvalue().count("connection failed") == 1


def test_a_request_that_is_one_too_large_is_dropped_even_if_it_is_there(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hooks.server.connections.LARGEST_HELD", 20_000)
    ours, theirs = socket.socketpair()
    port = ReviewPort(("127.0.0.1", 1), 9, 5, ReviewLimits(1, 10**6, 10**6))
    with theirs:
        theirs.sendall(b"POST / HTTP/1.1\r\nContent-Length: 30000\r\n\r\n" + b"x" * 30_000)
        loop._welcome(ours, ("127.0.0.1", 2), port)

    assert not len(port)
    assert ours.fileno() < 0
