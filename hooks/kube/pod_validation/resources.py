"""Compute resources of a container: which exist, and how requests and limits fit together."""

from decimal import Decimal
from typing import Any, Final

from hooks.kube.objects import Obj, as_object
from hooks.kube.pod_validation.amounts import amount
from hooks.kube.pod_validation.checks import NOTHING, Found, meant, problem
from hooks.kube.pod_validation.names import is_label_name

STANDARD: Final = ("cpu", "memory", "ephemeral-storage")
HUGE_PAGES: Final = "hugepages-"
OF_KUBERNETES: Final = "kubernetes.io/"
OF_QUOTAS: Final = "requests."
SIDES: Final = ("requests", "limits")
NO_RESOURCE: Final = (
    f"is not a resource of a container: use {', '.join(STANDARD)}, huge pages such as "
    "hugepages-2Mi, or an extended resource with a domain such as example.com/gpu"
)


def resources(pod: Obj) -> Found:
    """Find problems in `requests` and `limits` of an object that has both."""
    requests, limits = (as_object(pod.get(side)) for side in SIDES)
    found: list[tuple[str, str]] = []
    for side, amounts in zip(SIDES, (requests, limits), strict=True):
        for name, given in amounts.items():
            found += [(f".{side}[{name}]", message) for _, message in _of_one(name, given)]
    for name, given in requests.items():
        found += [(f".limits[{name}]", text) for _, text in _overcommitted(name, given, limits)]
    return found


def _of_one(name: str, given: Any) -> Found:
    if "/" not in name:
        return _of_pages(name, given) if name.startswith(HUGE_PAGES) else NOTHING
    if not _is_extended(name) and not (OF_KUBERNETES in name and is_label_name(name)):
        return problem("is not the name of an extended resource, such as example.com/gpu")
    value = amount(given)
    if value is None or value == value.to_integral_value() or not _is_extended(name):
        return NOTHING
    return problem("must be a whole number, because it is an extended resource")


def names_of_resources(amounts: Obj) -> Found:
    """Find names without a domain that are not resources of a container."""
    return [
        (f"[{name}]", f"{NO_RESOURCE}{meant(name, STANDARD)}")
        for name in amounts
        if "/" not in name and name not in STANDARD and not name.startswith(HUGE_PAGES)
    ]


def _of_pages(name: str, given: Any) -> Found:
    size = amount(name.removeprefix(HUGE_PAGES))
    if not is_label_name(name) or size is None or not _is_whole(size) or size <= 0:
        return problem("must have the page size in its name, such as hugepages-2Mi")
    value = amount(given)
    if value is None or value % size == 0:
        return NOTHING
    return problem("must be a multiple of the page size")


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _is_extended(name: str) -> bool:
    is_of_others = OF_KUBERNETES not in name and not name.startswith(OF_QUOTAS)
    return is_of_others and is_label_name(OF_QUOTAS + name)


def _overcommitted(name: str, given: Any, limits: Obj) -> Found:
    """Find resources whose request and limit must be equal, and are not."""
    is_fixed = name.startswith(HUGE_PAGES) or ("/" in name and OF_KUBERNETES not in name)
    if not is_fixed or given is None:
        return NOTHING
    if limits.get(name) is None:
        return problem(
            "is required: set it to the same value as the request, because this "
            "resource cannot be overcommitted"
        )
    if amount(given) == amount(limits[name]):
        return NOTHING
    return problem("must be the same as the request, because this resource cannot be overcommitted")
