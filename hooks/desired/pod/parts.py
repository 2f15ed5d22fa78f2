"""Parts of a pod: what the pod gets for one purpose, in all places of its spec."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hooks.desired.inputs.unresolved import Unresolved
from hooks.kube.objects import Obj


@dataclass(frozen=True, slots=True)
class Part:
    """What a pod gets for one purpose.

    `volumes` and `mounts` come in this order, `env` by name, `args` are flags and their values by
    turns. `pull_secrets` is None for a part that says nothing of them.

    While something is `unresolved`, pods that run retain what they have of the part (`settled`).
    `also`: names of the volumes, variables and flags that it has in its other forms, as a
    credential is a file or a variable: of these, too, pods retain what they have.

    `only_new`: names of its variables by which the part is given only to a workload that is new
    or has them already.
    """

    volumes: tuple[Obj, ...] = ()
    mounts: tuple[Obj, ...] = ()
    env: Mapping[str, Obj] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    pull_secrets: tuple[Obj, ...] | None = None
    unresolved: tuple[Unresolved, ...] = ()
    also: frozenset[str] = frozenset()
    only_new: tuple[str, ...] = ()


def mounted(volume: Obj, path: str, **more: object) -> Part:
    """Return a volume and its mount in the container, at `path` and with more fields."""
    return Part(volumes=(volume,), mounts=({"mountPath": path, "name": volume["name"], **more},))
