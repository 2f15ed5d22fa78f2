"""The two conditions by which tools tell a resource that is on its way from one that is stuck.

As kstatus reads them (sigs.k8s.io/cli-utils, `pkg/kstatus`): `Reconciling` and `Stalled` are there
to be True while something is unusual; Flux and others take a resource with neither as settled.
"""

from hooks.status.condition import VALID_TYPE, Condition
from hooks.status.conditions.applied import CHILDREN_APPLIED
from hooks.status.conditions.certificate import CERTIFICATE_ISSUED
from hooks.status.conditions.etcd_copies import ETCD_MONITORED
from hooks.status.conditions.ownership import CHILDREN_OWNED, SOLE_CONTROLLER
from hooks.status.conditions.package_cache import PACKAGE_CACHE
from hooks.status.conditions.prerequisites import AUTHORIZED, REFERENCES_RESOLVED

RECONCILING, STALLED = "Reconciling", "Stalled"
STANDING_STILL = frozenset(
    {VALID_TYPE, REFERENCES_RESOLVED, AUTHORIZED, CHILDREN_OWNED, SOLE_CONTROLLER}
    | {CERTIFICATE_ISSUED, ETCD_MONITORED, PACKAGE_CACHE, CHILDREN_APPLIED}
)
"""Conditions that somebody has to do something about: waiting does not make them True."""


def progress(ready: Condition, parts: list[Condition]) -> list[Condition]:
    """Return both conditions, from the sum of the parts and the parts themselves."""
    stalled = [part for part in parts if _stands_still(part)]
    if stalled:
        cause = stalled[0]
        return [
            Condition(RECONCILING, "False", cause.reason, "nothing moves before that is mended"),
            Condition(STALLED, "True", cause.reason, cause.message),
        ]
    nothing = Condition(STALLED, "False", "NotStalled", "nothing needs to be done by hand")
    if ready.status == "True":
        message = "everything is as the resource says"
        return [Condition(RECONCILING, "False", "Settled", message), nothing]
    return [Condition(RECONCILING, "True", ready.reason, ready.message), nothing]


def _stands_still(part: Condition) -> bool:
    return part.type in STANDING_STILL and part.status == "False" and not part.is_advice
