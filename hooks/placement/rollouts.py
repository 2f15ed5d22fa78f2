"""The preview of rollouts: whose pods a change replaces, in what steps, and how long it takes."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object, describe
from hooks.kube.rolling_update import daemonset_sides, deployment_sides, update_strategy
from hooks.kube.workloads import ON_DELETE, ROLLING_UPDATE, WORKLOADS, pod_spec, template_of
from hooks.observed.rollout import replicas
from hooks.placement.changes import Before, Fate, NodeChange, before, changes_of, key_of
from hooks.placement.cluster import Cluster, is_of_deployment
from hooks.placement.requests import requests_of
from hooks.placement.rollout import Rollout
from hooks.placement.rollout_times import daemonset_times, deployment_times
from hooks.placement.steps import Outcome, Pods, Steps, steps_of
from hooks.placement.verdicts import State, deployment_verdict
from hooks.preview import CREATE, DELETE, ChildChange
from hooks.rendering import Given, read

NO_PODS: Final = (
    "which nodes have a pod now: no Pods are given, so those count that should have one"
)
NOTHING: Final = Steps((), 0, Outcome.COMPLETES, (0, 0))


def rollouts(
    documents: Iterable[Any], changes: Iterable[ChildChange], facts: Facts, now: str
) -> list[Rollout] | None:
    """Return the rollouts that changes of children lead to, on the Nodes among the documents.

    `changes` are those that `preview` returns for the same documents. Returns None if there
    is no Node. Raises UnfitObject or UnreadableRequest for documents that cannot be read so.
    """
    given = read(documents, facts)
    cluster = Cluster.of(given.objects)
    if not cluster.nodes:
        return None
    relevant = [change for change in changes if _concerns_pods(change)]
    replaced = _agents(given) | {key_of(change.after) for change in relevant}
    return [_rollout(change, given, cluster, replaced, now) for change in relevant]


def _concerns_pods(change: ChildChange) -> bool:
    if change.kind not in WORKLOADS:
        return False
    return template_of(change.before) != template_of(change.after) or change.verb == DELETE


def _agents(given: Given) -> set[tuple[str, str]]:
    children = given.request.children
    return {key_of(child) for child in children if child["kind"] == "DaemonSet"}


def _rollout(
    change: ChildChange,
    given: Given,
    cluster: Cluster,
    replaced: Collection[tuple[str, str]],
    now: str,
) -> Rollout:
    children = given.request.children
    observed = next((child for child in children if describe(child) == change.child), {})
    if change.child.startswith("Deployment/"):
        return _of_deployment(change, observed, cluster)
    there = before(observed, cluster) if observed else Before({}, is_certain=True)
    if change.verb == DELETE:
        gone = [NodeChange(node, Fate.DELETED, is_wanted=False) for node in sorted(there.by_node)]
        return Rollout(change.child, change.verb, "", NOTHING, changes=gone)
    found = [*changes_of(change.after, there, cluster, replaced, now)]
    return _of_daemonset(change, observed, there, found, cluster)


def _of_daemonset(
    change: ChildChange,
    observed: Obj,
    there: Before,
    found: Sequence[NodeChange],
    cluster: Cluster,
) -> Rollout:
    desired = change.after
    sides = daemonset_sides(desired, sum(change.is_wanted for change in found))
    type_, surging = str(update_strategy(desired).get("type") or ROLLING_UPDATE), sides.surge > 0
    steps = daemonset_steps(found, sides.surge or sides.most_unavailable, surging=surging)
    if type_ == ON_DELETE:
        steps = _by_hand(found)
    times = daemonset_times(desired, observed, there, cluster, surging=surging)
    return Rollout(
        workload=change.child,
        verb=change.verb,
        type=type_,
        steps=steps,
        sides=sides,
        changes=found,
        seconds=times.seconds(steps),
        unknown=[
            *([] if there.is_certain else [NO_PODS]),
            *(cluster.unknown_requests() if _requests_other(desired, observed) else []),
            *times.unknown(steps),
        ],
    )


def _requests_other(desired: Obj, observed: Obj) -> bool:
    """Return whether new pods may not fit where old ones did."""
    return requests_of(pod_spec(desired)) != requests_of(pod_spec(observed))


def daemonset_steps(changes: Sequence[NodeChange], may_lack: int, *, surging: bool) -> Steps:
    """Return in what steps the pods of a DaemonSet are replaced.

    With a surge, dead nodes and what is on none count for nothing.
    """
    soon = [change for change in changes if change.fate in (Fate.RESTARTS_AT_ONCE, Fate.STARTS)]
    in_turn = (Fate.RESTARTS,) if surging else (Fate.RESTARTS, Fate.DELETED_IN_TURN)
    turns = [change for change in changes if change.fate in in_turn]
    lost = sum(change.fate is Fate.LOST for change in changes) + sum(
        bool(change.pending) for change in soon
    )
    pods = Pods(
        at_once=sum(not change.pending for change in soon),
        in_turn=len(turns),
        stuck=sum(bool(turn.pending) for turn in turns),
        lost=0 if surging else lost,
        surging=surging,
    )
    return steps_of(pods, may_lack)


def _by_hand(changes: Sequence[NodeChange]) -> Steps:
    """Return the steps of a DaemonSet that replaces no pod itself: it makes those that lack."""
    starts = sum(change.fate is Fate.STARTS and not change.pending for change in changes)
    sizes = (starts,) if starts else ()
    return Steps(sizes, len(sizes), Outcome.BY_HAND, (starts, starts))


def _of_deployment(change: ChildChange, observed: Obj, cluster: Cluster) -> Rollout:
    desired = change.after or observed
    if change.verb == DELETE:
        return Rollout(change.child, change.verb, "", NOTHING)
    wanted, own = replicas(desired), is_of_deployment(desired)
    pod = pod_spec(desired)
    verdicts = (deployment_verdict(pod, node, cluster.room(node, own)) for node in cluster.nodes)
    eligible = sum(verdict.state is State.RUNS for verdict in verdicts)
    sides = deployment_sides(desired, wanted)
    steps = deployment_steps(wanted, sides.unavailable + sides.surge, eligible, change.verb)
    pods = [pod for pod in cluster.pods if own(pod)]
    times = deployment_times(desired, observed, pods)
    strategy = as_object(as_object(desired.get("spec")).get("strategy"))
    return Rollout(
        workload=change.child,
        verb=change.verb,
        type=str(strategy.get("type") or ROLLING_UPDATE),
        steps=steps,
        sides=sides,
        seconds=times.seconds(steps),
        unknown=times.unknown(steps),
        eligible=eligible,
    )


def deployment_steps(replicas: int, at_once: int, eligible: int, verb: str) -> Steps:
    """Return in what steps the pods of a Deployment are replaced, or made.

    Those that may be unavailable and the surge together are made at once.
    """
    if verb == CREATE:
        stuck = 0 if eligible else replicas
        return steps_of(Pods(at_once=replicas - stuck, in_turn=0, lost=stuck), replicas)
    stuck = 0 if eligible else replicas
    return steps_of(Pods(at_once=0, in_turn=replicas, stuck=stuck), at_once)
