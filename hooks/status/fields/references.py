"""What the resource refers to: which entries are there, and whether the pods that run use them."""

from collections.abc import Iterable
from typing import TypeAlias

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.unresolved import all_unresolved
from hooks.desired.passes.checksums import recorded_checksum
from hooks.desired.passes.hold_changes import HeldChange
from hooks.kube.objects import Obj, as_object, describe
from hooks.kube.pods import named_by
from hooks.kube.workloads import WORKLOADS, pod_spec
from hooks.observed.rollout import is_rolled_out

MOST_REFERENCES = 64
MOST_KEYS = 64

FOUND = "Found"
MISSING = "Missing"
UNKNOWN = "Unknown"

Which: TypeAlias = tuple[str, str]
"""Kind and name."""

Usage: TypeAlias = tuple[frozenset[Which], bool]
"""Kind and name of all that pods name, and whether they use what is there now."""


def references(
    context: Context,
    children: list[Obj],
    changing: frozenset[str],
    held: tuple[HeldChange, ...] = (),
) -> list[Obj]:
    """Return an item for each Secret and ConfigMap, ordered by kind and name, without values.

    `children` are the desired ones, `changing` the workloads among them that are not observed as
    they should be, `held` what is held back of their changes. Whether pods use
    what is there can be told of roll-outs that follow it: not while something is missing, nor with
    `reloadOnSecretChange` off.
    """
    found = {(reference.kind, reference.name) for reference in context.references}
    named = sorted(found)[:MOST_REFERENCES]
    waiting = changing.union(change.workload for change in held if change.has_new_values)
    in_use = _in_use(context, children, waiting)
    wanted = _wanted_keys(context, named)
    return [_item(context, which, keys, in_use) for which, keys in wanted.items()]


def _item(context: Context, which: Which, wanted: set[str], in_use: list[Usage]) -> Obj:
    kind, name = which
    lookup = context.related.look_up(f"{kind}.v1", context.agent.namespace, name)
    item: Obj = {"kind": kind, "name": name}
    if not context.related.knows(f"{kind}.v1"):
        return item | {"state": UNKNOWN}
    entries = {**as_object(lookup.obj.get("data")), **as_object(lookup.obj.get("binaryData"))}
    return (
        item
        | {"state": FOUND if lookup.found else MISSING}
        | _keys("keysFound", wanted & entries.keys())
        | _keys("keysMissing", wanted - entries.keys())
        | _usage(which, in_use)
    )


def _keys(field: str, keys: set[str]) -> Obj:
    return {field: sorted(keys)[:MOST_KEYS]} if keys else {}


def _wanted_keys(context: Context, named: Iterable[Which]) -> dict[Which, set[str]]:
    """Return the entries that the resource needs of each object, those by fixed names too."""
    keys: dict[Which, set[str]] = {which: set() for which in named}
    for reference in context.references:
        if (reference.kind, reference.name) in keys:
            keys[reference.kind, reference.name].update(reference.entries)
    store = ("Secret", context.key_store.name)
    if store in keys:
        keys[store] |= _of_key_store(context)
    return keys


def _of_key_store(context: Context) -> set[str]:
    used = (credential.source for credential in context.credentials.all)
    lacking = (backend.key.entry for backend in context.backends if backend.lacks_key)
    name = context.key_store.name
    return {source.entry for source in used if source and source.secret == name} | set(lacking)


def _usage(which: Which, in_use: list[Usage]) -> Obj:
    """Return whether the pods use it: those of the workloads that name it, else of all."""
    if not in_use:
        return {}
    naming = [uses for named, uses in in_use if which in named]
    return {"inUse": all(naming or [uses for _, uses in in_use])}


def _in_use(context: Context, children: list[Obj], waiting: frozenset[str]) -> list[Usage]:
    """Return what each workload names, with whether all its pods are of what is there now."""
    is_told = context.agent.spec.agent.reload_on_secret_change
    if not is_told or all_unresolved(context):
        return []
    workloads = [child for child in children if child["kind"] in WORKLOADS]
    pairs = [(child, context.observed_as(child)) for child in workloads]
    return [
        (
            frozenset(named_by(pod_spec(child))),
            describe(child) not in waiting and _is_in_use(child, observed),
        )
        for child, observed in pairs
        if observed
    ]


def _is_in_use(child: Obj, observed: Obj) -> bool:
    is_current = recorded_checksum(child) == recorded_checksum(observed) != ""
    return is_current and is_rolled_out(observed)
