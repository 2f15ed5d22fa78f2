"""Dynamic apply: a three-way merge of what is observed, what was applied last, what is desired."""

from typing import Any

import orjson

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj

MERGE_KEYS = ("containerPort", "port", "mountPath", "name", "uid", "ip", "path")
SYSTEM_FIELDS = (
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
)
ESCAPED_BY_GO = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def annotated(obj: Obj, applied: Obj) -> Obj:
    """Return the object with the annotation that says what was applied."""
    note = orjson.dumps(applied, option=orjson.OPT_SORT_KEYS).decode().translate(ESCAPED_BY_GO)
    metadata = obj["metadata"]
    annotations = {**(metadata.get("annotations") or {}), LAST_APPLIED: note}
    return {**obj, "metadata": {**metadata, "annotations": annotations}}


def updated(observed: Obj, desired: Obj) -> Obj:
    """Return the object as dynamic apply updates it: equal to what is observed if nothing is new.

    Fields of the system and the status stay as observed, whatever is desired.
    """
    desired = without_last_applied(desired)
    noted = (observed["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    result: Obj = merged(observed, orjson.loads(noted) if noted else {}, desired)
    metadata = _reverted(result["metadata"], observed["metadata"], SYSTEM_FIELDS)
    return annotated(_reverted({**result, "metadata": metadata}, observed, ("status",)), desired)


def without_last_applied(obj: Obj) -> Obj:
    annotations = obj["metadata"].get("annotations") or {}
    if LAST_APPLIED not in annotations:
        return obj
    kept = {name: text for name, text in annotations.items() if name != LAST_APPLIED}
    return {**obj, "metadata": {**obj["metadata"], "annotations": kept}}


def without_system_fields(obj: Obj) -> Obj:
    """Return what is desired of an object and nothing that only the server decides on."""
    metadata = _reverted(obj["metadata"], {}, SYSTEM_FIELDS)
    return _reverted({**obj, "metadata": metadata}, {}, ("status",))


def merged(observed: Any, last: Any, desired: Any) -> Any:
    """Return the observed value with what is desired, without what was applied and is no more."""
    if isinstance(observed, dict) and isinstance(desired, dict):
        return _merged_fields(observed, last if isinstance(last, dict) else {}, desired)
    if isinstance(observed, list) and isinstance(desired, list):
        last = last if isinstance(last, list) else []
        key = _common_key([*observed, *last, *desired])
        if key:
            lists = (observed, last, desired)
            by_key = [{str(item[key]): item for item in items} for items in lists]
            return list(_merged_fields(*by_key).values())
    return desired


def _merged_fields(observed: Obj, last: Obj, desired: Obj) -> Obj:
    kept = {name: value for name, value in observed.items() if name in desired or name not in last}
    wanted = {
        name: merged(observed.get(name), last.get(name), value) for name, value in desired.items()
    }
    return {**kept, **wanted}


def _common_key(items: list[Any]) -> str:
    if not items or not all(isinstance(item, dict) for item in items):
        return ""
    return next((key for key in MERGE_KEYS if all(key in item for item in items)), "")


def _reverted(obj: Obj, before: Obj, fields: tuple[str, ...]) -> Obj:
    kept = {name: value for name, value in obj.items() if name not in fields}
    return kept | {name: before[name] for name in fields if name in before}
