"""How many pods of a workload are replaced at once: numbers, and shares as Kubernetes rounds them.

The status of a running rollout and the preview of one that has not begun use the same rules.
"""

import re
from dataclasses import dataclass
from typing import Final

from hooks.kube.objects import Obj, as_object

HUNDRED: Final = 100
USUAL_UNAVAILABLE: Final = 1
"""How many pods go at once where a workload does not say, or says none on both sides."""
USUAL_OF_DEPLOYMENT: Final = "25%"
"""Both sides of a Deployment that says nothing:
https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment"""
SHARE: Final = re.compile(r"0*([0-9]{1,3})%?")
"""Kubernetes takes any number of zeros before a share; Python reads no more than 4,300 digits."""


@dataclass(frozen=True, slots=True)
class Sides:
    """How many pods may be unavailable during a rollout, and how many more there may be."""

    unavailable: int
    surge: int

    @property
    def at_once(self) -> int:
        """Return how many pods of a DaemonSet are replaced at the same time."""
        return max(USUAL_UNAVAILABLE, self.unavailable, self.surge)

    @property
    def most_unavailable(self) -> int:
        """Return how many pods may be unavailable; a surge alone allows none."""
        return self.unavailable if self.unavailable or self.surge else USUAL_UNAVAILABLE


def update_strategy(daemonset: Obj) -> Obj:
    """Return the update strategy of a DaemonSet, empty where it has none."""
    return as_object(as_object(daemonset.get("spec")).get("updateStrategy"))


def daemonset_sides(daemonset: Obj, desired: int) -> Sides:
    """Return both sides of a DaemonSet's strategy, shares being of the pods that it should have.

    Kubernetes rounds both up (`UnavailableCount` and `SurgeCount` in
    pkg/controller/daemon/util/daemonset_util.go, v1.36).
    """
    rolling = as_object(update_strategy(daemonset).get("rollingUpdate"))
    return Sides(
        scaled(rolling.get("maxUnavailable"), desired), scaled(rolling.get("maxSurge"), desired)
    )


def deployment_sides(deployment: Obj, replicas: int) -> Sides:
    """Return both sides of a Deployment's strategy; of two that come to 0 one pod may go.

    Kubernetes rounds what may be unavailable down, and the surge up (`ResolveFenceposts` in
    pkg/controller/deployment/util/deployment_util.go, v1.36).
    """
    strategy = as_object(as_object(deployment.get("spec")).get("strategy"))
    rolling = as_object(strategy.get("rollingUpdate"))
    surge = scaled(rolling.get("maxSurge", USUAL_OF_DEPLOYMENT), replicas)
    most = rolling.get("maxUnavailable", USUAL_OF_DEPLOYMENT)
    unavailable = scaled(most, replicas, up=False)
    return Sides(unavailable if unavailable or surge else USUAL_UNAVAILABLE, surge)


def scaled(side: object, of: int, *, up: bool = True) -> int:
    """Return a number of pods, or a share of so many, rounded up or down; 0 for what is neither."""
    if isinstance(side, int):
        return side
    share = SHARE.fullmatch(side) if isinstance(side, str) else None
    if not share:
        return 0
    pods = of * int(share[1])
    return -(-pods // HUNDRED) if up else pods // HUNDRED
