"""Whether the claim of the package cache exists, is bound, and is as desired."""

from hooks import contract
from hooks.desired import names
from hooks.desired.agent.package_cache import can_be_made, claim_spec, makes_claim
from hooks.desired.inputs.context import Context
from hooks.kube.objects import Obj, as_object
from hooks.kube.quantities import InvalidQuantity, quantity_value
from hooks.status.condition import Condition

PACKAGE_CACHE = "PackageCacheReady"
BOUND = "Bound"


def package_cache(context: Context) -> list[Condition]:
    """Return the condition of the claim, none if no claim is to be made."""
    if not makes_claim(context):
        return []
    if not can_be_made(context):
        message = (
            "the controller has no rule for PersistentVolumeClaims, so none can be created: "
            "apply the controllers and Metacontroller's RBAC of this version"
        )
        return [Condition(PACKAGE_CACHE, "False", "RuleMissing", message)]
    name = names.package_cache(context.agent.name)
    claim = context.observed(contract.PERSISTENT_VOLUME_CLAIM, name)
    return [_of_claim(context, name, claim or {})]


def _of_claim(context: Context, name: str, claim: Obj) -> Condition:
    """Return the condition of the claim; it is advice: agents show themselves that they wait."""
    phase = as_object(claim.get("status")).get("phase") or "missing"
    if phase != BOUND:
        message = (
            f"claim {name} is {phase}: agents wait for a volume that many nodes can write to "
            f"(ReadWriteMany); kubectl -n {context.agent.namespace} describe "
            f"persistentvolumeclaim {name} shows why"
        )
        return Condition(PACKAGE_CACHE, "False", "ClaimNotBound", message, is_advice=True)
    if differing := _differing(context, as_object(claim.get("spec"))):
        message = (
            f"claim {name} keeps its {' and '.join(differing)}: Kubernetes rejects the change, "
            "unless the storage class allows it; docs/workloads.md describes what to do"
        )
        return Condition(PACKAGE_CACHE, "False", "ClaimKept", message, is_advice=True)
    return Condition(PACKAGE_CACHE, "True", "ClaimBound", f"claim {name} is bound")


def _differing(context: Context, spec: Obj) -> list[str]:
    desired = claim_spec(context.agent.spec.agent.package_cache)
    desired_class = desired.get("storageClassName")
    size = desired["resources"]["requests"]["storage"]
    found = {
        "size": _is_other(size, as_object(as_object(spec.get("resources")).get("requests"))),
        "storage class": desired_class and desired_class != spec.get("storageClassName"),
        "access mode": not {*desired["accessModes"]} <= {*(spec.get("accessModes") or [])},
    }
    return [name for name, differs in found.items() if differs]


def _is_other(size: str, requests: Obj) -> bool:
    try:
        return quantity_value(requests.get("storage", "0")) != quantity_value(size)
    except InvalidQuantity:
        return True
