"""Claims that are made for a pod, and deleted with it."""

from typing import Final

from hooks.kube.objects import Obj, as_object
from hooks.kube.pod_validation.affinity import LABEL_SELECTOR
from hooks.kube.pod_validation.amounts import MORE_THAN_NOTHING
from hooks.kube.pod_validation.checks import (
    NOT_EMPTY,
    NOTHING,
    Found,
    each,
    entries,
    fields,
    must_have,
    one_of,
    problem,
)
from hooks.kube.pod_validation.names import (
    ANNOTATION_NAME,
    LABEL_NAME,
    LABEL_VALUE,
    OPTIONAL_NAME,
    OPTIONAL_SHORT_NAME,
)

STORAGE: Final = "storage"
CLAIM: Final = "PersistentVolumeClaim"
ONE_POD: Final = "ReadWriteOncePod"
MODES: Final = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", ONE_POD)


def _alone(modes: list[object]) -> Found:
    is_mixed = ONE_POD in modes and any(mode != ONE_POD for mode in modes)
    return problem(f"must not combine {ONE_POD} with other modes") if is_mixed else NOTHING


def _kind(source: Obj) -> Found:
    """Find a source in the core group that is not a claim."""
    if source.get("apiGroup") or source.get("kind") in (None, "", CLAIM):
        return NOTHING
    return problem(f"must be {CLAIM}, or have an apiGroup", ".kind")


def _same_source(spec: Obj) -> Found:
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if not isinstance(source, dict) or not isinstance(reference, dict):
        return NOTHING
    parts = ("apiGroup", "kind", "name")
    if reference.get("namespace"):
        return problem(
            "must not be set with a namespace in dataSourceRef: remove it", ".dataSource"
        )
    if all(source.get(part) == reference.get(part) for part in parts):
        return NOTHING
    return problem("must be the same as dataSourceRef: remove one of them", ".dataSource")


def _size(spec: Obj) -> Found:
    requests = as_object(as_object(spec.get("resources")).get("requests"))
    if requests.get(STORAGE) is None:
        return problem("is required", ".resources.requests.storage")
    return [
        (f".resources.requests.storage{place}", message)
        for place, message in MORE_THAN_NOTHING.find(requests[STORAGE])
    ]


_SOURCE: Final = {
    "apiGroup": OPTIONAL_NAME,
    "kind": NOT_EMPTY,
    "name": NOT_EMPTY,
}
CLAIM_SPEC: Final = fields(
    _size,
    _same_source,
    must_have("accessModes"),
    accessModes=each(one_of(*MODES), _alone, least=1),
    selector=LABEL_SELECTOR,
    storageClassName=OPTIONAL_NAME,
    volumeAttributesClassName=OPTIONAL_NAME,
    volumeMode=one_of("Filesystem", "Block"),
    dataSource=fields(_kind, **_SOURCE),
    dataSourceRef=fields(_kind, **_SOURCE, namespace=OPTIONAL_SHORT_NAME),
)
CLAIM_TEMPLATE: Final = fields(
    metadata=fields(labels=entries(LABEL_NAME, LABEL_VALUE), annotations=entries(ANNOTATION_NAME)),
    spec=CLAIM_SPEC,
)
