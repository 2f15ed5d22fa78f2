"""A resource that is paused: its children stay as they are, whoever changes them."""

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.owned import before_and_after, retained
from hooks.kube.objects import Obj, annotations_of, describe, identity

PAUSE = "instana.io/paused"
"""On the resource: "true" while its children are to stay as they are."""


def is_paused(parent: Obj) -> bool:
    """Return whether the resource is paused."""
    return str(annotations_of(parent).get(PAUSE, "")).strip().lower() == "true"


def postponed_changes(context: Context, children: list[Obj]) -> list[str]:
    """Return what would be changed were the resource not paused: `create Kind/name` and so on.

    Takes the children that should exist.
    """
    observed = {identity(child): child for child in context.children}
    desired = {identity(child): child for child in children}
    verbs = {
        key: _verb(context, observed.get(key), desired.get(key))
        for key in sorted(observed.keys() | desired.keys())
    }
    return [
        f"{verb} {describe(desired.get(key) or observed[key])}"
        for key, verb in verbs.items()
        if verb
    ]


def _verb(context: Context, observed: Obj | None, desired: Obj | None) -> str:
    if observed is None:
        return "create"
    if desired is None:
        return "delete"
    before, after = before_and_after(observed, retained(context, observed), desired)
    return "" if before == after else "change"
