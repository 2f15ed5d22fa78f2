"""What DaemonSets and Deployments lack to have all their pods, available and up to date."""

from dataclasses import dataclass

from hooks.kube.objects import Obj, as_object, condition_of, describe
from hooks.observed.rollout import count, is_taken_up, pods, replicas
from hooks.status.pods.sayings import OF_REFUSALS
from hooks.status.pods.words import saying_of
from hooks.status.rollouts.duration import may_lack, remaining_time

BEING_CHANGED = "is being changed"
"""Of a workload until its controller saw the change: the same before and after it was written.

So the status that goes with a change needs no other one until something becomes of it."""

DESIRED, MADE, UPDATED = (
    "desiredNumberScheduled", "currentNumberScheduled", "updatedNumberScheduled",
)  # fmt: skip
BEING_DELETED = "is being deleted, and is made anew once it is gone"
NOT_THERE = "is not there yet"
NOT_TAKEN = "is not as asked for, see the condition ChildrenApplied"
USUAL_REFUSALS = "Pod Security, a ResourceQuota, an admission webhook, a missing priority class"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a workload lacks.

    `passes`: it goes on by itself, as far as counts tell. `pods_tell`: there are pods that are not
    as they should be, and say why.
    """

    text: str
    passes: bool = True
    pods_tell: bool = False
    estimate: str = ""
    """What is left of a roll-out, unless its pods are in trouble."""
    all_run: bool = False
    """Whether as many pods are available as there can be while they are replaced."""


def not_there(workload: Obj) -> Shortfall:
    """Return what a workload lacks that is not observed."""
    return Shortfall(f"{describe(workload)} {NOT_THERE}")


def being_changed(workload: Obj) -> Shortfall:
    """Return what an observed workload lacks that has, or had a moment ago, another spec."""
    return Shortfall(f"{describe(workload)} {BEING_CHANGED}", all_run=_all_run(workload))


def not_taken(workload: Obj) -> Shortfall:
    """Return what a workload lacks that the API server does not have as asked for."""
    text = f"{describe(workload)} {NOT_TAKEN}"
    return Shortfall(text, passes=False, all_run=_all_run(workload))


def daemonset_shortfall(daemonset: Obj) -> Shortfall | None:
    """Return what a DaemonSet lacks to have all its pods available and up to date, if anything."""
    desired, made = (count(daemonset, field) for field in (DESIRED, MADE))
    updated, available = count(daemonset, UPDATED), count(daemonset, "numberAvailable")
    if unsettled := _unsettled(daemonset):
        return unsettled
    if updated >= made < desired:
        return _unmade_daemon_pods(daemonset, made, desired)
    if updated < desired:
        text = f"{describe(daemonset)} has {updated} of {desired} pods up to date"
        return Shortfall(
            text,
            pods_tell=available < desired,
            estimate=remaining_time(daemonset),
            all_run=desired - available <= may_lack(daemonset),
        )
    return _unavailable(daemonset, available, count(daemonset, "numberReady"), desired)


def deployment_shortfall(deployment: Obj) -> Shortfall | None:
    """Return what a Deployment lacks to have all its pods available and up to date, if anything.

    Available ones are counted with old pods among them, which stay until new ones are ready.
    """
    desired, available = replicas(deployment), count(deployment, "availableReplicas")
    if unsettled := _unsettled(deployment):
        return unsettled
    if count(deployment, "updatedReplicas") < max(desired, count(deployment, "replicas")):
        return _rolled_deployment(deployment, desired)
    return _unavailable(deployment, available, count(deployment, "readyReplicas"), desired)


def _rolled_deployment(deployment: Obj, desired: int) -> Shortfall:
    updated, there = count(deployment, "updatedReplicas"), count(deployment, "replicas")
    text = f"{describe(deployment)} has {updated} of {desired} pods up to date"
    all_run = _all_run(deployment)
    if as_object(deployment.get("spec")).get("paused"):
        text += f": {_on(deployment, 'rollout resume deployment')}"
        return Shortfall(text, passes=False, all_run=all_run)
    if updated < desired and (refused := _refused_replicas(deployment)):
        return Shortfall(f"{text}: {refused}", passes=False, all_run=all_run)
    if updated >= desired:
        text += f", and {there - updated} old ones until these are available"
    is_stuck = _is_stuck(deployment)
    text += _without_progress(deployment) if is_stuck else ""
    are_unready = count(deployment, "availableReplicas") < max(desired, there)
    return Shortfall(text, passes=not is_stuck, pods_tell=are_unready, all_run=all_run)


def _all_run(workload: Obj) -> bool:
    """Tell whether a workload has all the pods that it should have, of whatever template."""
    if workload.get("kind") == "DaemonSet":
        available = count(workload, "numberAvailable")
    else:
        available = count(workload, "availableReplicas")
    return 0 < pods(workload) <= available


def _on(workload: Obj, command: str) -> str:
    metadata = workload["metadata"]
    return f"kubectl -n {metadata.get('namespace', '')} {command} {metadata['name']}"


def _unsettled(workload: Obj) -> Shortfall | None:
    """Return what is said of a workload whose counts are not of what it should be."""
    if "deletionTimestamp" in as_object(workload.get("metadata")):
        return Shortfall(f"{describe(workload)} {BEING_DELETED}")
    return None if is_taken_up(workload) else being_changed(workload)


def _unavailable(workload: Obj, available: int, ready: int, desired: int) -> Shortfall | None:
    if available >= desired:
        return None
    text = f"{describe(workload)} has {available} of {desired} pods available"
    seconds = as_object(workload.get("spec")).get("minReadySeconds")
    if ready < desired or not seconds:
        return Shortfall(text, passes=False, pods_tell=True)
    return Shortfall(f"{text}: all are ready, and count after {seconds} s (minReadySeconds)")


def _unmade_daemon_pods(daemonset: Obj, made: int, desired: int) -> Shortfall:
    """Return what is said where pods are lacking altogether: only events tell who refuses them."""
    text = (
        f"{describe(daemonset)} has pods for {made} of {desired} nodes; if it stays so, they are "
        f"refused ({USUAL_REFUSALS}): {_on(daemonset, 'describe daemonset')} lists the events "
        "FailedCreate"
    )
    return Shortfall(text, passes=False)


def _refused_replicas(deployment: Obj) -> str:
    """Return why no more pods can be made, "" where they can."""
    failure = condition_of(deployment, "ReplicaFailure")
    if failure.get("status") != "True":
        return ""
    namespace = deployment["metadata"].get("namespace", "")
    saying = saying_of(failure.get("message"), OF_REFUSALS)
    says = saying.says or f"the others are refused ({USUAL_REFUSALS})"
    remedy = saying.remedy.format(namespace=namespace)
    command = f"kubectl -n {namespace} describe replicasets lists the events FailedCreate"
    return "; ".join(part for part in (says, remedy, command) if part)


def _is_stuck(deployment: Obj) -> bool:
    return condition_of(deployment, "Progressing").get("reason") == "ProgressDeadlineExceeded"


def _without_progress(deployment: Obj) -> str:
    seconds = as_object(deployment.get("spec")).get("progressDeadlineSeconds")
    return f", and made no progress for {seconds} s"
