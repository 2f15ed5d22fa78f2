"""As much of an expression as a JSON schema can express, for programs that only check schemas.

A schema rejects no value for which its expression holds, and may accept more: an empty one accepts
everything. Each of its keywords is about one type, so that a text is not checked for the size of a
number.
"""

from functools import reduce
from typing import Any, Final

from hooks.kube.objects import Obj

ANYTHING: Final[Obj] = {}
EMPTY: Final[Obj] = {"enum": [""]}
ALTERNATIVES: Final = "anyOf"


def both(*schemas: Obj) -> Obj:
    """Return the schema of values that all schemas accept; of two patterns it has the first."""
    return reduce(_both, schemas, ANYTHING)


def either(*schemas: Obj) -> Obj:
    """Return the schema of values that at least one of the schemas accepts."""
    if ANYTHING in schemas:
        return ANYTHING
    return reduce(_either, schemas)


def inside(step: str, schema: Obj) -> Obj:
    """Return the schema of objects in which a schema accepts the field, if it is present."""
    return {"properties": {step: schema}} if schema else ANYTHING


def needed(step: str, schema: Obj) -> Obj:
    """Return the schema of objects that have a field which a schema accepts."""
    return {"required": [step], **inside(step, schema)}


def of_items(schema: Obj) -> Obj:
    """Return the schema of a list whose items a schema accepts."""
    return {"items": schema} if schema else ANYTHING


def of_names(schema: Obj) -> Obj:
    """Return the schema of a map whose names a schema accepts."""
    return {"propertyNames": schema} if schema else ANYTHING


def of_one_type(schema: Obj) -> Obj:
    """Return the keywords of a schema that are each about only one type."""
    return {keyword: part for keyword, part in schema.items() if keyword != "enum"}


def _both(first: Obj, second: Obj) -> Obj:
    common = {name: _joined(name, first[name], second[name]) for name in first if name in second}
    return first | second | common


def _joined(keyword: str, first: Any, second: Any) -> Any:
    if keyword == "required":
        return [*dict.fromkeys([*first, *second])]
    if keyword == "properties":
        return _both_of_each(first, second)
    return _both(first, second) if keyword in ("items", "propertyNames") else first


def _both_of_each(first: Obj, second: Obj) -> Obj:
    common = {name: _both(first[name], second[name]) for name in first if name in second}
    return first | second | common


def _either(first: Obj, second: Obj) -> Obj:
    if first == EMPTY and "pattern" in second:
        return second | {"pattern": f"^$|{second['pattern']}"}
    return {ALTERNATIVES: [*first.get(ALTERNATIVES, [first]), second]}
