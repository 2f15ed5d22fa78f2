"""The status while another release of the service decides: it shows which one is waited for."""

from dataclasses import replace
from typing import Final

from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.kube.times import seconds_between
from hooks.status.compose import Report
from hooks.status.condition import Condition, observed_conditions, stamped
from hooks.status.conditions.pointers import pointed
from hooks.status.conditions.progress import RECONCILING, STALLED
from hooks.status.resync import backed_off
from hooks.status.size import bounded

UPGRADING: Final = "Upgrading"
OTHER_RELEASE: Final = "OtherReleaseDecides"
PATIENCE_SECONDS: Final = 600
"""An upgrade of the service takes a minute: after this time somebody must look at it."""


def report_on_other_release(parent: Obj, own: Report, named: str, facts: Facts, now: str) -> Report:
    """Return the observed status with the conditions that say who decides.

    `own` is the report of this release, for a resource that has no status yet; `named` is the
    release that the controller names. The other release is called again soon: after 5 s at first.
    """
    observed = observed_conditions(parent)
    since = as_object(observed.get(UPGRADING)).get("lastTransitionTime")
    seconds = max(seconds_between(since, now), 0.0) if isinstance(since, str) else 0.0
    added = stamped(_conditions(named, facts, seconds), parent, now)
    base = as_object(parent.get("status")) if observed else own.status
    types = {condition["type"] for condition in added}
    others = [
        condition
        for condition in as_objects(base["conditions"])
        if condition.get("type") not in types
    ]
    status = bounded(base | {"conditions": [*others, *added]})
    return replace(own, status=status, resync_after=backed_off(seconds))


def _conditions(named: str, facts: Facts, seconds: float) -> list[Condition]:
    cause = f"the controller names release {named} of the service, but this is {facts.release}"
    message = f"{cause}: all children are retained until {named} responds"
    conditions = [Condition(UPGRADING, "True", OTHER_RELEASE, message)]
    if seconds < PATIENCE_SECONDS:
        return [
            *conditions,
            Condition(RECONCILING, "True", OTHER_RELEASE, message),
            Condition(STALLED, "False", "NotStalled", "no action is needed"),
        ]
    remedy = f"{cause}: apply the Deployment and the controllers of one release"
    stalled = Condition(STALLED, "True", OTHER_RELEASE, remedy)
    return [
        *conditions,
        Condition(
            RECONCILING,
            "False",
            OTHER_RELEASE,
            "nothing changes until this is fixed: see the condition Stalled",
        ),
        pointed(stalled, stalled, facts),
    ]
