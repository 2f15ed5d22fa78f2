"""Takes over from the Go operator: its children stay as they are, their fields change owner."""

from collections.abc import Iterator

from hooks.desired.inputs.made_for import is_older
from hooks.desired.passes.retain_templates import PODS_MADE_FOR, pods_made_for
from hooks.kube.objects import Obj, annotations_of, as_objects, labels_of
from hooks.kube.workloads import WORKLOADS
from hooks.labels import INSTANCE, OPERATOR
from hooks.models.instana_agent import FORMER_FINALIZERS, KIND
from hooks.takeover.cluster import Cluster, has_labels, name_of, namespace_of, parsed
from hooks.takeover.field_ownership import Entry, Strategy, handed_over
from hooks.takeover.steps import Step, patched_metadata
from hooks.takeover.successors import Successor

BOOKKEEPING = "dependents"
NOTED = "the record of that spec"
COPY_FOR = "instana.io/instana-agent-name"


def handover_steps(
    cluster: Cluster, successor: Successor, strategy: Strategy, manager: str
) -> Iterator[Step]:
    """Yield the steps that hand over each child's fields, then those that remove the finalizers."""
    children = children_of(cluster, successor.agent)
    steps = [
        step for child in children for step in _child_steps(successor, child, strategy, manager)
    ]
    noted = _noted(cluster, successor.agent)
    is_lost = any(_loses_its_maker(successor.agent, step) for step in steps)
    noting = list(_noting_steps(successor.agent, noted)) if is_lost else []
    yield from noting
    yield from steps
    yield from _finalizer_steps(successor.agent, noted, NOTED if noting else "")


def _child_steps(
    successor: Successor, child: Obj, strategy: Strategy, manager: str
) -> Iterator[Step]:
    if name_of(child) == f"{name_of(successor.agent)}-{BOOKKEEPING}":
        why = "Metacontroller deletes it, because no child with this name is desired"
        yield Step(child, "leave the Go operator's bookkeeping", why)
        return
    changes = handed_over(child, is_of_operator, strategy, manager)
    if is_nameless_copy(child):
        yield Step(
            child,
            f"label it, hand its fields over ({strategy})",
            "otherwise this copy would stay when the resource is deleted",
            patched_metadata(child, labels={INSTANCE: name_of(successor.agent)}, **(changes or {})),
        )
    elif changes is not None:
        yield Step(
            child,
            f"hand its fields over ({strategy})",
            "otherwise fields of the Go operator would stay after you remove them from the "
            "resource",
            patched_metadata(child, **changes),
            restarts=successor.restarts(child, manager),
        )


def is_nameless_copy(child: Obj) -> bool:
    """Return whether it is a copy of OpenShift's etcd certificates: no label has the resource."""
    return COPY_FOR in annotations_of(child) and INSTANCE not in labels_of(child)


def children_of(cluster: Cluster, agent: Obj) -> list[Obj]:
    """Return the objects that an operator made for the resource and that the resource owns."""
    return [
        obj
        for obj in cluster.in_namespace(namespace_of(agent))
        if has_labels(obj, managed_by=OPERATOR) and is_owned_by(obj, agent)
    ]


def is_owned_by(obj: Obj, agent: Obj) -> bool:
    """Return whether the resource is the controller of the object."""
    owners = as_objects(obj["metadata"].get("ownerReferences"))
    uid = agent["metadata"].get("uid")
    return any((owner.get("kind"), owner.get("uid")) == (KIND, uid) for owner in owners)


def is_of_operator(entry: Entry) -> bool:
    """Return whether an entry of `managedFields` records what the Go operator applied."""
    return (entry.get("manager"), entry.get("operation")) == (OPERATOR, "Apply")


def has_finalizer(agent: Obj) -> bool:
    """Return whether the resource has a finalizer of an operator."""
    return any(
        finalizer in FORMER_FINALIZERS for finalizer in agent["metadata"].get("finalizers") or []
    )


def _loses_its_maker(agent: Obj, step: Step) -> bool:
    """Return whether the step removes the sign that a workload was made for the resource."""
    resource = parsed(agent) if step.obj["kind"] in WORKLOADS else None
    return resource is not None and is_older(resource, step.obj)


def _noting_steps(agent: Obj, noted: Obj) -> Iterator[Step]:
    if noted.items() - annotations_of(agent).items():
        yield Step(
            agent,
            "record the spec that its pods were created from",
            "the workload is older than the resource, and does not show it after the hand-over",
            patched_metadata(agent, annotations=noted),
        )


def _finalizer_steps(agent: Obj, noted: Obj, waits_for: str) -> Iterator[Step]:
    if has_finalizer(agent):
        left = [
            finalizer
            for finalizer in agent["metadata"]["finalizers"]
            if finalizer not in FORMER_FINALIZERS
        ]
        annotations = {"annotations": noted} if noted else {}
        yield Step(
            agent,
            "remove the Go operator's finalizer",
            "otherwise the resource could never be deleted",
            patched_metadata(agent, finalizers=left, **annotations),
            waits_for=waits_for,
        )


def _noted(cluster: Cluster, agent: Obj) -> dict[str, str]:
    """Return the annotation that distinguishes a change that concerns pods from any other.

    A workload that was made for another resource is left out.
    """
    resource = parsed(agent)
    if resource is None:
        return {}
    around = cluster.in_namespace(namespace_of(agent))
    workloads = [obj for obj in around if obj["kind"] in WORKLOADS]
    return {PODS_MADE_FOR: pods_made_for(resource, workloads)}
