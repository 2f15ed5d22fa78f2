"""What to do with objects of a cluster, one step each, and what blocks it."""

from dataclasses import dataclass
from typing import TypeAlias

from hooks.kube.objects import Obj, identity

NO_RESTART = "none"


@dataclass(frozen=True, slots=True)
class Patch:
    """A merge patch; its resourceVersion makes the API server reject it after another change."""

    body: Obj


@dataclass(frozen=True, slots=True)
class Deletion:
    """The object is deleted, and with it what it owns, unless it `orphans` that."""

    orphans: bool = False


@dataclass(frozen=True, slots=True)
class Creation:
    """The object is created."""


Change: TypeAlias = Patch | Deletion | Creation


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to one object, to wait for, to do first by hand, or to know.

    With a `change`, the step can be done once `waits_for` is empty. Without one, it is a note, or,
    if it `blocks`, something that a person must do first. `commands` show how.
    """

    obj: Obj
    what: str
    why: str
    change: Change | None = None
    restarts: str = NO_RESTART
    waits_for: str = ""
    blocks: bool = False
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, in the order in which to do them."""

    steps: tuple[Step, ...]

    @property
    def to_do(self) -> tuple[Step, ...]:
        """Return the steps that can be done now; none while something blocks."""
        if self.blocked:
            return ()
        return tuple(step for step in self.steps if step.change and not step.waits_for)

    @property
    def waiting(self) -> tuple[Step, ...]:
        """Return the steps that can be done later."""
        return tuple(step for step in self.steps if step.change and step.waits_for)

    @property
    def blocked(self) -> tuple[Step, ...]:
        """Return what a person must do first."""
        return tuple(step for step in self.steps if step.blocks)


def patched_metadata(obj: Obj, **changes: object) -> Patch:
    """Return a patch of the object's metadata that only applies to the object as it was read."""
    return Patch({"metadata": {**precondition(obj), **changes}})


def precondition(obj: Obj) -> Obj:
    """Return the metadata that ties a patch to the object as it was read."""
    return {"resourceVersion": obj["metadata"]["resourceVersion"]}


def place(obj: Obj) -> str:
    """Return `Kind namespace/name`, as tables and messages show it."""
    _, kind, namespace, name = identity(obj)
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
