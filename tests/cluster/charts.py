"""The chart, installed with a real Helm into an API server of its own."""

import base64
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from socket import create_connection, socket

from tests.cluster.account import account
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.metacontroller import LOOPBACK, know_kinds, running_metacontroller, service
from tests.cluster.own_selector import own_selector_is_in_force
from tests.support.helm import CHART, helm

NAMESPACE = RELEASE = "instana-agent"
KEY_SECRET = "instana-keys"
VALUES = {"agent": {"keysSecret": KEY_SECRET}, "cluster": {"name": "production"}}
SETTINGS = {"TLS_CERT_FILE": "tls.crt", "TLS_KEY_FILE": "tls.key", "TOKENS_FILE": "tokens"}
STRATEGY = "server-side-apply"
OWN_SELECTOR_POLICY: Obj = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "MutatingAdmissionPolicy",
    "metadata": {"name": "instana-agent-own-selector"},
}
BUFFER = 65536


@dataclass
class Cluster:
    """An API server, and what is done to it with Helm."""

    api: Api
    kubeconfig: Path
    place: Path

    def helm(self, *arguments: str, namespace: str = NAMESPACE, stdin: str = "") -> str:
        """Run Helm on the cluster; raises Refused with what it says on an error."""
        options = ("--kubeconfig", str(self.kubeconfig), "--namespace", namespace)
        return helm(*arguments, *options, stdin=stdin)

    def install(self, values: Obj = VALUES, *options: str, chart: Path = CHART) -> str:
        """Install the release with values and wait until agents are taken; returns its notes."""
        notes = self._with_values("install", values, *options, chart=chart)
        if self.api.get(OWN_SELECTOR_POLICY):
            wait_for(lambda: own_selector_is_in_force(self.api), "agents get their own selector")
        return notes

    def upgrade(self, values: Obj = VALUES, *options: str, chart: Path = CHART) -> str:
        """Upgrade the release; returns its notes."""
        return self._with_values("upgrade", values, *options, chart=chart)

    def _with_values(self, action: str, values: Obj, *options: str, chart: Path) -> str:
        arguments = (action, RELEASE, str(chart), "--values", "-", *options)
        return self.helm(*arguments, stdin=json.dumps(values))

    def make_namespace(self) -> None:
        labels = {"pod-security.kubernetes.io/enforce": "privileged"}
        metadata = {"name": NAMESPACE, "labels": labels}
        self.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    def make_key(self) -> None:
        metadata = {"name": KEY_SECRET, "namespace": NAMESPACE}
        key = base64.b64encode(b"an-agent-key").decode()
        self.api.apply(
            {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"key": key}}
        )

    def data_of(self, name: str) -> dict[str, bytes]:
        """Return what is in a Secret of the installation."""
        metadata = {"name": name, "namespace": NAMESPACE}
        found = self.api.get({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
        assert found, name
        return {key: base64.b64decode(value) for key, value in found["data"].items()}

    def credentials(self) -> Path:
        """Write the credentials as a kubelet mounts them; returns the directory."""
        directory = self.place / "credentials"
        directory.mkdir(exist_ok=True)
        for secret in ("instana-agent-hooks-tls", "instana-agent-hooks-token"):
            for name, content in self.data_of(secret).items():
                (directory / name).write_bytes(content)
        return directory

    @contextmanager
    def pods(self) -> Iterator[int]:
        """Run the service with the installation's own credentials; yields its port."""
        directory = self.credentials()
        settings = {name: str(directory / file) for name, file in SETTINGS.items()}
        with service(self.place / "service.log", **settings) as port:
            yield port

    @contextmanager
    def loop(self, strategy: str = STRATEGY) -> Iterator[None]:
        """Run Metacontroller with the rights of the chart; it finds the service by its name."""
        kubeconfig = account(self.api, self.place)
        log = self.place / "metacontroller.log"
        with (
            self.pods() as port,
            forwarding(lambda _: port) as proxy,
            running_metacontroller(self.api, strategy, log, kubeconfig=kubeconfig, proxy=proxy),
        ):
            yield

    def know_metacontroller(self) -> None:
        know_kinds(self.api)
        wait_for(lambda: self.serves("metacontroller.k8s.io/v1alpha1"), "its kinds are served")

    def serves(self, group: str) -> bool:
        return self.api.session.get(f"{self.api.server}/apis/{group}").ok


@contextmanager
def forwarding(port_of: Callable[[str], int | None]) -> Iterator[str]:
    """Run a proxy that leads each host to a port of this machine, or is down for it.

    So the name of the service need not be known, and its certificate is checked all the same.
    """

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            _, address, _ = self.rfile.readline().decode().split()
            while self.rfile.readline().strip():
                pass
            port = port_of(address.partition(":")[0])
            if port is None:
                self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
                return
            with create_connection((LOOPBACK, port)) as upstream:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _pass_on(self.connection, upstream)

    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{LOOPBACK}:{server.server_address[1]}"
        finally:
            server.shutdown()


def _pass_on(one: socket, other: socket) -> None:
    with DefaultSelector() as selector:
        for source, target in ((one, other), (other, one)):
            selector.register(source, EVENT_READ, target)
        while True:
            for key, _ in selector.select():
                content = key.fileobj.recv(BUFFER)  # type: ignore[union-attr]
                if not content:
                    return
                key.data.sendall(content)
