"""What DaemonSets and Deployments lack until all their pods are available and up to date."""

from dataclasses import dataclass

from hooks.kube.objects import Obj, as_object, condition_of, describe
from hooks.observed.rollout import count, is_taken_up, pods, replicas
from hooks.status.pods.sayings import OF_REJECTIONS
from hooks.status.pods.words import saying_of
from hooks.status.rollouts.duration import most_unavailable, remaining_time

BEING_CHANGED = "is being changed"
"""For a workload until its controller has seen the change: the same before and after the write.

So the status in the response with a change stays right until the change has an effect."""

DESIRED, MADE, UPDATED = (
    "desiredNumberScheduled", "currentNumberScheduled", "updatedNumberScheduled",
)  # fmt: skip
BEING_DELETED = "is being deleted, and is created again after that"
NOT_OBSERVED = "does not exist yet"
NOT_ACCEPTED = "is not as desired, see the condition ChildrenApplied"
USUAL_REJECTIONS = "Pod Security, a ResourceQuota, an admission webhook, a missing priority class"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a workload lacks.

    `passes`: it resolves by itself, as far as counts show. `pods_show`: there are pods that are not
    as they should be, and that show why.
    """

    text: str
    passes: bool = True
    pods_show: bool = False
    estimate: str = ""
    """What is left of a rollout, unless its pods have problems."""
    all_run: bool = False
    """Whether as many pods are available as possible while they are replaced."""


def not_observed(workload: Obj) -> Shortfall:
    """Return the shortfall of a workload that is not observed."""
    return Shortfall(f"{describe(workload)} {NOT_OBSERVED}")


def being_changed(workload: Obj) -> Shortfall:
    """Return the shortfall of an observed workload that has, or just had, another spec."""
    return Shortfall(f"{describe(workload)} {BEING_CHANGED}", all_run=_all_run(workload))


def not_accepted(workload: Obj) -> Shortfall:
    """Return the shortfall of a workload that the API server does not have as desired."""
    text = f"{describe(workload)} {NOT_ACCEPTED}"
    return Shortfall(text, passes=False, all_run=_all_run(workload))


def daemonset_shortfall(daemonset: Obj) -> Shortfall | None:
    """Return what a DaemonSet lacks to have all its pods available and up to date, if anything."""
    desired, made = (count(daemonset, field) for field in (DESIRED, MADE))
    updated, available = count(daemonset, UPDATED), count(daemonset, "numberAvailable")
    if uncounted := _uncounted(daemonset):
        return uncounted
    if updated >= made < desired:
        return _unmade_daemon_pods(daemonset, made, desired)
    if updated < desired:
        text = f"{describe(daemonset)} has {updated} of {desired} pods up to date"
        return Shortfall(
            text,
            pods_show=available < desired,
            estimate=remaining_time(daemonset),
            all_run=desired - available <= most_unavailable(daemonset),
        )
    return _unavailable(daemonset, available, count(daemonset, "numberReady"), desired)


def deployment_shortfall(deployment: Obj) -> Shortfall | None:
    """Return what a Deployment lacks to have all its pods available and up to date, if anything.

    The available pods include old ones, which stay until new ones are ready.
    """
    desired, available = replicas(deployment), count(deployment, "availableReplicas")
    if uncounted := _uncounted(deployment):
        return uncounted
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
    if updated < desired and (rejection := _rejected_replicas(deployment)):
        return Shortfall(f"{text}: {rejection}", passes=False, all_run=all_run)
    if updated >= desired:
        text += f", and {there - updated} old ones until the new ones are available"
    is_stuck = _is_stuck(deployment)
    text += _without_progress(deployment) if is_stuck else ""
    are_unready = count(deployment, "availableReplicas") < max(desired, there)
    return Shortfall(text, passes=not is_stuck, pods_show=are_unready, all_run=all_run)


def _all_run(workload: Obj) -> bool:
    """Return whether a workload has all the pods that it should have, of any template."""
    if workload.get("kind") == "DaemonSet":
        available = count(workload, "numberAvailable")
    else:
        available = count(workload, "availableReplicas")
    return 0 < pods(workload) <= available


def _on(workload: Obj, command: str) -> str:
    metadata = workload["metadata"]
    return f"kubectl -n {metadata.get('namespace', '')} {command} {metadata['name']}"


def _uncounted(workload: Obj) -> Shortfall | None:
    """Return the shortfall of a workload whose counts do not describe its desired state."""
    if "deletionTimestamp" in as_object(workload.get("metadata")):
        return Shortfall(f"{describe(workload)} {BEING_DELETED}")
    return None if is_taken_up(workload) else being_changed(workload)


def _unavailable(workload: Obj, available: int, ready: int, desired: int) -> Shortfall | None:
    if available >= desired:
        return None
    text = f"{describe(workload)} has {available} of {desired} pods available"
    seconds = as_object(workload.get("spec")).get("minReadySeconds")
    if ready < desired or not seconds:
        return Shortfall(text, passes=False, pods_show=True)
    return Shortfall(
        f"{text}: all are ready, and become available after {seconds} s (minReadySeconds)"
    )


def _unmade_daemon_pods(daemonset: Obj, made: int, desired: int) -> Shortfall:
    """Return the shortfall if some pods do not exist: only events show who rejects them."""
    text = (
        f"{describe(daemonset)} has pods for {made} of {desired} nodes; if this lasts, "
        f"the others are rejected ({USUAL_REJECTIONS}): "
        f"{_on(daemonset, 'describe daemonset')} lists the events FailedCreate"
    )
    return Shortfall(text, passes=False)


def _rejected_replicas(deployment: Obj) -> str:
    """Return why no more pods can be made, "" if they can."""
    failure = condition_of(deployment, "ReplicaFailure")
    if failure.get("status") != "True":
        return ""
    namespace = deployment["metadata"].get("namespace", "")
    saying = saying_of(failure.get("message"), OF_REJECTIONS)
    says = saying.says or f"the others are rejected ({USUAL_REJECTIONS})"
    remedy = saying.remedy.format(namespace=namespace)
    command = f"kubectl -n {namespace} describe replicasets lists the events FailedCreate"
    return "; ".join(part for part in (says, remedy, command) if part)


def _is_stuck(deployment: Obj) -> bool:
    return condition_of(deployment, "Progressing").get("reason") == "ProgressDeadlineExceeded"


def _without_progress(deployment: Obj) -> str:
    seconds = as_object(deployment.get("spec")).get("progressDeadlineSeconds")
    return f", without progress for {seconds} s"
