"""Who gets an agent, who never can, and what all of them request, in each pool of nodes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Final

from hooks.kube.objects import Obj, as_object, describe, labels_of
from hooks.kube.workloads import pod_spec
from hooks.observed.rollout import replicas
from hooks.placement.cluster import (
    NO_POOL,
    Cluster,
    is_of_deployment,
    name_of,
    owner,
    readiness,
)
from hooks.placement.reasons import Reason
from hooks.placement.requests import CPU, MEMORY, Amounts, added, amount_text, requests_of
from hooks.placement.verdicts import State, Verdict, daemon_verdict, deployment_verdict

NO_AMOUNTS: Final = "what nodes have in all: {} without status.allocatable"
NO_CONDITION: Final = "whether nodes are ready: {} without the condition Ready"
EVICTION: Final = "whether pods of a lower priority are evicted for agents, by priorityClassName {}"


@dataclass(frozen=True)
class NodePlacement:
    """What becomes of the agents on one node, by the name of the DaemonSet."""

    node: str
    pool: str
    verdicts: dict[str, Verdict]

    @property
    def state(self) -> State:
        """Return whether the node gets an agent of any DaemonSet, or at least a Pending one."""
        states = {verdict.state for verdict in self.verdicts.values()}
        return next((state for state in State if state in states), State.EXCLUDED)

    def daemonsets(self, state: State) -> list[str]:
        """Return the DaemonSets whose pod is in such a state there."""
        return [name for name, verdict in self.verdicts.items() if verdict.state is state]


@dataclass(frozen=True)
class Pool:
    """Nodes of one pool: how many, how many of them are in each state, what agents request."""

    name: str
    nodes: int
    states: dict[State, int]
    requested: Amounts

    def as_json(self) -> Obj:
        """Return it for programs."""
        counts = {state.value: self.states[state] for state in State}
        return {
            "pool": self.name,
            "nodes": self.nodes,
            **counts,
            **cpu_and_memory_of(self.requested),
        }


@dataclass(frozen=True)
class Sensors:
    """The pods of a Deployment: how many nodes can run them, and what they request together."""

    workload: str
    replicas: int
    verdicts: dict[str, Verdict]
    requested: Amounts

    @property
    def eligible(self) -> int:
        """Return how many nodes can run one of them."""
        return sum(verdict.state is State.RUNS for verdict in self.verdicts.values())

    def as_json(self) -> Obj:
        """Return it for programs."""
        return {
            "workload": self.workload,
            "replicas": self.replicas,
            "eligibleNodes": self.eligible,
            "otherNodes": {
                node: [reason.as_json() for reason in verdict.reasons]
                for node, verdict in self.verdicts.items()
                if verdict.state is not State.RUNS
            },
            **cpu_and_memory_of(self.requested),
        }


@dataclass(frozen=True)
class Placement:
    """Where agents and k8sensors run."""

    pool_label: str
    nodes: list[NodePlacement]
    daemonsets: dict[str, Amounts]
    """What one pod of each requests."""
    sensors: list[Sensors]
    unknown: list[str]

    @cached_property
    def pools(self) -> list[Pool]:
        """Return the pools by name."""
        by_pool = sorted(self.nodes, key=lambda node: node.pool)
        return [
            self._pool(name, [*nodes]) for name, nodes in groupby(by_pool, lambda node: node.pool)
        ]

    @cached_property
    def total(self) -> Pool:
        """Return all nodes as one pool."""
        return self._pool("", self.nodes)

    @property
    def is_complete(self) -> bool:
        """Return whether all pods that are made find a node with room."""
        nowhere = any(sensor.replicas and not sensor.eligible for sensor in self.sensors)
        waiting = any(node.daemonsets(State.PENDING) for node in self.nodes)
        return not nowhere and not waiting

    def why(self, daemonset: str, state: State) -> list[tuple[tuple[Reason, ...], list[str]]]:
        """Return for each set of reasons the nodes where a pod is in such a state."""
        found: dict[tuple[str, ...], tuple[tuple[Reason, ...], list[str]]] = {}
        for node in self.nodes:
            verdict = node.verdicts[daemonset]
            if verdict.state is state:
                key = tuple(reason.text for reason in verdict.reasons)
                found.setdefault(key, (verdict.reasons, []))[1].append(node.node)
        return [*found.values()]

    def as_json(self) -> Obj:
        """Return it for programs."""
        return {
            "poolLabel": self.pool_label,
            "nodes": [_node_as_json(node) for node in self.nodes],
            "pools": [pool.as_json() for pool in self.pools],
            "total": self.total.as_json() | {"pool": None},
            "k8sensors": [sensor.as_json() for sensor in self.sensors],
            "unknown": self.unknown,
        }

    def _pool(self, name: str, nodes: Sequence[NodePlacement]) -> Pool:
        requested = added(
            self.daemonsets[daemonset]
            for node in nodes
            for daemonset in node.daemonsets(State.RUNS)
        )
        states = {state: sum(node.state is state for node in nodes) for state in State}
        return Pool(name, len(nodes), states, requested)


def place(
    workloads: Iterable[Obj],
    cluster: Cluster,
    replaced: Collection[tuple[str, str]] = (),
    pool_label: str = "",
) -> Placement:
    """Return where the pods of DaemonSets and Deployments run.

    `replaced`: namespace and name of the DaemonSets whose pods take no room, as those of the
    workloads replace them.
    """
    given = sorted(workloads, key=describe)
    daemonsets = [workload for workload in given if workload["kind"] == "DaemonSet"]
    label = pool_label or cluster.pool_label()
    nodes = [_on_node(node, daemonsets, cluster, replaced, label) for node in cluster.nodes]
    return Placement(
        pool_label=label,
        nodes=nodes,
        daemonsets={
            name_of(daemonset): requests_of(pod_spec(daemonset)) for daemonset in daemonsets
        },
        sensors=[
            _sensors(workload, cluster) for workload in given if workload["kind"] == "Deployment"
        ],
        unknown=_unknown(daemonsets, cluster, nodes),
    )


def cpu_and_memory_of(requested: Amounts) -> Obj:
    """Return CPU and memory as Kubernetes writes them."""
    return {name: amount_text(name, requested.get(name, Decimal())) for name in (CPU, MEMORY)}


def _on_node(
    node: Obj,
    daemonsets: list[Obj],
    cluster: Cluster,
    replaced: Collection[tuple[str, str]],
    label: str,
) -> NodePlacement:
    """Return the verdicts on one node: the agents of one DaemonSet take the room of the next."""
    room = cluster.room(node, lambda pod: owner(pod) in replaced)
    verdicts = {}
    for daemonset in daemonsets:
        pod = pod_spec(daemonset)
        verdict = verdicts[name_of(daemonset)] = daemon_verdict(pod, node, room)
        room = room.with_pod(pod) if verdict.state is State.RUNS else room
    return NodePlacement(name_of(node), labels_of(node).get(label, NO_POOL), verdicts)


def _sensors(deployment: Obj, cluster: Cluster) -> Sensors:
    pod, wanted, own = pod_spec(deployment), replicas(deployment), is_of_deployment(deployment)
    verdicts = {
        name_of(node): deployment_verdict(pod, node, cluster.room(node, own))
        for node in cluster.nodes
    }
    requested = {name: amount * wanted for name, amount in requests_of(pod).items()}
    return Sensors(describe(deployment), wanted, verdicts, requested)


def _unknown(daemonsets: list[Obj], cluster: Cluster, nodes: list[NodePlacement]) -> list[str]:
    """Return what would be needed to know more."""
    statuses = [as_object(node.get("status")) for node in cluster.nodes]
    bare = sum(not status.get("allocatable") for status in statuses)
    silent = sum(not readiness(node) for node in cluster.nodes)
    classes = {
        str(pod_spec(daemonset).get("priorityClassName") or "") for daemonset in daemonsets
    } - {""}
    waiting = any(node.daemonsets(State.PENDING) for node in nodes)
    return [
        *cluster.unknown_requests(),
        *([NO_AMOUNTS.format(bare)] if bare else []),
        *([NO_CONDITION.format(silent)] if silent else []),
        *([EVICTION.format(name) for name in sorted(classes)] if waiting else []),
    ]


def _node_as_json(node: NodePlacement) -> Obj:
    return {
        "node": node.node,
        "pool": node.pool,
        "state": node.state.value,
        "daemonSets": {
            name: {
                "state": verdict.state.value,
                "reasons": [reason.as_json() for reason in verdict.reasons],
            }
            for name, verdict in node.verdicts.items()
        },
    }
