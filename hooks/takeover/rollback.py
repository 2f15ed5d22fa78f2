"""The way back from a takeover: from its record and the objects of a cluster to what is left to do.

Metacontroller must not write any more, so its controllers go first. Then what was deleted is
created again, and every object gets back what the record has of it, in the reverse order of the
takeover: the operator starts at the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Identity, Obj, annotations_of, as_object, identity, labels_of
from hooks.models.instana_agent import API_VERSION
from hooks.takeover.cluster import Cluster, namespace_of
from hooks.takeover.fields_back import METACONTROLLER, as_operators
from hooks.takeover.go_operator import children_of
from hooks.takeover.parts_back import blocking, way_back
from hooks.takeover.record import Record, RecordedStep, loss
from hooks.takeover.steps import Creation, Deletion, Patch, Plan, Step, patched_metadata, place

CONTROLLERS_GONE: Final = "the controllers are gone"
SERVICE: Final = "instana-agent-hooks"
NAME: Final = "app.kubernetes.io/name"
COMPOSITE, DECORATOR = "CompositeController", "DecoratorController"


@dataclass(frozen=True, slots=True)
class Rollback:
    """The records of the runs of a takeover, and the objects of the cluster now."""

    records: Sequence[Record]
    cluster: Cluster

    @property
    def steps(self) -> list[RecordedStep]:
        """Return the recorded steps, the first one first."""
        in_order = sorted(self.records, key=lambda record: record.started)
        return [step for record in in_order for step in record.steps]

    @property
    def managers(self) -> set[str]:
        """Return the field managers of Metacontroller."""
        return {METACONTROLLER, *(record.field_manager for record in self.records)}

    @property
    def is_to_operator(self) -> bool:
        """Return whether an operator continues, and not Helm or manifests."""
        return any(
            step.before.replicas or step.before.finalizers != step.after.finalizers
            for step in self.steps
        )

    def is_there(self, uid: str) -> bool:
        """Return whether an InstanaAgent with that UID exists."""
        return any(agent["metadata"].get("uid") == uid for agent in self.cluster.agents)

    def get(self, wanted: Identity) -> Obj | None:
        """Return an object, None if it does not exist."""
        return next((obj for obj in self.cluster.objects if identity(obj) == wanted), None)


def rollback_plan(rollback: Rollback) -> Plan:
    """Return what is left to do; while the controllers exist, only deleting them can be done."""
    by_object = _by_object(rollback.steps)
    if not by_object:
        return Plan(())
    controllers = [*_controller_steps(rollback)]
    rest = [
        *(step for steps in reversed(by_object) for step in _recreations(rollback, steps)),
        *_made_since(rollback),
        *(step for steps in reversed(by_object) for step in _restorations(rollback, steps)),
    ]
    if controllers:
        rest = [_once_gone(step) for step in rest]
    return Plan((*_losses(rollback), *controllers, *rest))


def _by_object(steps: Iterable[RecordedStep]) -> list[list[RecordedStep]]:
    """Return the steps of each object, in the order of the objects' first steps."""
    found: dict[Identity, list[RecordedStep]] = {}
    for step in steps:
        found.setdefault(step.object.identity, []).append(step)
    return list(found.values())


def _once_gone(step: Step) -> Step:
    return replace(step, waits_for=CONTROLLERS_GONE) if step.change else step


def _losses(rollback: Rollback) -> Iterator[Step]:
    for step in rollback.steps:
        if step.is_lost and rollback.get(step.object.identity) is None:
            yield Step(step.object.obj, "not brought back", loss(step.object.obj))


def _controller_steps(rollback: Rollback) -> Iterator[Step]:
    """Yield the deletion of the controllers; other agents that they serve are in the way of it."""
    composite = [obj for obj in rollback.cluster.of_kind(COMPOSITE) if _is_for_agents(obj)]
    others = [*_not_recorded(rollback)] if composite else []
    for agent in others:
        yield Step(
            agent,
            "pass the record of its takeover too",
            "Metacontroller manages it as well, and a rollback ends that for the whole cluster",
            blocks=True,
        )
    decorators = [obj for obj in rollback.cluster.of_kind(DECORATOR) if _is_of_service(obj)]
    for controller in [*composite, *decorators]:
        yield _controller_step(controller)


def _controller_step(controller: Obj) -> Step:
    if controller["metadata"].get("deletionTimestamp"):
        why = "Metacontroller removes its finalizer"
        return Step(
            controller, "wait until it is gone", why, Deletion(), waits_for=CONTROLLERS_GONE
        )
    is_decorator = controller["kind"] == DECORATOR
    what = "delete, and leave the bindings" if is_decorator else "delete, and leave the children"
    why = "otherwise Metacontroller would take over again"
    return Step(controller, what, why, Deletion(orphans=True))


def _is_for_agents(controller: Obj) -> bool:
    parent = as_object(as_object(controller.get("spec")).get("parentResource"))
    return (parent.get("apiVersion"), parent.get("resource")) == (API_VERSION, "agents")


def _is_of_service(controller: Obj) -> bool:
    is_named = controller["metadata"]["name"] == "instana-cluster-rbac"
    return is_named or labels_of(controller).get(NAME) == SERVICE


def _not_recorded(rollback: Rollback) -> Iterator[Obj]:
    namespaces = {step.object.namespace for step in rollback.steps}
    return (agent for agent in rollback.cluster.agents if namespace_of(agent) not in namespaces)


def _recreations(rollback: Rollback, steps: list[RecordedStep]) -> Iterator[Step]:
    """Yield the creation of an object that was deleted, or what is in the way of it."""
    deletion = steps[-1]
    if not deletion.is_deletion or deletion.deleted is None:
        return
    present = rollback.get(deletion.object.identity)
    if present is None:
        wanted = _with_living_owners(rollback, deletion.deleted)
        why = "the takeover deleted it"
        yield Step(wanted, "create again", why, Creation())
    elif present["metadata"].get("uid") != deletion.object.uid and not _has_all(
        present, {**deletion.deleted, "metadata": {}}
    ):
        yield Step(
            present,
            "decide what it must be",
            f"the takeover deleted {place(present)}, and somebody has created it with other "
            "content since: delete it, if you do not need that",
            blocks=True,
        )


def _with_living_owners(rollback: Rollback, obj: Obj) -> Obj:
    owners = obj["metadata"].get("ownerReferences") or []
    living = [owner for owner in owners if rollback.is_there(str(owner.get("uid")))]
    rest = {name: part for name, part in obj["metadata"].items() if name != "ownerReferences"}
    return {**obj, "metadata": {**rest, **({"ownerReferences": living} if living else {})}}


def _has_all(present: Any, wanted: Any) -> bool:
    """Return whether every value of an object is in the other one."""
    if isinstance(present, dict) and isinstance(wanted, dict):
        return all(_has_all(present.get(name), value) for name, value in wanted.items())
    return bool(present == wanted)


def _restorations(rollback: Rollback, steps: list[RecordedStep]) -> Iterator[Step]:
    """Yield what restores the metadata of an object, or what is in the way of it."""
    patches = [step for step in steps if not step.is_deletion]
    present = rollback.get(steps[0].object.identity)
    if not patches:
        return
    if present is None:
        yield _note_of_missing(patches[0])
        return
    if present["metadata"].get("uid", "") != patches[0].object.uid:
        if present not in _since(rollback):
            yield _note_of_another(present)
        return
    back = way_back(present, patches, rollback.managers, rollback.is_there)
    if back.changed_since:
        yield blocking(present, back)
    elif body := back.patch(present):
        yield _restoration(present, body)


def _restoration(obj: Obj, body: Obj) -> Step:
    if "spec" in body:
        replicas = body["spec"]["replicas"]
        restarts = "those with new templates, once"
        why = "the operator manages the agents again"
        return Step(obj, f"scale to {replicas}", why, Patch(body), restarts=restarts)
    names = ", ".join(name for name in body["metadata"] if name != "resourceVersion")
    return Step(obj, f"restore {names}", "the takeover changed them", Patch(body))


def _note_of_missing(step: RecordedStep) -> Step:
    what, why = "nothing to restore", "it no longer exists"
    if step.before.replicas is not None:
        what, why = "apply the operator's manifests again", "its Deployment no longer exists"
    return Step(step.object.obj, what, why)


def _note_of_another(obj: Obj) -> Step:
    return Step(obj, "leave it", "somebody has created it anew since the takeover")


def _made_since(rollback: Rollback) -> Iterator[Step]:
    """Yield the hand-over of each child that Metacontroller has created since."""
    for child in _since(rollback):
        entries = as_operators(child, rollback.managers)
        if entries is not None:
            copies = {LAST_APPLIED: None} if LAST_APPLIED in annotations_of(child) else {}
            annotations = {"annotations": copies} if copies else {}
            yield Step(
                child,
                "hand its fields to the Go operator",
                "Metacontroller has created it since, or written it",
                patched_metadata(child, managedFields=entries, **annotations),
            )


def _since(rollback: Rollback) -> list[Obj]:
    """Return the children that the record does not have, where the Go operator continues."""
    if not rollback.is_to_operator:
        return []
    known = {(step.object.identity, step.object.uid) for step in rollback.steps}
    return [
        child
        for agent in rollback.cluster.agents
        for child in children_of(rollback.cluster, agent)
        if (identity(child), child["metadata"].get("uid", "")) not in known
    ]
