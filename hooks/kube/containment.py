"""Whether an observed value contains everything that is desired."""

from typing import Any

MISSING = object()


def contains(observed: Any, desired: Any) -> bool:
    """Return whether each desired field has its value; additional observed fields are allowed.

    Named items (containers, env, volumes) are matched by name, because the API server merges them
    by name. Other lists must be equal item by item. Most parts are equal; comparing them whole is
    fastest in Python, so it comes first.
    """
    if isinstance(desired, dict) and isinstance(observed, dict):
        for name, value in desired.items():
            other = observed.get(name, MISSING)
            if other != value and not contains(other, value):
                return False
        return True
    if isinstance(desired, list) and isinstance(observed, list):
        return observed == desired or _contains_items(observed, desired)
    return bool(observed == desired)


def _contains_items(observed: list[Any], desired: list[Any]) -> bool:
    if all(isinstance(item, dict) and "name" in item for item in [*observed, *desired]):
        by_name = {_name(item): item for item in observed}
        return all(contains(by_name.get(_name(item)), item) for item in desired)
    return len(observed) == len(desired) and all(map(contains, observed, desired))


def _name(item: dict[str, Any]) -> tuple[str, str, str]:
    """Return what identifies an item: its name, and for some items the mount path or the UID."""
    return str(item["name"]), str(item.get("mountPath", "")), str(item.get("uid", ""))
