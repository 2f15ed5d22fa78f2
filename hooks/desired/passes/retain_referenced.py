"""Observed children that nobody wants any more, but that pods still name."""

from hooks.contract import (
    CERTIFICATE,
    CONFIG_MAP,
    DAEMON_SET,
    DEPLOYMENT,
    PERSISTENT_VOLUME_CLAIM,
    SECRET,
    SERVICE_ACCOUNT,
)
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.owned import retained
from hooks.kube.objects import Identity, Obj, identity
from hooks.kube.pods import named_by, secret_entries_of
from hooks.kube.workloads import pod_spec

RETAINED_KINDS = (CERTIFICATE, CONFIG_MAP, PERSISTENT_VOLUME_CLAIM, SECRET, SERVICE_ACCOUNT)
NAMED_AS = {"Certificate": "Secret"}
"""Kinds that pods name by another one: a Certificate and its Secret have the same name."""


def with_referenced_children(context: Context, desired: list[Obj]) -> list[Obj]:
    """Return the desired children, and those in use beside them."""
    return [*desired, *referenced_children(context, desired)]


def referenced_children(context: Context, desired: list[Obj]) -> list[Obj]:
    """Return the observed children besides the desired ones that pods may name, unchanged.

    A pod cannot start without the Secrets, ConfigMaps, claims and the account that its template
    names. It may be made from the desired template, from one that is about to be replaced, or,
    while a roll-out is under way, from one that nobody knows any more.
    """
    wanted = {identity(child) for child in desired}
    unwanted = [
        child
        for kind in RETAINED_KINDS
        for child in context.children.all_of(kind)
        if identity(child) not in wanted
    ]
    if not unwanted:
        return []
    workloads = _wanted_workloads(context, wanted)
    used = {name for workload in [*desired, *workloads] for name in named_by(pod_spec(workload))}
    is_settled = all(identity(workload) in context.memory.rolled_out for workload in workloads)
    return [
        retained(context, child) for child in unwanted if not is_settled or _as_named(child) in used
    ]


def _as_named(child: Obj) -> tuple[str, str]:
    kind: str = child["kind"]
    return NAMED_AS.get(kind, kind), child["metadata"]["name"]


def with_referenced_entries(context: Context, desired: list[Obj]) -> list[Obj]:
    """Return the desired children, Secrets with those observed entries that templates name.

    A pod cannot start without an entry that its template names, be it wanted no more.
    """
    unwanted = {
        child["metadata"]["name"]: entries
        for child in desired
        if child["kind"] == "Secret" and (entries := _unwanted_entries(context, child))
    }
    if not unwanted:
        return desired
    workloads = [*desired, *_wanted_workloads(context, {identity(child) for child in desired})]
    used = {entry for workload in workloads for entry in secret_entries_of(pod_spec(workload))}
    return [_with_entries(child, unwanted, used) for child in desired]


def _unwanted_entries(context: Context, secret: Obj) -> dict[str, str]:
    """Return the entries of an observed Secret that the desired one does not have."""
    observed = context.observed(SECRET, secret["metadata"]["name"]) or {}
    wanted = secret.get("data") or {}
    entries = (observed.get("data") or {}).items()
    return {entry: value for entry, value in entries if entry not in wanted}


def _with_entries(
    child: Obj, unwanted: dict[str, dict[str, str]], used: set[tuple[str, str]]
) -> Obj:
    name = child["metadata"]["name"]
    entries = unwanted.get(name, {}) if child["kind"] == "Secret" else {}
    kept = {entry: value for entry, value in entries.items() if (name, entry) in used}
    return child | {"data": (child.get("data") or {}) | kept} if kept else child


def _wanted_workloads(context: Context, wanted: set[Identity]) -> list[Obj]:
    """Return the observed workloads that go on existing."""
    return [
        workload
        for kind in (DAEMON_SET, DEPLOYMENT)
        for workload in context.children.all_of(kind)
        if identity(workload) in wanted
    ]
