"""What `podStatus: Enabled` costs: a call with pods, against the same call without."""

import statistics
import time
from typing import Final

import orjson

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.sync import sync
from hooks.wire import decode, encode
from tests.bench.figures import Figure
from tests.support.pods import crashing, healthy

GOALS: Final = {10: 3.0, 1000: 80.0, 5000: 400.0}
"""By the number of pods, the greatest ratio: reading them as JSON takes most of it."""

FACTS: Final = Facts(pod_status=True)
NOW: Final = "2026-01-01T00:00:00Z"
ROUNDS: Final = 7
ONE_IN: Final = 10
MANAGED_FIELDS: Final = 180
"""As many as make a pod 8 KiB or so, as those of agents are."""


def pod_figures(body: bytes) -> list[Figure]:
    """Measure calls for the request with pods of each number."""
    request = orjson.loads(body)
    request["parent"]["spec"]["podStatus"] = "Enabled"
    requests = {number: _with_pods(request, number) for number in GOALS}
    alone = _with_pods(request, 0)
    return [_figure(number, requests[number], alone, goal) for number, goal in GOALS.items()]


def _figure(number: int, with_pods: bytes, alone: bytes, goal: float) -> Figure:
    name = f"sync() with {number} pods, {len(with_pods) / 1e6:.1f} MB"
    rounds = [(_seconds(with_pods), _seconds(alone)) for _ in range(ROUNDS)]
    ours, baseline = (statistics.median(each) * 1e3 for each in zip(*rounds, strict=True))
    return Figure(name, ours, baseline, "ms", goal)


def _seconds(body: bytes) -> float:
    started = time.perf_counter()
    encode(sync(decode(body), FACTS, NOW))
    return time.perf_counter() - started


def _with_pods(request: Obj, number: int) -> bytes:
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
