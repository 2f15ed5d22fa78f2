"""What no object of the API server contains: types that it never stores, and texts that are null.

Requests contain objects that the API server has checked. They are checked here only if one of them
caused an error, to tell a caller's bug from a bug in this service.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hooks.kube.kinds import ANY, NOTHING, STRINGS, TYPES, field_of, items_of, structure_of
from hooks.kube.objects import Obj
from hooks.kube.patch_problems import PatchProblem, patch_problems, path_below

TEXT: Final[Obj] = {"type": "string"}
NULLABLE: Final = "nullable"
TIME: Final[Obj] = TEXT | {NULLABLE: True}
"""The only text that the API server writes as null if it is empty."""
NUMBER: Final[Obj] = {"type": "integer"}
FLAG: Final[Obj] = {"type": "boolean"}
OBJECT: Final[Obj] = {"type": "object", "additionalProperties": {"type": ANY}}


def _object(**properties: Obj) -> Obj:
    return OBJECT | {"properties": properties}


def _list(items: Obj) -> Obj:
    return {"type": "array", "items": items}


METADATA: Final = _object(
    annotations=STRINGS,
    creationTimestamp=TIME,
    deletionTimestamp=TIME,
    finalizers=_list(TEXT),
    generation=NUMBER,
    labels=STRINGS,
    managedFields=_list(
        _object(fieldsV1=OBJECT, manager=TEXT, operation=TEXT, subresource=TEXT, time=TIME)
    ),
    name=TEXT,
    namespace=TEXT,
    ownerReferences=_list(
        _object(apiVersion=TEXT, controller=FLAG, kind=TEXT, name=TEXT, uid=TEXT)
    ),
    uid=TEXT,
)
CONDITIONS: Final = _list(_object(message=TEXT, reason=TEXT, status=TEXT, type=TEXT))
STATE: Final = _object(
    running=OBJECT,
    terminated=_object(exitCode=NUMBER, finishedAt=TIME, message=TEXT, reason=TEXT),
    waiting=_object(message=TEXT, reason=TEXT),
)
CONTAINER_STATUSES: Final = _list(
    _object(lastState=STATE, name=TEXT, ready=FLAG, restartCount=NUMBER, state=STATE)
)
SELECTOR: Final = _object(matchExpressions=_list(_object()), matchLabels=STRINGS)
COUNTS: Final = (
    "availableReplicas currentNumberScheduled desiredNumberScheduled numberAvailable numberReady "
    "numberUnavailable observedGeneration readyReplicas replicas updatedNumberScheduled "
    "updatedReplicas unavailableReplicas"
)
STATUS: Final = _object(
    conditions=CONDITIONS,
    containerStatuses=CONTAINER_STATUSES,
    initContainerStatuses=CONTAINER_STATUSES,
    message=TEXT,
    phase=TEXT,
    reason=TEXT,
    startTime=TIME,
    **dict.fromkeys(COUNTS.split(), NUMBER),
)
POD: Final = _object(
    containers=_list(_object(image=TEXT, name=TEXT)), nodeName=TEXT, volumes=_list(_object())
)
SPECS: Final[Mapping[str, Obj]] = {
    "Pod": POD,
    "PersistentVolumeClaim": _object(accessModes=_list(TEXT), resources=_object(requests=OBJECT)),
    "PodDisruptionBudget": _object(selector=SELECTOR),
}
ANY_KIND: Final = _object(
    apiVersion=TEXT,
    binaryData=STRINGS,
    data=STRINGS,
    endpoints=_list(_object(addresses=_list(TEXT), conditions=_object(ready=FLAG))),
    kind=TEXT,
    metadata=METADATA,
    ports=_list(_object(name=TEXT, port=NUMBER)),
    roleRef=_object(kind=TEXT, name=TEXT),
    spec=_object(),
    status=STATUS,
    subjects=_list(_object(kind=TEXT, name=TEXT, namespace=TEXT)),
    type=TEXT,
)


def impossible_parts(obj: Any) -> Iterator[str]:
    """Yield the paths of parts whose type the API server never stores."""
    yield from _impossible(obj, ANY_KIND)
    kind = obj.get("kind") if isinstance(obj, dict) else None
    if isinstance(kind, str):
        yield from _impossible(obj.get("spec"), SPECS.get(kind, OBJECT), ".spec")
        if kind in TYPES:
            yield from _of_another_type(obj, structure_of(kind))


def _impossible(value: Any, structure: Obj, path: str = "") -> Iterator[str]:
    yield from _of_another_type(value, structure, path)
    yield from _null_texts(value, structure, path)


def _of_another_type(value: Any, structure: Obj, path: str = "") -> Iterator[str]:
    for where, problem in patch_problems(value, structure, path):
        if problem is PatchProblem.TYPE:
            yield where


def _null_texts(value: Any, structure: Obj, path: str) -> Iterator[str]:
    """Yield where null is in place of a text: the API server stores an empty text instead.

    An object or a list that is null counts as missing, as everywhere in Kubernetes.
    """
    if value is None and structure.get("type") == "string" and not structure.get(NULLABLE):
        yield path
    elif isinstance(value, dict) and structure:
        for name, part in value.items():
            below = path_below(path, name, structure)
            yield from _null_texts(part, field_of(structure, name) or NOTHING, below)
    elif isinstance(value, list) and structure:
        for place, item in enumerate(value):
            yield from _null_texts(item, items_of(structure), f"{path}[{place}]")
