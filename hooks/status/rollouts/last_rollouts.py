"""Why the pods of each workload were replaced last, and what they read at their start.

The cause is determined once, when the change is made, and kept in the status as long as the
template is the same.
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
from hooks.status.rollouts.rotations import NEW_VALUES, rotation
from hooks.status.size import MOST_PARTS
from hooks.wire import encode

NOT_KNOWN = "unknown: it happened before causes were recorded"
NEW_WORKLOAD = "the workload did not exist: a new zone or backend, or it was deleted by hand"
END_OF_PAUSE = "the resource is no longer paused"
BY_ITSELF = "a setting of the service, an object that the resource names, or a change by hand"
DIGITS = 16
FIELDS = ("workload", "cause", "template", "checksum", "approval")


@dataclass(frozen=True, slots=True)
class _ObservedStatus:
    """The last rollouts and the held changes of the observed status, each by its workload.

    `is_late`: the status is of an earlier generation, or there is none, though children may be of
    this one: so what happened in between is reported once more.
    """

    last: dict[str, Obj]
    held: dict[str, Obj]
    is_late: bool

    def no_longer_held(self, workload: Obj) -> str:
        """Return the cause of a change that was held, "" if none was."""
        held = self.held.get(describe(workload))
        return f"{held['cause']}, no longer held" if held else ""


def last_rollouts(
    parent: Obj, context: Context, children: list[Obj], waiting: Collection[str], cause: str
) -> list[Obj]:
    """Return an item per workload among the children, which are those of the response.

    `waiting` are the workloads, as `Kind/name`, that keep their pods for now; `cause` is what is
    new now.
    """
    status = _observed_status(parent)
    if PAUSED in observed_conditions(parent):
        cause = END_OF_PAUSE
    workloads = [child for child in children if child["kind"] in WORKLOADS]
    desired = _Desired(context, children, status, cause)
    return [
        desired.item(child, is_held=describe(child) in waiting) for child in workloads[:MOST_PARTS]
    ]


def observed_rollouts(parent: Obj) -> list[Obj]:
    """Return the items of the observed status, for a resource whose pods stay as they are."""
    last = _rollout(parent).get("last")
    items = ({name: item.get(name) for name in FIELDS} for item in as_objects(last))
    texts = [{name: text for name, text in item.items() if isinstance(text, str)} for item in items]
    return [item for item in texts if "workload" in item][:MOST_PARTS]


def _rollout(parent: Obj) -> Obj:
    return as_object(as_object(parent.get("status")).get("rollout"))


def _observed_status(parent: Obj) -> _ObservedStatus:
    last = {item["workload"]: item for item in observed_rollouts(parent)}
    held = {
        str(item.get("workload")): {
            "cause": str(item.get("cause")),
            "approval": str(item.get("approval")),
        }
        for item in as_objects(_rollout(parent).get("held"))
    }
    status, generation = as_object(parent.get("status")), parent["metadata"].get("generation")
    is_late = not status or (bool(last) and status.get("observedGeneration") != generation)
    return _ObservedStatus(last, held, is_late)


@dataclass(frozen=True, slots=True)
class _Desired:
    """What is desired now, and the observed status; `cause` is what is new, if anything is."""

    context: Context
    children: list[Obj]
    status: _ObservedStatus
    cause: str

    def item(self, child: Obj, *, is_held: bool) -> Obj:
        """Return the item of one workload."""
        name = describe(child)
        before = self.status.last.get(name, {})
        observed = self.context.observed_as(child)
        template = sha256(encode(template_of(child))).hexdigest()[:DIGITS]
        item = {"workload": name, "cause": before.get("cause") or NOT_KNOWN, "template": template}
        if is_held:
            item["template"] = before.get("template") or template
        elif before.get("template") != template:
            if _changes(self.context, child, observed):
                item["cause"] = self._cause_of(child, observed)
            elif missed := self._missed(child, observed, before):
                item["cause"] = missed
        return item | _checksum(before, observed) | _approval(item, before, self.status)

    def _cause_of(self, child: Obj, observed: Obj | None) -> str:
        if waited_for := self.status.no_longer_held(child):
            return waited_for
        if not self.cause and observed is None:
            return NEW_WORKLOAD
        if not self.cause and recorded_checksum(child) != recorded_checksum(observed or {}):
            return self._rotation(child, observed, is_late=False)
        return self.cause or BY_ITSELF

    def _missed(self, child: Obj, observed: Obj | None, before: Obj) -> str:
        """Return the cause that the observed status does not have yet, if there is one.

        Metacontroller may send the children that the last response made together with the status
        from before it.
        """
        if waited_for := self.status.no_longer_held(child):
            return waited_for
        if self.status.is_late:
            return self.cause
        if not before and 0 < len(self.status.last) < MOST_PARTS:
            return NEW_WORKLOAD
        if before.get("checksum", recorded_checksum(child)) != recorded_checksum(child):
            return self._rotation(child, observed, is_late=True)
        return ""

    def _rotation(self, child: Obj, observed: Obj | None, *, is_late: bool) -> str:
        found = rotation(self.context, self.children, child, observed, is_late=is_late)
        return found or NEW_VALUES


def _changes(context: Context, child: Obj, observed: Obj | None) -> bool:
    if observed is None:
        return True
    before, after = before_and_after_of_template(context, observed, child)
    return before != after


def _approval(item: Obj, before: Obj, status: _ObservedStatus) -> Obj:
    """Return the name of the approved change that the pods have, if they have one."""
    is_same = item["template"] == before.get("template")
    source = before if is_same else status.held.get(item["workload"], {})
    approval = source.get("approval")
    return {"approval": approval} if approval else {}


def _checksum(before: Obj, observed: Obj | None) -> Obj:
    """Return the checksum of what all pods read: the one before, until all pods are replaced."""
    is_done = observed and is_rolled_out(observed)
    checksum = recorded_checksum(observed or {}) if is_done else before.get("checksum")
    return {"checksum": checksum} if checksum else {}
