"""`make bench`: print the figures, and fail where a goal is missed."""

import gc
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import orjson
import yaml

from hooks.facts import Facts
from hooks.sync import sync
from hooks.wire import decode, encode

LOOPBACK = "127.0.0.1"
TYPICAL = Path("tests/fixtures/sync/healthy/request.json")
ROUNDS = 15
CALLS_PER_ROUND = 200
HTTP_CALLS = 600
START_SECONDS = 30.0
OURS = ("--config=python:hooks.app.gunicorn_conf", "hooks.app.wsgi:app")
BASELINE = (
    "--worker-class=gthread",
    "--threads=32",
    "--keep-alive=100",
    "--preload",
    "--no-control-socket",
    "tests.bench.noop:app",
)
NOW = "2026-01-01T00:00:00Z"
SYNC_GOAL, HTTP_GOAL, MEMORY_GOAL = 4.0, 1.6, 2.0


@dataclass(frozen=True)
class Figure:
    """What was measured, against what, and the greatest ratio that is fine."""

    name: str
    ours: float
    baseline: float
    unit: str
    goal: float

    @property
    def ratio(self) -> float:
        """Return how many times the baseline ours is."""
        return self.ours / self.baseline

    def __str__(self) -> str:
        """Return one line of the report."""
        verdict = "ok" if self.ratio <= self.goal else "MISSED"
        return (
            f"{self.name:34} {self.ours:9.1f} {self.baseline:9.1f} {self.unit:4}"
            f" {self.ratio:6.2f}x  goal {self.goal:.1f}x  {verdict}"
        )


def main() -> int:
    """Measure everything; returns the exit code."""
    body = orjson.dumps(orjson.loads(TYPICAL.read_bytes()))
    print(f"typical request: {len(body) / 1024:.1f} KiB, {len(_answer(body)) / 1024:.1f} KiB out")
    print(f"{'':34} {'ours':>9} {'baseline':>9}")
    figures = [_sync_figure(body), *_server_figures(body)]
    for figure in figures:
        print(figure)
    return int(any(figure.ratio > figure.goal for figure in figures))


def _answer(body: bytes) -> bytes:
    return encode(sync(decode(body), Facts(), NOW))


def _sync_figure(body: bytes) -> Figure:
    gc.collect()
    gc.freeze()
    text = _configuration_text(body)
    ours, floor = _interleaved(lambda: _answer(body), lambda: orjson.dumps(orjson.loads(body)))
    parse = _seconds_per_call(lambda: yaml.load(text, Loader=yaml.CSafeLoader)) if text else 0.0
    allowed = floor + parse / SYNC_GOAL
    return Figure("sync(), bytes to bytes", ours * 1e6, allowed * 1e6, "µs", SYNC_GOAL)


def _configuration_text(body: bytes) -> str:
    agent = orjson.loads(body)["parent"]["spec"]["agent"]
    return str(agent.get("configuration_yaml", ""))


def _interleaved(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    """Return the median seconds per call of both, measured in turns."""
    rounds = [(_seconds_per_call(ours), _seconds_per_call(floor)) for _ in range(ROUNDS)]
    return statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds)


def _seconds_per_call(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(CALLS_PER_ROUND):
        call()
    return (time.perf_counter() - started) / CALLS_PER_ROUND


def _server_figures(body: bytes) -> list[Figure]:
    with _server(*OURS) as ours, _server(*BASELINE) as noop:
        latencies = [
            (_latency(ours.port, body), _latency(noop.port, body)) for _ in range(HTTP_CALLS)
        ]
        p50 = [statistics.median(column) * 1e3 for column in zip(*latencies, strict=True)]
        return [
            Figure("HTTP p50, one connection at a time", p50[0], p50[1], "ms", HTTP_GOAL),
            Figure("worker RSS", _rss(ours.pid), _rss(noop.pid), "MiB", MEMORY_GOAL),
        ]


@dataclass(frozen=True)
class _Server:
    port: int
    pid: int


@contextmanager
def _server(*arguments: str) -> Iterator[_Server]:
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    environ = os.environ | {"HOST": LOOPBACK, "PORT": str(port), "LOG_FORMAT": "json"}
    command = ["-m", "gunicorn", f"--bind={LOOPBACK}:{port}", *arguments]
    process = subprocess.Popen(
        [sys.executable, *command],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield _Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with closing(HTTPConnection(LOOPBACK, port, timeout=1)) as connection:
                connection.request("GET", "/readyz")
                connection.getresponse().read()
                return
        except OSError:
            time.sleep(0.1)
    msg = "a server did not start"
    raise RuntimeError(msg)


_CONNECTIONS: dict[int, HTTPConnection] = {}


def _latency(port: int, body: bytes) -> float:
    """Return the seconds of one call over a kept connection."""
    connection = _CONNECTIONS.setdefault(port, HTTPConnection(LOOPBACK, port, timeout=10))
    started = time.perf_counter()
    connection.request("POST", "/sync", body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    return time.perf_counter() - started


def _rss(pid: int) -> float:
    """Return the resident memory of the only worker of a gunicorn, in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{children[0]}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
