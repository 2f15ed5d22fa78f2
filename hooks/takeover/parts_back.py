"""What one object needs to be as it was before a takeover, from its recorded steps.

A part is changed back only where it still has a value that the record knows. With another one,
somebody has changed it since, and a person must decide.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj, annotations_of, as_object, as_objects
from hooks.labels import OPERATOR
from hooks.models.instana_agent import KIND
from hooks.takeover.fields_back import given_back
from hooks.takeover.kept_parts import COPIES, MAPS
from hooks.takeover.record import Parts, RecordedStep
from hooks.takeover.steps import Step, place, precondition

OURS: Final = "instana.io/"
"""How the names of the annotations begin that the service writes on children."""

LABEL_OR_ANNOTATION: Final = {"labels": "label", "annotations": "annotate"}

IsThere = Callable[[str], bool]
"""Whether a resource with that UID exists."""


@dataclass(frozen=True, slots=True)
class Back:
    """The metadata and the number of replicas to restore, and what somebody changed since."""

    metadata: Obj = field(default_factory=dict)
    replicas: int | None = None
    changed_since: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()

    def patch(self, obj: Obj) -> Obj:
        """Return the body of the patch, empty if nothing needs to change."""
        spec = {} if self.replicas is None else {"spec": {"replicas": self.replicas}}
        if not self.metadata and not spec:
            return {}
        return {"metadata": {**precondition(obj), **self.metadata}, **spec}


def way_back(obj: Obj, steps: list[RecordedStep], managers: set[str], is_there: IsThere) -> Back:
    """Return what brings the object back to where it was before the first of its steps."""
    metadata, since, commands = dict[str, Any](), list[str](), list[str]()
    for name in MAPS:
        entries = dict(_entries_back(obj, steps, name))
        metadata |= {name: kept} if (kept := _without_changed(entries)) else {}
        for entry in sorted(entries.keys() - kept.keys()):
            since.append(f"{name} {entry}")
            commands.append(_command(obj, name, entry, _last(steps, name, entry)))
    metadata |= dict(_lists_back(obj, steps, managers, is_there))
    replicas, is_scaled = _replicas_back(obj, steps)
    if is_scaled:
        since.append("spec.replicas")
    return Back(metadata, replicas, tuple(since), tuple(commands))


CHANGED: Final = object()
"""In place of a value: somebody has changed it since."""


def _without_changed(entries: Obj) -> Obj:
    return {name: value for name, value in entries.items() if value is not CHANGED}


def _entries_back(obj: Obj, steps: list[RecordedStep], name: str) -> Iterator[tuple[str, Any]]:
    """Yield each label or annotation that must change, with its former value or CHANGED.

    One that the takeover only handed over is missing if Metacontroller has removed it; another
    value stays. The Go operator applies its own again.
    """
    present = as_object(obj["metadata"].get(name))
    for entry in {key: None for step in steps for key in _map(step.before, name)}:
        values = [value for step in steps for value in _values(step, name, entry)]
        now = present.get(entry)
        if entry in COPIES:
            if now is not None:
                yield entry, None
        elif len({*values}) == 1:
            if now is None and not _is_of_go_operator(steps):
                yield entry, values[0]
        elif now != values[0]:
            yield entry, values[0] if now in values else CHANGED
    if name == "annotations":
        yield from _own_annotations(obj, steps)


def _own_annotations(obj: Obj, steps: list[RecordedStep]) -> Iterator[tuple[str, None]]:
    """Yield what the service wrote on an adopted object since, which nobody else removes."""
    if not _is_adopted(steps) or not any(_changes_labels(step) for step in steps):
        return
    for name in annotations_of(obj):
        if name.startswith(OURS) or name == LAST_APPLIED:
            yield name, None


def _is_of_go_operator(steps: list[RecordedStep]) -> bool:
    return any(entry.get("manager") == OPERATOR for entry in _former_entries(steps))


def _changes_labels(step: RecordedStep) -> bool:
    return step.before.labels != step.after.labels


def _is_adopted(steps: list[RecordedStep]) -> bool:
    """Return whether the object had no InstanaAgent as its owner before."""
    return not any(owner.get("kind") == KIND for owner in steps[0].before.ownerReferences)


def _map(parts: Parts, name: str) -> dict[str, str | None]:
    entries: dict[str, str | None] = getattr(parts, name)
    return entries


def _values(step: RecordedStep, name: str, entry: str) -> Iterator[str | None]:
    for parts in (step.before, step.after):
        if entry in _map(parts, name):
            yield _map(parts, name)[entry]


def _last(steps: list[RecordedStep], name: str, entry: str) -> str | None:
    return [value for step in steps for value in _values(step, name, entry)][-1]


def _lists_back(
    obj: Obj, steps: list[RecordedStep], managers: set[str], is_there: IsThere
) -> Iterator[tuple[str, Any]]:
    finalizers = _finalizers_back(obj, steps)
    if finalizers is not None:
        yield "finalizers", finalizers
    owners = _owners_back(obj, steps, is_there)
    if owners is not None:
        yield "ownerReferences", owners
    former = _former_entries(steps)
    entries = given_back(obj, former, managers) if former else None
    if entries is not None:
        yield "managedFields", entries


def _finalizers_back(obj: Obj, steps: list[RecordedStep]) -> list[str] | None:
    present = obj["metadata"].get("finalizers") or []
    removed = {
        name
        for step in steps
        for name in step.before.finalizers
        if name not in step.after.finalizers
    }
    missing = sorted(removed - {*present})
    return [*present, *missing] if missing else None


def _owners_back(obj: Obj, steps: list[RecordedStep], is_there: IsThere) -> list[Obj] | None:
    """Return the owners as they were: an owner that no longer exists would delete the object."""
    present = as_objects(obj["metadata"].get("ownerReferences"))
    before = steps[0].before.ownerReferences
    known = {owner.get("uid") for owner in present}
    lost = [
        owner
        for owner in before
        if owner.get("uid") not in known and is_there(str(owner.get("uid")))
    ]
    kept = [owner for owner in present if not (_is_adopted(steps) and owner.get("kind") == KIND)]
    return [*kept, *lost] if [*kept, *lost] != present else None


def _former_entries(steps: list[RecordedStep]) -> list[Obj]:
    """Return the entries of `managedFields` from before the first step."""
    written: list[Obj] = []
    former: list[Obj] = []
    for step in steps:
        former += [entry for entry in step.before.managedFields if entry not in written]
        written += step.after.managedFields
    return former


def _replicas_back(obj: Obj, steps: list[RecordedStep]) -> tuple[int | None, bool]:
    """Return the number of replicas to restore, if any, and whether somebody changed it since."""
    values = [
        parts.replicas
        for step in steps
        for parts in (step.before, step.after)
        if parts.replicas is not None
    ]
    now = as_object(obj.get("spec")).get("replicas", 1)
    if not values or now == values[0]:
        return None, False
    return (values[0], False) if now in values else (None, True)


def _command(obj: Obj, name: str, entry: str, value: str | None) -> str:
    """Return the command that undoes what somebody changed since."""
    metadata = obj["metadata"]
    where = f"-n {metadata['namespace']} " if metadata.get("namespace") else ""
    kind = obj["kind"].lower()
    text = f"{entry}-" if value is None else f"'{entry}={value}'"
    verb = LABEL_OR_ANNOTATION[name]
    return f"kubectl {verb} --overwrite {kind} {where}{metadata['name']} {text}"


def blocking(obj: Obj, back: Back) -> Step:
    """Return the step that stops a rollback at an object that somebody changed since."""
    return Step(
        obj,
        "decide what it must be",
        f"somebody has changed {', '.join(back.changed_since)} of {place(obj)} since the takeover: "
        "set it back by the command, if you do not need that change",
        blocks=True,
        commands=back.commands,
    )
