"""What counts where the resource does not say it: the values of the fields that are left open."""

from collections.abc import Callable

from hooks.desired.agent_daemonset import DEFAULT_MODE
from hooks.desired.context import Context
from hooks.kube.objects import Obj, as_object

Value = Callable[[Context], object]

EFFECTIVE: dict[str, Value] = {
    "agent.endpointHost": lambda context: context.agent.spec.agent.endpoint_host,
    "agent.endpointPort": lambda context: context.agent.spec.agent.endpoint_port,
    "agent.mode": lambda _: DEFAULT_MODE,
    "agent.packageCache.type": lambda context: context.agent.spec.agent.package_cache.type,
    "agent.reloadOnSecretChange": (
        lambda context: context.agent.spec.agent.reload_on_secret_change
    ),
    "agent.scheduling.tolerate": lambda context: context.agent.spec.agent.scheduling.tolerate,
    "agent.updateStrategy.type": lambda context: context.agent.spec.agent.update_strategy.type,
    "k8s_sensor.deployment.replicas": (
        lambda context: context.agent.spec.k8s_sensor.deployment.replicas
    ),
    "k8s_sensor.pollrate": lambda context: context.agent.spec.k8s_sensor.pollrate,
    "k8s_sensor.securityProfile": lambda context: context.agent.spec.k8s_sensor.security_profile,
    "opentelemetry.enabled": lambda context: context.agent.spec.opentelemetry.enabled,
    "openshift": lambda context: context.is_openshift,
    "podStatus": lambda context: context.agent.spec.pod_status,
    "rollout.policy": lambda context: context.agent.spec.rollout.policy,
    "serviceAccount.name": lambda context: context.agent.service_account_name,
    "useSecretMounts": lambda context: context.agent.spec.use_secret_mounts,
    "zone.automatic": lambda context: context.agent.spec.zone.automatic,
}
"""Fields below `spec` of which somebody may ask what they are: none of a secret."""


def effective(parent: Obj, context: Context) -> dict[str, str]:
    """Return the values of those fields that the resource leaves open, by their paths."""
    spec = as_object(parent.get("spec"))
    return {
        f"spec.{path}": _text(value(context))
        for path, value in EFFECTIVE.items()
        if _given(spec, path) in (None, "")
    }


def _given(spec: Obj, path: str) -> object:
    *parents, field = path.split(".")
    part = spec
    for name in parents:
        part = as_object(part.get(name))
    return part.get(field)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
