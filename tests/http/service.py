"""The service as it runs in a cluster: its own process, on a port of the loopback interface."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

from hooks.server.readiness import SELF_CHECK
from hooks.server.settings import READERS
from tests.support.log_lines import whole_lines

REPOSITORY: Final = Path(__file__).parents[2]
LOOPBACK: Final = "127.0.0.1"
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 20.0
CALL_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.02

CLUSTER_ROLE: Final = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "instana-agent", "uid": "u-role"},
}
REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "/sync": SELF_CHECK,
    "/customize": {"controller": {}, "parent": SELF_CHECK["parent"]},
    "/cluster-rbac/sync": {
        "controller": {},
        "object": CLUSTER_ROLE,
        "attachments": {},
        "related": {},
        "finalizing": False,
    },
    "/cluster-rbac/customize": {"controller": {}, "parent": CLUSTER_ROLE},
}
"""A small valid request for each hook."""


@dataclass(frozen=True)
class Service:
    """A running service."""

    process: subprocess.Popen[bytes]
    port: int
    log_file: Path
    scheme: str = "http"
    ca_file: str | None = None

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"{self.scheme}://{LOOPBACK}:{self.port}{path}"

    def get(self, path: str) -> requests.Response:
        """Fetch a path on a new connection."""
        return self.request("GET", path)

    def post(self, path: str, body: object) -> requests.Response:
        """Send JSON on a new connection."""
        return self.request("POST", path, json=body)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send any request on a new connection; follows no redirect."""
        options = {
            "allow_redirects": False,
            "timeout": CALL_SECONDS,
            "verify": self.ca_file,
        } | options
        return requests.request(method, self.url(path), **options)

    def connect(self) -> socket.socket:
        """Open a plain connection."""
        return socket.create_connection((LOOPBACK, self.port), timeout=CALL_SECONDS)

    def log(self) -> str:
        """Return all that was logged so far."""
        return self.log_file.read_text(encoding="utf-8")

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of an event."""
        parsed = [json.loads(line) for line in whole_lines(self.log_file)]
        return [line for line in parsed if line["event"] == event]

    def stop(self) -> int:
        """Ask the service to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running(directory: Path, ca_file: str | None = None, **settings: str) -> Iterator[Service]:
    """Run a service with the settings, and end it afterwards."""
    port = free_port()
    log_file = directory / "log"
    with log_file.open("wb") as output:
        process = subprocess.Popen(
            command(),
            cwd=directory,
            env=environment(directory, PORT=str(port), HOST=LOOPBACK, **settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    service = Service(process, port, log_file, "https" if ca_file else "http", ca_file)
    try:
        wait_until_ready(service)
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_SECONDS)


def command() -> list[str]:
    """Return how the image starts the service."""
    return [sys.executable, "-m", "hooks", "serve"]


def environment(home: Path, **settings: str) -> Mapping[str, str]:
    """Return the environment of a service: no setting but the given ones; insecure by default."""
    inherited = {name: value for name, value in os.environ.items() if name not in READERS}
    return inherited | {
        "HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
        "INSECURE": "1",
        **settings,
    }


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def wait_until_ready(service: Service) -> None:
    """Wait until the service is ready; fails with its log if it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and service.process.poll() is None:
        try:
            if service.get("/readyz").ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(POLL_SECONDS)
    msg = f"the service did not get ready:\n{service.log()}"
    raise AssertionError(msg)
