"""The problems of a patch to an object, and of the resulting object."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

from hooks.kube.kinds import (
    ANY,
    INT_OR_STRING_TYPE,
    PYTHON_TYPES,
    QUANTITY_TYPE,
    field_of,
    items_of,
    merge_key_of,
)
from hooks.kube.objects import Obj
from hooks.kube.places import path_of_field
from hooks.kube.strategic_merge import DELETE, DIRECTIVE, REPLACE

IN_PYTHON = PYTHON_TYPES | {
    QUANTITY_TYPE: (int, float, str),
    INT_OR_STRING_TYPE: (int, str),
    ANY: (object,),
}
"""The Python types for values of each type."""


class PatchProblem(Enum):
    """What is wrong with a part of a patch."""

    FIELD = "not a field of Kubernetes"
    TYPE = "a value of the wrong type"
    DIRECTIVE = "a directive that is not supported"


def patch_problems(
    patch: Any, structure: Obj, path: str = ""
) -> Iterator[tuple[str, PatchProblem]]:
    """Yield the path of every problem of a patch to an object of that structure."""
    if patch is None:
        return
    if not _has_type(patch, structure):
        yield path, PatchProblem.TYPE
    elif isinstance(patch, dict):
        yield from _in_object(patch, structure, path)
    elif isinstance(patch, list):
        yield from _in_list(patch, structure, path)


def missing_fields(value: Any, structure: Obj, path: str = "") -> Iterator[str]:
    """Yield the path of every required field that an object does not have."""
    if not structure:
        return
    if isinstance(value, dict):
        for name in structure.get("required", ()):
            if value.get(name) is None:
                yield f"{path}.{name}"
        for name, part in value.items():
            if isinstance(part, dict | list):
                yield from missing_fields(part, field_of(structure, name) or {}, f"{path}.{name}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from missing_fields(item, items_of(structure), f"{path}[{place}]")


def _in_object(patch: Obj, structure: Obj, path: str) -> Iterator[tuple[str, PatchProblem]]:
    for name, part in patch.items():
        field = field_of(structure, name)
        if name.startswith("$"):
            if name != DIRECTIVE or part not in (DELETE, REPLACE):
                yield path_below(path, name, structure), PatchProblem.DIRECTIVE
        elif field is None:
            if structure.get("type") == "object" and _is_closed(structure):
                yield path_below(path, name, structure), PatchProblem.FIELD
        # Most values are valid and have no parts: they need no path.
        elif isinstance(part, dict | list) or not _has_type(part, field):
            yield from patch_problems(part, field, path_below(path, name, structure))


def _in_list(patch: list[Any], structure: Obj, path: str) -> Iterator[tuple[str, PatchProblem]]:
    key, items = merge_key_of(structure), items_of(structure)
    for place, item in enumerate(patch):
        below = f"{path}[{place}]"
        if item is None:
            yield below, PatchProblem.TYPE
        elif isinstance(item, dict) and not _can_be_found(item, key):
            yield below, PatchProblem.DIRECTIVE
        else:
            yield from patch_problems(item, items, below)


def _can_be_found(item: Obj, key: str) -> bool:
    """Return whether a patch identifies an item of a list: by its key, if the list has one."""
    if not key:
        return DIRECTIVE not in item
    return item.get(key) is not None or item.get(DIRECTIVE) == REPLACE


def _is_closed(structure: Obj) -> bool:
    return "properties" in structure


def path_below(path: str, name: str, structure: Obj) -> str:
    """Return the path of a field of an object, or of an entry of a map."""
    is_entry = "additionalProperties" in structure and name not in structure.get("properties", ())
    return f"{path}[{name}]" if is_entry else path_of_field(path, name)


def _has_type(value: Any, structure: Obj) -> bool:
    expected = structure.get("type", ANY)
    if isinstance(value, bool):
        return expected in ("boolean", ANY)
    is_whole = isinstance(value, float) and value.is_integer() and expected == "integer"
    return isinstance(value, IN_PYTHON[expected]) or is_whole
