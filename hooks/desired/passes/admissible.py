"""Problems that only the built children show; the API server is sure to refuse most of them.

A child that is refused would be left behind while all others go ahead.
"""

from collections import Counter
from collections.abc import Iterator

from hooks import labels
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.unresolved import exists
from hooks.errors import InternalError, InvalidResource, Problem
from hooks.kube.objects import Obj, describe, identity, labels_of
from hooks.kube.pods import containers_of, named_by
from hooks.kube.workloads import WORKLOADS, pod_spec
from hooks.rules.answer_size import ANSWER_SIZE, MOST_BYTES
from hooks.rules.reserved import KINDS, NAMES, is_reserved
from hooks.rules.runtime import (
    CHILD_REPEATED,
    MOUNT_PATH_TAKEN,
    OBJECT_OVERWRITTEN,
    OF_INSTALLATION,
    VOLUME_MISSING,
    VOLUME_TAKEN,
)
from hooks.rules.table import BY_IDENTIFIER
from hooks.wire import encode


def checked(context: Context, children: list[Obj]) -> list[Obj]:
    """Return the children unchanged.

    Raises InvalidResource for every problem that the resource causes, and InternalError for a child
    without the labels that the resource selects its children by.
    """
    workloads = [child for child in children if child["kind"] in WORKLOADS]
    problems = [
        *_twice(children),
        *_the_users(context, children),
        *_of_installation(context, children),
        *_too_large(children),
        *(problem for workload in workloads for problem in _mounts(workload)),
    ]
    if problems:
        raise InvalidResource(tuple(problems))
    for child in children:
        if labels_of(child).get(labels.MANAGED_BY) != labels.OPERATOR:
            msg = "a child lacks the labels that the resource selects by"
            raise InternalError(msg).within(child=describe(child))
    return children


def _too_large(children: list[Obj]) -> Iterator[Problem]:
    """More than this nobody could carry out: zones of nodes and namespaces are in no resource."""
    left = MOST_BYTES
    for child in children:
        left -= len(encode(child))
        if left < 0:
            yield Problem("spec", BY_IDENTIFIER[ANSWER_SIZE].message, ANSWER_SIZE)
            return


def _twice(children: list[Obj]) -> Iterator[Problem]:
    """Two children of one name would overwrite each other without a word from Metacontroller."""
    by_place = {identity(child): child for child in children}
    if len(by_place) == len(children):
        return
    for place, count in Counter(map(identity, children)).items():
        if count > 1:
            child = by_place[place]
            account = child["kind"] == "ServiceAccount"
            path = "spec.serviceAccount.name" if account else "metadata.name"
            message = f"would create {describe(child)} twice: choose another name"
            yield Problem(path, message, CHILD_REPEATED)


def _the_users(context: Context, children: list[Obj]) -> Iterator[Problem]:
    """An object of the user's that has the name of a child would be written over."""
    ours = {(child["kind"], child["metadata"]["name"]) for child in children}
    for reference in context.references:
        kind, name = reference.kind, reference.name
        is_child = context.observed(f"{kind}.v1", name) is not None
        if (kind, name) in ours and not is_child and exists(context, reference):
            message = f"is the name of a {kind} that is made from this resource: choose another one"
            yield Problem(reference.path, message, OBJECT_OVERWRITTEN)


def _of_installation(context: Context, children: list[Obj]) -> Iterator[Problem]:
    """Beside the service, nobody's children have the names of its objects, and no pod uses them."""
    if context.agent.namespace != context.facts.installation_namespace:
        return
    names = {*NAMES, *context.facts.installation_secrets}
    for child in children:
        if child["kind"] in KINDS and is_reserved(child["metadata"]["name"], names):
            message = (
                f"would create {describe(child)}, which belongs to the installation of this service"
            )
            yield Problem("metadata.name", f"{message}: choose another name", OF_INSTALLATION)
    for kind, name in sorted({named for child in children for named in named_by(pod_spec(child))}):
        if is_reserved(name, names):
            message = f"makes pods use {kind} {name} of the installation of this service"
            yield Problem("spec", f"{message}: use another one", OF_INSTALLATION)


def _mounts(workload: Obj) -> Iterator[Problem]:
    """Volumes and mounts of a pod; the paths are those of the child."""
    pod = pod_spec(workload)
    volumes = [volume.get("name") for volume in pod.get("volumes") or []]
    containers = containers_of(pod)
    mounts = [mount for container in containers for mount in container.get("volumeMounts") or []]
    where = describe(workload)
    for name in _repeated(volumes):
        message = "is listed twice: choose another name"
        yield Problem(f"volume {name} of {where}", message, VOLUME_TAKEN)
    for container in containers:
        paths = [mount.get("mountPath") for mount in container.get("volumeMounts") or []]
        for path in _repeated(paths):
            message = "is used twice: choose another directory"
            yield Problem(f"mount path {path} of {where}", message, MOUNT_PATH_TAKEN)
    mounted = {str(mount.get("name")) for mount in mounts}
    for name in sorted(mounted.difference(map(str, volumes))):
        message = "is mounted but does not exist: remove the mount"
        yield Problem(f"volume {name} of {where}", message, VOLUME_MISSING)


def _repeated(values: list[object]) -> list[str]:
    texts = list(map(str, values))
    if len(set(texts)) == len(texts):
        return []
    return sorted(text for text, count in Counter(texts).items() if count > 1)
