"""`spec.overrides`: patches to children, for everything that has no field of its own."""

from typing import Any

from pydantic import Field

from hooks.kube.objects import Obj
from hooks.models.base import SpecModel


def _patch_to(what: str, alias: str) -> Any:
    description = f"Strategic merge patch of {what}."
    return Field(default=None, alias=alias, description=description)


class Overrides(SpecModel):
    """Patches as `kubectl patch --type=strategic` takes them, each to children of one kind."""

    agent_daemon_set: Obj | None = _patch_to(
        "the DaemonSet of the agents, of every zone", "agentDaemonSet"
    )
    agent_service: Obj | None = _patch_to("the Service of the agents", "agentService")
    agent_headless_service: Obj | None = _patch_to(
        "the headless Service of the agents", "agentHeadlessService"
    )
    agent_service_account: Obj | None = _patch_to(
        "the ServiceAccount of the agents", "agentServiceAccount"
    )
    k8sensor_deployment: Obj | None = _patch_to(
        "the Deployment of the k8sensors, of every backend", "k8sensorDeployment"
    )
    k8sensor_service_account: Obj | None = _patch_to(
        "the ServiceAccount of the k8sensors", "k8sensorServiceAccount"
    )


KINDS = {
    "agentDaemonSet": "DaemonSet",
    "agentService": "Service",
    "agentHeadlessService": "Service",
    "agentServiceAccount": "ServiceAccount",
    "k8sensorDeployment": "Deployment",
    "k8sensorServiceAccount": "ServiceAccount",
}
"""The kind of the children that each field patches."""
