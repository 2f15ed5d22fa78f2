"""`make fleet`: what events cost with many agents, namespaces or nodes, and how that grows.

Needs a cluster of one's own (KUBECONFIG), with nodes for `nodes` and without for the others, and
METACONTROLLER. Fails where a fleet at rest is written to.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from hooks.desired.agent.namespaces_configmap import MONITORING_LABEL
from hooks.kube.objects import Obj
from tests.cluster.api import Api
from tests.cluster.component import POD_STATUS
from tests.cluster.metacontroller import require_metacontroller
from tests.fleet import agents
from tests.fleet.costs import Cost, measured, table, wait_until_quiet
from tests.fleet.running import Running, own_cluster, running
from tests.pods import workloads

STRATEGY: Final = "server-side-apply"
PARTS: Final = (4, 2, 1)
"""The sizes are these parts of the given one."""

GIVEN: Final = {"agents": 200, "namespaces": 2000, "nodes": 500}
REST_SECONDS: Final = 60
WRITERS: Final = 8
ROOM: Final = str(512 * 1024 * 1024)
"""For a request with all Pods of the largest cluster."""

AT_ONCE: Final = "10%"
OTHER: Final = "other-{}"


def main() -> int:
    """Print the costs of one kind of growth; returns 1 if something is written at rest."""
    require_metacontroller()
    what = sys.argv[1] if len(sys.argv) > 1 else "agents"
    most = int(sys.argv[2]) if len(sys.argv) > 2 else GIVEN[what]
    api = own_cluster()
    POD_STATUS.give_rights(api)
    settings = POD_STATUS.settings(MAX_BODY_BYTES=ROOM)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(api, STRATEGY, Path(folder), **settings) as found,
    ):
        return _told(found, what, [most // part for part in PARTS])


def _told(found: Running, what: str, sizes: list[int]) -> int:
    """Measure, and print what was found; returns the exit code."""
    rows = GROWING[what](found, sizes)
    rest = _at_rest(found)
    memory = found.service.mebibytes, found.metacontroller.mebibytes
    _say(*table(what, sizes, rows))
    _say(f"at rest for {REST_SECONDS} s: {rest.calls:.0f} calls, {rest.writes:.0f} writes")
    _say(f"most memory: service {memory[0]:.0f} MiB, Metacontroller {memory[1]:.0f} MiB")
    return int(rest.writes > 0)


def _of_agents(found: Running, sizes: list[int]) -> dict[str, list[Cost]]:
    """Let a fleet grow: creation and change of an agent, change of all, a labelled namespace."""
    rows: dict[str, list[Cost]] = {}
    for former, size in pairwise([0, *sizes]):
        added = range(former, size)
        settled = partial(agents.are_settled, found.api, size)
        created = measured(found, partial(agents.create, found.api, added), settled)
        one = _changed(found, range(1), size, f"one-{size}")
        every = _changed(found, range(size), size, f"all-{size}")
        labelled = measured(found, partial(_label, found.api, OTHER.format(size)), settled)
        _add(rows, {
            "creation, per agent": created.per(len(added)),
            "change of one agent": one,
            "change of all, per agent": every.per(size),
            "a labelled namespace": labelled,
        })  # fmt: skip
    return rows


def _changed(found: Running, numbers: range, size: int, value: str) -> Cost:
    def is_done() -> bool:
        return agents.are_settled(found.api, size) and agents.have(found.api, numbers, value)

    return measured(found, partial(agents.change, found.api, numbers, value), is_done)


def _of_namespaces(found: Running, sizes: list[int]) -> dict[str, list[Cost]]:
    """Let labelled namespaces grow: one more of them, one without a label, change of an agent."""
    rows: dict[str, list[Cost]] = {}
    settled = partial(agents.are_settled, found.api, 1)
    measured(found, partial(agents.create, found.api, range(1)), settled)
    for former, size in pairwise([0, *sizes]):
        _at_once(partial(_label, found.api), map(OTHER.format, range(former, size)))
        wait_until_quiet(found)
        more = measured(found, partial(_label, found.api, f"labelled-{size}"), settled)
        plain = measured(found, partial(_open, found.api, f"plain-{size}"), settled)
        _add(rows, {
            "one more with the label": more,
            "one more without it": plain,
            "change of an agent": _changed(found, range(1), 1, f"one-{size}"),
        })  # fmt: skip
    return rows


def _of_nodes(found: Running, sizes: list[int]) -> dict[str, list[Cost]]:
    """Let the nodes of one agent grow, with its Pods in the status: creation, and a new image."""
    rows: dict[str, list[Cost]] = {}
    for size in sizes:
        wanted = _with_pods(size)
        is_ready = partial(_is_ready, found.api, wanted, size)
        created = measured(found, partial(found.api.apply, wanted), is_ready)
        image = {"spec": {"agent": {"image": {"tag": "2"}}}}
        rolled_out = measured(found, partial(found.api.merge, wanted, image), is_ready)
        _add(rows, {"creation": created, "a new image": rolled_out})
        found.api.delete(wanted)
        while workloads.agents(found.api):
            time.sleep(1)
    return rows


def _with_pods(size: int) -> Obj:
    """Return an agent for the first nodes, whose status tells of its Pods."""
    names = [f"node-{number + 1}" for number in range(size)]
    place = {"key": "kubernetes.io/hostname", "operator": "In", "values": names}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [place]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    made = agents.agent(0)
    made["metadata"]["namespace"] = workloads.NAMESPACE
    made["spec"] |= {"podStatus": "Enabled"}
    made["spec"]["agent"] |= {
        "image": {"name": "registry.example/agent", "tag": "1"},
        "updateStrategy": {"rollingUpdate": {"maxUnavailable": AT_ONCE}},
        "pod": {"affinity": affinity},
    }
    return made


def _is_ready(api: Api, wanted: Obj, size: int) -> bool:
    found = api.get(wanted) or {}
    status = found.get("status") or {}
    conditions = {each["type"]: each["status"] for each in status.get("conditions", ())}
    return (
        conditions.get("Ready") == "True"
        and status["observedGeneration"] == found["metadata"]["generation"]
        and len(workloads.agents(api)) == size
    )


def _at_rest(found: Running) -> Cost:
    """Return what is asked and written while nothing happens."""
    wait_until_quiet(found)
    return measured(found, partial(time.sleep, REST_SECONDS), lambda: True)


def _label(api: Api, name: str) -> None:
    _open(api, name, {MONITORING_LABEL: "true"})


def _open(api: Api, name: str, labels: Obj | None = None) -> None:
    metadata = {"name": name, "labels": labels or {}}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def _at_once(make: Callable[[str], None], names: Iterator[str]) -> None:
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(make, names))


def _add(rows: dict[str, list[Cost]], costs: dict[str, Cost]) -> None:
    for event, cost in costs.items():
        rows.setdefault(event, []).append(cost)


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201  it is what this command is for


GROWING: Final = {"agents": _of_agents, "namespaces": _of_namespaces, "nodes": _of_nodes}


if __name__ == "__main__":
    sys.exit(main())
