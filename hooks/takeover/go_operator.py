"""From the Go operator: its children stay as they are, only their fields change hands."""

from collections.abc import Iterator

from hooks.desired.passes.keep_templates import PODS_MADE_FOR, pods_made_for
from hooks.kube.objects import Obj, annotations_of, as_objects, labels_of
from hooks.labels import INSTANCE, OPERATOR
from hooks.models.instana_agent import FORMER_FINALIZERS, KIND
from hooks.takeover.cluster import Cluster, has_labels, name_of, namespace_of, parsed
from hooks.takeover.field_ownership import Entry, Strategy, handed_over
from hooks.takeover.heirs import Heir
from hooks.takeover.steps import Step, patched_metadata

BOOKKEEPING = "dependents"
COPY_FOR = "instana.io/instana-agent-name"


def handover_steps(
    cluster: Cluster, heir: Heir, strategy: Strategy, manager: str
) -> Iterator[Step]:
    """Yield the handing over of each child's fields, then the end of the finalizers."""
    for child in children_of(cluster, heir.agent):
        yield from _child_steps(heir, child, strategy, manager)
    yield from _finalizer_steps(heir.agent)


def _child_steps(heir: Heir, child: Obj, strategy: Strategy, manager: str) -> Iterator[Step]:
    if name_of(child) == f"{name_of(heir.agent)}-{BOOKKEEPING}":
        why = "Metacontroller deletes it, as no child of that name is wanted"
        yield Step(child, "leave the operator's bookkeeping", why)
        return
    changes = handed_over(child, is_of_operator, strategy, manager)
    if is_nameless_copy(child):
        yield Step(
            child,
            f"label it, hand its fields over ({strategy})",
            "a resource whose selector asks for its own name would leave this copy behind",
            patched_metadata(child, labels={INSTANCE: name_of(heir.agent)}, **(changes or {})),
        )
    elif changes is not None:
        yield Step(
            child,
            f"hand its fields over ({strategy})",
            "what the operator set would stay after it is removed from the resource",
            patched_metadata(child, **changes),
            restarts=heir.restarts(child, manager),
        )


def is_nameless_copy(child: Obj) -> bool:
    """Tell whether it is a copy of OpenShift's etcd certificates: no label has the resource."""
    return COPY_FOR in annotations_of(child) and INSTANCE not in labels_of(child)


def children_of(cluster: Cluster, agent: Obj) -> list[Obj]:
    """Return the objects that an operator made for the resource and that it still owns."""
    return [
        each
        for each in cluster.in_namespace(namespace_of(agent))
        if has_labels(each, managed_by=OPERATOR) and is_owned_by(each, agent)
    ]


def is_owned_by(obj: Obj, agent: Obj) -> bool:
    """Tell whether the resource is the controller of the object."""
    owners = as_objects(obj["metadata"].get("ownerReferences"))
    uid = agent["metadata"].get("uid")
    return any((each.get("kind"), each.get("uid")) == (KIND, uid) for each in owners)


def is_of_operator(entry: Entry) -> bool:
    """Tell whether an entry of `managedFields` says what the Go operator applied."""
    return (entry.get("manager"), entry.get("operation")) == (OPERATOR, "Apply")


def has_finalizer(agent: Obj) -> bool:
    """Tell whether an operator holds the resource."""
    return any(each in FORMER_FINALIZERS for each in agent["metadata"].get("finalizers") or [])


def _finalizer_steps(agent: Obj) -> Iterator[Step]:
    if has_finalizer(agent):
        left = [each for each in agent["metadata"]["finalizers"] if each not in FORMER_FINALIZERS]
        yield Step(
            agent,
            "remove the operator's finalizer",
            "nobody else removes it: the resource could never be deleted",
            patched_metadata(agent, finalizers=left, **_noted(agent)),
        )


def _noted(agent: Obj) -> Obj:
    """Return the annotation that tells a change which concerns no pod from one that does."""
    resource = parsed(agent)
    if resource is None:
        return {}
    return {"annotations": {PODS_MADE_FOR: pods_made_for(resource)}}
