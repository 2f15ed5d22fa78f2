"""What a change of a workload does to each node's pod."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from hooks.kube.node_affinity import REQUIRED
from hooks.kube.objects import Obj, as_object, as_objects, condition_of
from hooks.kube.rolling_update import daemonset_sides
from hooks.kube.times import seconds_between
from hooks.kube.workloads import pod_spec
from hooks.placement.cluster import Cluster, Room, is_dead, name_of, namespace_of, owner
from hooks.placement.reasons import Reason
from hooks.placement.selection import FIELDS, NAME
from hooks.placement.verdicts import State, Verdict, daemon_verdict


class Fate(Enum):
    """What becomes of the pod of a node."""

    RESTARTS = "restarts"
    RESTARTS_AT_ONCE = "restartsAtOnce"
    """Whatever the strategy says: it is not available as it is."""
    STARTS = "starts"
    DELETED = "deleted"
    DELETED_IN_TURN = "deletedInTurn"
    """A taint keeps new pods off the node; the old one stays until the rollout comes to it."""
    LOST = "notReady"
    """It is on a node that is not ready: it counts as unavailable, and never ends by itself."""


@dataclass(frozen=True, slots=True)
class NodeChange:
    """What becomes of the pod of one node; `pending`: why a new one stays Pending.

    `is_wanted`: the DaemonSet has or makes one for it, and so counts the node.
    """

    node: str
    fate: Fate
    pending: tuple[Reason, ...] = ()
    is_wanted: bool = True


@dataclass(frozen=True)
class Before:
    """The pods of a DaemonSet as they are, by node; `is_certain`: as given, not as expected."""

    by_node: dict[str, Obj]
    is_certain: bool
    ending_on: frozenset[str] = frozenset()

    @property
    def pods(self) -> list[Obj]:
        """Return the pods that are known."""
        return [pod for pod in self.by_node.values() if pod]

    def has_any(self, node: str) -> bool:
        """Return whether there is a pod on a node, be it one that ends."""
        return node in self.by_node or node in self.ending_on


def before(observed: Obj, cluster: Cluster) -> Before:
    """Return the pods of an observed DaemonSet: those that are given, else those it should have."""
    given = [pod for pod in cluster.pods if owner(pod) == key_of(observed)]
    if given:
        ending = [pod for pod in given if "deletionTimestamp" in pod["metadata"]]
        there = {node: pod for pod in given if pod not in ending and (node := _target(pod))}
        return Before(there, is_certain=True, ending_on=frozenset(map(_target, ending)))
    template = pod_spec(observed)
    nodes = (name_of(node) for node in cluster.nodes if _should_have_one(template, node))
    return Before({node: {} for node in nodes}, is_certain=False)


def _should_have_one(pod: Obj, node: Obj) -> bool:
    """Return whether there should be a pod on a node; on a dead one, from before it died."""
    verdict = daemon_verdict(pod, node, Room({}, 0, frozenset()))
    return verdict.state is State.RUNS or (is_dead(node) and verdict.stays)


def key_of(workload: Obj) -> tuple[str, str]:
    """Return namespace and name."""
    return namespace_of(workload), name_of(workload)


def changes_of(
    desired: Obj, there: Before, cluster: Cluster, replaced: Iterable[tuple[str, str]], now: str
) -> Iterator[NodeChange]:
    """Yield what becomes of each node's pod when a DaemonSet has another template.

    `replaced`: the DaemonSets whose pods take no room. With a surge an old pod that is available
    does, as the new one is made beside it.
    """
    others = frozenset(replaced)
    pod, surges = pod_spec(desired), is_surging(desired)
    for node in cluster.nodes:
        old = there.by_node.get(name_of(node))
        is_there = old is not None and (not old or is_available(old, desired, now))
        room = cluster.room(node, lambda each: owner(each) in others)
        beside = room.with_pod(as_object((old or {}).get("spec")) or pod)
        verdict = daemon_verdict(pod, node, beside if surges and is_there else room)
        fate = _fate(verdict, has_old=old is not None, is_there=is_there)
        if is_dead(node) and there.has_any(name_of(node)):
            fate = Fate.LOST
        if fate:
            pending = verdict.reasons if verdict.state is State.PENDING else ()
            is_wanted = verdict.state is not State.EXCLUDED
            yield NodeChange(name_of(node), fate, pending, is_wanted)


def is_surging(daemonset: Obj) -> bool:
    """Return whether new pods are made beside old ones (`AllowsSurge`)."""
    return daemonset_sides(daemonset, 1).surge > 0


def is_available(pod: Obj, desired: Obj, now: str) -> bool:
    """Return whether a pod counts as available for a DaemonSet (`IsPodAvailable`)."""
    ready = condition_of(pod, "Ready")
    seconds = as_object(desired.get("spec")).get("minReadySeconds") or 0
    since = seconds_between(str(ready.get("lastTransitionTime")), now)
    return ready.get("status") == "True" and (not seconds or since >= seconds)


def nodes_with(changes: Sequence[NodeChange], *fates: Fate) -> list[str]:
    """Return the nodes whose pods have one of these fates."""
    return [change.node for change in changes if change.fate in fates]


def _fate(verdict: Verdict, *, has_old: bool, is_there: bool) -> Fate | None:
    if not has_old:
        return None if verdict.state is State.EXCLUDED else Fate.STARTS
    if verdict.state is State.EXCLUDED:
        return Fate.DELETED_IN_TURN if verdict.stays else Fate.DELETED
    return Fate.RESTARTS if is_there else Fate.RESTARTS_AT_ONCE


def _target(pod: Obj) -> str:
    """Return the node of a pod, of one that is Pending the node that it is made for."""
    spec = as_object(pod.get("spec"))
    if spec.get("nodeName"):
        return str(spec["nodeName"])
    affinity = as_object(as_object(spec.get("affinity")).get("nodeAffinity"))
    terms = as_objects(as_object(affinity.get(REQUIRED)).get("nodeSelectorTerms"))
    fields = (field for term in terms for field in as_objects(term.get(FIELDS)))
    named = (field.get("values") for field in fields if field.get("key") == NAME)
    return next((str(values[0]) for values in named if values), "")
