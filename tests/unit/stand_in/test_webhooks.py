"""Hooks as the stand-in for Metacontroller calls them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from hooks.kube.objects import Obj
from tests.stand_in.webhooks import (
    Cache,
    CallFailed,
    TooManyRequests,
    Webhook,
    seconds_of,
    waiting_seconds,
)

PARENT: Obj = {"apiVersion": "v1", "kind": "X", "metadata": {"name": "x", "namespace": "ns"}}
ETAG: Obj = {"etag": {"enabled": True, "cacheTimeoutSeconds": 60, "cacheCleanupSeconds": 60}}


@contextmanager
def answering(status: int, **headers: str) -> Iterator[SimpleNamespace]:
    """Run a hook that answers so, or that nothing is new to who has the tag."""
    seen = SimpleNamespace(calls=0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.calls += 1
            is_known = self.headers.get("If-None-Match") == headers.get("ETag", "none")
            self.send_response(304 if is_known else status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(b"" if is_known else b"{}")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    seen.url = f"http://127.0.0.1:{server.server_port}/sync"
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()


def _webhook(url: str, version: str = "v2", **fields: Any) -> Webhook:
    hook = {"version": version, "webhook": {"url": url, "timeout": "5s", **fields}}
    return Webhook(SimpleNamespace(), hook, [], Path())  # type: ignore[arg-type]


def test_answer() -> None:
    with answering(200) as hook:
        assert _webhook(hook.url).call(PARENT, {}) == b"{}"


@pytest.mark.parametrize("status", [201, 304, 404, 500])
def test_anything_else_is_an_error(status: int) -> None:
    with answering(status) as hook, pytest.raises(CallFailed, match=f"status code: {status}"):
        _webhook(hook.url).call(PARENT, {})


def test_refusal_says_how_long_to_wait() -> None:
    with answering(429, Retry_After="7") as hook, pytest.raises(TooManyRequests) as asked:
        _webhook(hook.url).call(PARENT, {})

    assert asked.value.seconds == 7


def test_nobody_there_is_an_error() -> None:
    with answering(200) as hook:
        url = hook.url
    with pytest.raises(CallFailed, match="http error"):
        _webhook(url).call(PARENT, {})


def test_answer_with_a_tag_is_remembered() -> None:
    with answering(200, ETag='"1"') as hook:
        webhook = _webhook(hook.url, **ETAG)
        answers = [webhook.call(PARENT, {}) for _ in range(2)]

    assert (answers, hook.calls) == ([b"{}", b"{}"], 2)


def test_other_versions_are_refused() -> None:
    with pytest.raises(CallFailed, match="v2"):
        _webhook("http://127.0.0.1:1/sync", "v1")


def test_cache_forgets() -> None:
    now = 0.0
    cache: Cache[str] = Cache(10.0, lambda: now)
    cache.set(("x",), "value")

    before = cache.get(("x",))
    now = 10.0
    assert (before, cache.get(("x",)), cache.get(("y",))) == ("value", None, None)


@pytest.mark.parametrize(
    ("duration", "seconds"), [("10s", 10.0), ("1m30s", 90.0), ("500ms", 0.5), ("", 10.0)]
)
def test_durations(duration: str, seconds: float) -> None:
    assert seconds_of(duration) == seconds


def test_waiting_until_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)

    assert 28 <= waiting_seconds(soon) <= 31
    assert (waiting_seconds("3"), waiting_seconds(""), waiting_seconds("soon")) == (3, 0, 0)
