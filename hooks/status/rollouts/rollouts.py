"""What the status says of roll-outs: the last ones, and changes that wait for approval."""

from hooks.desired.inputs.context import Context
from hooks.desired.passes.hold_changes import APPROVE, HeldChange
from hooks.desired.passes.in_the_way import Writable
from hooks.kube.objects import Obj, as_object, as_objects, describe
from hooks.models.instana_agent import MANUAL
from hooks.status.condition import Condition, several
from hooks.status.rollouts.last_rollouts import last_rollouts
from hooks.status.size import MOST_PARTS
from hooks.status.version import told_version

ROLLOUT_HELD = "RolloutHeld"
HELD = "ChangeNeedsApproval"
MOST_PATHS = 10
NAMED_OBJECT = "an object that the resource names, or a change of the workload by hand"


def rollout_held(context: Context, held: tuple[HeldChange, ...]) -> list[Condition]:
    """Return the condition of a resource whose changes need approval; none of any other."""
    if context.agent.spec.rollout.policy != MANUAL:
        return []
    if not held:
        message = "no change of pods waits for approval"
        return [Condition(ROLLOUT_HELD, "False", "NothingHeld", message)]
    names = ",".join(change.name for change in held[:MOST_PARTS])
    workloads = several([f"{change.workload} ({change.pods} pods)" for change in held], ", ")
    message = (
        f"pods of {workloads} are not replaced before that is approved, see status.rollout: "
        f"kubectl annotate agents.instana.io {context.agent.name} --namespace "
        f"{context.agent.namespace} --overwrite {APPROVE}={names}"
    )
    return [Condition(ROLLOUT_HELD, "True", HELD, message)]


def rollout(parent: Obj, context: Context, found: Writable, held: tuple[HeldChange, ...]) -> Obj:
    """Return the status field `rollout`: the last ones, and where changes are held, what they are.

    Why a change came up is told once, by what is new then, and kept as long as the change is.
    """
    new = _cause(parent, context.facts.operator_version)
    waiting = {change.workload for change in held}.union(map(describe, found.retained))
    parts = {
        "last": last_rollouts(parent, context, found.children, waiting, new),
        "held": _all_held(parent, held[:MOST_PARTS], new or NAMED_OBJECT),
    }
    return {"rollout": {name: items for name, items in parts.items() if items}}


def _all_held(parent: Obj, held: tuple[HeldChange, ...], new: str) -> list[Obj]:
    before = as_object(as_object(parent.get("status")).get("rollout"))
    causes = {each.get("approval"): each.get("cause") for each in as_objects(before.get("held"))}
    return [_held(change, causes.get(change.name) or new) for change in held]


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
    """Return what is new of the resource and the service; empty for nothing."""
    before = as_object(parent.get("status"))
    generation = parent["metadata"].get("generation")
    if before.get("observedGeneration") != generation:
        return f"generation {generation} of the resource"
    if before.get("operatorVersion", "") != told_version(operator_version):
        return f"version {operator_version} of the service"
    return ""
