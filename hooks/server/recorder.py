"""Recordings of calls in a folder: made after the response, on a thread of their own.

A call never waits for it, and never fails because of it: what cannot be written is dropped, and
what comes faster than it is written, too.
"""

import queue
import threading
from dataclasses import dataclass
from functools import partial
from time import monotonic, sleep
from typing import Final

import structlog
from flask import Flask, Response, g

from hooks import wire
from hooks.facts import Facts
from hooks.recording.recording import Exchange, recorded
from hooks.recording.retention import Limits
from hooks.server.logs import LOGGER
from hooks.server.recording_files import RecordingFiles
from hooks.server.settings import MEBIBYTE, Settings

MOST_WAITING: Final = 64
LARGEST_WAITING: Final = 16 * MEBIBYTE
"""Bytes of all calls that wait; a single one is not larger than this, either."""
LARGEST_RECORDED: Final = 8 * MEBIBYTE
REST: Final = 3.0
"""How long the thread rests, as a multiple of the time that it took: the calls come first."""
LONGEST_REST: Final = 5.0
OK: Final = 200

log: Final = structlog.stdlib.get_logger(LOGGER)


@dataclass(frozen=True, slots=True)
class Taken:
    """A call with its response: only bytes, so that the thread of the call has nothing to do."""

    hook: str
    body: bytes
    at: str
    response: bytes = b""
    status: int = OK

    @property
    def size(self) -> int:
        """Return how many bytes it holds."""
        return len(self.body) + len(self.response)


class Recorder:
    """Writes the calls that it is given, one after another."""

    def __init__(self, settings: Settings) -> None:
        """Take the folder and its limits; nothing is read or written yet."""
        limits = Limits(settings.record_last, settings.record_resources, settings.record_bytes)
        self._facts: Facts = settings.facts
        self._files = RecordingFiles(settings.record_directory, limits)
        self._waiting: queue.Queue[Taken] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._size = 0
        self._thread: threading.Thread | None = None
        self._reported = ""

    def take(self, taken: Taken) -> None:
        """Take a call to be written, or drop it if there are too many."""
        with self._lock:
            if taken.size > LARGEST_RECORDED or self._size + taken.size > LARGEST_WAITING:
                return
            try:
                self._waiting.put_nowait(taken)
            except queue.Full:
                return
            self._size += taken.size
            self._start()

    def _start(self) -> None:
        """Start the thread with the first call: the process that loads the code is another one."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            taken = self._waiting.get()
            started = monotonic()
            self._record(taken)
            with self._lock:
                self._size -= taken.size
            sleep(min((monotonic() - started) * REST, LONGEST_REST))

    def _record(self, taken: Taken) -> None:
        """Write one call; an error is logged once, until a call is written again."""
        try:
            self._write(taken)
        except Exception as error:  # noqa: BLE001  nothing that is recorded may end the thread
            self._report(type(error).__name__)
        else:
            self._reported = ""

    def _write(self, taken: Taken) -> None:
        exchange = exchange_of(taken, self._facts)
        self._files.write(exchange.hook, resource_of(exchange), taken.at, recorded(exchange))

    def _report(self, error: str) -> None:
        if error != self._reported:
            log.warning("call not recorded", setting="RECORD_DIRECTORY", error=error)
        self._reported = error


def exchange_of(taken: Taken, facts: Facts) -> Exchange:
    """Return a call from its bytes."""
    request = wire.decode(taken.body)
    if taken.status == OK:
        return Exchange(taken.hook, request, facts, taken.at, wire.decode(taken.response))
    failure = f"{taken.status} {taken.response.decode(errors='replace').strip()}"
    return Exchange(taken.hook, request, facts, taken.at, {}, failure)


def resource_of(exchange: Exchange) -> str:
    """Return what a call is about: kind, namespace and name."""
    parent = exchange.request.get("parent") or exchange.request.get("object")
    given = parent if isinstance(parent, dict) else {}
    metadata = given.get("metadata")
    names = metadata if isinstance(metadata, dict) else {}
    return "/".join(map(str, (given.get("kind"), names.get("namespace"), names.get("name"))))


def note(hook: str, body: bytes, at: str) -> None:
    """Note what the current call asks for, until its response is sent."""
    g.asked = Taken(hook, body, at)


def record_calls(app: Flask, settings: Settings) -> None:
    """Let an application record its calls, each once its response is sent."""
    recorder = Recorder(settings)

    @app.after_request
    def take(response: Response) -> Response:
        asked: Taken | None = g.pop("asked", None)
        if asked:
            whole = (asked.hook, asked.body, asked.at, response.get_data(), response.status_code)
            response.call_on_close(partial(recorder.take, Taken(*whole)))
        return response
