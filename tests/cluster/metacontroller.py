"""Metacontroller itself, run against the API server, with a recorder between it and the service."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import requests
import yaml

from tests.cluster.api import Api, Obj, wait_for

LOOPBACK = "127.0.0.1"
STRATEGIES = ("dynamic-apply", "server-side-apply")
MANIFESTS = ("metacontroller/instana-agent.yaml", "metacontroller/instana-cluster-rbac.yaml")
OWN_KINDS = (
    ("CompositeController", "compositecontrollers", "Cluster"),
    ("DecoratorController", "decoratorcontrollers", "Cluster"),
    ("ControllerRevision", "controllerrevisions", "Namespaced"),
)


def binary() -> str | None:
    """Return the Metacontroller to run: what METACONTROLLER names, or the one in the PATH."""
    return os.environ.get("METACONTROLLER") or shutil.which("metacontroller")


def definitions() -> Iterator[Obj]:
    """Yield definitions of Metacontroller's own kinds, as loose as it needs them."""
    for kind, plural, scope in OWN_KINDS:
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {
            "name": "v1alpha1",
            "served": True,
            "storage": True,
            "schema": {"openAPIV3Schema": schema},
        }
        if kind != "ControllerRevision":
            version["subresources"] = {"status": {}}
        yield {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {
                "name": f"{plural}.metacontroller.k8s.io",
                "annotations": {"api-approved.kubernetes.io": "unapproved, for tests"},
            },
            "spec": {
                "group": "metacontroller.k8s.io",
                "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
                "scope": scope,
                "versions": [version],
            },
        }


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Exchange:
    """One call of a hook."""

    path: str
    request: bytes
    status: int
    answer: bytes

    @property
    def asked(self) -> Obj:
        asked: Obj = orjson.loads(self.request)
        return asked

    @property
    def answered(self) -> Obj:
        answered: Obj = orjson.loads(self.answer)
        return answered

    @property
    def is_sync(self) -> bool:
        return self.path == "/sync"


@dataclass
class Recorder:
    """A proxy on loopback that keeps every exchange."""

    service_port: int
    exchanges: list[Exchange] = field(default_factory=list)
    metrics: str = ""
    """Address of Metacontroller's own metrics, once it runs."""

    def __post_init__(self) -> None:
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                recorder.forward(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_port

    def forward(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        try:
            with closing(HTTPConnection(LOOPBACK, self.service_port, timeout=10)) as connection:
                connection.request("POST", handler.path, body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = response.read()
        except ConnectionRefusedError:  # the service is down: so is the connection
            handler.close_connection = True
            return
        self.exchanges.append(Exchange(handler.path, body, response.status, answer))
        handler.send_response(response.status)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def writes(self) -> int:
        """Return how often Metacontroller has written to the API server."""
        lines = requests.get(self.metrics, timeout=5).text.splitlines()
        return sum(
            int(float(line.rpartition(" ")[2]))
            for line in lines
            if line.startswith("rest_client_requests_total{") and 'method="GET"' not in line
        )

    def syncs_of(self, name: str) -> list[Exchange]:
        return [
            each
            for each in list(self.exchanges)
            if each.is_sync and each.asked["parent"]["metadata"]["name"] == name
        ]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def service(log: Path) -> Iterator[int]:
    """Run the service under gunicorn; yields its port."""
    port = free_port()
    environ = os.environ | {"HOST": LOOPBACK, "PORT": str(port), "LOG_FORMAT": "json"}
    environ |= {"INSECURE": "1"}
    command = ["-m", "gunicorn", "--config", "python:hooks.app.gunicorn_conf", "hooks.app.wsgi:app"]
    with log.open("ab") as out, _process([sys.executable, *command], environ, out):
        wait_for(lambda: _answers(f"http://{LOOPBACK}:{port}/readyz"), "the service is ready")
        yield port


@contextmanager
def metacontroller(
    api: Api,
    strategy: str,
    hook_port: int,
    log: Path,
    resync_seconds: int = 0,
    *,
    flags: tuple[str, ...] = (),
) -> Iterator[str]:
    """Run Metacontroller with our controllers, which ask the given port.

    Yields the address of its metrics. With `resync_seconds` the controllers look that often.
    """
    program = binary()
    assert program
    for obj in definitions():
        api.apply(obj)
    health = free_port()
    wait_for(lambda: _serves(api), "the API server knows Metacontroller's kinds")
    for manifest in MANIFESTS:
        controller = _asking(hook_port, yaml.safe_load(Path(manifest).read_text()))
        if resync_seconds:
            controller["spec"]["resyncPeriodSeconds"] = resync_seconds
        api.apply(controller)
    metrics = free_port()
    command = [
        program,
        f"--apply-strategy={strategy}",
        "--client-go-qps=50",
        "--client-go-burst=100",
        f"--metrics-address={LOOPBACK}:{metrics}",
        f"--health-probe-bind-address={LOOPBACK}:{health}",
        *flags,
    ]
    with log.open("ab") as out, _process(command, dict(os.environ), out):
        wait_for(lambda: _answers(f"http://{LOOPBACK}:{health}/readyz"), "Metacontroller is ready")
        yield f"http://{LOOPBACK}:{metrics}/metrics"


def _asking(port: int, controller: Obj) -> Obj:
    """Return the controller with its hooks on loopback."""
    for hook in controller["spec"]["hooks"].values():
        path = hook["webhook"]["url"].partition(":8080")[2]
        hook["webhook"]["url"] = f"http://{LOOPBACK}:{port}{path}"
    return controller


def _serves(api: Api) -> bool:
    url = f"{api.server}/apis/metacontroller.k8s.io/v1alpha1/compositecontrollers"
    return api.session.get(url).ok


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


@contextmanager
def _process(command: list[str], environ: dict[str, str], out: Any) -> Iterator[None]:
    process = subprocess.Popen(command, env=environ, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
