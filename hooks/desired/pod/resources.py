"""Compute resources of a container, with defaults that give way to what the user gives."""

from collections.abc import Mapping
from typing import TypeAlias

from hooks.kube.objects import Obj
from hooks.kube.quantities import quantity_value
from hooks.kube.stored_shape import amounts
from hooks.models.base import Resources

DEFAULTS = {"cpu": ("500m", "1500m"), "memory": ("768Mi", "768Mi")}
"""Request and limit of the Go operator, for the agent and the k8sensor alike."""

Defaults: TypeAlias = Mapping[str, tuple[str, str]]


def resources(given: Resources, path: str, defaults: Defaults = DEFAULTS) -> Obj:
    """Return `resources` of a container; raises InvalidResource for what is no quantity.

    Where only a request or only a limit is given, the other one's default is moved so that the
    request stays below the limit. There are no claims: a rule refuses them, as the pod has none.
    """
    requests = amounts(given.requests, f"{path}.requests")
    limits = amounts(given.limits, f"{path}.limits")
    for name, (request, limit) in defaults.items():
        if name not in requests:
            requests[name] = _smaller(request, limits.get(name, limit))
        if name not in limits:
            limits[name] = _greater(limit, requests[name])
    return {"requests": requests, "limits": limits}


def _smaller(default: str, given: str) -> str:
    return given if quantity_value(given) < quantity_value(default) else default


def _greater(default: str, given: str) -> str:
    return given if quantity_value(given) > quantity_value(default) else default
