"""What a call of the sync hook costs in each situation, against reading and writing its JSON.

Each in the processor's time: others may be at work on the machine.
"""

import statistics
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

import orjson

from hooks.contract import DAEMON_SET
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.sync import sync
from hooks.wire import decode_for_sync, encode
from tests.bench.figures import Figure
from tests.recorded import Recorded

FACTS: Final = Facts()
NOW: Final = "2026-02-01T00:00:00Z"
ROUNDS: Final = 15
CALLS_PER_ROUND: Final = 40
AT_REST_GOAL: Final = 4.5
CHANGED_GOAL: Final = 5.0
MINIMAL_GOAL: Final = 3.5
ZONES: Final = 20
WITHOUT_SENSOR: Final = "no-nodes"
"""The recorded resource with the fewest fields and children; its agent has no node to run on."""


def call_figures() -> list[Figure]:
    """Measure a call in each situation; those without a goal show what else there is."""
    typical = _recorded("healthy")
    return [
        _figure("at rest, the same request", typical, AT_REST_GOAL),
        _figure("at rest, a child's status changed", _with_another_child_status(), AT_REST_GOAL),
        _figure("spec changed: another image", _with_another_image(), CHANGED_GOAL),
        _figure("at rest, minimal", _recorded(WITHOUT_SENSOR), MINIMAL_GOAL),
        _figure("at rest, with overrides", _recorded("overrides")),
        _figure(f"at rest, {ZONES} zones", _with_zones()),
        _figure("first call, no children", _recorded("first-sync")),
    ]


def _recorded(case: str) -> Obj:
    return Recorded("sync", case).request


def _with_another_child_status() -> Obj:
    request = _recorded("healthy")
    for daemonset in request["children"][DAEMON_SET].values():
        daemonset["status"] |= {"numberReady": 0, "numberAvailable": 0}
    return request


def _with_another_image() -> Obj:
    request = _recorded("healthy")
    request["parent"]["metadata"]["generation"] += 1
    request["parent"]["spec"]["agent"]["image"]["tag"] = "another"
    return request


def _with_zones() -> Obj:
    """Return the recorded request with two zones as it is with more, all of them alike."""
    request = _recorded("zones")
    zones: list[Obj] = request["parent"]["spec"]["zones"]
    observed = request["children"][DAEMON_SET]
    zone, recorded = zones[0], deepcopy(observed[next(iter(observed))])
    added = [f"zone-{number:02}" for number in range(ZONES - len(zones))]
    zones.extend(zone | {"name": name} for name in added)
    for child in sync(request, FACTS, NOW)["children"]:
        key = f"{recorded['metadata']['namespace']}/{child['metadata']['name']}"
        if child["kind"] == "DaemonSet" and key not in observed:
            metadata = recorded["metadata"] | child["metadata"]
            observed[key] = recorded | {"metadata": metadata, "spec": child["spec"]}
    assert len(observed) == ZONES
    return request


def _figure(name: str, request: Obj, goal: float | None = None) -> Figure:
    body = orjson.dumps(request)
    rounds = [(_milliseconds(_answer, body), _milliseconds(_echo, body)) for _ in range(ROUNDS)]
    ours, floor = (statistics.median(costs) for costs in zip(*rounds, strict=True))
    return Figure(f"sync(): {name}", ours, floor, "ms", goal)


def _answer(body: bytes) -> bytes:
    return encode(sync(decode_for_sync(body), FACTS, NOW))


def _echo(body: bytes) -> bytes:
    return orjson.dumps(orjson.loads(body))


def _milliseconds(call: Callable[[bytes], Any], body: bytes) -> float:
    started = time.process_time()
    for _ in range(CALLS_PER_ROUND):
        call(body)
    return (time.process_time() - started) / CALLS_PER_ROUND * 1e3
