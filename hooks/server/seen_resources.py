"""What this replica last saw of each resource: for metrics, and to report changes only once.

Each replica knows only the resources that it was asked about. Of several replicas, the one that saw
a resource last is right, so the time is included. A resource that was not seen for longer than
Metacontroller's own resync interval counts as deleted, because no hook is called for a deleted
resource.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import time
from typing import Any, Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from hooks.errors import InvalidResource
from hooks.status.changes import NO_CHANGES, Changes
from hooks.status.conditions.progress import STALLED

MOST_RESOURCES: Final = 1000
GONE_SECONDS: Final = 2400.0
"""Metacontroller calls for every resource at least every 30 min (`--cache-flush-interval`), and
every 10 min as its controller asks for here (`resyncPeriodSeconds`)."""


@dataclass(frozen=True, slots=True)
class State:
    """The state of a resource in numbers, from its status."""

    unready_agents: int
    invalid: bool
    stalled: bool
    held: int


@dataclass(slots=True)
class _Seen:
    at: float
    state: State
    reported: Changes


GAUGES: Final[Mapping[str, tuple[str, Callable[[_Seen], float]]]] = {
    "instana_hooks_resource_seen_timestamp_seconds": (
        "Time of the last call about the resource to this replica.",
        lambda seen: seen.at,
    ),
    "instana_hooks_resource_unready_agents": (
        "Agents that are desired but not ready.",
        lambda seen: seen.state.unready_agents,
    ),
    "instana_hooks_resource_invalid": (
        "1 if the spec is invalid.",
        lambda seen: seen.state.invalid,
    ),
    "instana_hooks_resource_stalled": (
        "1 if the resource needs manual action, for example because it is invalid.",
        lambda seen: seen.state.stalled,
    ),
    "instana_hooks_resource_held_rollouts": (
        "Workloads whose rollout waits for approval.",
        lambda seen: seen.state.held,
    ),
}


def state_of(status: Mapping[str, Any]) -> State:
    """Return the numbers of a status that this service made."""
    agents = status["agents"]
    conditions = {condition["type"]: condition for condition in status["conditions"]}
    return State(
        unready_agents=max(agents["desired"] - agents["ready"], 0),
        invalid=conditions["Valid"]["reason"] == InvalidResource.reason,
        stalled=conditions[STALLED]["status"] == "True",
        held=len(status.get("rollout", {}).get("held", ())),
    )


class Resources(Collector):
    """The recently seen resources, at most a thousand."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        """Begin without resources."""
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def saw(self, resource: str, state: State, changes: Changes) -> Changes:
        """Record the response for a resource; return the changes that were not reported before."""
        with self._lock:
            before = self._seen.pop(resource, None)
            self._seen[resource] = _Seen(self._clock(), state, changes)
            while len(self._seen) > MOST_RESOURCES:
                self._seen.popitem(last=False)
        return NO_CHANGES if before and before.reported == changes else changes

    def forget(self, resource: str) -> None:
        """Record that a resource is being deleted."""
        with self._lock:
            self._seen.pop(resource, None)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics of the resources that still exist."""
        with self._lock:
            self._drop_gone()
            seen = [*self._seen.items()]
        for name, (documentation, value_of) in GAUGES.items():
            family = GaugeMetricFamily(name, documentation, labels=["resource"])
            for resource, seen_resource in seen:
                family.add_metric([resource], float(value_of(seen_resource)))
            yield family

    def _drop_gone(self) -> None:
        oldest = self._clock() - GONE_SECONDS
        while self._seen and next(iter(self._seen.values())).at < oldest:
            self._seen.popitem(last=False)
