"""Two releases of the service behind one address, as during its own rolling update."""

import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import cycle
from typing import Final

from tests.cluster.metacontroller import Recorder

OLD, NEW = "1.0.0", "1.1.0"
PROGRAM: Final = """
from runpy import run_module

from hooks.desired.agent import daemonset

former = daemonset._template

def template(*arguments):
    made = former(*arguments)
    made["spec"]["terminationGracePeriodSeconds"] = 61
    return made

daemonset._template = template
run_module("hooks", run_name="__main__", alter_sys=True)
"""
NEXT_RELEASE: Final = [sys.executable, "-c", PROGRAM, "serve"]
"""A release of the service that makes other pod templates."""


@dataclass
class Balancer(Recorder):
    """Gives calls to several services in turn: each call, or all calls of a connection."""

    by: str = "call"
    of_connections: dict[BaseHTTPRequestHandler, int] = field(default_factory=dict)

    def balance(self, *ports: int) -> None:
        """Take these services from now on."""
        self.ports, self.turns = ports, cycle(ports)

    def port_for(self, handler: BaseHTTPRequestHandler) -> int:
        """Return the port of the next service, or of the one that the connection has."""
        if self.by == "call":
            return next(self.turns)
        known = self.of_connections.get(handler)
        if known not in self.ports:
            known = self.of_connections[handler] = next(self.turns)
        return known


def of_release(release: str) -> dict[str, str]:
    """Return the settings of a service of that release."""
    return {"INSECURE": "1", "OPERATOR_VERSION": release, "RELEASE": release}
