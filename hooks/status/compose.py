"""The whole status, of a valid resource and of an invalid one."""

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
from hooks.status.condition import LONGEST_MESSAGE, PAUSED, VALID_TYPE, Condition, several, stamped
from hooks.status.conditions.applied import (
    CHILDREN_APPLIED,
    NOT_APPLIED,
    children_applied,
    differences,
)
from hooks.status.conditions.availability import (
    Changing,
    agents_as_observed,
    agents_available,
    sensors_as_observed,
    sensors_available,
)
from hooks.status.conditions.certificate import certificate_issued
from hooks.status.conditions.configuration import configuration_usable
from hooks.status.conditions.etcd_copies import etcd_monitored
from hooks.status.conditions.namespaces_list import without_list
from hooks.status.conditions.ownership import children_owned, sole_controller
from hooks.status.conditions.package_cache import package_cache
from hooks.status.conditions.placeholders import secrets_filled
from hooks.status.conditions.pointers import linked
from hooks.status.conditions.prerequisites import (
    AUTHORIZED,
    REFERENCES_RESOLVED,
    authorized,
    references_resolved,
)
from hooks.status.conditions.ready import VALID, all_conditions
from hooks.status.conditions.white_space import secrets_trimmed
from hooks.status.fields.counts import counts, images
from hooks.status.fields.effective import effective
from hooks.status.fields.links import links
from hooks.status.fields.overrides import overrides
from hooks.status.fields.references import references
from hooks.status.pods.summary import pods_status, read_pods
from hooks.status.resync import resync_after
from hooks.status.rollouts.last_rollouts import observed_rollouts
from hooks.status.rollouts.rollouts import rollout, rollout_held
from hooks.status.size import bounded
from hooks.status.version import shown_version

RUNNING = "Running"
FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Report:
    """The status, the seconds until the next look at the resource, and what changes now."""

    status: Obj
    resync_after: float | None = None
    changes: Changes = NO_CHANGES


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource and its observed children: the subject of every report."""

    parent: Obj
    children: ObservedObjects
    facts: Facts
    now: str

    def report(
        self, valid: Condition, parts: list[Condition], more: list[Condition], fields: Obj
    ) -> Report:
        """Return the report with these fields: see `all_conditions` for the conditions."""
        valid, *parts = (linked(part, self.facts) for part in (valid, *parts))
        more = [linked(condition, self.facts) for condition in more]
        status = {
            **_facts(self.parent, self.facts),
            **counts(self.children),
            **links(self.parent, self.children),
            **fields,
            **_outcome(valid),
            "conditions": stamped(
                all_conditions(valid, parts, more, self.facts), self.parent, self.now
            ),
        }
        return Report(bounded(status))

    def report_on_retained(
        self,
        valid: Condition,
        needs: list[Condition],
        applied: Condition,
        more: list[Condition],
        fields: Obj,
    ) -> Report:
        """Return the report on a resource whose children stay as they are; `applied` says why.

        `needs` are the conditions about what the resource needs; `more` does not count for Ready.
        """
        parts = [
            *needs,
            children_owned(self.parent, self.children, Writable(), self.facts),
            sole_controller(self.children, self.facts),
            applied,
            agents_as_observed(self.children),
            sensors_as_observed(self.children),
        ]
        retained = {"images": images(self.children), **_rollout_as_observed(self.parent)}
        return self.report(valid, parts, more, retained | fields)


def report_on_valid(
    parent: Obj, context: Context, found: Writable, held: tuple[HeldChange, ...], now: str
) -> Report:
    """Return the report on a valid resource with the children found, and with its held changes."""
    children, desired = found.children, [*found.children, *found.withheld]
    differing, pods = differences(parent, context, children), read_pods(context)
    changes = changes_of(context.children, children, differing.pending)
    awaited = without_list(changes, parent, context, now)
    applied = children_applied(parent, context, awaited, now)
    changing = Changing(differing.changing, _rejected(applied, changes))
    parts = [
        *configuration_usable(context),
        *certificate_issued(context),
        references_resolved(context, found.retained_for),
        *secrets_trimmed(context),
        *secrets_filled(context),
        authorized(context),
        *etcd_monitored(context, children),
        children_owned(parent, context.children, found, context.facts),
        sole_controller(context.children, context.facts),
        *package_cache(context),
        applied,
        agents_available(context, desired, changing, pods),
        sensors_available(context, desired, changing, pods),
    ]
    fields = {
        "images": images(children),
        **_named_in_spec(context, desired, differing.changing, held),
        **rollout(parent, context, found, held),
        "effective": effective(context),
        **pods_status(pods),
    }
    last = fields.get("rollout", {}).get("last", [])
    resource = _Resource(parent, context.children, context.facts, now)
    report = resource.report(VALID, parts, rollout_held(context, held, last), fields)
    return replace(report, resync_after=resync_after(report.status, now), changes=changes)


def report_on_paused(parent: Obj, context: Context, children: list[Obj], now: str) -> Report:
    """Return the report on a paused resource; the children are the desired ones."""
    needs = [references_resolved(context), *secrets_trimmed(context), authorized(context)]
    unasked = Condition(
        CHILDREN_APPLIED,
        "Unknown",
        PAUSED,
        "nothing is applied while the resource is paused",
        is_advice=True,
    )
    paused = _paused(postponed_changes(context, children))
    fields = {
        **_named_in_spec(context, children, differences(parent, context, children).changing, ()),
        "effective": effective(context),
        **pods_status(read_pods(context)),
    }
    resource = _Resource(parent, context.children, context.facts, now)
    return resource.report_on_retained(VALID, needs, unasked, [paused], fields)


def report_on_invalid(
    parent: Obj, children: ObservedObjects, problems: tuple[Problem, ...], facts: Facts, now: str
) -> Report:
    """Return the report on an invalid resource: its problems, and what still runs.

    The children stay as observed, and so do the links to them.
    """
    message = several([str(problem) for problem in problems])
    invalid = Condition(VALID_TYPE, "False", InvalidResource.reason, message)
    *needs, applied = (
        Condition(
            type_,
            "Unknown",
            InvalidResource.reason,
            "the spec is not valid: see the condition Valid",
        )
        for type_ in (REFERENCES_RESOLVED, AUTHORIZED, CHILDREN_APPLIED)
    )
    paused = [_paused([])] if is_paused(parent) else []
    resource = _Resource(parent, children, facts, now)
    return resource.report_on_retained(invalid, needs, applied, paused, {})


def _rejected(applied: Condition, changes: Changes) -> frozenset[str]:
    """Return the children that the API server rejected, each as `Kind/name`."""
    is_rejected = applied.reason == NOT_APPLIED
    return frozenset((*changes.created, *changes.changed) if is_rejected else ())


def _outcome(valid: Condition) -> Obj:
    """Return the Go operator's `status` and `reason`."""
    if valid.status == "True":
        return {"status": RUNNING}
    return {"status": FAILED, "reason": valid.message[:LONGEST_MESSAGE]}


def _paused(changes: list[str]) -> Condition:
    """Return the condition of a paused resource, with what would be done without the pause."""
    without = f"remove it to apply: {several(changes)}" if changes else "no change is pending"
    message = f"the annotation {PAUSE} keeps all children unchanged; {without}"
    return Condition(PAUSED, "True", "PausedByAnnotation", message)


def _facts(parent: Obj, facts: Facts) -> Obj:
    """Return the version of the service, the generation, and whether either has changed."""
    version = shown_version(facts.operator_version)
    generation = parent["metadata"].get("generation")
    return {
        **({"operatorVersion": version} if version else {}),
        **({"observedGeneration": generation} if isinstance(generation, int) else {}),
        **({"oldVersionsUpdated": True} if _was_updated(parent, facts) else {}),
    }


def _was_updated(parent: Obj, facts: Facts) -> bool:
    """Return whether the spec or the operator has ever changed since the first status.

    This is the Go operator's rule for its deprecated `oldVersionsUpdated`; once true, it stays
    true.
    """
    before = parent.get("status")
    if not isinstance(before, dict):
        return False
    generation, version = before.get("observedGeneration"), before.get("operatorVersion")
    return bool(
        before.get("oldVersionsUpdated")
        or (generation is not None and generation != parent["metadata"].get("generation"))
        or (version is not None and version != shown_version(facts.operator_version))
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


def _rollout_as_observed(parent: Obj) -> Obj:
    """Return why pods were replaced last, as reported before: no pod is replaced now."""
    last = observed_rollouts(parent)
    return {"rollout": {"last": last}} if last else {}
