"""What a sync would change: the observed and the desired children of a resource, compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hooks.desired.inputs.owned import before_and_after, owned_part
from hooks.errors import Problem
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj, annotations_of, as_object, describe, identity
from hooks.kube.workloads import template_of
from hooks.masking import HIDDEN, HIDDEN_AFTER
from hooks.observed.rollout import pods as pods_of
from hooks.rendering import Given, UnfitObject, read
from hooks.sync import reconcile

CREATE, CHANGE, DELETE = "create", "change", "delete"
SECRET_FIELDS = ("data", "stringData")


@dataclass(frozen=True, slots=True)
class ChildChange:
    """One child that a sync would create, change or delete.

    `before` and `after` have the fields of it that are ours, without the values of Secrets; they
    are empty where the child does not exist. `pods` is how many pods would end, including those
    that pods of a new template would replace. `restarts`: whether the template changes, also where
    it is not known how many pods there are.
    """

    verb: str
    child: str
    before: Obj
    after: Obj
    pods: int = 0
    restarts: bool = False

    @property
    def kind(self) -> str:
        """Return the kind of the child."""
        return self.child.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sync would change, ordered by kind and name, and the problems of the resource.

    `withheld` names the children that it would not make, because another object is in their way.
    """

    changes: tuple[ChildChange, ...]
    problems: tuple[Problem, ...]
    withheld: tuple[str, ...]


def preview(documents: Iterable[Any], facts: Facts, now: str) -> Preview:
    """Return what a sync of the one InstanaAgent among the documents would change.

    The other objects play the cluster; the children are among them, with their managed fields.
    Raises UnfitObject or UnreadableRequest for documents that cannot be used.
    """
    given = read(documents, facts)
    outcome = reconcile(given.request, given.facts, now)
    observed = {identity(child): child for child in given.request.children}
    desired = {identity(child): child for child in outcome.children}
    changes = (
        _change(given, observed.get(key), desired.get(key))
        for key in sorted(observed.keys() | desired.keys())
    )
    withheld = tuple(sorted(map(describe, outcome.withheld)))
    return Preview(tuple(change for change in changes if change), outcome.problems, withheld)


def _change(given: Given, observed: Obj | None, desired: Obj | None) -> ChildChange | None:
    if observed is None:
        _, after = hidden_secrets({}, as_object(desired))
        return ChildChange(CREATE, describe(after), {}, after)
    if desired is None:
        return ChildChange(DELETE, describe(observed), {}, {}, pods_of(observed))
    _check_managed_fields(observed, given)
    before, after = before_and_after(observed, owned_part(observed, given.facts), desired)
    if before == after:
        return None
    restarts = template_of(before) != template_of(after)
    shown = hidden_secrets(before, after)
    pods = pods_of(observed) if restarts else 0
    return ChildChange(CHANGE, describe(observed), *shown, pods, restarts)


def _check_managed_fields(observed: Obj, given: Given) -> None:
    if LAST_APPLIED in annotations_of(observed) or observed["metadata"].get("managedFields"):
        return
    msg = f"{describe(observed)} has no managed fields: run kubectl get with --show-managed-fields"
    raise UnfitObject(msg, given.origins[identity(observed)].below("metadata.managedFields"))


def hidden_secrets(before: Obj, after: Obj) -> tuple[Obj, Obj]:
    """Return two versions of an object; of a Secret, only which values differ."""
    if "Secret" not in (before.get("kind"), after.get("kind")):
        return before, after
    old, new = dict(before), dict(after)
    for field in SECRET_FIELDS:
        values, others = as_object(before.get(field)), as_object(after.get(field))
        if values:
            old[field] = dict.fromkeys(values, HIDDEN)
        if others:
            new[field] = {name: _shown(values, name, value) for name, value in others.items()}
    return old, new


def _shown(before: Mapping[str, Any], name: str, value: Any) -> str:
    return HIDDEN_AFTER if name in before and before[name] != value else HIDDEN
