"""Compares what two versions of a resource lead to, object by object."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hooks.difference_texts import lines_about
from hooks.differences import differences
from hooks.errors import HookError, InternalError
from hooks.facts import Facts
from hooks.kube.objects import Identity, Obj, as_object, describe, identity
from hooks.kube.workloads import WORKLOADS, template_of
from hooks.masking import Mask, credentials_in
from hooks.rendering import render
from hooks.review.resources import Resource, pairs

CREATE, CHANGE, DELETE = "create", "change", "delete"
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
    old, new = (_children(side, facts, now) for side in (before, after))
    if isinstance(old, str) or isinstance(new, str):
        is_new = isinstance(new, str)
        obstacle = f"the {'new' if is_new else 'old'} version {new if is_new else old}"
        return Comparison(present.file, name, verb, obstacle=obstacle)
    sides = [side.agent for side in (before, after) if side]
    credentials = frozenset[str]().union(*map(credentials_in, sides))
    is_held = after is not None and _is_manual(after.agent)
    changes = tuple(_changes(old, new, credentials, is_held=is_held))
    return Comparison(present.file, name, verb, changes)


def _is_manual(agent: Obj) -> bool:
    spec = as_object(agent.get("spec"))
    return as_object(spec.get("rollout")).get("policy") == MANUAL


def _children(side: Resource | None, facts: Facts, now: str) -> dict[Identity, Obj] | str:
    """Return the objects of a version by identity, or why there are none."""
    if side is None:
        return {}
    try:
        rendered = render([side.agent, *side.around], facts, now)
    except InternalError:
        raise
    except HookError as error:
        return f"cannot be rendered: {error}"
    if rendered.problems:
        return "is invalid"
    return {identity(child): child for child in (*rendered.children, *rendered.attachments)}


def _changes(
    old: dict[Identity, Obj],
    new: dict[Identity, Obj],
    credentials: frozenset[str],
    *,
    is_held: bool,
) -> Iterator[ObjectChange]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        child = before or after or {}
        verb = CREATE if before is None else DELETE if after is None else CHANGE
        lines = _lines(before, after, credentials) if before and after else ()
        pods = _pods(before, after, is_held=is_held)
        yield ObjectChange(verb, describe(child), tuple(lines), pods)


def _pods(before: Obj | None, after: Obj | None, *, is_held: bool) -> str:
    """Return what happens to the pods of an object, in words."""
    child = after or before or {}
    if child["kind"] not in WORKLOADS:
        return ""
    if before is None:
        return "its pods start"
    if after is None:
        return "its pods end"
    if template_of(before) == template_of(after):
        return ""
    return _replaced(after, is_held=is_held)


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


def _lines(before: Obj, after: Obj, credentials: frozenset[str]) -> Iterator[str]:
    """Yield the lines about all differences, without credentials."""
    for difference in differences(before, after, Mask(str(after.get("kind")), credentials)):
        yield from lines_about(difference)
