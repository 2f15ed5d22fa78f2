"""Whether the children are this service's alone, or still somebody else's too."""

from shlex import quote

from hooks.desired.context import Context
from hooks.desired.labels import OPERATOR
from hooks.desired.taken_over import keeps_template
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED, applied_at, has_applied, written_at
from hooks.kube.objects import Obj, annotations_of, describe
from hooks.models.instana_agent import FORMER_FINALIZERS
from hooks.observed import ObservedObjects
from hooks.status.conditions import Condition, several

CHILDREN_OWNED = "ChildrenOwned"
SOLE_CONTROLLER = "SoleController"
USUAL_FIELD_MANAGER = Facts().field_manager


def children_owned(
    parent: Obj, observed: ObservedObjects, in_the_way: list[Obj], kept: list[Obj], facts: Facts
) -> Condition:
    """Return whether every child belongs to the resource, and to no other manager.

    `in_the_way` are objects that have the name of a child and are none, `kept` the desired
    workloads that keep the Go operator's template.
    """
    command = f"python -m hooks takeover apply {_options(parent, observed, facts)}"
    if in_the_way:
        message = (
            f"another object has the name of a child: {several(_names(in_the_way))}; if it is an "
            f"older installation of the agent: {command}"
        )
        return Condition(CHILDREN_OWNED, "False", "ObjectInTheWay", message)
    if shared := [child for child in observed if _is_shared(child, facts)]:
        message = (
            f"the Go operator still owns fields of {several(_names(shared))}, which then stay "
            f"whatever the resource says: {command}"
        )
        return Condition(CHILDREN_OWNED, "False", "SharedWithGoOperator", message, is_advice=True)
    if left := [each for each in _finalizers(parent) if each in FORMER_FINALIZERS]:
        message = f"finalizer {several(left)} would keep the resource from being deleted: {command}"
        return Condition(CHILDREN_OWNED, "False", "FinalizerLeft", message, is_advice=True)
    return Condition(CHILDREN_OWNED, "True", "AllChildrenOwned", _when_owned(kept))


def sole_controller(observed: ObservedObjects, facts: Facts) -> Condition:
    """Return whether nobody else writes the children: the Go operator's last write is older."""
    newer = [child for child in observed if _was_written_over(child, facts)]
    if newer:
        message = (
            f"the Go operator wrote {several(_names(newer))} after this service did: stop it, "
            "docs/migrate.md says how"
        )
        return Condition(SOLE_CONTROLLER, "False", "GoOperatorWrites", message)
    message = "no other controller writes the children"
    return Condition(SOLE_CONTROLLER, "True", "NoOtherController", message)


def kept_workloads(children: list[Obj]) -> list[Obj]:
    """Return the desired workloads that keep the template of the Go operator."""
    return [child for child in children if keeps_template(child)]


def objects_in_the_way(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the objects of others, among those looked at, that have the name of a child."""
    return [
        found
        for child in children
        if (kind := f"{child['kind']}.{child['apiVersion']}")
        and context.observed(kind, child["metadata"]["name"]) is None
        and (found := context.related.get(kind, context.agent.namespace, child["metadata"]["name"]))
    ]


def _when_owned(kept: list[Obj]) -> str:
    if not kept:
        return "every child belongs to this resource alone"
    return (
        f"{several(_names(kept))} keep the pods that the Go operator made until the next change "
        "that concerns them"
    )


def _is_shared(child: Obj, facts: Facts) -> bool:
    return facts.field_manager != OPERATOR and has_applied(child, OPERATOR)


def _was_written_over(child: Obj, facts: Facts) -> bool:
    ours = written_at(child, facts.field_manager)
    return bool(ours) and facts.field_manager != OPERATOR and applied_at(child, OPERATOR) > ours


def _names(objects: list[Obj]) -> list[str]:
    return [describe(each) for each in objects]


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
