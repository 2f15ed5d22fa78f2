"""Parts of an observed workload that stay as they are while what they refer to is not there.

An agent that runs is not lost to a Secret that is missing: the volume that the Secret is for
keeps its observed form, while everything else follows the resource.
"""

from dataclasses import dataclass

from hooks.contract import DAEMON_SET, DEPLOYMENT
from hooks.desired.inputs.context import Context
from hooks.kube.objects import Obj, named
from hooks.kube.workloads import container, pod_spec


@dataclass(frozen=True, slots=True)
class Mounted:
    """A volume and its mount in the container."""

    volume: Obj
    mount: Obj


def is_running(context: Context) -> bool:
    """Tell whether there are workloads of the resource already."""
    return bool(context.children.all_of(DAEMON_SET) or context.children.all_of(DEPLOYMENT))


def held_mounts(workload: Obj, container_name: str, volume_name: str) -> tuple[Mounted, ...]:
    """Return the volume of an observed workload with its mount, as they are observed."""
    volume = named(pod_spec(workload).get("volumes") or [], volume_name)
    mount = named(container(workload, container_name).get("volumeMounts") or [], volume_name)
    return (Mounted(volume, mount),) if volume and mount else ()


def unless_held(
    workload: Obj | None,
    container_name: str,
    volume_name: str,
    *,
    ready: bool,
    desired: tuple[Mounted, ...],
) -> tuple[Mounted, ...]:
    """Return the desired mounts, or the observed ones where a running workload would lose out.

    `ready` tells whether what the desired ones refer to is there. A workload that does not exist
    yet has nothing to lose: its pods wait for the Secret.
    """
    if ready or workload is None:
        return desired
    return held_mounts(workload, container_name, volume_name)
