"""The record of a takeover: what it changed, so that a rollback can change it back."""

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hooks.kube.objects import Identity, Obj, identity
from hooks.takeover.cluster import HELM, Cluster
from hooks.takeover.kept_parts import changed_parts, kept_of_deleted
from hooks.takeover.operator_version import operator_version
from hooks.takeover.planning import Settings
from hooks.takeover.running_operator import operators
from hooks.takeover.steps import Deletion, Patch, Plan, Step, place

FORMAT: Final = 1
LONGEST_PROBLEM: Final = 200


class UnusableRecord(ValueError):
    """A file is not the record of a takeover."""


class Possible(StrEnum):
    """How much of a takeover a rollback can undo."""

    COMPLETELY = "completely"
    IN_PART = "in part"
    NOT_AT_ALL = "not at all"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Target(_Part):
    """The object that a step changed, and its UID then."""

    api_version: str = Field(alias="apiVersion", min_length=1)
    kind: str = Field(min_length=1)
    namespace: str
    name: str = Field(min_length=1)
    uid: str

    @classmethod
    def of(cls, obj: Obj) -> Self:
        """Return the reference to an object."""
        api_version, kind, namespace, name = identity(obj)
        uid = obj["metadata"].get("uid", "")
        return cls(apiVersion=api_version, kind=kind, namespace=namespace, name=name, uid=uid)

    @property
    def identity(self) -> Identity:
        """Return what identifies the object in a cluster."""
        return self.api_version, self.kind, self.namespace, self.name

    @property
    def obj(self) -> Obj:
        """Return an object of nothing but its name, for commands and tables."""
        named = {"name": self.name} | ({"namespace": self.namespace} if self.namespace else {})
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": named}


class Parts(_Part):
    """The parts of an object that a step changes; None stands for what did not exist."""

    labels: dict[str, str | None] = {}
    annotations: dict[str, str | None] = {}
    finalizers: list[str] = []
    ownerReferences: list[Obj] = []  # noqa: N815  the name in Kubernetes
    managedFields: list[Obj] = []  # noqa: N815  the name in Kubernetes
    replicas: int | None = None


class RecordedStep(_Part):
    """A step that was begun; `done` once the API server has accepted it."""

    object: Target
    what: str
    done: bool = False
    is_deletion: bool = False
    before: Parts = Parts()
    after: Parts = Parts()
    deleted: Obj | None = None
    """The object that was deleted, None if it may hold a credential, and so is not recorded."""

    @property
    def is_lost(self) -> bool:
        """Return whether it deleted something that a rollback cannot create again."""
        return self.is_deletion and self.deleted is None


class PlannedStep(_Part):
    """A line of the plan that was shown before the first change."""

    object: str
    what: str
    why: str
    restarts: str
    waits_for: str
    blocks: bool
    commands: list[str] = []


class Versions(_Part):
    """Who took over, and from whom."""

    service: str
    operators: dict[str, str] = {}
    """By the place of each operator's Deployment: its version, "" if nothing shows it."""


class Verdict(_Part):
    """Whether a rollback is possible, and what it cannot bring back."""

    possible: Literal["completely", "in part", "not at all"]
    lost: list[str] = []


class Record(_Part):
    """What one run of `takeover apply` did, or several that used the same file."""

    takeover_record: Literal[1] = Field(alias="takeoverRecord")
    started: str
    apply_strategy: str = Field(alias="applyStrategy")
    field_manager: str = Field(alias="fieldManager")
    versions: Versions
    plan: list[PlannedStep]
    steps: list[RecordedStep] = []
    rollback: Verdict = Verdict(possible="not at all")

    def begun(self, step: Step) -> "Record":
        """Return the record with a step that is about to be carried out.

        Replaces the same step that was begun, and rejected because its object had changed.
        """
        new = recorded(step)
        kept = [old for old in self.steps if old.done or _key(old) != _key(new)]
        return self._with_steps([*kept, new])

    def finished(self, step: Step) -> "Record":
        """Return the record with the step done."""
        key = _key(recorded(step))
        return self._with_steps(
            [
                old.model_copy(update={"done": True}) if _key(old) == key else old
                for old in self.steps
            ]
        )

    def _with_steps(self, steps: list[RecordedStep]) -> "Record":
        return self.model_copy(update={"steps": steps, "rollback": verdict(steps)})

    def planned_again(self, found: Plan) -> "Record":
        """Return the record with a further plan, of a later run that uses the same file."""
        return self.model_copy(update={"plan": [*self.plan, *as_lines(found)]})


def started(found: Plan, settings: Settings, service: str, now: str) -> Record:
    """Return the record before the first step; `service` is the version of this service."""
    deployments = operators(Cluster(tuple(step.obj for step in found.steps)))
    versions = {place(deployment): operator_version(deployment) for deployment in deployments}
    return Record(
        takeoverRecord=FORMAT,
        started=now,
        applyStrategy=str(settings.strategy),
        fieldManager=settings.field_manager,
        versions=Versions(service=service, operators=versions),
        plan=list(as_lines(found)),
    )


def as_lines(found: Plan) -> Iterator[PlannedStep]:
    """Yield what a plan shows of each step."""
    return map(as_line, found.steps)


def as_line(step: Step) -> PlannedStep:
    """Return what a plan shows of a step; its object has values that nobody needs."""
    return PlannedStep(
        object=place(step.obj),
        what=step.what,
        why=step.why,
        restarts=step.restarts if step.change else "",
        waits_for=step.waits_for,
        blocks=step.blocks,
        commands=list(step.commands),
    )


def recorded(step: Step) -> RecordedStep:
    """Return what the record keeps of a step that is about to be carried out."""
    target = Target.of(step.obj)
    match step.change:
        case Deletion():
            kept = kept_of_deleted(step.obj)
            return RecordedStep(object=target, what=step.what, is_deletion=True, deleted=kept)
        case Patch(body):
            before, after = changed_parts(step, body)
            return RecordedStep(
                object=target, what=step.what, before=Parts(**before), after=Parts(**after)
            )
        case _:
            return RecordedStep(object=target, what=step.what)


def verdict(steps: Iterable[RecordedStep]) -> Verdict:
    """Return how much of the steps a rollback can undo."""
    all_steps = [*steps]
    lost = [step for step in all_steps if step.is_lost]
    if len(lost) == len(all_steps):
        possible = Possible.NOT_AT_ALL
    else:
        possible = Possible.IN_PART if lost else Possible.COMPLETELY
    return Verdict(possible=possible.value, lost=[loss(step.object.obj) for step in lost])


def loss(obj: Obj) -> str:
    """Return the words about an object that a rollback cannot create again."""
    what = "may hold a credential, so its content is not recorded"
    if obj["kind"] == "Secret":
        what = f"{HELM}'s own record of the release: install the chart again, with --force"
    return f"{place(obj)}: {what}"


def lost_by(steps: Iterable[Step]) -> list[str]:
    """Return what a rollback could not bring back after these steps, in words."""
    return [loss(step.obj) for step in steps if step.change and recorded(step).is_lost]


def as_text(record: Record) -> str:
    """Return the content of the file."""
    return json.dumps(record.model_dump(mode="json", by_alias=True), indent=2) + "\n"


def read_record(content: bytes) -> Record:
    """Return the record of a file; raises UnusableRecord."""
    try:
        return Record.model_validate_json(content, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
        msg = f"not the record of a takeover: {problem}"[:LONGEST_PROBLEM]
        raise UnusableRecord(msg) from None


def _key(step: RecordedStep) -> tuple[Target, str]:
    return step.object, step.what
