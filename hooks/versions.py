"""What changes between two versions of a resource: their children, compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hooks.errors import InvalidResource, Problem
from hooks.facts import Facts
from hooks.kube.objects import (
    Identity,
    Obj,
    annotations_of,
    as_object,
    describe,
    identity,
    labels_of,
)
from hooks.kube.workloads import template_of
from hooks.observed.rollout import pods as pods_of
from hooks.preview import CHANGE, CREATE, DELETE, ChildChange, Preview, hidden_secrets
from hooks.rendering import read, render_given
from hooks.rules import read_agent


@dataclass(frozen=True, slots=True)
class Version:
    """What one version of a resource leads to, in `children` also what is attached to it.

    `pods`: how many each existing workload has.
    """

    children: Mapping[Identity, Obj]
    pods: Mapping[str, int]
    problems: tuple[Problem, ...]


def version_of(documents: Iterable[Any], facts: Facts, now: str) -> Version:
    """Return what the one resource among the documents leads to; raises UnfitObject, as `read`."""
    given = read(documents, facts)
    rendered = render_given(given, now)
    children = {identity(obj): obj for obj in (*rendered.children, *rendered.attachments)}
    pods = {describe(child): pods_of(child) for child in given.request.children}
    return Version(children, pods, rendered.problems)


def between(before: Version, after: Version) -> Preview:
    """Return what changes from one version to the other.

    Without existing children among the documents it is not known how many pods there are.
    """
    keys = sorted(before.children.keys() | after.children.keys())
    changes = (
        _change(before.children.get(key), after.children.get(key), before.pods) for key in keys
    )
    return Preview(tuple(change for change in changes if change), after.problems, ())


def _change(before: Obj | None, after: Obj | None, pods: Mapping[str, int]) -> ChildChange | None:
    if before == after:
        return None
    child = describe(before or after or {})
    shown = hidden_secrets(as_object(before), as_object(after))
    if before is None or after is None:
        verb, ending = (CREATE, 0) if before is None else (DELETE, pods.get(child, 0))
        return ChildChange(verb, child, *shown, ending)
    restarts = template_of(before) != template_of(after)
    return ChildChange(CHANGE, child, *shown, pods.get(child, 0) if restarts else 0, restarts)


def as_compared(resource: Obj) -> Obj:
    """Return what a user writes of a resource, without what has the value of a default."""
    metadata = {"annotations": annotations_of(resource), "labels": labels_of(resource)}
    return {"metadata": metadata, "spec": _spec(resource)}


def _spec(resource: Obj) -> Obj:
    """Return the spec without defaults; as it is if it cannot be read."""
    try:
        agent = read_agent(resource | {"metadata": {"name": "any", "namespace": "any"}})
    except InvalidResource:
        return as_object(resource.get("spec"))
    return agent.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
