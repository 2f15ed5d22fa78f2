"""Whether an observed value has everything that is desired of it."""

from typing import Any

ABSENT = object()


def contains(observed: Any, desired: Any) -> bool:
    """Tell whether each desired field is there with its value; further observed fields are fine.

    Named items (containers, env, volumes) are found by their name, as the API server merges them
    by it; other lists have to agree item by item. Most parts are equal as they are, which Python
    tells fastest, so that is looked at first.
    """
    if isinstance(desired, dict) and isinstance(observed, dict):
        for name, value in desired.items():
            other = observed.get(name, ABSENT)
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
    """Return what tells items apart: the name, and for some the place of a mount or the UID."""
    return str(item["name"]), str(item.get("mountPath", "")), str(item.get("uid", ""))
