"""FieldsV1: the fields of an object that a manager owns, as in `metadata.managedFields`.

Described in k8s.io/apimachinery `meta/v1` and sigs.k8s.io/structured-merge-diff `fieldpath`:
`f:<name>` is a field, `k:<json>` an item of a list by its key fields, `v:<json>` an item by its
value, `i:<n>` an item by its index. `.` is the part itself, and `{}` means that the part is owned
as a whole. A set that cannot be read owns nothing.
"""

import json
import re
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from hooks.kube.objects import Obj

MISSING: Any = object()
"""The part does not exist."""

MOST_KEYS: Final = 8
"""How many different sets of key fields may identify the items of one list."""

BY_ONE_KEY: Final = re.compile(r'k:\{"([A-Za-z]+)":"[^"\\]*"\}')
"""An item of a list by one key field, whose text JSON writes as it is: mostly its name."""

_Index: TypeAlias = dict[tuple[str, ...], dict[tuple[Hashable, ...], tuple[Obj, Any]]]
"""By the names of key fields, and their values: the key, and the owned fields of its item."""


def union(sets: Iterable[Any]) -> Obj:
    """Return the union of sets of fields; a value that is not a set adds nothing.

    The result is that of `Set.Union` in structured-merge-diff: if one set has a field itself and
    another has fields within it, the field becomes `.` next to those. The union does not own the
    other fields within it, which may belong to another manager.
    """
    united: Obj = {}
    for fields in sets:
        if isinstance(fields, dict) and fields:
            united = _united(united, fields) if united else fields
    return united


def _united(one: Any, other: Any) -> Any:
    """Return the union of two parts of sets; `{}` is the field itself."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one if isinstance(one, dict) else other
    if not one or not other:
        return {".": {}, **one, **other} if one or other else {}
    both = {name: _united(one[name], other[name]) for name in one.keys() & other.keys()}
    return {**one, **other, **both}


def owned(value: Any, fields: Any) -> Any:
    """Return the owned part of a value, MISSING if none of it is owned."""
    if not isinstance(fields, dict):
        return MISSING
    if not fields:
        return value
    part: Any = MISSING
    if isinstance(value, dict):
        part = dict(_owned_fields(value, fields))
    elif isinstance(value, list):
        part = list(_owned_items(value, fields))
    if "." in fields:
        return value if part is MISSING else part
    return part or MISSING


def _owned_fields(value: Obj, fields: Obj) -> Iterator[tuple[str, Any]]:
    for path, finer in fields.items():
        name = path[2:]
        if not path.startswith("f:") or name not in value:
            continue
        part = value[name] if finer == {} else owned(value[name], finer)
        if part is not MISSING:
            yield name, part


def _owned_items(items: list[Any], fields: Obj) -> Iterator[Any]:
    """Yield the owned parts of the list's owned items, in the list's order."""
    key = _only_key(fields)
    return _owned_by_text(items, key, fields) if key else _owned_by_path(items, fields)


def _only_key(fields: Obj) -> str:
    """Return the key field by which all items are named, if there is one, and nothing else."""
    found = [BY_ONE_KEY.fullmatch(path) for path in fields]
    names = {match[1] if match else "" for match in found}
    return names.pop() if len(names) == 1 else ""


def _owned_by_text(items: list[Any], key: str, fields: Obj) -> Iterator[Any]:
    """Yield what `_owned_by_path` does, without reading any path."""
    for item in items:
        text = item.get(key) if isinstance(item, dict) else None
        finer = fields.get(f'k:{{"{key}":"{text}"}}', MISSING) if isinstance(text, str) else MISSING
        if finer is not MISSING:
            yield _with_key(owned(item, finer), {key: text})


def _owned_by_path(items: list[Any], fields: Obj) -> Iterator[Any]:
    keys = _index(fields)
    values = {_comparable(parsed(path[2:])) for path in fields if path.startswith("v:")}
    has_places = any(path.startswith("i:") for path in fields)
    for place, item in enumerate(items):
        if values and _comparable(item) in values:
            yield item
            continue
        part = owned(item, fields.get(f"i:{place}")) if has_places else MISSING
        if part is MISSING:
            part = _owned_by_key(item, keys)
        if part is not MISSING:
            yield part


def _index(fields: Obj) -> _Index:
    """Return the owned items of a list by the names and values of their key fields.

    This makes finding an item equally fast in a list of any length. A list has one or two sets of
    key fields: the API server does not record many more of them.
    """
    index: _Index = {}
    for path, finer in fields.items():
        key = parsed(path[2:]) if path.startswith("k:") else MISSING
        if isinstance(key, dict) and key and (tuple(key) in index or len(index) < MOST_KEYS):
            index.setdefault(tuple(key), {}).setdefault(_values(key, key), (key, finer))
    return index


def _owned_by_key(item: Any, keys: _Index) -> Any:
    """Return the owned part of an item that is found by its key fields, and at least one of these.

    Key fields that the manager does not own are defaults (`protocol: TCP`), which it did not apply.
    """
    if not isinstance(item, dict):
        return MISSING
    for names, known in keys.items():
        found = known.get(_values(item, names)) if all(name in item for name in names) else None
        if found is None:
            continue
        key, finer = found
        return _with_key(owned(item, finer), key)
    return MISSING


def _with_key(part: Any, key: Obj) -> Any:
    """Return the owned part of an item with at least one of its key fields."""
    if part is MISSING:
        return key
    return part if any(name in part for name in key) else {**key, **part}


def _values(item: Obj, names: Iterable[str]) -> tuple[Hashable, ...]:
    return tuple([_comparable(item[name]) for name in names])


def _comparable(value: Any) -> Hashable:
    """Return a key that is equal for values that JSON considers equal: true is not 1."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return "JSON", json.dumps(value, sort_keys=True)
    return isinstance(value, bool), value


def parsed(text: str) -> Any:
    """Return the value of the JSON, MISSING if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return MISSING
