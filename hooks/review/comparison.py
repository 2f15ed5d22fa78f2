"""Compares what two versions of a resource lead to, object by object."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hooks.difference_texts import lines_about
from hooks.differences import differences
from hooks.errors import HookError, InternalError
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object
from hooks.kube.workloads import WORKLOADS
from hooks.masking import Mask, credentials_in
from hooks.preview import CHANGE, CREATE, DELETE, ChildChange
from hooks.review.resources import Resource, pairs
from hooks.versions import Version, between, version_of

ON_DELETE: Final = "OnDelete"
MANUAL: Final = "Manual"


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object that is created, changed or deleted; `lines` say what changes of it."""

    verb: str
    name: str
    lines: tuple[str, ...] = ()
    pods: str = ""
    """What happens to its pods, "" if nothing does."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes for one resource; `obstacle` says why it cannot be compared, if so."""

    file: str
    resource: str
    verb: str
    changes: tuple[ObjectChange, ...] = ()
    obstacle: str = ""

    @property
    def restarts(self) -> tuple[ObjectChange, ...]:
        """Return the changes that concern pods."""
        return tuple(change for change in self.changes if change.pods)


def compare(
    base: Sequence[Resource], head: Sequence[Resource], facts: Facts, now: str
) -> list[Comparison]:
    """Return what changes between two versions of files, one entry per resource that changes."""
    found = (_comparison(before, after, facts, now) for before, after in pairs(base, head))
    return [resource for resource in found if resource.changes or resource.obstacle]


def _comparison(
    before: Resource | None, after: Resource | None, facts: Facts, now: str
) -> Comparison:
    present = after or before
    if present is None:
        msg = "a resource must be on one side"
        raise InternalError(msg)
    verb = CREATE if before is None else DELETE if after is None else CHANGE
    name = "/".join(present.place)
    old, new = (_version(side, facts, now) for side in (before, after))
    if isinstance(old, str) or isinstance(new, str):
        is_new = isinstance(new, str)
        obstacle = f"the {'new' if is_new else 'old'} version {new if is_new else old}"
        return Comparison(present.file, name, verb, obstacle=obstacle)
    sides = [side.agent for side in (before, after) if side]
    credentials = frozenset[str]().union(*map(credentials_in, sides))
    is_held = after is not None and _is_manual(after.agent)
    changes = between(old, new).changes
    shown = tuple(_shown(change, credentials, is_held=is_held) for change in changes)
    return Comparison(present.file, name, verb, shown)


def _is_manual(agent: Obj) -> bool:
    spec = as_object(agent.get("spec"))
    return as_object(spec.get("rollout")).get("policy") == MANUAL


def _version(side: Resource | None, facts: Facts, now: str) -> Version | str:
    """Return what a version leads to, or why it is not known."""
    if side is None:
        return Version({}, {}, ())
    try:
        version = version_of([side.agent, *side.around], facts, now)
    except InternalError:
        raise
    except HookError as error:
        return f"cannot be rendered: {error}"
    return "is invalid" if version.problems else version


def _shown(change: ChildChange, credentials: frozenset[str], *, is_held: bool) -> ObjectChange:
    pods = _pods(change, is_held=is_held)
    if change.verb != CHANGE:
        return ObjectChange(change.verb, change.child, pods=pods)
    found = differences(change.before, change.after, Mask(change.kind, credentials))
    lines = (line for difference in found for line in lines_about(difference))
    return ObjectChange(change.verb, change.child, tuple(lines), pods)


def _pods(change: ChildChange, *, is_held: bool) -> str:
    """Return what happens to the pods of an object, in words."""
    if change.kind not in WORKLOADS:
        return ""
    if change.verb == CREATE:
        return "its pods start"
    if change.verb == DELETE:
        return "its pods end"
    return _replaced(change.after, is_held=is_held) if change.restarts else ""


def _replaced(workload: Obj, *, is_held: bool) -> str:
    spec = as_object(workload.get("spec"))
    if is_held:
        return "its pods are replaced once somebody approves it (rollout.policy is Manual)"
    if workload["kind"] == "Deployment":
        return f"its pods are replaced, {spec.get('replicas', 1)} in all"
    strategy = as_object(spec.get("updateStrategy"))
    if strategy.get("type") == ON_DELETE:
        return "each pod is replaced once you delete it (updateStrategy is OnDelete)"
    at_once = as_object(strategy.get("rollingUpdate")).get("maxUnavailable", 1)
    return f"its pods are replaced on every node, at most {at_once} at a time"
