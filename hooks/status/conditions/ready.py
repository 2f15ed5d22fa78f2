"""All conditions: `Ready`, those that it sums up, and the Go operator's names for some of them."""

from dataclasses import replace

from hooks.facts import Facts
from hooks.status.condition import PAUSED, VALID_TYPE, Condition
from hooks.status.conditions.availability import AGENTS_AVAILABLE, NO_NODES, SENSORS_AVAILABLE
from hooks.status.conditions.pointers import pointed
from hooks.status.conditions.progress import progress

GO_OPERATOR_TYPES = {
    AGENTS_AVAILABLE: "AllAgentsAvailable",
    SENSORS_AVAILABLE: "AllK8sSensorsAvailable",
}
"""What the Go operator calls some conditions."""
VALID = Condition(VALID_TYPE, "True", "ValidSpec", "the spec is valid")
RECONCILED = Condition(
    "ReconcileSucceeded",
    "True",
    "ReconcileSucceeded",
    "the children were computed; the other conditions show their state",
)


def all_conditions(
    valid: Condition, parts: list[Condition], more: list[Condition], facts: Facts
) -> list[Condition]:
    """Return all conditions, with `Ready` first and those that older automation waits for last.

    `Ready` sums up `valid` and the `parts`; `more` does not count.
    """
    summed = [valid, *parts]
    ready = _ready(summed, facts)
    if ready.status == "True" and any(condition.type == PAUSED for condition in more):
        ready = replace(ready, reason=PAUSED, message=f"paused; {ready.message}")
    renamed = [
        replace(part, type=GO_OPERATOR_TYPES[part.type])
        for part in parts
        if part.type in GO_OPERATOR_TYPES
    ]
    return [ready, *progress(ready, summed), *summed, *more, *renamed, _reconciled(valid)]


def _ready(parts: list[Condition], facts: Facts) -> Condition:
    """Return the sum of the parts: the first one that is not good gives the reason."""
    for part in parts:
        if part.status != "True" and not part.is_advice:
            return pointed(Condition("Ready", "False", part.reason, part.message), part, facts)
    agents = next(part for part in parts if part.type == AGENTS_AVAILABLE)
    reason = agents.reason if agents.reason == NO_NODES else "Ready"
    return Condition("Ready", "True", reason, agents.message)


def _reconciled(valid: Condition) -> Condition:
    if valid.status == "True":
        return RECONCILED
    return Condition("ReconcileSucceeded", "False", "ReconcileFailed", valid.message)
