"""Which overrides are applied: their paths, without any value."""

from collections.abc import Iterator
from typing import Any

from hooks.desired.inputs.context import Context
from hooks.desired.passes.overrides import field_for, patches_of
from hooks.kube.kinds import field_of, items_of, merge_key_of, structure_of
from hooks.kube.objects import Obj, as_objects
from hooks.models.overrides import KINDS

MOST_PATHS = 64


def overrides(context: Context, children: list[Obj]) -> list[str]:
    """Return the paths that are patched in the desired children, in order."""
    patched = {field_for(context, child) for child in children}
    paths = {
        f"{field}{path}"
        for field, patch in patches_of(context).items()
        if field in patched
        for path in _paths(patch, structure_of(KINDS[field]), "")
    }
    return sorted(paths)[:MOST_PATHS]


def _paths(patch: Any, structure: Obj, path: str) -> Iterator[str]:
    key = merge_key_of(structure)
    if isinstance(patch, dict) and (further := patch.keys() - {"$patch"}):
        for name in further:
            below = f"{path}[{name}]" if "additionalProperties" in structure else f"{path}.{name}"
            yield from _paths(patch[name], field_of(structure, name) or {}, below)
    elif isinstance(patch, list) and key:
        for item in as_objects(patch):
            yield from _of_item(item, items_of(structure), path, key)
    else:
        yield path


def _of_item(item: Obj, structure: Obj, path: str, key: str) -> Iterator[str]:
    """Yield the paths in an item that is merged by a key, which identifies it."""
    rest = {name: part for name, part in item.items() if name != key}
    yield from _paths(rest, structure, f"{path}[{item[key]}]" if key in item else path)
