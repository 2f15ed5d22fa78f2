"""What the API server refuses for certain, and only the children show.

A child that is refused would be left behind while all others go ahead.
"""

from collections import Counter
from collections.abc import Iterator

from hooks.errors import Problem
from hooks.kube.objects import Obj, describe
from hooks.kube.pods import containers_of
from hooks.kube.workloads import pod_spec, template_of
from hooks.rules.runtime import MOUNT_PATH_TAKEN, VOLUME_MISSING, VOLUME_TAKEN


def problems_with(child: Obj) -> Iterator[Problem]:
    """Yield what the API server would refuse about a child; paths are those of the child."""
    if template_of(child):
        yield from _mounts(child)


def _mounts(child: Obj) -> Iterator[Problem]:
    pod = pod_spec(child)
    volumes = [volume.get("name") for volume in pod.get("volumes") or []]
    containers = containers_of(pod)
    mounts = [mount for each in containers for mount in each.get("volumeMounts") or []]
    where = describe(child)
    for name in _repeated(volumes):
        message = "is there twice; choose another name"
        yield Problem(f"volume {name} of {where}", message, VOLUME_TAKEN)
    for container in containers:
        paths = [mount.get("mountPath") for mount in container.get("volumeMounts") or []]
        for path in _repeated(paths):
            message = "is used twice; choose another directory"
            yield Problem(f"mount path {path} of {where}", message, MOUNT_PATH_TAKEN)
    mounted = {str(mount.get("name")) for mount in mounts}
    for name in sorted(mounted.difference(map(str, volumes))):
        message = "is mounted, but not there; take the mount out"
        yield Problem(f"volume {name} of {where}", message, VOLUME_MISSING)


def _repeated(values: list[object]) -> list[str]:
    texts = list(map(str, values))
    if len(set(texts)) == len(texts):
        return []
    return sorted(text for text, count in Counter(texts).items() if count > 1)
