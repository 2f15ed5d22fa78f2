"""The servers that are measured: the service as in production, and a baseline that does nothing."""

import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme

from tests.bench.clients import CLIENTS, LOOPBACK, Call, post
from tests.bench.figures import Figure

START_SECONDS: Final = 30.0
NOOP: Final = ("--config=python:tests.bench.noop_conf", "tests.bench.noop:app")
BARE_NOOP: Final = (
    *("--worker-class=gthread", "--threads=32", "--keep-alive=100", "--preload"),
    "--no-control-socket",
    "tests.bench.noop:app",
)
"""What a Flask application takes in memory without anything of ours."""

TOKEN: Final = "token-of-the-benchmark"
ROUNDS: Final = 12
CALLS_PER_ROUND: Final = 40
CALLS_MEASURED: Final = 200
USER_TIME, SYSTEM_TIME = 11, 12
"""Places in /proc/PID/stat after the name of the program."""

HTTP_GOAL, UNCHANGED_GOAL, TAIL_GOAL, MEMORY_GOAL = 2.5, 1.15, 5.0, 2.0
WEBHOOK_GOAL, WEBHOOK_MILLISECONDS = 2.0, 50.0
VALIDATE = "/admission/validate"


def server_figures(body: bytes, reviewed: bytes) -> list[Figure]:
    """Measure the servers in turns, each with several clients at once."""
    with (
        _credentials() as (environ, context),
        _server(environ) as ours,
        _server(environ, NOOP) as noop,
        _server(environ, BARE_NOOP) as bare,
    ):
        request = post("/sync", body, Authorization=f"Bearer {TOKEN}")
        plain = Call(ours.port, context, request)
        tag = plain.once().headers["etag"]
        known = post("/sync", body, Authorization=f"Bearer {TOKEN}", If_None_Match=tag)
        unchanged = Call(ours.port, context, known, status=304)
        nothing, bare_nothing = (Call(each.port, context, request) for each in (noop, bare))
        asked = post(VALIDATE, reviewed)
        webhook, admitted = (
            Call(port, context, asked) for port in (ours.admission_port, noop.admission_port)
        )
        for _ in range(ROUNDS):
            for call in (plain, nothing, unchanged, bare_nothing, webhook, admitted):
                call.repeat(CALLS_PER_ROUND)
        ours_ms, noop_ms = _processor(ours, plain), _processor(noop, nothing)
        return [
            _against("HTTPS p50", plain, nothing, HTTP_GOAL),
            Figure("HTTPS, worker's processor time per call", ours_ms, noop_ms, "ms"),
            _against("HTTPS p50, unchanged (304)", unchanged, nothing, UNCHANGED_GOAL),
            _tail("HTTPS p99 to its p50", plain),
            _tail("HTTPS p99 to its p50, unchanged", unchanged),
            _against("webhook p50", webhook, admitted, WEBHOOK_GOAL),
            Figure("webhook p99", _percentile(webhook, 99), WEBHOOK_MILLISECONDS, "ms", 1.0),
            Figure("worker RSS", _rss(ours.pid), _rss(bare.pid), "MiB", MEMORY_GOAL),
        ]


def _against(name: str, ours: Call, baseline: Call, goal: float) -> Figure:
    return Figure(name, _percentile(ours, 50), _percentile(baseline, 50), "ms", goal)


def _tail(name: str, call: Call) -> Figure:
    return Figure(name, _percentile(call, 99), _percentile(call, 50), "ms", TAIL_GOAL)


def _percentile(call: Call, percent: int) -> float:
    """Return a percentile in milliseconds."""
    return statistics.quantiles(call.seconds, n=100)[percent - 1] * 1e3


@dataclass(frozen=True)
class _Server:
    port: int
    admission_port: int
    pid: int


@contextmanager
def _credentials() -> Iterator[tuple[Mapping[str, str], ssl.SSLContext]]:
    """Make what production has; yields the settings, and what a client trusts."""
    ca = trustme.CA()
    issued = ca.issue_cert(LOOPBACK)
    context = ssl.create_default_context()
    ca.configure_trust(context)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        tokens, cert, key = (directory / entry for entry in ("tokens", "tls.crt", "tls.key"))
        tokens.write_text(TOKEN)
        issued.private_key_pem.write_to_path(key)
        cert.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        settings = {"TOKENS_FILE": tokens, "TLS_CERT_FILE": cert, "TLS_KEY_FILE": key}
        yield {setting: str(file) for setting, file in settings.items()}, context


@contextmanager
def _server(settings: Mapping[str, str], of_another: tuple[str, ...] = ()) -> Iterator[_Server]:
    """Start the service, or a gunicorn with the arguments of another application."""
    port, admission_port = _free_port(), _free_port()
    fixed = {
        "HOST": LOOPBACK,
        "PORT": str(port),
        "ADMISSION_PORT": str(admission_port),
        "LOG_FORMAT": "json",
        "ETAG": "true",
    }
    files = [f"--certfile={settings['TLS_CERT_FILE']}", f"--keyfile={settings['TLS_KEY_FILE']}"]
    binds = [f"--bind={LOOPBACK}:{each}" for each in (port, admission_port)]
    gunicorn = ["-m", "gunicorn", *binds, *files, *of_another]
    process = subprocess.Popen(
        [sys.executable, *(gunicorn if of_another else ("-m", "hooks", "serve"))],
        env=os.environ | settings | fixed,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield _Server(port, admission_port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    msg = "a server did not start"
    raise RuntimeError(msg)


def _processor(server: _Server, call: Call) -> float:
    """Return the processor's milliseconds that the server's worker takes for a call."""
    before = _processor_seconds(server.pid)
    call.repeat(CALLS_MEASURED)
    return (_processor_seconds(server.pid) - before) / (CALLS_MEASURED * CLIENTS) * 1e3


def _processor_seconds(pid: int) -> float:
    fields = _of_worker(pid, "stat").rpartition(")")[2].split()
    return (int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])) / os.sysconf("SC_CLK_TCK")


def _of_worker(pid: int, file: str) -> str:
    """Return a file of the only worker of a gunicorn in /proc."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return Path(f"/proc/{children[0]}/{file}").read_text()


def _rss(pid: int) -> float:
    """Return the resident memory of the only worker of a gunicorn, in MiB."""
    status = _of_worker(pid, "status")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
