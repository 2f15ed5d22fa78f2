"""`make figures`: print what the real loop costs the API server, and fail where a goal is missed.

Needs KUBECONFIG and METACONTROLLER. Writes are those that Metacontroller itself counts.
"""

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
from click.testing import CliRunner

from hooks.cli.program.command_line import main as main_command
from hooks.cluster_rbac import AGENTS
from hooks.kube.objects import Obj, describe, identity
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import rendered, resource, surroundings
from tests.cluster.conftest import prepared_api
from tests.cluster.former import lay_out
from tests.cluster.loop import remove, running_loop, settled, versions
from tests.cluster.many import wait_until_settled
from tests.cluster.metacontroller import (
    LOOPBACK,
    STRATEGIES,
    Recorder,
    metacontroller,
    require_metacontroller,
)
from tests.support.agreed import agreed

CASE = "combined-production"
RESYNCS = 10
CREATIONS = 5
NAMESPACES = 5000
CLUSTER_ROLES = 300
OUR_ROLES = 2
TAKEN_OVER = "taken-over-by-"
RESYNC_SECONDS = 1
POLL_SECONDS = 0.005
QUIET_SECONDS = 2.0
FLOOR_GOAL = 2.0
ALL_AGENTS = {"apiVersion": "instana.io/v1", "resource": "agents"}
OUR_ROLE_PATH = "/cluster-rbac/sync"


@dataclass(frozen=True)
class Figure:
    """What was measured, and the greatest value that is fine."""

    name: str
    strategy: str
    value: float
    goal: float
    remark: str = ""

    @property
    def is_missed(self) -> bool:
        return self.value > self.goal

    def __str__(self) -> str:
        verdict = "MISSED" if self.is_missed else "ok"
        text = (
            f"{self.name:<58} {self.strategy:<18} {self.value:>7.2f} <= {self.goal:<5g} {verdict}"
        )
        return f"{text}  {self.remark}".rstrip()


def main() -> int:
    """Print all figures; returns 1 if one misses its goal."""
    require_metacontroller()
    api = prepared_api()
    figures = []
    with tempfile.TemporaryDirectory() as logs:
        for strategy in STRATEGIES:
            for figure in measured(api, strategy, Path(logs)):
                print(figure, flush=True)  # noqa: T201  it is what this command is for
                figures.append(figure)
    return int(any(figure.is_missed for figure in figures))


def measured(api: Api, strategy: str, logs: Path) -> Iterator[Figure]:
    """Yield the figures of one apply strategy."""
    agent, others = resource(CASE), surroundings(CASE)
    api.apply_all(others)
    with running_loop(api, strategy, logs, RESYNC_SECONDS) as loop, created(api, agent):
        yield Figure("writes at rest over 10 resyncs", strategy, _at_rest(agent, loop), 0)
    former = lay_out(api, CASE, TAKEN_OVER + strategy)  # before anybody leads it
    templates = _templates(api, strategy)
    with running_loop(api, strategy, logs) as loop:
        changed = _changed_templates(api, strategy, former, templates)
        yield Figure("pod templates changed by a take-over", strategy, changed, 0)
        with created(api, agent):
            for change in CHANGES:
                yield _writes(api, agent, strategy, loop, change)
        ours = [_creation(api, agent) for _ in range(CREATIONS)]
        yield _rbac_calls(api, agent, strategy, loop)
    with floor(api, strategy, logs):
        theirs = [_creation(api, agent) for _ in range(CREATIONS)]
    seconds, least = statistics.median(ours), statistics.median(theirs)
    remark = f"{seconds:.2f} s, a hook that only repeats its answer {least:.2f} s"
    yield Figure("creation until all children are there, times the floor", strategy,
                 seconds / least, FLOOR_GOAL, remark)  # fmt: skip
    remove(api, agent, [])


@contextmanager
def created(api: Api, agent: Obj) -> Iterator[None]:
    """Have the resource with all its children, at rest."""
    _creation(api, agent, keep=True)
    settled(api, agent)
    yield
    remove(api, agent, [])


def _at_rest(agent: Obj, loop: Recorder) -> int:
    name = agent["metadata"]["name"]
    before = loop.writes()
    calls = len(loop.syncs_of(name)) + RESYNCS
    wait_for(lambda: len(loop.syncs_of(name)) >= calls, "ten resyncs", RESYNCS * 3.0)
    return loop.writes() - before


@dataclass(frozen=True)
class Change:
    """A change of one field, and the statuses that it takes to tell of it."""

    name: str
    spec: Obj
    statuses: int


CHANGES = (
    Change("writes for a changed configuration", {"agent": {"configuration_yaml": "a: 1\n"}}, 1),
    # Not ready while the template differs, and ready again: never a stale Ready.
    Change("writes for another image", {"agent": {"image": {"tag": "another"}}}, 2),
)


def _writes(api: Api, agent: Obj, strategy: str, loop: Recorder, change: Change) -> Figure:
    """Return the writes for a change; the changed children and the statuses are fine."""
    writes, before = loop.writes(), versions(api)
    api.merge(agent, {"spec": change.spec})
    time.sleep(QUIET_SECONDS)
    after = settled(api, agent)
    changed = [key for key in before if after[key] != before[key]]
    kinds = ", ".join(sorted(kind for _, kind, _, _ in changed))
    return Figure(change.name, strategy, loop.writes() - writes,
                  len(changed) + change.statuses, f"changed: {kinds}")  # fmt: skip


def _changed_templates(api: Api, strategy: str, agent: Obj, before: dict[str, Obj]) -> int:
    """Return how many workloads of the Go operator got another template, so that pods restart."""
    wait_until_settled(api, [agent])
    place = TAKEN_OVER + strategy
    command = ["takeover", "apply", "--namespace", place, "--apply-strategy", strategy]
    CliRunner().invoke(main_command, [*command, *agreed("apply")], catch_exceptions=False)
    wait_until_settled(api, [agent])
    after = _templates(api, strategy)
    remove(api, agent, [])
    api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place}})
    return sum(after[name] != template for name, template in before.items())


def _templates(api: Api, strategy: str) -> dict[str, Obj]:
    return {
        describe(each): each["spec"]["template"]
        for kind in ("DaemonSet", "Deployment")
        for each in api.list(kind, "apps/v1", TAKEN_OVER + strategy)
    }


def _creation(api: Api, agent: Obj, *, keep: bool = False) -> float:
    """Return the seconds from creating the resource until all children are there."""
    result = rendered(CASE)
    wanted = {identity(each) for each in [*result.children, *result.attachments]}
    started = time.perf_counter()
    api.apply(agent)
    while not versions(api).keys() >= wanted:
        time.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - started
    if not keep:
        settled(api, agent)
        remove(api, agent, [])
    return seconds


def _rbac_calls(api: Api, agent: Obj, strategy: str, loop: Recorder) -> Figure:
    """Return the calls for one event of an agent in a cluster of many namespaces and roles."""
    crowd = [*_namespaces(strategy), *_cluster_roles()]
    api.apply_all(crowd)
    try:
        with created(api, agent):
            calls = len(_rbac(loop))
            api.merge(agent, {"metadata": {"annotations": {"tests/event": "one"}}})
            wait_for(lambda: len(_rbac(loop)) > calls, "the roles are looked at")
            time.sleep(QUIET_SECONDS)
            found = len(_rbac(loop)) - calls
    finally:
        for each in crowd:
            api.delete(each)
    remark = f"{NAMESPACES} namespaces, {CLUSTER_ROLES} other ClusterRoles"
    return Figure(
        "cluster-RBAC syncs for one event of an agent", strategy, found, OUR_ROLES, remark
    )


def _rbac(loop: Recorder) -> list[str]:
    return [each.path for each in list(loop.exchanges) if each.path == OUR_ROLE_PATH]


def _namespaces(prefix: str) -> Iterator[Obj]:
    for number in range(NAMESPACES):
        metadata = {"name": f"{prefix}-{number}"}
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _cluster_roles() -> Iterator[Obj]:
    for number in range(CLUSTER_ROLES):
        yield {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": f"crowd-{number}"},
            "rules": [],
        }


@contextmanager
def floor(api: Api, strategy: str, logs: Path) -> Iterator[None]:
    """Run Metacontroller with a hook that computes nothing: it repeats the rendered children."""
    result = rendered(CASE)
    answers: dict[str, Any] = {
        "/sync": {"status": {}, "children": result.children},
        "/customize": {"relatedResources": []},
        "/cluster-rbac/customize": {"relatedResources": [ALL_AGENTS]},
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = orjson.dumps(answers.get(self.path) or _attachments(request))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    def _attachments(request: Obj) -> Obj:
        role = request["object"]["metadata"]["name"]
        if not request["related"].get(AGENTS):
            return {"attachments": []}
        found = [each for each in result.attachments if each["roleRef"]["name"] == role]
        return {"attachments": found}

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with metacontroller(api, strategy, server.server_port, logs / "floor.log"):
        yield
    server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
