"""Whether the children belong to this service alone, or still to somebody else, too."""

from json import dumps
from shlex import quote

from hooks.desired.inputs.ownership import handing_over
from hooks.desired.passes.in_the_way import Obstacle, Writable
from hooks.desired.passes.retain_templates import retains_template
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED, applied_at, has_applied, written_at
from hooks.kube.objects import Obj, annotations_of, describe, labels_of
from hooks.labels import INSTANCE, OPERATOR
from hooks.models.instana_agent import FORMER_FINALIZERS
from hooks.observed import ObservedObjects
from hooks.status.condition import Condition, several

CHILDREN_OWNED = "ChildrenOwned"
SOLE_CONTROLLER = "SoleController"
INSTALLED = ("DaemonSet", "Deployment", "Service")
"""Kinds that labels alone do not hand over: what they select stays with their owner."""

USUAL_FIELD_MANAGER = Facts().field_manager


def children_owned(
    parent: Obj, observed: ObservedObjects, found: Writable, facts: Facts
) -> Condition:
    """Return whether every child belongs to the resource, and to no other manager.

    `found` has the desired children by whether they can be written; it is empty if nothing is
    desired.
    """
    takeover = f"python -m hooks takeover apply {_options(parent, observed, facts)}"
    if not_owned := _not_owned(parent, found, takeover):
        return not_owned
    if shared := [child for child in observed if _is_shared(child, facts)]:
        message = (
            f"the Go operator still owns fields of {several(_names(shared))}, so changes of the "
            f"resource do not remove them: {takeover}"
        )
        return Condition(CHILDREN_OWNED, "False", "SharedWithGoOperator", message, is_advice=True)
    if left := [finalizer for finalizer in _finalizers(parent) if finalizer in FORMER_FINALIZERS]:
        message = f"finalizer {several(left)} would block the deletion of the resource: {takeover}"
        return Condition(CHILDREN_OWNED, "False", "FinalizerLeft", message, is_advice=True)
    if found.adopted:
        message = _of_others(parent, found.adopted)
        return Condition(CHILDREN_OWNED, "False", "ChildrenOfAnother", message, is_advice=True)
    return Condition(CHILDREN_OWNED, "True", "AllChildrenOwned", _when_owned(found.children))


def _not_owned(parent: Obj, found: Writable, takeover: str) -> Condition | None:
    """Return the condition if a child is not written because an object has or may have its name."""
    if found.in_the_way:
        message = _about_obstacles(parent, found, takeover)
        return Condition(CHILDREN_OWNED, "False", "ObjectInTheWay", message)
    if found.given:
        message = (
            "Metacontroller adopts what has the labels of children before the service updates "
            f"it: {several(_names(found.given))}"
        )
        return Condition(CHILDREN_OWNED, "False", "NotAdoptedYet", message, passes=True)
    if found.unknown:
        message = (
            "to be created once Metacontroller has checked that no other object has the name, "
            f"within 20 minutes after an upgrade: {several(_names(found.unknown))}"
        )
        return Condition(CHILDREN_OWNED, "Unknown", "NotLookedUpYet", message, passes=True)
    return None


def _about_obstacles(parent: Obj, found: Writable, takeover: str) -> str:
    """Return what is in the way, and what to do about it.

    Labels hand over an object that would be the child. They do not hand over a workload or a
    Service, which select what belongs to others, nor a Secret that cert-manager would write.
    """
    objects = [obstacle.obj for obstacle in found.in_the_way]
    remedies = []
    given = [obstacle for obstacle in found.in_the_way if _is_handed_over_by_labels(obstacle)]
    if given:
        labels = " ".join(f"{name}={value}" for name, value in handing_over(given[0].child).items())
        remedies.append(
            f"to hand {'it' if len(objects) == 1 else 'one'} over: "
            f"kubectl label {describe(given[0].obj).lower()} --namespace "
            f"{parent['metadata'].get('namespace', '')} --overwrite {labels}"
        )
    if any(obj["kind"] in INSTALLED for obj in objects):
        remedies.append(f"if this is an older installation of the agent: {takeover}")
    remedies.append("otherwise delete it, or rename it or the resource")
    return (
        "another object has the name of a child, and is left unchanged: "
        f"{several(_names(objects))}; " + "; ".join(remedies)
    )


def _is_handed_over_by_labels(obstacle: Obstacle) -> bool:
    kind = obstacle.obj["kind"]
    return kind == obstacle.child["kind"] and kind not in INSTALLED


def _of_others(parent: Obj, adopted: list[Obj]) -> str:
    """Return whose children were adopted, and how to give them back: they stay as observed."""
    metadata = parent["metadata"]
    owners = sorted({labels_of(child)[INSTANCE] for child in adopted})
    patch = {"spec": {"selector": {"matchLabels": {INSTANCE: metadata["name"]}}}}
    return (
        f"children of the deleted resource {several(owners)} were adopted and are left "
        f"unchanged: {several(_names(adopted))}; create that resource again, or release "
        f"them: kubectl patch agents.instana.io {metadata['name']} --namespace "
        f"{metadata.get('namespace', '')} --type merge --patch '{dumps(patch)}'"
    )


def sole_controller(observed: ObservedObjects, facts: Facts) -> Condition:
    """Return whether nobody else writes the children: the Go operator's last write is older."""
    newer = [child for child in observed if _was_written_over(child, facts)]
    if newer:
        message = (
            f"the Go operator changed {several(_names(newer))} after this service did: stop it, "
            "as docs/migrate.md describes"
        )
        return Condition(SOLE_CONTROLLER, "False", "GoOperatorWrites", message)
    message = "no other controller writes the children"
    return Condition(SOLE_CONTROLLER, "True", "NoOtherController", message)


def _when_owned(children: list[Obj]) -> str:
    kept = [child for child in children if retains_template(child)]
    if not kept:
        return "every child belongs to this resource alone"
    return (
        "the Go operator's pod template is retained until the next change that concerns the "
        f"pods: {several(_names(kept))}"
    )


def _is_shared(child: Obj, facts: Facts) -> bool:
    return facts.field_manager != OPERATOR and has_applied(child, OPERATOR)


def _was_written_over(child: Obj, facts: Facts) -> bool:
    ours = written_at(child, facts.field_manager)
    return bool(ours) and facts.field_manager != OPERATOR and applied_at(child, OPERATOR) > ours


def _names(objects: list[Obj]) -> list[str]:
    return [describe(obj) for obj in objects]


def _finalizers(parent: Obj) -> list[str]:
    finalizers = parent["metadata"].get("finalizers")
    return finalizers if isinstance(finalizers, list) else []


def _options(parent: Obj, observed: ObservedObjects, facts: Facts) -> str:
    """Return the command's options: which resource, and how Metacontroller writes its children."""
    metadata = parent["metadata"]
    options = f"--namespace {metadata.get('namespace', '')} --name {metadata['name']}"
    if any(LAST_APPLIED in annotations_of(child) for child in observed):
        options += " --apply-strategy dynamic-apply"
    if facts.field_manager != USUAL_FIELD_MANAGER:
        options += f" --field-manager {quote(facts.field_manager)}"
    return options
