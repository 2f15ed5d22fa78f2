"""Why the pods of each workload were replaced last, and what they read at their start.

Told once, when the change is asked for, and kept in the status as long as the template is the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from hooks.desired.inputs.context import Context
from hooks.desired.passes.checksums import recorded_checksum
from hooks.desired.passes.hold_changes import before_and_after_of_template
from hooks.kube.objects import Obj, as_object, as_objects, describe
from hooks.kube.workloads import WORKLOADS, template_of
from hooks.observed.rollout import is_rolled_out
from hooks.status.condition import PAUSED, observed_conditions
from hooks.status.size import MOST_PARTS
from hooks.wire import encode

NOT_KNOWN = "not known: it was before this was recorded"
NEW_VALUES = "values of Secrets or ConfigMaps that pods read as they start"
NEW_WORKLOAD = "it was not there: nodes of a new zone, a new backend, or a deletion by hand"
END_OF_PAUSE = "the end of a pause"
BY_ITSELF = "a setting of the service, an object that the resource names, or a change by hand"
DIGITS = 16
FIELDS = ("workload", "cause", "template", "checksum")


@dataclass(frozen=True, slots=True)
class _Former:
    """What the observed status says: the last roll-outs, and the causes of what was held.

    `is_late`: it is of an earlier generation, or there is none, though children may be of this one:
    so what happened in between is told once more.
    """

    last: dict[str, Obj]
    held: dict[str, str]
    is_late: bool


def last_rollouts(
    parent: Obj, context: Context, children: list[Obj], waiting: Collection[str], cause: str
) -> list[Obj]:
    """Return an item per workload among the children, which are those that are answered.

    `waiting` are the workloads, as `Kind/name`, that keep their pods for now; `cause` is what is
    new now.
    """
    former = _former(parent)
    if PAUSED in observed_conditions(parent):
        cause = END_OF_PAUSE
    workloads = [child for child in children if child["kind"] in WORKLOADS]
    return [
        _item(context, child, former, cause, is_held=describe(child) in waiting)
        for child in workloads[:MOST_PARTS]
    ]


def kept_rollouts(parent: Obj) -> list[Obj]:
    """Return the items of the observed status, of a resource whose pods stay as they are."""
    last = _rollout(parent).get("last")
    items = ({name: each.get(name) for name in FIELDS} for each in as_objects(last))
    texts = [{name: text for name, text in each.items() if isinstance(text, str)} for each in items]
    return [each for each in texts if "workload" in each][:MOST_PARTS]


def _rollout(parent: Obj) -> Obj:
    return as_object(as_object(parent.get("status")).get("rollout"))


def _former(parent: Obj) -> _Former:
    last = {each["workload"]: each for each in kept_rollouts(parent)}
    held = {
        str(each.get("workload")): str(each.get("cause"))
        for each in as_objects(_rollout(parent).get("held"))
    }
    status, generation = as_object(parent.get("status")), parent["metadata"].get("generation")
    is_late = not status or (bool(last) and status.get("observedGeneration") != generation)
    return _Former(last, held, is_late)


def _item(context: Context, child: Obj, former: _Former, cause: str, *, is_held: bool) -> Obj:
    name = describe(child)
    before = former.last.get(name, {})
    observed = context.observed_as(child)
    template = sha256(encode(template_of(child))).hexdigest()[:DIGITS]
    item = {"workload": name, "cause": before.get("cause") or NOT_KNOWN, "template": template}
    if is_held:
        item["template"] = before.get("template") or template
    elif before.get("template") != template:
        if _changes(context, child, observed):
            item["cause"] = _cause(child, observed, former, cause)
        elif missed := _missed(child, before, former, cause):
            item["cause"] = missed
    return item | _checksum(before, observed)


def _changes(context: Context, child: Obj, observed: Obj | None) -> bool:
    if observed is None:
        return True
    before, after = before_and_after_of_template(context, observed, child)
    return before != after


def _cause(child: Obj, observed: Obj | None, former: _Former, cause: str) -> str:
    if waited_for := former.held.get(describe(child)):
        return f"{waited_for}, no longer held"
    if not cause and observed is None:
        return NEW_WORKLOAD
    if not cause and recorded_checksum(child) != recorded_checksum(observed or {}):
        return NEW_VALUES
    return cause or BY_ITSELF


def _missed(child: Obj, before: Obj, former: _Former, cause: str) -> str:
    """Return the cause that the observed status does not have yet, if there is one.

    Metacontroller may show the children that the last answer made beside the status from before it.
    """
    if waited_for := former.held.get(describe(child)):
        return f"{waited_for}, no longer held"
    if former.is_late:
        return cause
    if not before and 0 < len(former.last) < MOST_PARTS:
        return NEW_WORKLOAD
    if before.get("checksum", recorded_checksum(child)) != recorded_checksum(child):
        return NEW_VALUES
    return ""


def _checksum(before: Obj, observed: Obj | None) -> Obj:
    """Return the digest of what all pods read: the former one until all are replaced."""
    is_done = observed and is_rolled_out(observed)
    checksum = recorded_checksum(observed or {}) if is_done else before.get("checksum")
    return {"checksum": checksum} if checksum else {}
