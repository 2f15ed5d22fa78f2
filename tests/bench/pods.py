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

GOALS: Final = {10: 2.0, 1000: 40.0, 5000: 200.0}
"""By the number of pods, the greatest ratio: reading them as JSON takes most of it."""

FACTS: Final = Facts(pod_status=True)
NOW: Final = "2026-01-01T00:00:00Z"
ROUNDS: Final = 7
CALLS: Final = 1000
"""Divided by the number of pods, how often a call is made in a round."""

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
    calls = max(CALLS // number, 1)
    rounds = [(_seconds(with_pods, calls), _seconds(alone, calls)) for _ in range(ROUNDS)]
    ours, baseline = (statistics.median(each) * 1e3 for each in zip(*rounds, strict=True))
    return Figure(name, ours, baseline, "ms", goal)


def _seconds(body: bytes, calls: int) -> float:
    """Return the processor's seconds per call: others may be at work on the machine."""
    started = time.process_time()
    for _ in range(calls):
        encode(sync(decode(body), FACTS, NOW))
    return (time.process_time() - started) / calls


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
