"""`python -m tests.cluster.node_figures`: what `zone.automatic: NodeLabel` costs in large clusters.

Needs KUBECONFIG and METACONTROLLER. Nodes are as large as in real clusters, and report their status
as often as kubelets do, once in five minutes each.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from hooks.desired.inputs.zones import TOPOLOGY_ZONE
from hooks.kube.objects import Obj
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import resource
from tests.cluster.component import NODE_ZONES
from tests.cluster.conftest import prepared_api
from tests.cluster.loop import remove
from tests.cluster.metacontroller import metacontroller, require_metacontroller, service
from tests.cluster.playing import node
from tests.support.log_lines import whole_lines

SIZES = (1000, 5000)
ZONES = ("eu-1", "eu-2", "eu-3")
IMAGES = 50
"""As many as a kubelet reports by default."""

REPORT_SECONDS = 300
"""How often a kubelet reports a status in which nothing changed."""

OBSERVED_SECONDS = 60
FIRST_SECONDS = 240
REST_SECONDS = 15
ROOM = str(512 * 1024 * 1024)
WRITERS = 8


def main() -> int:
    """Print the figures of each size."""
    require_metacontroller()
    api = prepared_api()
    NODE_ZONES.give_rights(api)
    for size in map(int, sys.argv[1:]) if len(sys.argv) > 1 else SIZES:
        with nodes(api, size), tempfile.TemporaryDirectory() as folder:
            measure(api, size, Path(folder))
    return 0


def measure(api: Api, size: int, folder: Path) -> None:
    """Print the figures of one cluster: a call, and the calls of a minute."""
    agent = resource("minimal")
    agent["spec"]["zone"] = {"automatic": "NodeLabel"}
    log = folder / "service.log"
    with (
        service(log, **NODE_ZONES.settings(MAX_BODY_BYTES=ROOM)) as port,
        metacontroller(api, "server-side-apply", port, folder / "metacontroller.log"),
    ):
        api.apply(agent)
        wait_for(lambda: _is_at_rest(log), "the resource is at rest", FIRST_SECONDS)
        before = len(syncs(log))
        written = report(api, size)
        wait_for(lambda: len(syncs(log)) > before, "a call", FIRST_SECONDS)
        found = syncs(log)[before:]
        times = [float(each["ms"]) for each in found]
        say(f"{size} nodes: {found[-1]['bytes_in'] / 1e6:.1f} MB in a request")
        say(f"  answered in {statistics.median(times):.0f} ms, at most {max(times):.0f} ms")
        say(f"  {len(found)} calls in {OBSERVED_SECONDS} s, while {written} nodes reported")
        say(f"  the service takes {resident()} MiB")
        remove(api, agent, [])


def _is_at_rest(log: Path) -> bool:
    """Tell whether there was a call, and none since a while."""
    last = len(syncs(log))
    time.sleep(REST_SECONDS)
    return 0 < last == len(syncs(log))


def syncs(log: Path) -> list[Obj]:
    """Return the lines that the service wrote of calls of the sync hook."""
    lines = [json.loads(line) for line in whole_lines(log) if line.startswith(b"{")]
    return [each for each in lines if each.get("hook") == "sync"]


def report(api: Api, size: int) -> int:
    """Let nodes report their status for a while; returns how many did."""
    numbers, written = cycle(range(size)), 0
    started = time.monotonic()
    while (passed := time.monotonic() - started) < OBSERVED_SECONDS:
        if written > passed * size / REPORT_SECONDS:
            time.sleep(0.01)
            continue
        heartbeat = {"type": "Ready", "status": "True", "lastHeartbeatTime": _now()}
        api.merge(_node(next(numbers)), {"status": {"conditions": [heartbeat]}}, "status")
        written += 1
    return written


@contextmanager
def nodes(api: Api, size: int) -> Iterator[None]:
    """Have nodes in three zones, each with the images that it has."""
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda number: _create(api, number), range(size)))
    try:
        yield
    finally:
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(lambda number: api.delete(_node(number)), range(size)))


def resident() -> int:
    """Return what the largest process of the service holds in memory, in MiB."""
    command = ["ps", "-eo", "rss,args"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [each for each in found.stdout.splitlines() if "hooks.server.wsgi" in each]
    return max(int(each.split()[0]) for each in lines) // 1024


def _create(api: Api, number: int) -> None:
    made = _node(number)
    api.apply(made)
    api.merge(made, {"status": {"images": _images()}}, "status")


def _node(number: int) -> Obj:
    return node(f"figure-{number}", labels={TOPOLOGY_ZONE: ZONES[number % len(ZONES)]})


def _images() -> list[Obj]:
    digest = "0123456789abcdef" * 4
    return [
        {
            "names": [
                f"registry.example/team/application-{number}@sha256:{digest}",
                f"registry.example/team/application-{number}:1.2.{number}",
            ],
            "sizeBytes": 123456789,
        }
        for number in range(IMAGES)
    ]


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def say(line: str) -> None:
    """Print a line."""
    print(line, flush=True)  # noqa: T201  it is what this command is for


if __name__ == "__main__":
    sys.exit(main())
