"""Mounts, variables and probes of a container."""

from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.kube.pod_validation.checks import (
    NOT_EMPTY,
    NOTHING,
    Check,
    Found,
    at_most,
    both,
    each,
    exactly_one,
    fields,
    must_have,
    one_of,
    problem,
    text,
)
from hooks.kube.pod_validation.names import (
    LARGEST_INT32,
    NO_WAY_UP,
    PORT,
    PORT_OR_NAME,
    RELATIVE,
    SHORT_NAME,
    VARIABLE,
)
from hooks.kube.pod_validation.references import (
    FIELD_OF_POD,
    RESOURCE_OF_CONTAINER,
    SOURCES_OF_VARIABLES,
    entry_of,
)

BIDIRECTIONAL: Final = "Bidirectional"
PROPAGATIONS: Final = ("None", "HostToContainer", BIDIRECTIONAL)
RECURSIVE: Final = ("Disabled", "IfPossible", "Enabled")


# Mounts.


def _recursive(mount: Obj) -> Found:
    """Find a mount that should be recursively read-only, but is not read-only itself."""
    if mount.get("recursiveReadOnly") not in RECURSIVE[1:]:
        return NOTHING
    if mount.get("readOnly") is not True:
        return problem("needs readOnly: true", ".recursiveReadOnly")
    is_propagated = mount.get("mountPropagation") not in (None, PROPAGATIONS[0])
    return (
        problem("needs mountPropagation: None", ".recursiveReadOnly") if is_propagated else NOTHING
    )


def _one_path(mount: Obj) -> Found:
    if not mount.get("subPath") or not mount.get("subPathExpr"):
        return NOTHING
    return problem("must not be set with subPath: remove one of them", ".subPathExpr")


def _mount(*propagations: str) -> Check:
    return fields(
        _recursive,
        _one_path,
        subPath=RELATIVE,
        subPathExpr=RELATIVE,
        mountPropagation=one_of(*propagations),
        recursiveReadOnly=one_of(*RECURSIVE),
    )


PRIVILEGED_MOUNTS: Final = each(_mount(*PROPAGATIONS))
MOUNTS: Final = each(_mount(*PROPAGATIONS[:2]))
"""For a container that is not privileged, which cannot propagate mounts to others."""


# Variables.

ONE_SOURCE: Final = fields(exactly_one(*SOURCES_OF_VARIABLES))
"""For a variable that takes its value from elsewhere."""
VARIABLES: Final = each(
    fields(
        valueFrom=fields(
            fieldRef=FIELD_OF_POD,
            resourceFieldRef=RESOURCE_OF_CONTAINER,
            configMapKeyRef=entry_of(),
            secretKeyRef=entry_of(),
            fileKeyRef=fields(
                key=both(NOT_EMPTY, VARIABLE),
                volumeName=both(NOT_EMPTY, SHORT_NAME),
                path=both(NOT_EMPTY, NO_WAY_UP),
            ),
        )
    )
)


def files(pod: Obj) -> Found:
    """Find variables from a file of a volume that is not an emptyDir; the object has both lists."""
    volumes = as_objects(pod.get("volumes"))
    empty = {volume.get("name") for volume in volumes if _is_empty(volume)}
    return [
        (f".env[{place}].valueFrom.fileKeyRef.volumeName", "must be a volume with an emptyDir")
        for place, variable in enumerate(as_objects(pod.get("env")))
        if (file := as_object(as_object(variable.get("valueFrom")).get("fileKeyRef")))
        and file.get("volumeName") not in empty
    ]


def _is_empty(volume: Obj) -> bool:
    """Return whether a volume is an emptyDir, which is also the default without a source."""
    sources = [name for name, part in volume.items() if part is not None and name != "name"]
    return isinstance(volume.get("name"), str) and sources in ([], ["emptyDir"])


# Probes.


def _is_header(name: Any) -> bool:
    return bool(name) and name.isascii() and name.replace("-", "a").isalnum()


_HEADER: Final = fields(
    name=text(_is_header, "must be the name of a header: letters, digits and '-'")
)
_NUMBER: Final = at_most(LARGEST_INT32)
PROBE: Final = fields(
    exec=fields(must_have("command"), command=each(fields(), least=1)),
    httpGet=fields(
        port=PORT_OR_NAME,
        scheme=one_of("HTTP", "HTTPS", or_empty=True),
        httpHeaders=each(_HEADER),
    ),
    tcpSocket=fields(port=PORT_OR_NAME),
    grpc=fields(port=PORT),
    initialDelaySeconds=_NUMBER,
    timeoutSeconds=_NUMBER,
    periodSeconds=_NUMBER,
    failureThreshold=_NUMBER,
    successThreshold=_NUMBER,
)
"""Other rules check the number of handlers, and negative numbers."""
