"""The Nodes and Pods that are given: what nodes are, and what room is left on them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from hooks.contract import NODE, POD
from hooks.kube.objects import Obj, as_object, condition_of, controller_of, kind_of, labels_of
from hooks.kube.selectors import match_labels_of
from hooks.placement.requests import Amounts, Port, added, amounts, host_ports, requests_of

POOLS: Final = (
    "karpenter.sh/nodepool",
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "node.kubernetes.io/instance-type",
)
"""Labels by which clusters name their pools of nodes; the last one is that of Kubernetes itself:
https://kubernetes.io/docs/reference/labels-annotations-taints/#nodekubernetesioinstance-type"""
NO_POOL: Final = "(no label)"
NO_PODS: Final = (
    "what other pods request: no Pods are given, so requests are compared with whole nodes"
)
ONE_NAMESPACE: Final = "what pods of other namespaces request: all that are given are of {}"
ENDED: Final = ("Succeeded", "Failed")


def name_of(obj: Obj) -> str:
    """Return the name of an object."""
    return str(as_object(obj.get("metadata")).get("name", ""))


def readiness(node: Obj) -> str:
    """Return the status of the condition Ready: "True", "False", "Unknown"; empty for none."""
    return str(condition_of(node, "Ready").get("status") or "")


def is_dead(node: Obj) -> bool:
    """Return whether a node is known not to be ready."""
    return readiness(node) in ("False", "Unknown")


@dataclass(frozen=True)
class Room:
    """What of a node is taken, and by how many pods."""

    taken: Amounts
    pods: int
    ports: frozenset[Port]

    def with_pod(self, pod: Obj) -> "Room":
        """Return it with a further pod of this spec."""
        ports = self.ports | host_ports(pod)
        return Room(added([self.taken, requests_of(pod)]), self.pods + 1, ports)


@dataclass(frozen=True)
class Cluster:
    """Nodes and Pods; without any Pods nothing is known of what runs."""

    nodes: Sequence[Obj]
    pods: Sequence[Obj] = field(default=())

    @classmethod
    def of(cls, objects: Iterable[Obj]) -> "Cluster":
        """Return the cluster that is among objects."""
        given = [*objects]
        nodes = {name_of(obj): obj for obj in given if kind_of(obj) == NODE}
        return cls(
            [nodes[name] for name in sorted(nodes)],
            [obj for obj in given if kind_of(obj) == POD],
        )

    def unknown_requests(self) -> list[str]:
        """Return what is not known of the requests of other pods."""
        namespaces = {namespace_of(pod) for pod in self.pods}
        if len(namespaces) > 1:
            return []
        return [ONE_NAMESPACE.format(*namespaces) if namespaces else NO_PODS]

    @cached_property
    def pods_by_node(self) -> dict[str, list[Obj]]:
        """Return the pods that take room, by the name of their node."""
        found: dict[str, list[Obj]] = {}
        for pod in self.pods:
            node = as_object(pod.get("spec")).get("nodeName")
            if node and as_object(pod.get("status")).get("phase") not in ENDED:
                found.setdefault(str(node), []).append(pod)
        return found

    def room(self, node: Obj, is_replaced: Callable[[Obj], bool]) -> Room:
        """Return what is taken on a node, not counting pods that are replaced."""
        there = self.pods_by_node.get(name_of(node), [])
        others = [as_object(pod.get("spec")) for pod in there if not is_replaced(pod)]
        ports = frozenset(port for other in others for port in host_ports(other))
        return Room(added(map(requests_of, others)), len(others), ports)

    def pool_label(self) -> str:
        """Return the label of pools that the nodes have: the first one that any has."""
        used = {key for node in self.nodes for key in labels_of(node)}
        return next((label for label in POOLS if label in used), POOLS[-1])


def owner(pod: Obj) -> tuple[str, str]:
    """Return namespace and name of the DaemonSet that a pod is of; empty for none."""
    controller = controller_of(pod) or {}
    if controller.get("kind") != "DaemonSet":
        return "", ""
    return namespace_of(pod), str(controller.get("name") or "")


def is_of_deployment(deployment: Obj) -> Callable[[Obj], bool]:
    """Return what tells whether a pod is of a Deployment, by the labels that it selects."""
    namespace, labels = namespace_of(deployment), match_labels_of(deployment)

    def is_of(pod: Obj) -> bool:
        return bool(labels) and (
            namespace_of(pod) == namespace and labels.items() <= labels_of(pod).items()
        )

    return is_of


def namespace_of(obj: Obj) -> str:
    """Return the namespace of an object; empty for none."""
    return str(as_object(obj.get("metadata")).get("namespace") or "")


def allocatable(node: Obj) -> Amounts:
    """Return what pods can have of a node; empty where it is not known."""
    return amounts(as_object(node.get("status")).get("allocatable"))
