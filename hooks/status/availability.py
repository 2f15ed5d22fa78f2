"""Whether agents and k8sensors run as the resource says."""

from collections.abc import Callable

from hooks.desired.context import Context
from hooks.desired.names import DAEMON_SET, DEPLOYMENT
from hooks.kube.objects import Obj, describe
from hooks.status.conditions import Condition, several
from hooks.status.pods import hint
from hooks.status.workloads import (
    BEING_CHANGED,
    IN_DOUBT,
    agent_counts,
    daemonset_shortfall,
    deployment_shortfall,
    k8sensor_counts,
)

Shortfall = Callable[[Obj], str]

AGENTS_AVAILABLE = "AgentsAvailable"
SENSORS_AVAILABLE = "SensorsAvailable"
NO_NODES = "Idle"


def agents_available(context: Context, children: list[Obj], changing: frozenset[str]) -> Condition:
    """Return the condition over the DaemonSets that should exist; some may be changing still."""
    pairs = _pairs(context, children, "DaemonSet", DAEMON_SET)
    counts = agent_counts([observed for _, observed in pairs if observed])
    shortfalls = _shortfalls(pairs, changing, daemonset_shortfall)
    if counts.unavailable and any(IN_DOUBT.search(text) for text in shortfalls):
        why = f"{several(shortfalls)}; {hint(context)}"
        return Condition(AGENTS_AVAILABLE, "False", "NotAllDesiredAgentsAvailable", why)
    if not shortfalls and not counts.desired:
        message = (
            "no agent is wanted: there is no node that node selector, affinity and tolerations let "
            "an agent run on"
        )
        return Condition(AGENTS_AVAILABLE, "True", NO_NODES, message)
    return _condition(
        AGENTS_AVAILABLE,
        "AllDesiredAgentsAvailable",
        "NotAllDesiredAgentsAvailable",
        shortfalls,
        f"{counts.available} of {counts.desired} agents are available",
    )


def sensors_available(context: Context, children: list[Obj], changing: frozenset[str]) -> Condition:
    """Return the condition over the Deployments that should exist, those of all backends."""
    if not context.agent.spec.k8s_sensor.deployment.enabled:
        return Condition(SENSORS_AVAILABLE, "True", "K8sensorDisabled", "k8sensor is switched off")
    pairs = _pairs(context, children, "Deployment", DEPLOYMENT)
    counts = k8sensor_counts([observed for _, observed in pairs if observed])
    return _condition(
        SENSORS_AVAILABLE,
        "AllDesiredK8sensorsAvailable",
        "NotAllDesiredK8sensorsAvailable",
        _shortfalls(pairs, changing, deployment_shortfall),
        f"{counts.available} of {counts.desired} k8sensors are available",
    )


def available_as_observed(
    type_: str, workloads: list[Obj], shortfall: Shortfall, reasons: tuple[str, str], what: str
) -> Condition:
    """Return the condition of workloads of which only the observed state is known."""
    good, bad = reasons
    if not workloads:
        return Condition(type_, "False", bad, f"there are no {what}")
    shortfalls = [text for text in map(shortfall, workloads) if text]
    return _condition(type_, good, bad, shortfalls, f"all {what} are available")


def _pairs(
    context: Context, children: list[Obj], kind: str, observed_kind: str
) -> list[tuple[Obj, Obj | None]]:
    return [
        (child, context.observed(observed_kind, child["metadata"]["name"]))
        for child in children
        if child["kind"] == kind
    ]


def _shortfalls(
    pairs: list[tuple[Obj, Obj | None]], changing: frozenset[str], shortfall: Shortfall
) -> list[str]:
    found = [_shortfall(desired, observed, changing, shortfall) for desired, observed in pairs]
    return [text for text in found if text]


def _shortfall(
    desired: Obj, observed: Obj | None, changing: frozenset[str], shortfall: Shortfall
) -> str:
    if observed is None:
        return f"{describe(desired)} is not there yet"
    if describe(desired) in changing:
        return f"{describe(desired)} {BEING_CHANGED}"
    return shortfall(observed)


def _condition(type_: str, good: str, bad: str, shortfalls: list[str], when_good: str) -> Condition:
    if shortfalls:
        return Condition(type_, "False", bad, several(shortfalls))
    return Condition(type_, "True", good, when_good)
