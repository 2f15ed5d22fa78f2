"""Hands the ownership of an object's fields over to Metacontroller.

Fields of a former manager would stay forever: server-side apply keeps what any other manager owns,
and dynamic apply removes only what it applied itself. So the record of the former manager becomes
Metacontroller's own record, in the form that its apply strategy reads. This changes no field.
"""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from hooks.kube.fields_v1 import union
from hooks.kube.managed_fields import LAST_APPLIED, last_applied, merge_key, owned_by
from hooks.kube.objects import Obj, as_object

Entry = Obj
IsFormer = Callable[[Entry], bool]

RESET: list[Obj] = [{}]
"""To the API server an empty list means "unchanged"; a list with one empty entry means none."""


class Strategy(StrEnum):
    """Metacontroller's `--apply-strategy`."""

    SERVER_SIDE_APPLY = "server-side-apply"
    DYNAMIC_APPLY = "dynamic-apply"


def handed_over(obj: Obj, is_former: IsFormer, strategy: Strategy, manager: str) -> Obj | None:
    """Return the changed metadata of the object, None if the former managers have no record.

    `is_former` selects the entries of `managedFields` that are handed over; `manager` is
    Metacontroller's field manager under server-side apply.
    """
    entries = obj["metadata"].get("managedFields") or []
    former = [
        entry
        for entry in entries
        if _is_of_object(entry) and _is_to_go(entry, is_former, strategy, manager)
    ]
    if not former:
        return None
    others = [entry for entry in entries if entry not in former]
    if strategy is Strategy.SERVER_SIDE_APPLY:
        return {"managedFields": _with_entry(others, former, manager)}
    return {
        "managedFields": others or RESET,
        "annotations": {LAST_APPLIED: _as_go_writes(_last_returned(obj, former))},
    }


def owned_labels(entry: Entry) -> Obj:
    """Return the entry's labels, each as `f:<name>`."""
    metadata = as_object(entry.get("fieldsV1")).get("f:metadata") or {}
    labels: Obj = metadata.get("f:labels") or {}
    return labels


def _is_of_object(entry: Any) -> bool:
    return isinstance(entry, dict) and not entry.get("subresource")


def _is_to_go(entry: Entry, is_former: IsFormer, strategy: Strategy, manager: str) -> bool:
    """Return whether the entry must go because the strategy does not read it.

    Dynamic apply does not even read Metacontroller's own entry, which is there after another
    strategy, or after a takeover that was given the wrong one.
    """
    if strategy is Strategy.SERVER_SIDE_APPLY:
        return is_former(entry) and not _applied_by(entry, manager)
    return is_former(entry) or _applied_by(entry, manager)


def _with_entry(others: list[Entry], former: list[Entry], manager: str) -> list[Entry]:
    """Return the entries, with everything that was owned in the single entry of the manager."""
    own = [other for other in others if _applied_by(other, manager)]
    fields = union(other.get("fieldsV1") for other in [*own, *former])
    entry = (own or former)[0] | {"manager": manager, "operation": "Apply", "fieldsV1": fields}
    return [entry, *(other for other in others if other not in own)]


def _applied_by(entry: Entry, manager: str) -> bool:
    is_apply = (entry.get("manager"), entry.get("operation")) == (manager, "Apply")
    return is_apply and _is_of_object(entry)


def _last_returned(obj: Obj, former: list[Entry]) -> Obj:
    """Return what Metacontroller must take for its last response: all of theirs, and its own."""
    applied = [entry | {"manager": "former", "operation": "Apply"} for entry in former]
    as_applied = obj | {"metadata": obj["metadata"] | {"managedFields": applied}}
    theirs = owned_by(as_applied, "former") or {}
    return merged(theirs, last_applied(obj, LAST_APPLIED) or {})


def merged(theirs: Obj, own: Obj) -> Obj:
    """Return both merged; where they differ, Metacontroller's own value wins."""
    both = {name: _merged(theirs[name], own[name]) for name in theirs.keys() & own.keys()}
    return {**theirs, **own, **both}


def _merged(theirs: Any, own: Any) -> Any:
    if isinstance(theirs, dict) and isinstance(own, dict):
        return merged(theirs, own)
    if isinstance(theirs, list) and isinstance(own, list):
        return _merged_lists(theirs, own)
    return own


def _merged_lists(theirs: list[Any], own: list[Any]) -> list[Any]:
    """Return the items of both lists by the key that dynamic apply merges them by."""
    key = merge_key([*theirs, *own])
    if key is None:
        return own
    by_key = {str(item[key]): item for item in own}
    own_places = set(by_key)
    for item in theirs:
        place = str(item[key])
        by_key[place] = merged(item, by_key[place]) if place in own_places else item
    return list(by_key.values())


def _as_go_writes(value: Obj) -> str:
    """Return the JSON as Metacontroller writes it into the annotation."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "&<>\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
