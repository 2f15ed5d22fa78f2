"""What `podStatus: Enabled` costs: a call with pods, against reading and writing its JSON."""

import statistics
import time
from typing import Final

import orjson

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.sync import sync
from hooks.wire import decode_for_sync, encode
from tests.bench.figures import Figure
from tests.support.pods import crashing, healthy

GOALS: Final = {1_000: 0.2, 5_000: 0.2}
"""By the number of pods, the greatest ratio."""

FACTS: Final = Facts(pod_status=True)
NOW: Final = "2026-01-01T00:00:00Z"
ROUNDS: Final = 7

ONE_IN: Final = 10
MANAGED_FIELDS: Final = 320
"""As many as make a pod 14 kB, as those of agents are."""


def pod_figures(body: bytes) -> list[Figure]:
    """Measure calls for the request with pods of each number."""
    request = orjson.loads(body)
    request["parent"]["spec"]["podStatus"] = "Enabled"
    return [_figure(number, with_pods(request, number), goal) for number, goal in GOALS.items()]


def _figure(number: int, body: bytes, goal: float) -> Figure:
    name = f"sync() with {number:,} pods, {len(body) / 1e6:.0f} MB"
    rounds = [(_ours(body), _floor(body)) for _ in range(ROUNDS)]
    ours, floor = (statistics.median(seconds) * 1e3 for seconds in zip(*rounds, strict=True))
    return Figure(name, ours, floor, "ms", goal)


def _ours(body: bytes) -> float:
    """Return the processor's seconds per call: others may be at work on the machine."""
    started = time.process_time()
    encode(sync(decode_for_sync(body), FACTS, NOW))
    return time.process_time() - started


def _floor(body: bytes) -> float:
    started = time.process_time()
    orjson.dumps(orjson.loads(body))
    return time.process_time() - started


def with_pods(request: Obj, number: int) -> bytes:
    pods = [_pod(each) for each in range(number)]
    of_kind = {f"instana-agent/{each['metadata']['name']}": each for each in pods}
    return orjson.dumps(request | {"related": request["related"] | {"Pod.v1": of_kind}})


def _pod(number: int) -> Obj:
    make = healthy if number % ONE_IN else crashing
    pod = make(f"instana-agent-{number:05}", f"node-{number:05}")
    fields: Obj = {
        f"f:field-of-the-pod-{each:03}": {"f:name": {}} for each in range(MANAGED_FIELDS)
    }
    pod["metadata"]["managedFields"] = [{"manager": "kubelet", "fieldsV1": fields}]
    return pod
