"""Tolerations of the agent's pods: the user's, and those that the resource asks for by a word."""

from hooks.desired.inputs.context import Context
from hooks.kube.canonical import canonical_tolerations
from hooks.kube.objects import Obj
from hooks.models.instana_agent import ZoneSpec
from hooks.models.workloads import ALL_TAINTS, CONTROL_PLANE, NONE

EXISTS = "Exists"
CONTROL_PLANE_TAINTS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
EFFECTS = ("NoSchedule", "NoExecute")
AUTOMATIC: dict[str, tuple[Obj, ...]] = {
    NONE: (),
    CONTROL_PLANE: tuple(
        {"effect": effect, "key": key, "operator": EXISTS}
        for key in CONTROL_PLANE_TAINTS
        for effect in EFFECTS
    ),
    ALL_TAINTS: ({"operator": EXISTS},),
}


def agent_tolerations(context: Context, zone: ZoneSpec | None) -> list[Obj]:
    """Return the tolerations of one DaemonSet: automatic ones come last, and none twice."""
    given = _given(context, zone)
    automatic = AUTOMATIC[context.agent.spec.agent.scheduling.tolerate]
    return given + [
        toleration
        for toleration in automatic
        if not any(_covers(of_user, toleration) for of_user in given)
    ]


def _given(context: Context, zone: ZoneSpec | None) -> list[Obj]:
    if zone and zone.tolerations is not None:
        return canonical_tolerations(list(zone.tolerations), "spec.zones.tolerations")
    tolerations = context.agent.spec.agent.pod.tolerations
    return canonical_tolerations(list(tolerations), "spec.agent.pod.tolerations")


def _covers(toleration: Obj, other: Obj) -> bool:
    """Return whether whatever the other one tolerates is tolerated already, for as long."""
    return (
        toleration.get("operator") == EXISTS
        and "tolerationSeconds" not in toleration
        and all(toleration.get(field) in (None, other.get(field)) for field in ("key", "effect"))
    )
