"""Whether the API server accepted the children: no hook learns of a rejection, but it shows.

Metacontroller writes the status after it tried to write the children. So a status with
`BeingApplied` means that Metacontroller tried to write each child, and what is not as desired some
time later was rejected, or is changed back. Only Metacontroller knows why; its events have the API
server's words.
"""

from dataclasses import dataclass
from typing import Final

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.owned import retained
from hooks.kube.containment import contains
from hooks.kube.managed_fields import last_written
from hooks.kube.objects import Obj, as_object, describe
from hooks.kube.times import seconds_between
from hooks.kube.workloads import WORKLOADS
from hooks.status.changes import NO_CHANGES, Changes
from hooks.status.condition import Condition, observed_conditions, several
from hooks.status.version import shown_version

CHILDREN_APPLIED = "ChildrenApplied"
ALL_APPLIED: Final = "AllChildrenApplied"
BEING_APPLIED: Final = "BeingApplied"
NOT_APPLIED: Final = "ChildrenNotApplied"
MOST_COMPARED: Final = 16
"""In how many workloads to look for fields of ours that must go, which is expensive."""

PATIENCE_SECONDS = 30
"""How long a change may take to arrive before it counts as rejected."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The desired children that differ from the observed ones."""

    pending: list[Obj]
    """Those that are not observed, or not as desired."""

    changing: frozenset[str]
    """The DaemonSets and Deployments that exist with another spec, each as `Kind/name`."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A desired child and the observed one, with the part of that which must be desired, too."""

    desired: Obj
    observed: Obj | None
    ours: Obj

    @property
    def has_another_spec(self) -> bool:
        """Return whether it is a workload that exists with another spec."""
        return self._is_observed_workload and not self._agrees({"spec"})

    @property
    def is_as_desired(self) -> bool:
        """Return whether it is as desired; the spec of a workload is compared separately."""
        apart = {"spec"} if self._is_observed_workload else set()
        return self._agrees((self.desired.keys() | self.ours.keys()) - apart)

    @property
    def _is_observed_workload(self) -> bool:
        return self.desired["kind"] in WORKLOADS and bool(self.observed)

    def _agrees(self, fields: set[str]) -> bool:
        desired = _only(self.desired, fields)
        return contains(self.observed, desired) and contains(desired, _only(self.ours, fields))


def differences(parent: Obj, context: Context, children: list[Obj]) -> Differences:
    """Return how the observed children differ from the desired ones.

    At rest this only compares what is desired. It also looks for fields of ours that must go while
    the resource or the service is new, or while children are known to differ.
    """
    is_at_rest = known_condition(parent).get("status") != "False" and not is_new(parent, context)
    workloads = [describe(child) for child in children if child["kind"] in WORKLOADS]
    beyond = frozenset(workloads[MOST_COMPARED:])
    pairs = [
        _pair(context, child, is_at_rest=is_at_rest or describe(child) in beyond)
        for child in children
    ]
    changing = frozenset(describe(pair.desired) for pair in pairs if pair.has_another_spec)
    pending = [
        pair.desired
        for pair in pairs
        if describe(pair.desired) in changing or not pair.is_as_desired
    ]
    return Differences(pending, changing)


def _pair(context: Context, child: Obj, *, is_at_rest: bool) -> _Pair:
    observed = context.observed_as(child)
    ours = {} if is_at_rest or not observed else retained(context, observed)
    return _Pair(child, observed, ours)


def _only(obj: Obj, fields: set[str]) -> Obj:
    return {name: obj[name] for name in obj.keys() & fields}


def children_applied(parent: Obj, context: Context, changes: Changes, now: str) -> Condition:
    """Return whether the API server has every child as desired, given the changes that remain.

    At first a change is in progress. If it has not arrived after a while, it was rejected. The
    condition shows this until the child is as desired, or something else is desired.
    """
    if changes == NO_CHANGES:
        message = "every child is as desired in the API server"
        return Condition(CHILDREN_APPLIED, "True", ALL_APPLIED, message)
    if _is_on_its_way(parent, context, now):
        message = "children are being created, changed or deleted"
        return Condition(
            CHILDREN_APPLIED, "False", BEING_APPLIED, message, is_advice=True, passes=True
        )
    metadata = parent["metadata"]
    message = (
        f"not as desired after {PATIENCE_SECONDS} s: {several(_listed(changes))}; the events "
        "SyncError have the API server's error messages: kubectl describe "
        f"agents.instana.io {metadata['name']} --namespace "
        f"{metadata.get('namespace', '')}"
    )
    return Condition(CHILDREN_APPLIED, "False", NOT_APPLIED, message)


def _listed(changes: Changes) -> list[str]:
    return [
        *(f"{child} does not exist" for child in changes.created),
        *(f"{child} differs" for child in changes.changed),
        *(f"{child} is not deleted yet" for child in changes.deleted),
    ]


def _is_on_its_way(parent: Obj, context: Context, now: str) -> bool:
    known = known_condition(parent)
    if is_new(parent, context) or known.get("status") != "False":
        return True
    if known.get("reason") == NOT_APPLIED:
        return False
    since = known.get("lastTransitionTime")
    latest = max(last_written(parent), since if isinstance(since, str) else "")
    return seconds_between(latest, now) < PATIENCE_SECONDS


def known_condition(parent: Obj) -> Obj:
    """Return the condition in the observed status, empty if there is none."""
    return as_object(observed_conditions(parent).get(CHILDREN_APPLIED))


def is_new(parent: Obj, context: Context) -> bool:
    """Return whether this generation, or this version of the service, gets its first response."""
    before = as_object(parent.get("status"))
    known = before.get("observedGeneration"), before.get("operatorVersion", "")
    version = shown_version(context.facts.operator_version)
    return known != (parent["metadata"].get("generation"), version)
