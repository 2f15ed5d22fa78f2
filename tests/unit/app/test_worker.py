import io
import logging
import socket
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidHeader

from hooks.app.logs import ServerLogger
from hooks.app.worker import BoundedWorker

SECRET = "hunter2-sentinel"


@pytest.fixture(name="worker")
def _worker() -> Iterator[BoundedWorker]:
    """Make a worker that is never run."""
    config = Config()
    worker = BoundedWorker(0, 0, [], None, 1, config, ServerLogger(config))  # type: ignore[arg-type]
    yield worker
    worker.tmp.close()


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


def test_a_peer_that_is_gone_is_no_further_error(
    worker: BoundedWorker, logged: io.StringIO
) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        worker.handle_error(None, ours, ("127.0.0.1", 1), RuntimeError())

    assert logged.getvalue().count("connection failed") == 1
