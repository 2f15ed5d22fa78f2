"""The part of an observed object that is ours: what we returned last, or what a manager applied.

Two records show it: the annotation that Metacontroller's dynamic apply writes, and the API server's
`metadata.managedFields`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from hooks.kube.fields_v1 import owned, parsed, union
from hooks.kube.objects import Obj, as_object, as_objects

LAST_APPLIED = "metacontroller.k8s.io/last-applied-configuration"

NESTED = (dict, list)
MERGE_KEYS = ("containerPort", "port", "mountPath", "name", "uid", "ip", "path")
"""Keys by which Metacontroller's dynamic apply merges lists, in the order in which it tries
them."""

MOST_ENTRIES = 16
"""Entries of one manager: the API server keeps one for each version that the manager applied."""

IDENTITY_ONLY: Obj = {".": {}}
"""The fields of a manager that applied an object and owns none of its fields."""

_NOT_OURS = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)


def projection(obj: Obj, managers: Sequence[str], *, labels: Iterable[str] = ()) -> Obj:
    """Return what we own of an observed object: returning it as a child changes nothing.

    The paths are those that we returned last, if the object has the annotation. Otherwise they are
    those that the first of the `managers` with any applied fields has applied; without one, only
    the object's identity. The values are the observed ones, so that no manual change is reverted.
    The named `labels` are those by which Metacontroller selects children: they are copied from the
    object if it has them.
    """
    last = last_applied(obj, LAST_APPLIED)
    applied = (owned_by(obj, manager) for manager in managers)
    if last is not None:
        ours = _observed_at(obj, last)
    else:
        ours = next((part for part in applied if part is not None), {})
    part = _child(obj, ours)
    observed_labels = as_object(_metadata(obj).get("labels"))
    selected = {name: observed_labels[name] for name in labels if name in observed_labels}
    if not selected:
        return part
    metadata = part["metadata"]
    all_labels = {**as_object(metadata.get("labels")), **selected}
    return {**part, "metadata": {**metadata, "labels": all_labels}}


def last_applied(obj: Obj, annotation_key: str) -> Obj | None:
    """Return the object in the annotation, as it was returned last; None if there is none."""
    text = as_object(_metadata(obj).get("annotations")).get(annotation_key)
    applied = parsed(text) if isinstance(text, str) else None
    return applied if isinstance(applied, dict) else None


def _observed_at(observed: Any, applied: Any) -> Any:
    """Return the observed value at the paths of the applied value."""
    if isinstance(observed, dict) and isinstance(applied, dict):
        return {
            name: _observed_at(observed[name], part)
            for name, part in applied.items()
            if name in observed
        }
    if isinstance(observed, list) and isinstance(applied, list):
        key = merge_key([*observed, *applied])
        if key:
            parts = {str(item[key]): item for item in applied}
            return [
                _observed_at(item, parts[str(item[key])])
                for item in observed
                if str(item[key]) in parts
            ]
    return observed


def merge_key(items: list[Any]) -> str | None:
    """Return the key by which dynamic apply merges a list; None if it replaces the list."""
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    first, *others = items
    keys = (key for key in MERGE_KEYS if key in first)
    return next((key for key in keys if all(key in item for item in others)), None)


def in_order_of_keys(value: Any) -> Any:
    """Return the value with each list that dynamic apply merges sorted by its keys.

    Such a list keeps its order whatever is returned, so its order is not a difference.
    """
    if isinstance(value, dict):
        return {
            name: in_order_of_keys(part) if isinstance(part, NESTED) else part
            for name, part in value.items()
        }
    if isinstance(value, list):
        key = merge_key(value)
        items = sorted(value, key=lambda item: str(item[key])) if key else value
        return [in_order_of_keys(item) for item in items]
    return value


def owned_by(obj: Obj, manager: str) -> Obj | None:
    """Return the part of the object that the manager owns through server-side apply.

    It includes the object's identity, but not its status, nor metadata that the server or others
    maintain. None if the manager has applied nothing. Fields that cannot be read, or that the
    object no longer has, are left out.
    """
    applied = [entry.get("fieldsV1") for entry in _entries(obj, manager) if _is_apply(entry)]
    if not applied:
        return None
    return _child(obj, owned(obj, union([IDENTITY_ONLY, *applied[:MOST_ENTRIES]])))


def has_applied(obj: Obj, manager: str) -> bool:
    """Return whether the manager owns fields of the object through server-side apply."""
    return any(map(_is_apply, _entries(obj, manager)))


def owners_applied(obj: Obj, manager: str) -> frozenset[str]:
    """Return the UIDs of the owners that the manager gave the object through server-side apply."""
    applied = [entry.get("fieldsV1") for entry in _entries(obj, manager) if _is_apply(entry)]
    metadata = [as_object(as_object(fields).get("f:metadata")) for fields in applied[:MOST_ENTRIES]]
    owners = [as_object(part.get("f:ownerReferences")) for part in metadata]
    keys = (parsed(key[2:]) for references in owners for key in references if key.startswith("k:"))
    uids = (key.get("uid") for key in keys if isinstance(key, dict))
    return frozenset(uid for uid in uids if isinstance(uid, str))


def applied_at(obj: Obj, manager: str) -> str:
    """Return when the manager last applied the object, in RFC 3339; empty if it never did."""
    return max((_time(entry) for entry in _entries(obj, manager) if _is_apply(entry)), default="")


def written_at(obj: Obj, manager: str) -> str:
    """Return when the manager last wrote the object in any way, in RFC 3339; empty if never."""
    return max(map(_time, _entries(obj, manager)), default="")


def last_written(obj: Obj) -> str:
    """Return when the object itself was last written, in RFC 3339; empty if unknown.

    Writes of its status do not count.
    """
    entries = as_objects(_metadata(obj).get("managedFields"))
    return max((_time(entry) for entry in entries if not entry.get("subresource")), default="")


def status_written(obj: Obj) -> str:
    """Return when the object's status was last written, in RFC 3339; empty if unknown."""
    entries = as_objects(_metadata(obj).get("managedFields"))
    return max(
        (_time(entry) for entry in entries if entry.get("subresource") == "status"), default=""
    )


def written_part(obj: Obj, *path: str) -> str:
    """Return when a field was last written by a manager that owns it or a part of it.

    In RFC 3339; empty if unknown. The actual time may be earlier: the API server records one time
    for everything that a manager wrote in the same way.
    """
    entries = as_objects(_metadata(obj).get("managedFields"))
    writes = [entry for entry in entries if not entry.get("subresource") and _owns(entry, path)]
    return max(map(_time, writes), default="")


def _owns(entry: Obj, path: tuple[str, ...]) -> bool:
    fields: Any = entry.get("fieldsV1")
    for name in path:
        fields = as_object(fields).get(f"f:{name}")
    return fields is not None


def _entries(obj: Obj, manager: str) -> list[Obj]:
    """Return the manager's entries for the object itself, not for its status."""
    return [
        entry
        for entry in as_objects(_metadata(obj).get("managedFields"))
        if entry.get("manager") == manager and not entry.get("subresource")
    ]


def _is_apply(entry: Obj) -> bool:
    return entry.get("operation") == "Apply"


def _time(entry: Obj) -> str:
    time = entry.get("time")
    return time if isinstance(time, str) else ""


def _child(obj: Obj, part: Obj) -> Obj:
    """Return the part of the object with the object's identity and without what is not ours."""
    metadata = {name: value for name, value in _metadata(part).items() if name not in _NOT_OURS}
    annotations = as_object(metadata.pop("annotations", None))
    annotations = {name: text for name, text in annotations.items() if name != LAST_APPLIED}
    if annotations:
        metadata["annotations"] = annotations
    observed = _metadata(obj)
    place = {name: observed[name] for name in ("name", "namespace") if name in observed}
    kind: Obj = {name: obj[name] for name in ("apiVersion", "kind") if name in obj}
    rest = {name: value for name, value in part.items() if name != "status"}
    return {**rest, **kind, "metadata": {**metadata, **place}}


def _metadata(obj: Obj) -> Obj:
    return as_object(obj.get("metadata"))
