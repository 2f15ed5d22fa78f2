"""What to do about pods that are not ready, including the command.

Words in braces are filled in for the pod: `{describe}` and `{logs}` are commands, `{image}` and
`{pod}` fields of the resource, `{taints}` what to do about some, `{namespace}`, `{node}` and
`{container}` names.
"""

from dataclasses import dataclass

from hooks.labels import AGENT, K8SENSOR

FIELDS = {
    AGENT: {
        "image": "spec.agent.image",
        "pod": "spec.agent.pod",
        "taints": "set spec.agent.scheduling.tolerate, or add a toleration to "
        "spec.agent.pod.tolerations",
    },
    K8SENSOR: {
        "image": "spec.k8s_sensor.image",
        "pod": "spec.k8s_sensor.deployment.pod",
        "taints": "add a toleration to spec.k8s_sensor.deployment.pod.tolerations",
    },
}
NO_NODE = "NODE"


@dataclass(frozen=True, slots=True)
class Place:
    """The pod that a remedy is for; `container` is the one to look at if that is not obvious."""

    component: str
    namespace: str
    pod: str
    node: str
    container: str


def filled(remedy: str, place: Place) -> str:
    """Return the remedy, filled in for a pod."""
    of_container = f" --container {place.container}" if place.container else ""
    return remedy.format(
        **FIELDS.get(place.component, FIELDS[AGENT]),
        namespace=place.namespace,
        node=place.node or NO_NODE,
        container=place.container,
        describe=f"kubectl -n {place.namespace} describe pod {place.pod}",
        logs=f"kubectl -n {place.namespace} logs {place.pod}{of_container}",
    )
