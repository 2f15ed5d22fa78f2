"""What a user adds to the pods of the agents or of the k8sensors."""

from dataclasses import dataclass

from hooks.models.instana_agent import InstanaAgentSpec
from hooks.models.kubernetes import Opaque

AGENT_POD = "spec.agent.pod"
SENSOR_POD = "spec.k8s_sensor.deployment.pod"


@dataclass(frozen=True, slots=True)
class Additions:
    """Volumes, mounts and variables, and the field in which they are given."""

    path: str
    volumes: tuple[Opaque, ...]
    volume_mounts: tuple[Opaque, ...]
    env: tuple[Opaque, ...]


def of_agent(spec: InstanaAgentSpec) -> Additions:
    """Return the additions to the agent's pods."""
    pod = spec.agent.pod
    return Additions(AGENT_POD, pod.volumes, pod.volume_mounts, pod.env)


def of_sensor(spec: InstanaAgentSpec) -> Additions:
    """Return the additions to the k8sensor's pods."""
    pod = spec.k8s_sensor.deployment.pod
    return Additions(SENSOR_POD, pod.volumes, pod.volume_mounts, pod.env)
