"""Conditions: type, status, reason, message, generation, and when the status changed last."""

from dataclasses import dataclass
from typing import Any, Literal

from hooks.kube.objects import Obj, as_object

LONGEST_MESSAGE = 1024
LONGEST_LIST = 5
VALID_TYPE = "Valid"
PAUSED = "Paused"

Status = Literal["True", "False", "Unknown"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, without its history.

    A condition that is advice does not keep Ready from being True; one that passes resolves by
    itself.
    """

    type: str
    status: Status
    reason: str
    message: str
    is_advice: bool = False
    passes: bool = False


def stamped(conditions: list[Condition], parent: Obj, now: str) -> list[Obj]:
    """Return the conditions for the status, with transition times.

    A condition keeps its time if its status is that of the parent's observed one.
    """
    observed = observed_conditions(parent)
    generation = parent["metadata"].get("generation")
    return [
        _stamped(condition, observed.get(condition.type) or {}, generation, now)
        for condition in conditions
    ]


def is_reported_valid(parent: Obj) -> bool:
    """Return whether the status reports the present spec as valid."""
    valid = _observed_condition(parent, VALID_TYPE)
    generation = as_object(parent.get("metadata")).get("generation")
    return valid.get("status") == "True" and valid.get("observedGeneration") == generation


def several(items: list[str], between: str = "; ") -> str:
    """Return the items as one text; of a long list the first ones and how many more there are."""
    shown = between.join(items[:LONGEST_LIST])
    more = len(items) - LONGEST_LIST
    return f"{shown}{between}and {more} more" if more > 0 else shown


def _stamped(condition: Condition, observed: Obj, generation: object, now: str) -> Obj:
    is_same = observed.get("status") == condition.status
    since = observed.get("lastTransitionTime") if is_same else None
    return {
        "type": condition.type,
        "status": condition.status,
        "reason": condition.reason,
        "message": condition.message[:LONGEST_MESSAGE],
        "lastTransitionTime": since if isinstance(since, str) and since else now,
        **({"observedGeneration": generation} if isinstance(generation, int) else {}),
    }


def observed_conditions(parent: Obj) -> dict[str, Obj]:
    """Return the conditions of the resource's observed status by type."""
    return {
        condition["type"]: condition
        for condition in _conditions(parent)
        if isinstance(condition, dict) and isinstance(condition.get("type"), str)
    }


def _observed_condition(parent: Obj, type_: str) -> Obj:
    """Return the condition of that type as `observed_conditions` does, empty if there is none."""
    for condition in reversed(_conditions(parent)):
        if isinstance(condition, dict) and condition.get("type") == type_:
            return condition
    return {}


def _conditions(parent: Obj) -> list[Any]:
    status = parent.get("status")
    conditions = status.get("conditions") if isinstance(status, dict) else None
    return conditions if isinstance(conditions, list) else []
