"""Metacontroller or its stand-in, and the service, with a recorder between them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
import yaml

from tests.cluster.account import least_privileged
from tests.cluster.api import Api, LoopbackSession, Obj, wait_for
from tests.http.service import command
from tests.support.tools import needs

LOOPBACK = "127.0.0.1"
PASSED_ON = ("Content-Type", "If-None-Match")
STRATEGIES = ("dynamic-apply", "server-side-apply")
MANIFESTS = ("metacontroller/instana-agent.yaml", "metacontroller/instana-cluster-rbac.yaml")
OWN_KINDS = (
    ("CompositeController", "compositecontrollers", "Cluster"),
    ("DecoratorController", "decoratorcontrollers", "Cluster"),
    ("ControllerRevision", "controllerrevisions", "Namespaced"),
)


STAND_IN = (sys.executable, "-m", "tests.stand_in")


def binary() -> str | None:
    """Return the Metacontroller to run: what METACONTROLLER names, or the one in the PATH."""
    return os.environ.get("METACONTROLLER") or shutil.which("metacontroller")


needs_metacontroller = needs("metacontroller", found=binary())


def require_metacontroller() -> None:
    """End where there is only the stand-in: what is recorded or measured says what is real."""
    if not binary():
        msg = "METACONTROLLER names no Metacontroller, and its stand-in will not do"
        raise SystemExit(msg)


def definitions() -> Iterator[Obj]:
    """Yield definitions of Metacontroller's own kinds."""
    for kind, plural, scope in OWN_KINDS:
        yield definition("metacontroller.k8s.io", "v1alpha1", kind, plural, scope)


def definition(group: str, version: str, kind: str, plural: str, scope: str) -> Obj:
    """Return a definition of somebody else's kind, as loose as is needed here."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, for tests"},
        },
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "scope": scope,
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                    "subresources": {"status": {}},
                }
            ],
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
        return urlsplit(self.path).path == "/sync"


def as_answered(exchange: Exchange) -> bytes:
    """Return what the service answered."""
    return exchange.answer


@dataclass
class Recorder:
    """A proxy on loopback that keeps every exchange."""

    service_port: int
    exchanges: list[Exchange] = field(default_factory=list)
    passing_on: Callable[[Exchange], bytes] = as_answered
    """Called between the service's answer and Metacontroller, which gets what it returns."""
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

    def port_for(self, _: BaseHTTPRequestHandler) -> int:
        """Return the port of the service that gets the call of a connection."""
        return self.service_port

    def forward(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        headers = {name: handler.headers[name] for name in PASSED_ON if name in handler.headers}
        try:
            port = self.port_for(handler)
            with closing(HTTPConnection(LOOPBACK, port, timeout=10)) as connection:
                connection.request("POST", handler.path, body, headers)
                response = connection.getresponse()
                answer = response.read()
        except ConnectionRefusedError:  # the service is down: so is the connection
            handler.close_connection = True
            return
        exchange = Exchange(handler.path, body, response.status, answer)
        self.exchanges.append(exchange)
        answer = self.passing_on(exchange)
        handler.send_response(response.status)
        if tag := response.headers["ETag"]:
            handler.send_header("ETag", tag)
        if response.status != HTTPStatus.NOT_MODIFIED:
            handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def writes(self) -> int:
        """Return how often Metacontroller has written to the API server."""
        return writes_of(self.metrics)

    def syncs_of(self, name: str) -> list[Exchange]:
        return [
            each
            for each in list(self.exchanges)
            if each.is_sync and each.asked["parent"]["metadata"]["name"] == name
        ]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def writes_of(metrics: str) -> int:
    """Return how often a Metacontroller has written, by the address of its metrics."""
    lines = requests.get(metrics, timeout=5).text.splitlines()
    return sum(
        int(float(line.rpartition(" ")[2]))
        for line in lines
        if line.startswith("rest_client_requests_total{") and 'method="GET"' not in line
    )


@contextmanager
def service(log: Path, program: list[str] | None = None, /, **settings: str) -> Iterator[int]:
    """Run the service under gunicorn, insecure unless settings are given; yields its port."""
    port = free_port()
    environ = os.environ | {"HOST": LOOPBACK, "PORT": str(port), "LOG_FORMAT": "json"}
    environ |= settings or {"INSECURE": "1"}
    url = f"{'https' if 'TLS_CERT_FILE' in settings else 'http'}://{LOOPBACK}:{port}/readyz"
    with log.open("ab") as out, _process(program or command(), environ, out):
        wait_for(lambda: answers(url), "the service is ready")
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
    etag: Obj | None = None,
    child_rules: tuple[Obj, ...] = (),
    release: str = "",
) -> Iterator[str]:
    """Run Metacontroller with our controllers, which ask the given port.

    Yields the address of its metrics. With `resync_seconds` the controllers look that often, with
    `etag` their hooks have that configuration of entity tags. `child_rules` are further kinds of
    children, `release` is the one that the controllers name.
    """
    ask_at(api, hook_port, resync_seconds, etag=etag, child_rules=child_rules, release=release)
    with running_metacontroller(api, strategy, log, flags) as metrics:
        yield metrics


def ask_at(
    api: Api,
    hook_port: int,
    resync_seconds: int = 0,
    *,
    etag: Obj | None = None,
    child_rules: tuple[Obj, ...] = (),
    release: str = "",
) -> None:
    """Apply our controllers, whose hooks are at the given port; the options are those above."""
    know_kinds(api)
    for manifest in MANIFESTS:
        controller = asking(
            f"http://{LOOPBACK}:{hook_port}", yaml.safe_load(Path(manifest).read_text())
        )
        if resync_seconds:
            controller["spec"]["resyncPeriodSeconds"] = resync_seconds
        if "childResources" in controller["spec"]:
            controller["spec"]["childResources"] += child_rules
        for hook in controller["spec"]["hooks"].values() if etag else ():
            hook["webhook"]["etag"] = etag
        api.apply(naming(release, controller))


def know_kinds(api: Api) -> None:
    """Make Metacontroller's own kinds known to the API server."""
    for obj in definitions():
        api.apply(obj)
    wait_for(lambda: _serves(api), "the API server knows Metacontroller's kinds")


@contextmanager
def running_metacontroller(
    api: Api,
    strategy: str,
    log: Path,
    flags: tuple[str, ...] = (),
    *,
    kubeconfig: Path | None = None,
    proxy: str = "",
) -> Iterator[str]:
    """Run Metacontroller as an account that has the rights of the installation alone.

    Yields the address of its metrics. With `kubeconfig` it is another account, whose rights are
    there already; with `proxy` it comes to the service by that one.
    """
    health, metrics = free_port(), free_port()
    command = [*words(strategy, metrics, health), *flags]
    environ = os.environ | {"KUBECONFIG": str(kubeconfig or least_privileged(api, log.parent))}
    environ |= {"HTTPS_PROXY": proxy} if proxy else {}
    with log.open("ab") as out, _process(command, environ, out):
        wait_for(lambda: answers(f"http://{LOOPBACK}:{health}/readyz"), "Metacontroller is ready")
        yield f"http://{LOOPBACK}:{metrics}/metrics"


def words(strategy: str, metrics: int, health: int) -> list[str]:
    """Return the command of Metacontroller, or of its stand-in, with two ports of the loopback."""
    return [
        *([found] if (found := binary()) else STAND_IN),
        f"--apply-strategy={strategy}",
        "--client-go-qps=50",
        "--client-go-burst=100",
        f"--metrics-address={LOOPBACK}:{metrics}",
        f"--health-probe-bind-address={LOOPBACK}:{health}",
    ]


def asking(address: str, controller: Obj) -> Obj:
    """Return the controller with its hooks at another address; with credentials if it is HTTPS."""
    for hook in controller["spec"]["hooks"].values():
        hook["webhook"]["url"] = address + urlsplit(hook["webhook"]["url"]).path
    if address.startswith("https:"):
        controller["spec"]["endpointConfigs"][0]["host"] = urlsplit(address).netloc
    else:
        controller["spec"].pop("endpointConfigs", None)
    return controller


def naming(release: str, controller: Obj) -> Obj:
    """Return a controller that names a release of the service, if one is given."""
    webhook = controller["spec"]["hooks"]["sync"]["webhook"]
    address = urlsplit(webhook["url"])
    webhook["url"] = address._replace(query=f"release={release}" if release else "").geturl()
    return controller


def _serves(api: Api) -> bool:
    url = f"{api.server}/apis/metacontroller.k8s.io/v1alpha1/compositecontrollers"
    return api.session.get(url).ok


def answers(url: str) -> bool:
    try:
        return LoopbackSession().get(url, timeout=1, verify=False).ok
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
