"""`make chaos`: end programs while a fleet changes, and print what that does to its children.

Needs a cluster of one's own (KUBECONFIG). Fails where a child is lost, or a pod template changes
more often than it was asked to, or the fleet is not as asked in time.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

from hooks.kube.objects import Identity
from tests.cluster.api import Api, wait_for
from tests.cluster.metacontroller import STRATEGIES, ask_at, free_port
from tests.cluster.releases import NEW, NEXT_RELEASE, OLD, Balancer, of_release
from tests.fleet import agents
from tests.fleet.agents import Version
from tests.fleet.programs import Program
from tests.fleet.running import Running, own_cluster, running, served_at, wait_for_port

AGENTS: Final = int(os.environ.get("AGENTS", "20"))
AWAY_SECONDS: Final = 5.0
FROZEN_SECONDS: Final = 15.0
"""Longer than Metacontroller waits for a response."""

KILLS: Final = 3
BETWEEN_WRITES_SECONDS: Final = 0.3
BOTH_SECONDS: Final = 10.0
REST_SECONDS: Final = 3.0
CONVERGED_SECONDS: Final = 180.0
DAEMON_SET: Final = "DaemonSet"
MOST_SHOWN: Final = 5


@dataclass(frozen=True)
class Disturbance:
    """What happens, and how often it changes each DaemonSet itself.

    If it does not, every agent is changed right before.
    """

    name: str
    happen: Callable[[Running], None]
    changes: int = 0


@dataclass(frozen=True)
class Effect:
    """What a disturbance did, and how many seconds after its end all was as asked."""

    name: str
    strategy: str
    seconds: float
    lost: list[Identity]
    beyond: list[Identity]

    @property
    def is_bad(self) -> bool:
        return bool(self.lost or self.beyond)

    def __str__(self) -> str:
        verdict = "BAD" if self.is_bad else "ok"
        return (
            f"{self.name:38} {self.strategy:18} {self.seconds:6.1f} s  children lost "
            f"{len(self.lost)}, changed beyond what was asked {len(self.beyond)}  {verdict}"
        )


def main() -> int:
    """Print the effect of each disturbance with each way of applying; returns the exit code."""
    api = own_cluster()
    is_bad = False
    for strategy in STRATEGIES:
        with tempfile.TemporaryDirectory() as folder, _fleet(api, strategy, Path(folder)) as found:
            for number, disturbance in enumerate(DISTURBANCES):
                effect = _effect(found, disturbance, strategy, f"{strategy}-{number}")
                print(effect, flush=True)  # noqa: T201  it is what this command is for
                for child in [*effect.lost, *effect.beyond][:MOST_SHOWN]:
                    print("   ", *child)  # noqa: T201  the same
                is_bad = is_bad or effect.is_bad
    return int(is_bad)


@contextmanager
def _fleet(api: Api, strategy: str, logs: Path) -> Iterator[Running]:
    """Run a fleet, which is at rest at first; removes it."""
    with running(api, strategy, logs, **of_release(OLD)) as found:
        agents.create(api, range(AGENTS))
        _wait_until_settled(found)
        yield found
        agents.remove(api, range(AGENTS))
        wait_for(lambda: not agents.versions(api), "the fleet is gone", CONVERGED_SECONDS)


def _effect(found: Running, disturbance: Disturbance, strategy: str, value: str) -> Effect:
    before = agents.versions(found.api)
    asked = "" if disturbance.changes else value
    if asked:
        agents.change(found.api, range(AGENTS), asked)
    disturbance.happen(found)
    seconds = _wait_until_settled(found, asked)
    after = agents.versions(found.api)
    lost = [child for child in before if _is_lost(child, before, after)]
    beyond = [
        child
        for child in before.keys() - {*lost}
        if after[child].changes - before[child].changes > _asked(child, disturbance)
    ]
    return Effect(disturbance.name, strategy, seconds, lost, beyond)


def _is_lost(
    child: Identity, before: dict[Identity, Version], after: dict[Identity, Version]
) -> bool:
    return child not in after or after[child].uid != before[child].uid


def _asked(child: Identity, disturbance: Disturbance) -> int:
    """Return how often the spec of a child is to change."""
    return (disturbance.changes or 1) if DAEMON_SET in child else 0


def _wait_until_settled(found: Running, value: str = "") -> float:
    """Wait until the fleet is as asked, and at rest; returns after how many seconds it was so."""
    began = time.monotonic()

    def is_so() -> bool:
        if not found.metacontroller.is_running:  # The kubelet would start it again.
            found.metacontroller.start()
        try:
            return agents.are_settled(found.api, AGENTS) and (
                not value or agents.have(found.api, range(AGENTS), value)
            )
        except requests.RequestException:
            return False

    wait_for(is_so, "the fleet is as asked", CONVERGED_SECONDS)
    seconds = time.monotonic() - began
    last: dict[Identity, Version] = {}
    while (current := agents.versions(found.api)) != last:
        last = current
        time.sleep(REST_SECONDS)
    return seconds


def _kill_service(found: Running) -> None:
    _kill(found.service)
    found.wait_for_service()


def _freeze_service(found: Running) -> None:
    found.service.freeze()
    time.sleep(FROZEN_SECONDS)
    found.service.thaw()


def _kill_metacontroller(found: Running) -> None:
    for _ in range(KILLS):
        time.sleep(BETWEEN_WRITES_SECONDS)
        found.metacontroller.kill()
        found.metacontroller.start()


def _kill_api_server(found: Running) -> None:
    _kill(found.of_cluster("kube-apiserver"))
    found.wait_for_api_server()


def _kill_etcd(found: Running) -> None:
    _kill(found.of_cluster("etcd"))
    found.wait_for_api_server()


def _kill(program: Program) -> None:
    program.kill()
    time.sleep(AWAY_SECONDS)
    program.start()


def _upgrade_service(found: Running) -> None:
    """Let two releases answer in turns for a while, the controllers naming the new one."""
    port = free_port()
    environ = served_at(port, found.logs, **of_release(NEW))
    following = Program(NEXT_RELEASE, found.logs / "next.log", environ=environ)
    following.start()
    both = Balancer(found.service_port)
    try:
        wait_for_port(port, "the next release")
        both.balance(found.service_port, port)
        ask_at(found.api, both.port, release=NEW)
        time.sleep(BOTH_SECONDS)
        ask_at(found.api, both.port, release=OLD)
        time.sleep(BOTH_SECONDS)
        ask_at(found.api, found.service_port, release=OLD)
    finally:
        both.close()
        following.stop()


DISTURBANCES: Final = (
    Disturbance("service killed", _kill_service),
    Disturbance("service frozen", _freeze_service),
    Disturbance("Metacontroller killed between writes", _kill_metacontroller),
    Disturbance("API server killed", _kill_api_server),
    Disturbance("etcd killed", _kill_etcd),
    Disturbance("two releases at once, and back", _upgrade_service, changes=2),
)


if __name__ == "__main__":
    sys.exit(main())
