"""Metacontroller's dynamic apply in a few lines: what it would write over an observed object.

A three-way merge of what is observed, what was returned last and what is returned now
(`pkg/dynamic/apply` of Metacontroller 4.17). Equal to the observed object means: no write.
"""

from typing import Any

MERGE_KEYS = ("containerPort", "port", "mountPath", "name", "uid", "ip", "path")


def merged(observed: Any, last_applied: Any, desired: Any) -> Any:
    """Return what Metacontroller would store."""
    if isinstance(observed, dict):
        return merged_objects(observed, last_applied or {}, desired or {})
    if isinstance(observed, list):
        return merged_lists(observed, last_applied or [], desired or [])
    return desired


def merged_objects(
    observed: dict[str, Any], last_applied: dict[str, Any], desired: dict[str, Any]
) -> dict[str, Any]:
    """Return the observed fields, less those returned last and no more, with those desired."""
    given_up = last_applied.keys() - desired.keys()
    kept = {name: value for name, value in observed.items() if name not in given_up}
    wanted = {
        name: merged(observed.get(name), last_applied.get(name), value)
        for name, value in desired.items()
    }
    return {**kept, **wanted}


def merged_lists(observed: list[Any], last_applied: list[Any], desired: list[Any]) -> list[Any]:
    """Return the desired list, or a merge by the key that all items of all three have."""
    key = merge_key([*observed, *last_applied, *desired])
    if key is None:
        return desired
    by_key = merged_objects(
        items_by(key, observed), items_by(key, last_applied), items_by(key, desired)
    )
    places = [str(item[key]) for item in observed if str(item[key]) in by_key]
    added = [place for place in by_key if place not in places]
    return [by_key[place] for place in [*places, *added]]


def merge_key(items: list[Any]) -> str | None:
    """Return the first of the known keys that all items have; none if one is no object."""
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    return next((key for key in MERGE_KEYS if all(key in item for item in items)), None)


def items_by(key: str, items: list[Any]) -> dict[str, Any]:
    """Return the items by their key's value; the last of equal ones counts."""
    return {str(item[key]): item for item in items}
