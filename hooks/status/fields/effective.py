"""The effective values of fields with a default: the same whether the default is stored or not."""

from collections.abc import Callable
from typing import TypeAlias

from hooks.desired.agent.daemonset import DEFAULT_MODE
from hooks.desired.inputs.context import Context

Value: TypeAlias = Callable[[Context], object]

EFFECTIVE: dict[str, Value] = {
    "agent.endpointHost": lambda context: context.agent.spec.agent.endpoint_host,
    "agent.endpointPort": lambda context: context.agent.spec.agent.endpoint_port,
    "agent.mode": lambda context: context.agent.spec.agent.mode or DEFAULT_MODE,
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
"""Fields below `spec` whose values somebody may ask for: none of them is a credential."""


def effective(context: Context) -> dict[str, str]:
    """Return the values of those fields by their paths, whether the resource sets them or not."""
    return {f"spec.{path}": _text(value(context)) for path, value in EFFECTIVE.items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
