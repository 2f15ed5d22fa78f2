"""PodDisruptionBudget `<name>-k8sensor<suffix>`: at most one k8sensor of a backend leaves."""

from hooks.desired import names
from hooks.desired.inputs.backends import Backend
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.metadata import metadata, selector_labels
from hooks.desired.k8sensor.deployment import backend_label, deployed_backends
from hooks.kube.objects import Obj
from hooks.labels import BACKEND, K8SENSOR


def k8sensor_poddisruptionbudgets(context: Context) -> list[Obj]:
    """Return a budget per Deployment, where asked for and there is more than one pod."""
    sensor = context.agent.spec.k8s_sensor
    wanted = (
        sensor.pod_disruption_budget.enabled
        and sensor.deployment.enabled
        and sensor.deployment.replicas > 1
    )
    return [_budget(context, backend) for backend in deployed_backends(context)] if wanted else []


def _budget(context: Context, backend: Backend) -> Obj:
    name = names.k8sensor(context.agent.name, backend.suffix)
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(context, name, K8SENSOR),
        "spec": {
            "minAvailable": context.agent.spec.k8s_sensor.deployment.replicas - 1,
            "selector": _selector(context, backend),
        },
    }


def _selector(context: Context, backend: Backend) -> Obj:
    """Return a selector of the pods of this backend only."""
    labels = selector_labels(context, K8SENSOR) | backend_label(backend)
    if backend.is_main and len(context.backends) > 1:
        without = {"key": BACKEND, "operator": "DoesNotExist"}
        return {"matchExpressions": [without], "matchLabels": labels}
    return {"matchLabels": labels}
