"""Takes over from the Helm-based generations: adopts the agents, and deletes the rest at the end.

The DaemonSet keeps its selector, and its pods are replaced node by node.
"""

from collections.abc import Iterator

from hooks.desired.inputs.ownership import handing_over
from hooks.kube.objects import Obj, identity, labels_of
from hooks.takeover.cluster import CHART, HELM, Cluster
from hooks.takeover.field_ownership import Entry, Strategy, handed_over, owned_labels
from hooks.takeover.steps import Step, patched_metadata
from hooks.takeover.successors import Successor

GENERATION = "instana-agent-1."
"""How the chart's name and version begin; those of 2.x install an operator."""


def helm_era_steps(
    cluster: Cluster, successors: list[Successor], strategy: Strategy, manager: str
) -> Iterator[Step]:
    """Yield the adoption of each old DaemonSet and of what belongs to it."""
    for successor in successors:
        desired = {identity(child): child for child in successor.children}
        for obj in cluster.in_namespace(successor.namespace):
            if is_helm_era(obj) and identity(obj) in desired:
                changes = handed_over(obj, is_of_helm, strategy, manager) or {}
                restarts = successor.restarts(obj, manager)
                yield from adoption(obj, desired[identity(obj)], strategy, changes, restarts)


def adoption(
    obj: Obj, child: Obj, strategy: Strategy, changes: Obj, restarts: str
) -> Iterator[Step]:
    """Yield the step that labels the object as the child and changes its metadata, if necessary."""
    labels = handing_over(child)
    if labels.items() <= labels_of(obj).items() and not changes:
        return
    yield Step(
        obj,
        f"label it for adoption, hand its fields over ({strategy})",
        "Metacontroller ignores objects without the labels",
        patched_metadata(obj, labels=labels, **changes),
        restarts=restarts,
    )


def is_helm_era(obj: Obj) -> bool:
    """Return whether the object comes from the chart of the Helm-based generations."""
    return labels_of(obj).get(CHART, "").startswith(GENERATION)


def is_of_helm(entry: Entry) -> bool:
    """Return whether an entry of `managedFields` records what Helm, or an operator by it, set."""
    labels = owned_labels(entry)
    return entry.get("manager") == HELM.lower() or f"f:{CHART}" in labels
