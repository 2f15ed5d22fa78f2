"""What the API server does with an object by the schema of its definition."""

from typing import Any

from hooks.kube.objects import Obj

PRESERVED = "x-kubernetes-preserve-unknown-fields"


def stored(schema: Obj, value: Any) -> Any:
    """Return the value as the API server keeps it: unknown fields and nulls gone, defaults in."""
    if isinstance(value, list):
        return [stored(schema.get("items", {}), each) for each in value]
    if not isinstance(value, dict):
        return value
    properties = schema.get("properties", {})
    further = schema.get("additionalProperties")
    kept = {
        name: stored(properties.get(name) or further or {}, part)
        for name, part in value.items()
        if part is not None and (name in properties or further or schema.get(PRESERVED))
    }
    if PRESERVED in schema:
        return value
    defaults = {name: each["default"] for name, each in properties.items() if "default" in each}
    return {name: default for name, default in defaults.items() if name not in kept} | kept
