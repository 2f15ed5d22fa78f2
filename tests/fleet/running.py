"""The service and Metacontroller as programs that may end, on a cluster whose programs may, too."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import urllib3

from tests.cluster.account import least_privileged
from tests.cluster.api import Api, wait_for
from tests.cluster.conftest import prepared_api
from tests.cluster.metacontroller import LOOPBACK, answers, ask_at, free_port, words
from tests.fleet.programs import Program
from tests.http.service import command, environment

READY_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Running:
    """What runs, and where it answers."""

    api: Api
    logs: Path
    service: Program
    service_port: int
    metacontroller: Program
    metrics: str
    cluster: Path
    """The directory of the cluster, which has a file with the process of each of its programs."""

    def of_cluster(self, name: str) -> Program:
        """Return a program of the cluster."""
        return Program.of_cluster(self.cluster, name)

    def wait_for_service(self) -> None:
        """Wait until the service answers."""
        wait_for_port(self.service_port, "the service")

    def wait_for_api_server(self) -> None:
        """Wait until the API server answers, and has etcd."""
        url = f"{self.api.server}/readyz"
        wait_for(lambda: answers(url), "the API server is ready", READY_SECONDS)


def own_cluster() -> Api:
    """Return the cluster of KUBECONFIG, which several threads may ask at once."""
    # What a session says of warnings is said for all threads, and may end in another one's call.
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return prepared_api()


@contextmanager
def running(api: Api, strategy: str, logs: Path, **settings: str) -> Iterator[Running]:
    """Run the service with the settings, and Metacontroller with the apply strategy."""
    port, metrics, health = free_port(), free_port(), free_port()
    serving = Program(command(), logs / "service.log", environ=served_at(port, logs, **settings))
    kubeconfig = {"KUBECONFIG": str(least_privileged(api, logs))}
    looping = Program(
        words(strategy, metrics, health),
        logs / "metacontroller.log",
        environ=dict(os.environ) | kubeconfig,
    )
    cluster = Path(os.environ["KUBECONFIG"]).parent
    found = Running(
        api, logs, serving, port, looping, f"http://{LOOPBACK}:{metrics}/metrics", cluster
    )
    try:
        serving.start()
        found.wait_for_service()
        ask_at(api, port, release=settings.get("RELEASE", ""))
        looping.start()
        wait_for_port(health, "Metacontroller")
        yield found
    finally:
        looping.stop()
        serving.stop()


def served_at(port: int, home: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a service whose agents may be in any namespace."""
    given = {"HOST": LOOPBACK, "PORT": str(port), "LOG_FORMAT": "json", "AGENT_NAMESPACES": "*"}
    return {**environment(home), **given, **settings}


def wait_for_port(port: int, who: str) -> None:
    """Wait until the program of that port says that it is ready."""
    url = f"http://{LOOPBACK}:{port}/readyz"
    wait_for(lambda: answers(url), f"{who} is ready", READY_SECONDS)
