"""Entries of Secrets and ConfigMaps, which stay as observed while they cannot be known."""

from collections.abc import Mapping
from dataclasses import dataclass

from hooks.desired.inputs.unresolved import Unresolved
from hooks.kube.objects import Obj, as_object


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries that are known together, as `data` has them.

    While something is `unresolved`, the object retains what it has of those of these `names`.
    """

    data: Mapping[str, str]
    names: frozenset[str] = frozenset()
    unresolved: tuple[Unresolved, ...] = ()


def settled_entries(observed: Obj | None, *parts: Entries) -> dict[str, str]:
    """Return `data` of an object, in the order of the parts; `observed` is the object, if any."""
    there = as_object((observed or {}).get("data"))
    data: dict[str, str] = {}
    for part in parts:
        retained = {name: there[name] for name in sorted(part.names & there.keys())}
        data |= retained if part.unresolved else part.data
    return data
