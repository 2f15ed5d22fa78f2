"""All steps of taking over, in their order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hooks.takeover.cluster import Cluster
from hooks.takeover.cluster_rights import rights_steps
from hooks.takeover.field_ownership import Strategy
from hooks.takeover.go_operator import handover_steps
from hooks.takeover.helm_era import helm_era_steps
from hooks.takeover.running_operator import STOPPED, is_any_running, stopping_steps
from hooks.takeover.steps import Plan, Step


@dataclass(frozen=True, slots=True)
class Settings:
    """How Metacontroller writes: its apply strategy, and its field manager in that."""

    strategy: Strategy = Strategy.SERVER_SIDE_APPLY
    field_manager: str = "metacontroller"


def plan(cluster: Cluster, settings: Settings) -> Plan:
    """Return what is left to do; nothing but stopping it while an operator runs."""
    stopping = tuple(stopping_steps(cluster))
    rest = tuple(_after_stop(cluster, settings))
    if is_any_running(cluster):
        rest = tuple(_once_stopped(each) for each in rest)
    return Plan((*stopping, *rest))


def _after_stop(cluster: Cluster, settings: Settings) -> Iterator[Step]:
    for agent in cluster.selected:
        yield from handover_steps(cluster, agent, settings.strategy, settings.field_manager)
    yield from helm_era_steps(cluster, settings.strategy, settings.field_manager)
    yield from rights_steps(cluster)


def _once_stopped(step: Step) -> Step:
    return replace(step, waits_for=step.waits_for or STOPPED) if step.change else step
