"""A Namespace that gets the monitoring label changes a ConfigMap of every agent, and no status."""

from dataclasses import replace
from typing import Final

from hooks.desired import Context, names
from hooks.desired.agent.namespaces_configmap import unlisted
from hooks.kube.managed_fields import last_written
from hooks.kube.objects import Obj
from hooks.kube.times import seconds_between
from hooks.status.changes import Changes
from hooks.status.conditions.applied import PATIENCE_SECONDS, is_new, known_condition

AT_REST: Final = "True"


def without_list(changes: Changes, parent: Obj, context: Context, now: str) -> Changes:
    """Return the changes without that of the list of Namespaces, if it is on its way.

    It is if all children were as desired before, and if no Namespace has been missing in the list
    for long: otherwise the API server may have rejected the list, which the status shows.
    """
    child = f"ConfigMap/{names.namespaces_configmap(context.agent.name)}"
    was_at_rest = known_condition(parent).get("status") == AT_REST and not is_new(parent, context)
    if child not in changes.changed or not was_at_rest or _has_been_missing(context, now):
        return changes
    others = tuple(other for other in changes.changed if other != child)
    return replace(changes, changed=others)


def _has_been_missing(context: Context, now: str) -> bool:
    return any(
        seconds_between(last_written(namespace), now) >= PATIENCE_SECONDS
        for namespace in unlisted(context)
    )
