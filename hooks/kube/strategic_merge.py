"""Strategic merge patches, as `kubectl patch --type=strategic` applies them.

Objects are merged field by field, lists of objects by their merge key if Kubernetes has one;
everything else is replaced. `null` removes a field. `$patch: delete` empties an object, or removes
an item of a list that is merged. `$patch: replace` replaces the object or list with the rest of the
patch.
"""

from collections import deque
from collections.abc import Hashable
from typing import Any, Final, TypeAlias

from hooks.kube.kinds import field_of, items_of, merge_key_of
from hooks.kube.objects import Obj, as_objects

DIRECTIVE = "$patch"
DELETE = "delete"
REPLACE = "replace"
NOWHERE: Final = -1

Places: TypeAlias = dict[Hashable, int]
"""The index in a list of the first item with each key."""


def strategic_merge(original: Obj, patch: Obj, structure: Obj) -> Obj:
    """Return an object of that structure with the patch applied; neither argument is changed.

    `patch_problems` checks patches; an invalid patch replaces what it applies to.
    """
    directive = patch.get(DIRECTIVE)
    if directive == REPLACE:
        return _plain_object(patch)
    if directive == DELETE:
        return {}
    result = dict(original)
    for name, part in patch.items():
        if part is None:
            result.pop(name, None)
        elif name != DIRECTIVE:
            result[name] = _merged(result.get(name), part, field_of(structure, name) or {})
    return result


def _merged(before: Any, part: Any, structure: Obj) -> Any:
    if isinstance(before, dict) and isinstance(part, dict):
        return strategic_merge(before, part, structure)
    if isinstance(before, list) and isinstance(part, list) and merge_key_of(structure):
        return _merged_list(as_objects(before), as_objects(part), structure)
    return _plain(part)


def _merged_list(before: list[Obj], patch: list[Obj], structure: Obj) -> list[Obj]:
    key = merge_key_of(structure)
    items = [item for item in patch if DIRECTIVE not in item]
    if any(item.get(DIRECTIVE) == REPLACE for item in patch):
        return [_plain_object(item) for item in items]
    deleted = {_value(item, key) for item in patch if item.get(DIRECTIVE) == DELETE}
    left = [item for item in before if _value(item, key) not in deleted]
    merged, places = list(left), _places(left, key)
    for item in items:
        place = places.setdefault(_value(item, key), len(merged))
        if place == len(merged):
            merged.append(_plain_object(item))
        else:
            merged[place] = strategic_merge(merged[place], item, items_of(structure))
    return _in_order(merged, _places(items, key), _places(left, key), key)


def _in_order(merged: list[Obj], patch: Places, before: Places, key: str) -> list[Obj]:
    """Return the items: those of the patch in its order, merged into the others in theirs.

    A new item comes before the remaining other items.
    """
    of_patch = sorted(
        (item for item in merged if _value(item, key) in patch),
        key=lambda item: patch[_value(item, key)],
    )
    others = deque(item for item in merged if _value(item, key) not in patch)
    result: list[Obj] = []
    for item in of_patch:
        place = before.get(_value(item, key), NOWHERE)
        while others and before[_value(others[0], key)] < place:
            result.append(others.popleft())
        result.append(item)
    return [*result, *others]


def _places(items: list[Obj], key: str) -> Places:
    """Return the index of the first item with each key: a map, because lists may be long."""
    places: Places = {}
    for place, item in enumerate(items):
        places.setdefault(_value(item, key), place)
    return places


def _value(item: Obj, key: str) -> Hashable:
    """Return the key of an item; a key that is not a scalar is compared by its text."""
    value = item.get(key)
    return value if isinstance(value, Hashable) else repr(value)


def _plain(value: Any) -> Any:
    """Return a part of a patch that has no counterpart, without directives and nulls."""
    if isinstance(value, dict):
        return _plain_object(value)
    if isinstance(value, list):
        items = [item for item in value if not (isinstance(item, dict) and DIRECTIVE in item)]
        return [_plain(item) for item in items]
    return value


def _plain_object(value: Obj) -> Obj:
    return {
        name: _plain(part) for name, part in value.items() if part is not None and name != DIRECTIVE
    }
