"""Compute resources of a k8sensor: defaults of its own, unless it runs with the former ones."""

from hooks.desired.inputs.context import Context
from hooks.desired.pod.resources import DEFAULTS as FORMER
from hooks.desired.pod.resources import resources
from hooks.kube.objects import Obj
from hooks.models.additions import SENSOR_POD

DEFAULTS = {"cpu": ("120m", "500m"), "memory": ("128Mi", "2Gi")}
"""Request and limit: the figures of the Go operator's own sample for a k8sensor."""


def k8sensor_resources(context: Context, name: str) -> Obj:
    """Return `resources` for the Deployment of that name.

    Raises InvalidResource for what is not a quantity.

    Both figures of CPU or memory stay those of the Go operator, which are for an agent, as long as
    they are observed and the resource asks for no others: no k8sensor restarts for new defaults.
    """
    given = context.agent.spec.k8s_sensor.deployment.pod
    before = context.memory.resources.get(name, {})
    former = resources(given, SENSOR_POD, FORMER)
    kept = {
        name: FORMER[name]
        for name in DEFAULTS
        if all((before.get(side) or {}).get(name) == former[side][name] for side in SIDES)
    }
    return resources(given, SENSOR_POD, DEFAULTS | kept)


SIDES = ("requests", "limits")
