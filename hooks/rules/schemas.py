"""What a JSON schema can say of an expression, for programs that check values by a schema alone.

A schema refuses no value that its expression holds for, and may take more: an empty one takes all.
Its keywords are each about one type, so that a text is not asked about the size of a number.
"""

from functools import reduce
from typing import Any, Final

from hooks.kube.objects import Obj

ANYTHING: Final[Obj] = {}
EMPTY: Final[Obj] = {"enum": [""]}
ALTERNATIVES: Final = "anyOf"


def both(*schemas: Obj) -> Obj:
    """Return the schema of what all of them take; of two patterns the first one is kept."""
    return reduce(_both, schemas, ANYTHING)


def either(*schemas: Obj) -> Obj:
    """Return the schema of what one of them takes at least."""
    if ANYTHING in schemas:
        return ANYTHING
    return reduce(_either, schemas)


def inside(step: str, schema: Obj) -> Obj:
    """Return the schema of what has a field that a schema takes, if it has it."""
    return {"properties": {step: schema}} if schema else ANYTHING


def needed(step: str, schema: Obj) -> Obj:
    """Return the schema of what has a field, one that a schema takes."""
    return {"required": [step], **inside(step, schema)}


def of_items(schema: Obj) -> Obj:
    """Return the schema of a list whose items a schema takes."""
    return {"items": schema} if schema else ANYTHING


def of_names(schema: Obj) -> Obj:
    """Return the schema of a map whose names a schema takes."""
    return {"propertyNames": schema} if schema else ANYTHING


def of_one_type(schema: Obj) -> Obj:
    """Return what a schema asks of a value of one type, and of none of another type."""
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
