"""How long the roll-out of a DaemonSet takes, by its own counts, strategy and startup probe."""

import re
from math import ceil
from typing import Final

from hooks.desired.names import CONTAINER
from hooks.desired.pod.probes import startup_seconds
from hooks.kube.objects import Obj, as_object
from hooks.kube.workloads import ON_DELETE, container, pod_spec
from hooks.observed.rollout import count

GRACE_SECONDS = 30
"""What Kubernetes gives a pod to end where its template does not say."""

MINUTE = 60
HUNDRED = 100
SHARE: Final = re.compile(r"0*([0-9]{1,3})%?")
"""Kubernetes takes any number of zeros before a share; Python reads no more than 4,300 digits."""


def remaining_time(daemonset: Obj) -> str:
    """Return how many pods are left, how many go at once, and the most that it takes.

    A node that takes longer than its startup probe allows does not get ready by waiting.
    """
    spec = as_object(daemonset.get("spec"))
    left = count(daemonset, "desiredNumberScheduled") - count(daemonset, "updatedNumberScheduled")
    strategy = as_object(spec.get("updateStrategy"))
    if strategy.get("type") == ON_DELETE:
        return f"{left} to go, each once its old one is deleted"
    at_once = _at_once(as_object(strategy.get("rollingUpdate")), daemonset)
    minutes = ceil(ceil(left / at_once) * _seconds_of_one(daemonset) / MINUTE)
    return f"{left} to go, {at_once} at a time, at most {minutes} min"


def _at_once(rolling: Obj, daemonset: Obj) -> int:
    desired = count(daemonset, "desiredNumberScheduled")
    sides = (rolling.get(side) for side in ("maxUnavailable", "maxSurge"))
    return max(1, *(_number(side, desired) for side in sides))


def _number(side: object, desired: int) -> int:
    """Return a number of pods, or a share of them, which Kubernetes rounds up."""
    if isinstance(side, int):
        return side
    share = SHARE.fullmatch(side) if isinstance(side, str) else None
    return -(-desired * int(share[1]) // HUNDRED) if share else 0


def _seconds_of_one(daemonset: Obj) -> int:
    spec, agent = as_object(daemonset.get("spec")), container(daemonset, CONTAINER)
    probe = as_object(agent.get("startupProbe") or agent.get("livenessProbe"))
    grace = _whole(pod_spec(daemonset).get("terminationGracePeriodSeconds"), GRACE_SECONDS)
    return grace + startup_seconds(probe) + _whole(spec.get("minReadySeconds"), 0)


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
