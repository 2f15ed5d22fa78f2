"""What every Kubernetes object has: a type, a name, a namespace, labels."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Obj: TypeAlias = dict[str, Any]
"""A Kubernetes object, or a part of one, as JSON: camelCase keys, plain values."""

Identity: TypeAlias = tuple[str, str, str, str]
"""apiVersion, kind, namespace ("" for cluster-scoped objects), name."""


def identity(obj: Obj) -> Identity:
    """Return what identifies the object in a cluster; missing parts are empty strings."""
    metadata = obj.get("metadata") or {}
    return (
        obj.get("apiVersion", ""),
        obj.get("kind", ""),
        metadata.get("namespace", ""),
        metadata.get("name", ""),
    )


def describe(obj: Obj) -> str:
    """Return the object's `Kind/name`, as it is written in messages and logs."""
    return f"{obj.get('kind', '?')}/{(obj.get('metadata') or {}).get('name', '?')}"


def kind_of(obj: Obj) -> str:
    """Return the object's kind as Metacontroller writes it, such as `DaemonSet.apps/v1`."""
    return f"{obj['kind']}.{obj.get('apiVersion', '')}"


def controller_of(obj: Obj) -> Obj | None:
    """Return the owner reference to the object's controller, None if it has none."""
    owners = as_object(obj.get("metadata")).get("ownerReferences")
    for owner in owners if isinstance(owners, list) else ():
        if isinstance(owner, dict) and owner.get("controller"):
            return owner
    return None


def labels_of(obj: Obj) -> dict[str, str]:
    """Return the object's labels, empty if it has none."""
    return (obj.get("metadata") or {}).get("labels") or {}


def annotations_of(obj: Obj) -> dict[str, str]:
    """Return the object's annotations, empty if it has none."""
    return (obj.get("metadata") or {}).get("annotations") or {}


def condition_of(obj: Obj, type_: str) -> Obj:
    """Return the condition of that type in the object's status, empty if it has none."""
    conditions = as_object(obj.get("status")).get("conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        if isinstance(condition, dict) and condition.get("type") == type_:
            return condition
    return {}


def present(**fields: Any) -> Obj:
    """Return the fields that are not None: this is how optional fields are left out."""
    return {name: value for name, value in fields.items() if value is not None}


def named(items: Iterable[Mapping[str, Any]], name: str) -> Obj | None:
    """Return the first item with that name in a list of named items (containers, volumes, env)."""
    for item in items:
        if item.get("name") == name:
            return dict(item)
    return None


def is_deeper_than(value: Any, levels: int) -> bool:
    """Return whether objects and lists are nested on more than that many levels."""
    inside = [value]
    for _ in range(levels + 1):
        containers = [part for part in inside if isinstance(part, dict | list)]
        if not containers:
            return False
        inside = [
            part
            for container in containers
            for part in (container.values() if isinstance(container, dict) else container)
        ]
    return True


def are_all(type_: type, values: Iterable[Any]) -> bool:
    """Return whether all values have exactly that type."""
    return {*map(type, values)} == {type_}


def as_object(value: Any) -> Obj:
    """Return a part that should be an object; empty if a user wrote something else."""
    return value if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[Obj]:
    """Return the objects in a part that should be a list of objects, without its other items."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
