"""What earlier calls decided and what has come of it, as the observed children show it.

Values that this call computes from former ones. Nothing else in the desired state reads the status
of a child: `desired_children` sees none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hooks.contract import DAEMON_SET, DEPLOYMENT
from hooks.desired import names
from hooks.kube.objects import Identity, Obj, as_object, identity, labels_of
from hooks.kube.workloads import container, env_of
from hooks.labels import AGENT, COMPONENT, ZONE
from hooks.models import InstanaAgent
from hooks.observed import ObservedObjects
from hooks.observed.rollout import count, is_rolled_out, is_taken_up

ETCD_TARGETS = "ETCD_TARGETS"
PODS = ("desiredNumberScheduled", "currentNumberScheduled", "numberMisscheduled")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of workloads.

    `etcd_targets` and `resources`: of the k8sensors, by the name of their Deployment.
    `zones_with_pods`: the zones of DaemonSets that have pods, or may have some yet. `rolled_out`:
    the workloads whose pods are all made from their present template.
    """

    etcd_targets: Mapping[str, tuple[str, ...]]
    resources: Mapping[str, Obj]
    zones_with_pods: frozenset[str]
    rolled_out: frozenset[Identity]
    is_sensor_available: bool


def remembered(agent: InstanaAgent, children: ObservedObjects) -> Memory:
    """Return what the observed children of a resource show."""
    daemonsets, deployments = children.all_of(DAEMON_SET), children.all_of(DEPLOYMENT)
    return Memory(
        etcd_targets=_by_name(deployments, _etcd_targets),
        resources=_by_name(deployments, _resources),
        zones_with_pods=frozenset(_zones_with_pods(agent, daemonsets)),
        rolled_out=frozenset(map(identity, filter(is_rolled_out, (*daemonsets, *deployments)))),
        is_sensor_available=any(
            count(deployment, "availableReplicas") for deployment in deployments
        ),
    )


def _by_name(workloads: list[Obj], value_of: Callable[[Obj], Value]) -> dict[str, Value]:
    return {workload["metadata"]["name"]: value_of(workload) for workload in workloads}


def _etcd_targets(deployment: Obj) -> tuple[str, ...]:
    variable = env_of(deployment, names.CONTAINER).get(ETCD_TARGETS) or {}
    return tuple(target for target in (variable.get("value") or "").split(",") if target)


def _resources(deployment: Obj) -> Obj:
    return as_object(container(deployment, names.CONTAINER).get("resources"))


def _zones_with_pods(agent: InstanaAgent, daemonsets: list[Obj]) -> set[str]:
    return {
        zone
        for daemonset in daemonsets
        if (zone := labels_of(daemonset).get(ZONE))
        if labels_of(daemonset).get(COMPONENT) == AGENT
        if daemonset["metadata"]["name"] == names.daemonset(agent.name, zone)
        if not is_taken_up(daemonset) or any(count(daemonset, pods) for pods in PODS)
    }
