"""What a k8sensor may do: as it has always been, or no more than Pod Security `restricted` lets."""

from hooks.desired.inputs.context import Context
from hooks.kube.objects import Obj
from hooks.models.k8s_sensor import RESTRICTED

GROUP = USER = 1000
"""The group for files is that of the Go operator. The image names its user, where the kubelet wants
a number to tell that it is not root."""


def pod_security(context: Context) -> Obj:
    """Return `securityContext` of the pods."""
    if not _is_restricted(context):
        return {"fsGroup": GROUP}
    return {
        "fsGroup": GROUP,
        "runAsGroup": GROUP,
        "runAsNonRoot": True,
        "runAsUser": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security(context: Context) -> Obj:
    """Return the container's part of it: nothing where it is not restricted."""
    if not _is_restricted(context):
        return {}
    return {
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }
    }


def _is_restricted(context: Context) -> bool:
    return context.agent.spec.k8s_sensor.security_profile == RESTRICTED
