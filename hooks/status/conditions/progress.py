"""The two conditions by which tools distinguish a resource in progress from one that is stuck.

As kstatus reads them (sigs.k8s.io/cli-utils, `pkg/kstatus`): `Reconciling` and `Stalled` exist to
be True while something is unusual; Flux and others consider a resource with neither to be ready.
"""

from hooks.status.condition import VALID_TYPE, Condition
from hooks.status.conditions.applied import CHILDREN_APPLIED
from hooks.status.conditions.certificate import CERTIFICATE_ISSUED
from hooks.status.conditions.etcd_copies import ETCD_MONITORED
from hooks.status.conditions.ownership import CHILDREN_OWNED, SOLE_CONTROLLER
from hooks.status.conditions.package_cache import PACKAGE_CACHE
from hooks.status.conditions.prerequisites import AUTHORIZED, REFERENCES_RESOLVED

RECONCILING, STALLED = "Reconciling", "Stalled"
NEEDS_ACTION = frozenset(
    {VALID_TYPE, REFERENCES_RESOLVED, AUTHORIZED, CHILDREN_OWNED, SOLE_CONTROLLER}
    | {CERTIFICATE_ISSUED, ETCD_MONITORED, PACKAGE_CACHE, CHILDREN_APPLIED}
)
"""Conditions that need somebody to act: waiting does not make them True."""


def progress(ready: Condition, parts: list[Condition]) -> list[Condition]:
    """Return both conditions, from `Ready` and the parts that it sums up."""
    stalled = [part for part in parts if _is_stalled(part)]
    if stalled:
        cause = stalled[0]
        return [
            Condition(
                RECONCILING,
                "False",
                cause.reason,
                "nothing changes until this is fixed: see the condition Stalled",
            ),
            Condition(STALLED, "True", cause.reason, cause.message),
        ]
    nothing = Condition(STALLED, "False", "NotStalled", "no action is needed")
    if ready.status == "True":
        message = "everything is as the resource describes"
        return [Condition(RECONCILING, "False", "Settled", message), nothing]
    return [Condition(RECONCILING, "True", ready.reason, ready.message), nothing]


def _is_stalled(part: Condition) -> bool:
    return part.type in NEEDS_ACTION and part.status == "False" and not part.is_advice
