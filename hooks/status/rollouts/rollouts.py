"""Rollouts in the status: the last ones, and changes that wait for approval."""

from collections.abc import Callable

from hooks.desired.inputs.context import Context
from hooks.desired.passes.hold_changes import APPROVE, HeldChange, approvals
from hooks.desired.passes.in_the_way import Writable
from hooks.kube.objects import Obj, as_object, as_objects, describe
from hooks.models.instana_agent import MANUAL
from hooks.status.condition import Condition, several
from hooks.status.rollouts.last_rollouts import last_rollouts
from hooks.status.rollouts.rotations import rotation
from hooks.status.size import MOST_PARTS
from hooks.status.version import shown_version

ROLLOUT_HELD = "RolloutHeld"
HELD = "ChangeNeedsApproval"
APPROVAL_UNMATCHED = "ApprovalMatchesNothing"
LONGEST_NAME = 64
MOST_PATHS = 10
NAMED_OBJECT = "an object that the resource names, or a change of the workload by hand"


def rollout_held(
    context: Context, held: tuple[HeldChange, ...], last: list[Obj]
) -> list[Condition]:
    """Return the condition of a resource whose changes need approval; nothing for any other.

    `last` has the last rollouts, as in the status.
    """
    if context.agent.spec.rollout.policy != MANUAL:
        return []
    unmatched = _unmatched(context, held, last)
    if not held:
        message = "no change waits for approval"
        reason = APPROVAL_UNMATCHED if unmatched else "NothingHeld"
        return [Condition(ROLLOUT_HELD, "False", reason, message + unmatched)]
    names = ",".join(change.name for change in held[:MOST_PARTS])
    workloads = several([f"{change.workload} ({_pods(change.pods)})" for change in held], ", ")
    message = (
        f"the changes in status.rollout for {workloads} wait for approval; to approve: "
        f"kubectl annotate agents.instana.io {context.agent.name} --namespace "
        f"{context.agent.namespace} --overwrite {APPROVE}={names}{unmatched}"
    )
    return [Condition(ROLLOUT_HELD, "True", HELD, message)]


def _pods(number: int) -> str:
    return "1 pod" if number == 1 else f"{number} pods"


def _unmatched(context: Context, held: tuple[HeldChange, ...], last: list[Obj]) -> str:
    """Return the note on approvals that match no change, "" if there are none."""
    known = {change.name for change in held} | {item.get("approval") for item in last}
    names = sorted(name[:LONGEST_NAME] for name in approvals(context) - known)
    if not names:
        return ""
    return f"; the annotation {APPROVE} names {several(names, ', ')}, but there is no such change"


def rollout(parent: Obj, context: Context, found: Writable, held: tuple[HeldChange, ...]) -> Obj:
    """Return the status field `rollout`: the last rollouts, and the held changes if there are any.

    The cause of a change is determined once, by what is new then, and kept as long as the change
    is.
    """
    new = _cause(parent, context.facts.operator_version)

    def cause_of(change: HeldChange) -> str:
        return new or _new_value(context, found, change)

    waiting = {change.workload for change in held}.union(map(describe, found.retained))
    parts = {
        "last": last_rollouts(parent, context, found.children, waiting, new),
        "held": _all_held(parent, held[:MOST_PARTS], cause_of),
    }
    return {"rollout": {name: items for name, items in parts.items() if items}}


def _new_value(context: Context, found: Writable, change: HeldChange) -> str:
    """Return the new values that cause a change, as far as they are known."""
    child = next(child for child in found.children if describe(child) == change.workload)
    observed = context.observed_as(child)
    rotated = change.has_new_values and rotation(
        context, found.children, child, observed, is_late=False
    )
    return rotated or NAMED_OBJECT


def _all_held(
    parent: Obj, held: tuple[HeldChange, ...], new: Callable[[HeldChange], str]
) -> list[Obj]:
    before = as_object(as_object(parent.get("status")).get("rollout"))
    causes = {item.get("approval"): item.get("cause") for item in as_objects(before.get("held"))}
    return [_held(change, causes.get(change.name) or new(change)) for change in held]


def _held(change: HeldChange, cause: str) -> Obj:
    more = len(change.paths) - MOST_PATHS
    return {
        "workload": change.workload,
        "approval": change.name,
        "cause": cause,
        "changes": [f"template.{path}" for path in change.paths[:MOST_PATHS]]
        + ([f"and {more} more"] if more > 0 else []),
        "pods": change.pods,
    }


def _cause(parent: Obj, operator_version: str) -> str:
    """Return what is new in the resource or the service; empty if nothing is."""
    before = as_object(parent.get("status"))
    generation = parent["metadata"].get("generation")
    if before.get("observedGeneration") != generation:
        return f"generation {generation} of the resource"
    if before.get("operatorVersion", "") != shown_version(operator_version):
        return f"version {operator_version} of the service"
    return ""
