"""All steps of a takeover, in order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hooks.facts import FIELD_MANAGER
from hooks.kube.objects import Obj
from hooks.takeover.clearing import clearing_steps
from hooks.takeover.cluster import Cluster, place_of
from hooks.takeover.cluster_rights import rights_steps
from hooks.takeover.field_ownership import Strategy
from hooks.takeover.go_operator import handover_steps
from hooks.takeover.helm_era import helm_era_steps, is_helm_era
from hooks.takeover.operator_version import version_steps
from hooks.takeover.running_operator import STOPPED, is_any_running, stopping_steps
from hooks.takeover.static_manifests import is_static_agent, static_steps
from hooks.takeover.steps import Plan, Step
from hooks.takeover.successors import successors_of, without_successor


@dataclass(frozen=True, slots=True)
class Settings:
    """How Metacontroller writes: its apply strategy, and its field manager for that."""

    strategy: Strategy = Strategy.SERVER_SIDE_APPLY
    field_manager: str = FIELD_MANAGER


def plan(cluster: Cluster, settings: Settings) -> Plan:
    """Return what is left to do; while an operator runs, only stopping it can be done."""
    stopping = (*version_steps(cluster), *stopping_steps(cluster))
    rest = tuple(_after_stop(cluster, settings))
    if is_any_running(cluster):
        rest = tuple(_once_stopped(step) for step in rest)
    return Plan((*stopping, *rest))


def _after_stop(cluster: Cluster, settings: Settings) -> Iterator[Step]:
    strategy, manager = settings.strategy, settings.field_manager
    everyone = successors_of(cluster, cluster.agents)
    successors = [
        successor for successor in everyone if cluster.is_selected(*place_of(successor.agent))
    ]
    for successor in successors:
        yield from handover_steps(cluster, successor, strategy, manager)
    yield from helm_era_steps(cluster, successors, strategy, manager)
    yield from static_steps(cluster, successors, strategy, manager)
    old = filter(_is_old_agent, cluster.of_kind("DaemonSet"))
    yield from without_successor(cluster, everyone, old)
    for namespace in sorted({successor.namespace for successor in successors}):
        beside = [successor for successor in everyone if successor.namespace == namespace]
        yield from clearing_steps(cluster, namespace, beside)
    yield from rights_steps(cluster)


def _is_old_agent(daemonset: Obj) -> bool:
    return is_helm_era(daemonset) or is_static_agent(daemonset)


def _once_stopped(step: Step) -> Step:
    return replace(step, waits_for=step.waits_for or STOPPED) if step.change else step
