"""DaemonSets of agents that others are to replace, as when zones are named for the first time.

A workload whose name stays keeps its observed form while something is amiss. Here the names change:
the former agents stay until all that is to take their place can be made and can start.
"""

from collections.abc import Collection

from hooks.contract import DAEMON_SET
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.owned import retained
from hooks.desired.inputs.unresolved import is_missing
from hooks.kube.objects import Obj, identity, kind_of
from hooks.kube.pods import Named, named_by
from hooks.kube.workloads import pod_spec


def agents_to_retain(
    context: Context, children: Collection[Obj], withheld: Collection[Obj]
) -> tuple[list[Obj], list[Obj]]:
    """Return the former DaemonSets as observed, and the new ones that wait; nothing if all is well.

    `children` are to be answered, `withheld` are not. Without the former ones some nodes would have
    no agent; with only some of the new ones beside them, others would have two.
    """
    wanted = {*map(identity, children), *map(identity, withheld)}
    former = [
        observed
        for observed in context.children.all_of(DAEMON_SET)
        if identity(observed) not in wanted
    ]
    new = [child for child in children if _is_daemonset(child) and not context.observed_as(child)]
    if not former or not (any(map(_is_daemonset, withheld)) or _lack_something(context, new)):
        return [], []
    return [retained(context, observed) for observed in former], new


def _is_daemonset(child: Obj) -> bool:
    return kind_of(child) == DAEMON_SET


def _lack_something(context: Context, workloads: Collection[Obj]) -> bool:
    """Return whether pods of the workloads could not start for what the resource refers to."""
    named: set[Named] = set().union(*(named_by(pod_spec(workload)) for workload in workloads))
    return any(
        (reference.kind, reference.name) in named and is_missing(context, reference)
        for reference in context.references
    )
