"""What the user gives the k8sensor's pods otherwise than those of the agent."""

from hooks.desired.inputs.context import Context
from hooks.desired.pod.parts import Part
from hooks.desired.pod.pull_secret import image_pull_secrets
from hooks.kube.canonical import canonical_topology_spread, canonical_update_strategy
from hooks.kube.objects import Obj, present
from hooks.models.additions import SENSOR_POD
from hooks.models.k8s_sensor import SensorPod
from hooks.models.references import AGENT_IMAGE, SENSOR_IMAGE

STRATEGY = "spec.k8s_sensor.deployment.strategy"


def all_labels(context: Context) -> dict[str, str]:
    """Return the labels that the user gives the pods: those of all pods, and their own."""
    return context.agent.spec.agent.pod.labels | _pod(context).labels


def all_annotations(context: Context) -> dict[str, str]:
    """Return the annotations that the user gives the pods: those of all pods, and their own."""
    return context.agent.spec.agent.pod.annotations | _pod(context).annotations


def pull_secrets(context: Context) -> Part:
    """Return the pull Secrets: those of the k8sensor's image, else those of the agent's."""
    spec = context.agent.spec
    own = spec.k8s_sensor.image.pull_secrets
    if own is None:
        return image_pull_secrets(context, spec.agent.image.pull_secrets, AGENT_IMAGE)
    return image_pull_secrets(context, own, SENSOR_IMAGE)


def topology_spread(context: Context, selector: dict[str, str]) -> list[Obj]:
    """Return the constraints; one without a selector is about the pods of the Deployment."""
    given = [
        {"labelSelector": {"matchLabels": selector}} | constraint
        for constraint in _pod(context).topology_spread_constraints
    ]
    return canonical_topology_spread(given, f"{SENSOR_POD}.topologySpreadConstraints")


def strategy(context: Context) -> Obj:
    """Return `strategy` of the Deployment if the user gives one."""
    given = context.agent.spec.k8s_sensor.deployment.strategy
    if given is None:
        return {}
    rolling = present(rollingUpdate=given.rolling_update or None)
    return {"strategy": canonical_update_strategy({"type": given.type} | rolling, STRATEGY)}


def _pod(context: Context) -> SensorPod:
    return context.agent.spec.k8s_sensor.deployment.pod
