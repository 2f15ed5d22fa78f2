"""Whether the API server took what was asked for: a refusal is told to no hook, but it shows."""

from collections.abc import Iterator
from dataclasses import dataclass

from hooks.desired.inputs.context import Context
from hooks.kube.containment import contains
from hooks.kube.managed_fields import last_written
from hooks.kube.objects import Obj, as_object, describe
from hooks.kube.times import seconds_between
from hooks.kube.workloads import WORKLOADS
from hooks.status.condition import Condition, observed_conditions, several
from hooks.status.version import told_version

CHILDREN_APPLIED = "ChildrenApplied"
PATIENCE_SECONDS = 60
"""How long a change may take to arrive before it counts as refused."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Which of the desired children are not as they should be."""

    pending: list[Obj]
    """Those that are not observed, or not as desired."""

    changing: frozenset[str]
    """The DaemonSets and Deployments that are there with another spec, each as `Kind/name`."""


def differences(context: Context, children: list[Obj]) -> Differences:
    """Return how the observed children differ from the desired ones."""
    changing = [child for child in children if _has_another_spec(context, child)]
    names = frozenset(describe(child) for child in changing)
    pending = [
        child for child in children if describe(child) in names or not _is_there(context, child)
    ]
    return Differences(pending, names)


def _has_another_spec(context: Context, child: Obj) -> bool:
    observed = context.observed_workload(child)
    return bool(observed) and not contains(as_object(observed).get("spec"), child.get("spec"))


def _is_there(context: Context, child: Obj) -> bool:
    """Tell whether a child is observed as desired; the spec of a workload was looked at before."""
    observed = context.observed_as(child)
    looked_at = {"spec"} if child["kind"] in WORKLOADS and observed else set()
    return contains(observed, {name: child[name] for name in child.keys() - looked_at})


def children_applied(parent: Obj, context: Context, pending: list[Obj], now: str) -> Condition:
    """Return whether the API server has every child as it should be.

    A change that came up in the last minute is on its way; an older one was refused, which is then
    said until the child is as asked for, or something else is asked for.
    """
    if not pending or _is_on_its_way(parent, context, pending, now):
        message = "the API server has taken every child, or was asked to within the last minute"
        return Condition(CHILDREN_APPLIED, "True", "AllChildrenApplied", message)
    metadata = parent["metadata"]
    message = (
        f"for more than {PATIENCE_SECONDS} s not as asked for: "
        f"{several([describe(each) for each in pending])}; the API server may refuse it (a quota, "
        "an admission policy, a field that cannot be changed), or Metacontroller may lack the "
        f"rights: kubectl describe agents.instana.io {metadata['name']} --namespace "
        f"{metadata.get('namespace', '')} lists the events SyncError"
    )
    return Condition(CHILDREN_APPLIED, "False", "ChildrenNotApplied", message)


def _is_on_its_way(parent: Obj, context: Context, pending: list[Obj], now: str) -> bool:
    if _is_new(parent, context):
        return True
    known = observed_conditions(parent)
    if known.get(CHILDREN_APPLIED, {}).get("status") == "False":
        return False
    latest = max([*_writes(parent, context, pending), *_transitions(known)])
    return not latest or seconds_between(latest, now) < PATIENCE_SECONDS


def _is_new(parent: Obj, context: Context) -> bool:
    """Tell whether this generation, or this version of the service, is answered the first time."""
    before = as_object(parent.get("status"))
    known = before.get("observedGeneration"), before.get("operatorVersion", "")
    version = told_version(context.facts.operator_version)
    return known != (parent["metadata"].get("generation"), version)


def _writes(parent: Obj, context: Context, pending: list[Obj]) -> Iterator[str]:
    """Yield when that was written which the children are made from, and the children themselves."""
    yield last_written(parent) or parent["metadata"].get("creationTimestamp") or ""
    for related in context.related:
        if related.get("kind") != "Pod":
            yield last_written(related)
    for child in pending:
        yield last_written(context.observed_as(child) or {})


def _transitions(conditions: dict[str, Obj]) -> Iterator[str]:
    """Yield when conditions changed: after a while without this service, when it asked first."""
    for each in conditions.values():
        time = each.get("lastTransitionTime")
        yield time if isinstance(time, str) else ""
