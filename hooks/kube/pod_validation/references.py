"""What volumes and variables read from the pod, its containers and other objects."""

import re
from typing import Any, Final

from hooks.kube.objects import Obj
from hooks.kube.pod_validation.checks import (
    NOT_EMPTY,
    NOTHING,
    Check,
    Find,
    Found,
    both,
    exactly_one,
    fields,
    meant,
    must_have,
    one_of,
    problem,
)
from hooks.kube.pod_validation.names import (
    ENTRY,
    LOCAL,
    MODE,
    REQUIRED_NAME,
    is_label_name,
)
from hooks.kube.quantities import InvalidQuantity, canonical_quantity, quantity_value

OF_ANY_PLACE: Final = ("metadata.name", "metadata.namespace", "metadata.uid")
OF_VARIABLES: Final = (
    *OF_ANY_PLACE, "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs",
    "status.podIP", "status.podIPs",
)  # fmt: skip
OF_FILES: Final = (*OF_ANY_PLACE, "metadata.labels", "metadata.annotations")
FORMER_NODE_NAME: Final = "spec.host"
"""Kubernetes reads it as spec.nodeName."""
ENTRY_OF_MAP: Final = re.compile(r"metadata\.(labels|annotations)\['(.*)'\]", re.DOTALL)

RESOURCES: Final = tuple(
    f"{side}.{name}"
    for side in ("limits", "requests")
    for name in ("cpu", "memory", "ephemeral-storage")
)
HUGE_PAGES: Final = ("limits.hugepages-", "requests.hugepages-")
OF_CPU: Final = ("1", "1m")
OF_BYTES: Final = (
    "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei",
)  # fmt: skip


def _field_path(allowed: tuple[str, ...], *, aliases: tuple[str, ...] = ()) -> Check:
    """Return the check of a path to a field of the pod."""
    further = "metadata.labels['name'] or metadata.annotations['name']"
    message = f"must be one of {', '.join(allowed)}, {further}"

    def find(value: Any) -> Found:
        if not isinstance(value, str) or value in allowed or value in aliases:
            return NOTHING
        if entry := ENTRY_OF_MAP.fullmatch(value):
            of, name = entry.groups()
            is_name = is_label_name(name.lower() if of == "annotations" else name)
            return NOTHING if is_name else problem(f"must have the name of one of the {of} in ['']")
        return problem(f"{message}{meant(value, allowed)}")

    written = "|".join(map(re.escape, (*allowed, *aliases)))
    return Check(find, {"pattern": rf"^({written}|{ENTRY_OF_MAP.pattern})$"})


def _field_ref(allowed: tuple[str, ...], *, aliases: tuple[str, ...] = ()) -> Check:
    path = _field_path(allowed, aliases=aliases)
    return fields(apiVersion=one_of("v1", or_empty=True), fieldPath=path)


def _resource(value: Any) -> Found:
    if not isinstance(value, str) or value in RESOURCES or value.startswith(HUGE_PAGES):
        return NOTHING
    listed = ", ".join(RESOURCES)
    return problem(f"must be one of {listed}, or huge pages{meant(value, RESOURCES)}")


RESOURCE: Final = Check(
    _resource,
    {"pattern": r"^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.*)$"},
)


def _divisor(selector: Obj) -> Found:
    """Find a divisor that the resource does not allow; no divisor, and 0, mean 1."""
    divisor, resource = selector.get("divisor"), selector.get("resource")
    allowed = OF_CPU if resource in ("limits.cpu", "requests.cpu") else OF_BYTES
    if divisor is None or not isinstance(resource, str):
        return NOTHING
    try:
        if quantity_value(divisor) == 0 or canonical_quantity(divisor) in allowed:
            return NOTHING
    except InvalidQuantity:
        return problem('is not a Kubernetes quantity such as "1m" or "1Mi"', ".divisor")
    return problem(f"must be one of {', '.join(allowed)}", ".divisor")


def _resource_ref(*of_all: Find, **of_fields: Check) -> Check:
    return fields(_divisor, *of_all, resource=RESOURCE, **of_fields)


def entry_of(check: Check = REQUIRED_NAME) -> Check:
    """Return the check of a reference to an entry of an object."""
    return fields(must_have("name"), name=check, key=both(NOT_EMPTY, ENTRY))


SOURCES_OF_VARIABLES: Final = (
    "fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef",
)  # fmt: skip
FIELD_OF_POD: Final = _field_ref(OF_VARIABLES, aliases=(FORMER_NODE_NAME,))
RESOURCE_OF_CONTAINER: Final = _resource_ref()

FILE: Final = fields(key=NOT_EMPTY, path=both(NOT_EMPTY, LOCAL), mode=MODE)
"""Of a Secret or ConfigMap, mounted in a volume."""

FILE_OF_POD: Final = fields(
    exactly_one("fieldRef", "resourceFieldRef"),
    path=both(NOT_EMPTY, LOCAL),
    mode=MODE,
    fieldRef=_field_ref(OF_FILES),
    resourceFieldRef=_resource_ref(must_have("containerName"), containerName=NOT_EMPTY),
)
"""What the downward API writes into a volume."""
