"""What a pod requests of its node: amounts of resources, and ports.

https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.kube.quantities import InvalidQuantity, canonical_quantity, quantity_value

Amounts: TypeAlias = dict[str, Decimal]
"""Amounts in cores and bytes, by the name of the resource."""
Port: TypeAlias = tuple[str, str, int]
"""Address, protocol and number of a port of the node."""

CPU: Final = "cpu"
MEMORY: Final = "memory"
PODS: Final = "pods"
EVERY_ADDRESS: Final = ("", "0.0.0.0", "::")  # noqa: S104  nothing listens here
KIBI: Final = 1024
MILLI: Final = Decimal("0.001")


def requests_of(pod: Obj) -> Amounts:
    """Return what the spec of a pod requests (`PodRequests` of k8s.io/component-helpers, v0.36).

    The containers together, or the largest sum at the start if that is more; sidecars, which are
    init containers that run on, are in both.
    """
    total = added(_requested(container) for container in as_objects(pod.get("containers")))
    sidecars: Amounts = {}
    largest: Amounts = {}
    for container in as_objects(pod.get("initContainers")):
        own = _requested(container)
        at_start = added([sidecars, own])
        if container.get("restartPolicy") == "Always":
            total, sidecars = added([total, own]), at_start
        largest = _larger(largest, at_start)
    of_pod = _requested(pod)
    return added([_larger(total, largest) | of_pod, amounts(pod.get("overhead"))])


def amounts(given: Any) -> Amounts:
    """Return the amounts of a list of resources, without those that are no quantities."""
    return {name: value for name, value in _amounts(given)}  # noqa: C416  typed


def added(parts: Iterable[Amounts]) -> Amounts:
    """Return the sums."""
    result: Amounts = {}
    for part in parts:
        for name, value in part.items():
            result[name] = result.get(name, Decimal()) + value
    return result


def amount_text(name: str, value: Decimal) -> str:
    """Return an amount as Kubernetes writes it, memory in binary units."""
    if name != CPU and value and value % KIBI == 0:
        return canonical_quantity(f"{int(value) // KIBI}Ki")
    whole = f"{value.normalize():f}"
    return canonical_quantity(f"{value / MILLI:f}m" if "." in whole else whole)


def host_ports(pod: Obj) -> set[Port]:
    """Return the ports of the node that a pod takes.

    With the network of the node every port of a container is one (`SetHostNetworkPorts`).
    """
    of_host = pod.get("hostNetwork") is True
    return {
        (str(port.get("hostIP") or ""), str(port.get("protocol") or "TCP"), number)
        for container in as_objects(pod.get("containers"))
        for port in as_objects(container.get("ports"))
        if (number := _number(port, of_host=of_host))
    }


def conflicting(wanted: Iterable[Port], taken: Iterable[Port]) -> list[int]:
    """Return the numbers of ports that are taken already, on the same address or on all."""
    there = [*taken]
    return sorted({port[2] for port in wanted if any(_is_same(port, other) for other in there)})


def _is_same(port: Port, other: Port) -> bool:
    (address, *rest), (its_address, *of_it) = port, other
    on_all = address in EVERY_ADDRESS or its_address in EVERY_ADDRESS
    return rest == of_it and (on_all or address == its_address)


def _number(port: Obj, *, of_host: bool) -> int:
    number = port.get("hostPort") or (port.get("containerPort") if of_host else 0)
    return number if isinstance(number, int) else 0


def _requested(container: Obj) -> Amounts:
    """Return what a container requests: its limit, where it says nothing else."""
    resources = as_object(container.get("resources"))
    return amounts(resources.get("limits")) | amounts(resources.get("requests"))


def _amounts(given: Any) -> Iterator[tuple[str, Decimal]]:
    for name, quantity in as_object(given).items():
        try:
            yield name, quantity_value(quantity)
        except InvalidQuantity:
            continue


def _larger(one: Amounts, other: Amounts) -> Amounts:
    return {
        name: max(one.get(name, Decimal()), other.get(name, Decimal()))
        for name in one.keys() | other.keys()
    }
