"""What the worker needs of gunicorn beyond what its documentation promises: each name, as used."""

import ast
import inspect
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import Response, create
from gunicorn.sock import ssl_context
from gunicorn.workers.base import Worker

from hooks.server.logs import ServerLogger

USED = {
    "gunicorn.config.Config",
    "gunicorn.http.errors.ParseException",
    "gunicorn.http.parser.RequestParser",
    "gunicorn.http.wsgi.create",
    "gunicorn.sock.ssl_context",
    "gunicorn.workers.base.Worker",
}
HEAD = b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
ADDRESS = ("127.0.0.1", 1)


class Source:
    """Gives pieces, and then is as slow as a peer."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = [*pieces]
        self.sent = b""

    def recv(self, _size: int) -> bytes:
        if not self.pieces:
            raise TimeoutError
        return self.pieces.pop(0)

    def sendall(self, data: bytes) -> None:
        self.sent += data


def parser_of(source: Any) -> RequestParser:
    return RequestParser(Config(), source, ADDRESS)


def test_these_are_all_names_that_are_used() -> None:
    found = {
        f"{node.module}.{name.name}"
        for module in ("worker", "loop", "connections")
        for node in ast.walk(ast.parse(Path(f"hooks/server/{module}.py").read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gunicorn")
        for name in node.names
    }

    assert found == USED


def test_a_request_is_read_from_what_was_received() -> None:
    parser = parser_of(Source())
    parser.unreader.unread(HEAD + b"{}GET")
    request = next(parser)

    assert (request.method, request.path) == ("POST", "/sync")
    assert request.body
    assert request.body.read() == b"{}"
    assert parser.finish_body() is True  # type: ignore[func-returns-value]
    assert parser.unreader.take_buffered() == b"GET"


def test_the_rest_of_a_body_is_read_from_the_source() -> None:
    parser = parser_of(Source(b"}"))
    parser.unreader.unread(HEAD + b"{")

    body = next(parser).body
    assert body
    assert body.read() == b"{}"


def test_a_body_that_does_not_come_ends_the_connection() -> None:
    parser = parser_of(Source())
    parser.unreader.unread(HEAD + b"{")
    next(parser)

    assert parser.finish_body() is False  # type: ignore[func-returns-value]


@pytest.mark.parametrize("head", [b"no request\r\n\r\n", b"GET / HTTP/1.1\r\nno header\r\n\r\n"])
def test_what_is_no_request_is_told_apart(head: bytes) -> None:
    parser = parser_of(Source())
    parser.unreader.unread(head)

    with pytest.raises(ParseException):
        next(parser)


def test_a_request_becomes_an_environment_and_an_answer() -> None:
    source: Any = Source()
    parser = parser_of(source)
    parser.unreader.unread(HEAD + b"{}")
    response, environ = create(next(parser), source, ADDRESS, ("127.0.0.1", 8080), Config())

    response.start_response("200 OK", [("Content-Length", "2")])
    response.force_close()
    response.write(b"ok")
    response.close()

    assert environ["wsgi.input"].read() == b"{}"
    assert (environ["PATH_INFO"], environ["SERVER_PORT"]) == ("/sync", "8080")
    assert response.should_close()
    assert source.sent.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in source.sent
    assert source.sent.endswith(b"\r\n\r\nok")


def test_a_header_leads_to_its_response() -> None:
    """The application's header `Connection: close` reaches the response by way of its method."""
    source: Any = Source()
    parser = parser_of(source)
    parser.unreader.unread(HEAD + b"{}")
    response, _ = create(next(parser), source, ADDRESS, ADDRESS, Config())

    method: Any = response.start_response
    assert method.__self__ is response
    assert isinstance(response, Response)


def test_the_hook_makes_the_context() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    config = Config()
    config.set("ssl_context", lambda _config, _default: context)

    assert ssl_context(config) is context


@pytest.fixture(name="worker")
def _worker() -> Iterator[Worker]:
    config = Config()
    made = Worker(0, 7, [], None, 1, config, ServerLogger(config))  # type: ignore[arg-type]
    yield made
    made.tmp.close()


def test_a_worker_has_what_its_loop_needs(worker: Worker) -> None:
    assert (worker.ppid, worker.sockets, worker.alive) == (7, [], True)
    assert worker.cfg.threads
    assert worker.cfg.graceful_timeout
    worker.notify()
    worker.handle_exit(0, None)
    assert not worker.alive


def test_a_worker_runs_once_it_has_loaded_the_application(worker: Worker) -> None:
    source = inspect.getsource(type(worker).init_process)

    assert source.index("self.load_wsgi()") < source.index("self.run()")


@pytest.mark.parametrize(
    ("called", "parameters"),
    [
        (Worker.handle_error, ["self", "req", "client", "addr", "exc"]),
        (Worker.handle_exit, ["self", "sig", "frame"]),
        (create, ["req", "sock", "client", "server", "cfg"]),
    ],
)
def test_parameters_are_as_they_were(called: Any, parameters: list[str]) -> None:
    assert [*inspect.signature(called).parameters][: len(parameters)] == parameters
