"""The whole status, of a resource that can be carried out and of one that cannot."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hooks.desired import Context
from hooks.desired.passes.hold_changes import HeldChange
from hooks.desired.passes.in_the_way import Writable
from hooks.desired.passes.pause import PAUSE, is_paused, postponed_changes
from hooks.errors import InvalidResource, Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.observed import ObservedObjects
from hooks.status.changes import NO_CHANGES, Changes, changes_of
from hooks.status.condition import LONGEST_MESSAGE, VALID_TYPE, Condition, several, stamped
from hooks.status.conditions.applied import (
    CHILDREN_APPLIED,
    PATIENCE_SECONDS,
    children_applied,
    differences,
)
from hooks.status.conditions.availability import (
    AGENTS_AVAILABLE,
    NO_NODES,
    SENSORS_AVAILABLE,
    agents_as_observed,
    agents_available,
    sensors_as_observed,
    sensors_available,
)
from hooks.status.conditions.certificate import certificate_issued
from hooks.status.conditions.etcd_copies import etcd_monitored
from hooks.status.conditions.ownership import children_owned, sole_controller
from hooks.status.conditions.package_cache import package_cache
from hooks.status.conditions.pointers import pointed
from hooks.status.conditions.prerequisites import authorized, references_resolved
from hooks.status.conditions.progress import progress
from hooks.status.fields.counts import counts, images
from hooks.status.fields.effective import effective
from hooks.status.fields.links import links
from hooks.status.fields.overrides import overrides
from hooks.status.fields.references import references
from hooks.status.pods.digest import pods_status, read_pods
from hooks.status.resync import resync_after
from hooks.status.rollouts.last_rollouts import kept_rollouts
from hooks.status.rollouts.rollouts import rollout, rollout_held
from hooks.status.size import bounded
from hooks.status.version import told_version

RUNNING = "Running"
FAILED = "Failed"
PAUSED = "Paused"
FORMER_TYPES = {AGENTS_AVAILABLE: "AllAgentsAvailable", SENSORS_AVAILABLE: "AllK8sSensorsAvailable"}
"""What the Go operator calls some conditions."""
VALID = Condition(VALID_TYPE, "True", "ValidSpec", "the spec can be carried out")
RECONCILED = Condition(
    "ReconcileSucceeded",
    "True",
    "ReconcileSucceeded",
    "the children were computed; the other conditions say how they do",
)


@dataclass(frozen=True, slots=True)
class Report:
    """The status, after how many seconds it is to be looked at again, and what changes now."""

    status: Obj
    resync_after: float | None = None
    changes: Changes = NO_CHANGES


def report_on_valid(
    parent: Obj, context: Context, found: Writable, held: tuple[HeldChange, ...], now: str
) -> Report:
    """Return the report on a resource whose children are those found, with what is held back."""
    children, desired = found.children, [*found.children, *found.withheld]
    differing, pods = differences(context, children), read_pods(context)
    pending, changing = differing.pending, differing.changing
    parts = [
        VALID,
        *certificate_issued(context),
        references_resolved(context),
        authorized(context),
        *etcd_monitored(context),
        children_owned(parent, context.children, found, context.facts),
        sole_controller(context.children, context.facts),
        *package_cache(context),
        children_applied(parent, context, pending, now),
        agents_available(context, desired, changing, pods),
        sensors_available(context, desired, changing, pods),
    ]
    status = {
        **_facts(parent, context.children, context.facts, children),
        **links(parent, context.children),
        **_named_in_spec(context, desired, changing, held),
        **rollout(parent, context, found, held),
        "effective": effective(context),
        **pods_status(pods),
        "status": RUNNING,
        "conditions": _conditions(parts, rollout_held(context, held), parent, now),
    }
    again = resync_after(status, now) or (PATIENCE_SECONDS if pending else None)
    return Report(bounded(status), again, changes_of(context.children, children, pending))


def report_on_paused(parent: Obj, context: Context, children: list[Obj], now: str) -> Report:
    """Return the report on a paused resource; the children are those that should exist."""
    observed = context.children
    changing = differences(context, children).changing
    parts = [
        VALID,
        references_resolved(context),
        authorized(context),
        children_owned(parent, observed, Writable(), context.facts),
        sole_controller(observed, context.facts),
        Condition(CHILDREN_APPLIED, "Unknown", PAUSED, "nothing is asked for", is_advice=True),
        agents_as_observed(observed),
        sensors_as_observed(observed),
    ]
    paused = _paused(postponed_changes(context, children))
    status = {
        **_facts(parent, observed, context.facts, observed),
        **links(parent, observed),
        **_named_in_spec(context, children, changing, ()),
        **_kept(parent),
        "effective": effective(context),
        **pods_status(read_pods(context)),
        "status": RUNNING,
        "conditions": _conditions(parts, [paused], parent, now),
    }
    return Report(bounded(status))


def report_on_invalid(
    parent: Obj, children: ObservedObjects, problems: tuple[Problem, ...], facts: Facts, now: str
) -> Report:
    """Return the report on a resource that cannot be carried out: what is wrong, what still runs.

    The children stay as observed; so do the links to them.
    """
    message = several([str(problem) for problem in problems])
    invalid = Condition(VALID_TYPE, "False", InvalidResource.reason, message)
    parts = [
        invalid,
        *(
            Condition(type_, "Unknown", InvalidResource.reason, "the spec is not valid")
            for type_ in ("ReferencesResolved", "Authorized")
        ),
        children_owned(parent, children, Writable(), facts),
        sole_controller(children, facts),
        Condition(CHILDREN_APPLIED, "Unknown", InvalidResource.reason, "the spec is not valid"),
        agents_as_observed(children),
        sensors_as_observed(children),
    ]
    paused = [_paused([])] if is_paused(parent) else []
    status = {
        **_facts(parent, children, facts, children),
        **links(parent, children),
        **_kept(parent),
        "status": FAILED,
        "reason": invalid.message[:LONGEST_MESSAGE],
        "conditions": _conditions(parts, paused, parent, now),
    }
    return Report(bounded(status))


def _conditions(parts: list[Condition], more: list[Condition], parent: Obj, now: str) -> list[Obj]:
    """Return all conditions: the sum first, the parts, and what older automation waits for."""
    ready = _ready(parts)
    if ready.status == "True" and any(each.type == PAUSED for each in more):
        ready = replace(ready, reason=PAUSED, message=f"paused; {ready.message}")
    former = [
        replace(each, type=FORMER_TYPES[each.type]) for each in parts if each.type in FORMER_TYPES
    ]
    return stamped(
        [ready, *progress(ready, parts), *parts, *more, *former, _reconciled(parts[0])],
        parent,
        now,
    )


def _reconciled(valid: Condition) -> Condition:
    if valid.status == "True":
        return RECONCILED
    return Condition("ReconcileSucceeded", "False", "ReconcileFailed", valid.message)


def _paused(changes: list[str]) -> Condition:
    """Return the condition of a paused resource, with what would be done were it not."""
    without = f"without it: {several(changes)}" if changes else "nothing else would be done"
    message = f"the annotation {PAUSE} keeps the children as they are; {without}"
    return Condition(PAUSED, "True", "PausedByAnnotation", message)


def _facts(parent: Obj, children: ObservedObjects, facts: Facts, answered: Iterable[Obj]) -> Obj:
    version = told_version(facts.operator_version)
    generation = parent["metadata"].get("generation")
    return {
        **counts(children),
        "images": images(answered),
        **({"operatorVersion": version} if version else {}),
        **({"observedGeneration": generation} if isinstance(generation, int) else {}),
        **({"oldVersionsUpdated": True} if _was_updated(parent, facts) else {}),
    }


def _was_updated(parent: Obj, facts: Facts) -> bool:
    """Tell whether the spec or the operator changed since the first status, as once it did.

    The Go operator's rule for its deprecated `oldVersionsUpdated`; once true it stays so.
    """
    before = parent.get("status")
    if not isinstance(before, dict):
        return False
    generation, version = before.get("observedGeneration"), before.get("operatorVersion")
    return bool(
        before.get("oldVersionsUpdated")
        or (generation is not None and generation != parent["metadata"].get("generation"))
        or (version is not None and version != told_version(facts.operator_version))
    )


def _named_in_spec(
    context: Context,
    children: list[Obj],
    changing: frozenset[str],
    held: tuple[HeldChange, ...],
) -> Obj:
    found = {
        "overrides": overrides(context, children),
        "references": references(context, children, changing, held),
    }
    return {field: items for field, items in found.items() if items}


def _kept(parent: Obj) -> Obj:
    """Return why pods were replaced last, as it was told: none is replaced now."""
    last = kept_rollouts(parent)
    return {"rollout": {"last": last}} if last else {}


def _ready(parts: list[Condition]) -> Condition:
    """Return the sum of the parts: the first one that is bad says why."""
    for part in parts:
        if part.status != "True" and not part.is_advice:
            return pointed(Condition("Ready", "False", part.reason, part.message), part)
    agents = next(part for part in parts if part.type == AGENTS_AVAILABLE)
    reason = agents.reason if agents.reason == NO_NODES else "Ready"
    return Condition("Ready", "True", reason, agents.message)
