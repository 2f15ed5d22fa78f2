"""Lookups in the object maps of a request: `Kind.group/version` -> `namespace/name` -> object."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from hooks.kube.objects import Obj


class Presence(Enum):
    """Whether an object exists."""

    FOUND = "found"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """Its kind was not asked for yet: Metacontroller still uses an older customize response."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The result of looking up one object."""

    presence: Presence
    obj: Obj = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Return whether the object exists."""
        return self.presence is Presence.FOUND


@dataclass(frozen=True, slots=True)
class ObservedObjects:
    """Objects by kind, as in a request.

    A kind is written as Metacontroller writes it: `Secret.v1`, `DaemonSet.apps/v1`. Every kind that
    was asked for has its key, even without objects.
    """

    by_kind: Mapping[str, Mapping[str, Obj]]

    def knows(self, kind: str) -> bool:
        """Return whether objects of the kind were asked for."""
        return kind in self.by_kind

    def look_up(self, kind: str, namespace: str, name: str) -> Lookup:
        """Return whether the object exists, and the object if it does; "" for no namespace."""
        objects = self.by_kind.get(kind)
        if objects is None:
            return Lookup(Presence.UNKNOWN)
        obj = objects.get(f"{namespace}/{name}" if namespace else name)
        return Lookup(Presence.MISSING) if obj is None else Lookup(Presence.FOUND, obj)

    def get(self, kind: str, namespace: str, name: str) -> Obj | None:
        """Return the object, or None if it is missing or its kind is not observed yet."""
        return self.by_kind.get(kind, {}).get(f"{namespace}/{name}" if namespace else name)

    def all_of(self, kind: str) -> list[Obj]:
        """Return all objects of the kind, ordered by namespace and name."""
        objects = self.by_kind.get(kind, {})
        return [objects[key] for key in sorted(objects)]

    def __iter__(self) -> Iterator[Obj]:
        """Iterate over all objects, ordered by kind, namespace and name."""
        for kind in sorted(self.by_kind):
            yield from self.all_of(kind)
