"""Whether agents and k8sensors run as desired."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from hooks.contract import DAEMON_SET, DEPLOYMENT
from hooks.desired.inputs.context import Context
from hooks.kube.objects import Obj, describe
from hooks.labels import AGENT, K8SENSOR
from hooks.observed import ObservedObjects
from hooks.observed.rollout import count
from hooks.status.condition import Condition, several
from hooks.status.pods.summary import Pods, explanation, problems_of
from hooks.status.rollouts.shortfalls import (
    Shortfall,
    being_changed,
    daemonset_shortfall,
    deployment_shortfall,
    not_accepted,
    not_observed,
)
from hooks.status.rollouts.workloads import (
    agent_counts,
    agent_daemonsets,
    k8sensor_counts,
    k8sensor_deployments,
)

Look: TypeAlias = Callable[[Obj], Shortfall | None]
Pairs: TypeAlias = list[tuple[Obj, Obj | None]]

AGENTS_AVAILABLE = "AgentsAvailable"
SENSORS_AVAILABLE = "SensorsAvailable"
AGENTS_UNAVAILABLE = "NotAllDesiredAgentsAvailable"
SENSORS_UNAVAILABLE = "NotAllDesiredK8sensorsAvailable"
NO_NODES = "Idle"
ROLLING_OUT: Final = "RollingOut"
ROLLOUT_STUCK: Final = "RolloutStuck"
"""For a workload whose pods are all available, but whose rollout to newer ones is stuck."""


@dataclass(frozen=True, slots=True)
class Changing:
    """Workloads that exist with another spec, each as `Kind/name`.

    `rejected`: children that the API server did not accept, those workloads among them.
    """

    names: frozenset[str]
    rejected: frozenset[str] = frozenset()


def agents_available(
    context: Context, children: list[Obj], changing: Changing, pods: Pods | None
) -> Condition:
    """Return the condition of the desired DaemonSets, some of which may still be changing."""
    pairs = _pairs(context, children, DAEMON_SET)
    shortfalls = _shortfalls(pairs, changing, daemonset_shortfall)
    if shortfalls:
        why = _why(context, pods, AGENT, shortfalls)
        return _unavailable(AGENTS_AVAILABLE, AGENTS_UNAVAILABLE, shortfalls, why)
    written_zones = pairs if context.agent.spec.zones else []
    return _agents_run(_observed(pairs), zones=_observed(written_zones))


def sensors_available(
    context: Context, children: list[Obj], changing: Changing, pods: Pods | None
) -> Condition:
    """Return the condition of the desired Deployments, those of all backends."""
    if not context.agent.spec.k8s_sensor.deployment.enabled:
        return Condition(SENSORS_AVAILABLE, "True", "K8sensorDisabled", "the k8sensor is disabled")
    pairs = _pairs(context, children, DEPLOYMENT)
    shortfalls = _shortfalls(pairs, changing, deployment_shortfall)
    if shortfalls:
        why = _why(context, pods, K8SENSOR, shortfalls)
        return _unavailable(SENSORS_AVAILABLE, SENSORS_UNAVAILABLE, shortfalls, why)
    return _sensors_run(_observed(pairs))


def agents_as_observed(children: ObservedObjects) -> Condition:
    """Return the condition of the observed agents, if the desired ones are not known."""
    daemonsets = agent_daemonsets(children)
    if not daemonsets:
        return Condition(AGENTS_AVAILABLE, "False", AGENTS_UNAVAILABLE, "there are no agents")
    shortfalls = _those_of(map(daemonset_shortfall, daemonsets))
    if shortfalls:
        return _unavailable(AGENTS_AVAILABLE, AGENTS_UNAVAILABLE, shortfalls)
    return _agents_run(daemonsets)


def sensors_as_observed(children: ObservedObjects) -> Condition:
    """Return the condition of the observed k8sensors; having none may be intended."""
    deployments = k8sensor_deployments(children)
    if not deployments:
        message = "no k8sensor is observed"
        return Condition(SENSORS_AVAILABLE, "Unknown", "K8sensorDeploymentNotConfigured", message)
    shortfalls = _those_of(map(deployment_shortfall, deployments))
    if shortfalls:
        return _unavailable(SENSORS_AVAILABLE, SENSORS_UNAVAILABLE, shortfalls)
    return _sensors_run(deployments)


def _pairs(context: Context, children: list[Obj], kind: str) -> Pairs:
    """Return the desired workloads of the kind, each with the observed one."""
    return [
        (child, context.observed(kind, child["metadata"]["name"]))
        for child in children
        if child["kind"] == kind.partition(".")[0]
    ]


def _observed(pairs: Pairs) -> list[Obj]:
    return [observed for _, observed in pairs if observed]


def _shortfalls(pairs: Pairs, changing: Changing, look: Look) -> list[Shortfall]:
    return _those_of(_shortfall(desired, observed, changing, look) for desired, observed in pairs)


def _shortfall(
    desired: Obj, observed: Obj | None, changing: Changing, look: Look
) -> Shortfall | None:
    name = describe(desired)
    if observed and name not in changing.names:
        return look(observed)
    if name in changing.rejected:
        return not_accepted(observed or desired)
    return being_changed(observed) if observed else not_observed(desired)


def _those_of(found: Iterable[Shortfall | None]) -> list[Shortfall]:
    return [shortfall for shortfall in found if shortfall]


def _why(
    context: Context, pods: Pods | None, component: str, shortfalls: list[Shortfall]
) -> tuple[str, bool]:
    """Return why pods are not as they should be, and whether that is more than a rollout."""
    asked = [shortfall for shortfall in shortfalls if shortfall.pods_show]
    if not asked:
        return "", False
    problems = problems_of(pods, component, lasting=all(shortfall.passes for shortfall in asked))
    return explanation(context, pods, problems), any(not problem.passes for problem in problems)


def _unavailable(
    type_: str, reason: str, shortfalls: list[Shortfall], why: tuple[str, bool] = ("", False)
) -> Condition:
    text, is_serious = why
    message = several([_text(shortfall, is_serious=is_serious) for shortfall in shortfalls])
    passes = all(shortfall.passes for shortfall in shortfalls) and not is_serious
    if all(shortfall.all_run for shortfall in shortfalls) and not is_serious:
        reason = ROLLING_OUT if passes else ROLLOUT_STUCK
    return Condition(
        type_, "False", reason, "; ".join(filter(None, [message, text])), passes=passes
    )


def _text(shortfall: Shortfall, *, is_serious: bool) -> str:
    """Return what is missing; the time that is left is not known while pods have problems."""
    is_estimated = shortfall.estimate and not is_serious
    return f"{shortfall.text}: {shortfall.estimate}" if is_estimated else shortfall.text


def _agents_run(daemonsets: list[Obj], zones: Iterable[Obj] = ()) -> Condition:
    """Return the condition of complete DaemonSets; `zones` are those that the spec lists."""
    counts = agent_counts(daemonsets)
    if not counts.desired:
        message = (
            "no agent is desired, because no node matches the node selector, affinity "
            "and tolerations: compare kubectl describe nodes with spec.agent.pod and "
            "spec.zones"
        )
        return Condition(AGENTS_AVAILABLE, "True", NO_NODES, message)
    notes = [
        f"{counts.available} of {counts.desired} agents are available",
        *_without_nodes(zones),
        *_misplaced(daemonsets),
    ]
    return Condition(AGENTS_AVAILABLE, "True", "AllDesiredAgentsAvailable", "; ".join(notes))


def _without_nodes(zones: Iterable[Obj]) -> list[str]:
    empty = [describe(zone) for zone in zones if not count(zone, "desiredNumberScheduled")]
    remedy = "compare labels and taints (kubectl describe nodes) with spec.zones"
    return [f"no node matches {several(empty, ', ')}: {remedy}"] if empty else []


def _misplaced(daemonsets: Iterable[Obj]) -> list[str]:
    """Return a note on pods on nodes that would not take a new one: Kubernetes lets them run."""
    number = sum(count(daemonset, "numberMisscheduled") for daemonset in daemonsets)
    if not number:
        return []
    return [
        f"{number} more on nodes that no longer accept new agents, for example because of a taint"
    ]


def _sensors_run(deployments: list[Obj]) -> Condition:
    counts = k8sensor_counts(deployments)
    message = f"{counts.available} of {counts.desired} k8sensors are available"
    if not counts.desired:
        message = "no k8sensor is desired: spec.k8s_sensor.deployment.replicas is 0"
    return Condition(SENSORS_AVAILABLE, "True", "AllDesiredK8sensorsAvailable", message)
