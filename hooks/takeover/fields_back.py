"""Gives the ownership of an object's fields back to the managers that had it before a takeover.

What Metacontroller has written since belongs to the manager that applied the object before: its
next apply removes what it does not have itself. Otherwise these values would stay forever.

Of an object without any entry the API server does not track who updates it, so after dynamic apply
the annotation with what Metacontroller applied counts too.
"""

from collections.abc import Collection
from itertools import chain
from typing import Any, Final, TypeAlias

from hooks.kube.fields_v1 import union
from hooks.kube.managed_fields import LAST_APPLIED, last_applied
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.labels import OPERATOR
from hooks.takeover.field_ownership import RESET, Entry
from hooks.takeover.kept_parts import MAPS

METACONTROLLER: Final = "metacontroller"
"""Its field manager under dynamic apply, and by default under server-side apply."""

Key: TypeAlias = tuple[str, str, str]


def given_back(
    obj: Obj, former: list[Entry], managers: Collection[str] = (METACONTROLLER,)
) -> list[Entry] | None:
    """Return the entries of `managedFields` as they must be, None if they already are.

    `former` are the entries from before the takeover, `managers` the names of Metacontroller.
    """
    entries = as_objects(obj["metadata"].get("managedFields"))
    ours = {*managers} - {OPERATOR}
    before = [entry for entry in former if not _is_by(entry, ours)]
    written = [entry for entry in entries if _is_by(entry, ours)]
    others = [entry for entry in entries if entry not in written]
    missing = [entry for entry in before if _key(entry) not in map(_key, others)]
    if not written and not missing:
        return None
    restored = [*missing, *others]
    if heir := _heir(restored, missing):
        fields = heir | {"fieldsV1": _united(obj, heir.get("fieldsV1"), written)}
        restored = [fields if entry is heir else entry for entry in restored]
    return restored or RESET


def as_operators(obj: Obj, managers: Collection[str] = (METACONTROLLER,)) -> list[Entry] | None:
    """Return the entries with everything that Metacontroller owns given to the Go operator."""
    entries = as_objects(obj["metadata"].get("managedFields"))
    written = next((entry for entry in entries if _is_by(entry, managers)), None)
    if written is None or OPERATOR in managers:
        return None
    empty = written | {"manager": OPERATOR, "operation": "Apply", "fieldsV1": {}}
    return given_back(obj, [empty], managers)


def _heir(entries: list[Entry], missing: list[Entry]) -> Entry | None:
    """Return the entry that gets what Metacontroller has written: that of who applied before."""
    applied = [entry for entry in entries if _is_apply(entry)]
    of_operator = (entry for entry in applied if entry.get("manager") == OPERATOR)
    restored = (entry for entry in applied if entry in missing)
    return next(chain(of_operator, restored), None)


def _united(obj: Obj, present: Any, written: list[Entry]) -> Obj:
    """Return the fields of an entry with the written ones, by entries or else by annotation."""
    tracked = [entry.get("fieldsV1") for entry in written]
    return union([present, *(tracked or [_beside(_last_applied_fields(obj), present)])])


def _beside(fields: Any, present: Any) -> Obj:
    """Return the fields that are not there, nor within a part that is owned as a whole."""
    known = as_object(present)
    parts = {
        name: _beside(finer, known[name]) if known.get(name) else finer
        for name, finer in as_object(fields).items()
        if known.get(name) != {}
    }
    return {name: part for name, part in parts.items() if part or name not in known}


def _last_applied_fields(obj: Obj) -> Obj:
    """Return the fields of what Metacontroller applied last, by the annotation on the object.

    Without the items of lists: only a schema knows what identifies them. Workloads, which have most
    of them, always have entries, by the controllers of Kubernetes.
    """
    last = last_applied(obj, LAST_APPLIED) or {}
    parts = {name: part for name, part in last.items() if name not in ("apiVersion", "kind")}
    metadata = as_object(parts.pop("metadata", {}))
    kept = {name: metadata[name] for name in MAPS if metadata.get(name)}
    return _fields({**parts, **({"metadata": kept} if kept else {})})


def _fields(part: Obj) -> Obj:
    """Return the fields of a part; one with nothing but lists in it is not owned as a whole."""
    nested = {name: _fields(value) for name, value in part.items() if isinstance(value, dict)}
    return {
        f"f:{name}": nested.get(name, {})
        for name, value in part.items()
        if not isinstance(value, list)
        and (nested.get(name) or not isinstance(value, dict) or not value)
    }


def _is_by(entry: Entry, managers: Collection[str]) -> bool:
    return entry.get("manager") in managers and not entry.get("subresource")


def _is_apply(entry: Entry) -> bool:
    return entry.get("operation") == "Apply" and not entry.get("subresource")


def _key(entry: Entry) -> Key:
    return (
        str(entry.get("manager")),
        str(entry.get("operation")),
        str(entry.get("subresource", "")),
    )
