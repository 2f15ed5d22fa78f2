"""What the user adds to pods: volumes, mounts, environment variables.

An addition that refers to a Secret or ConfigMap that is not there is held back from pods that run:
it stays as observed, or is left out, until what it needs is there.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from hooks.desired import names
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.resolution import is_resolved
from hooks.kube.canonical import canonical_env, canonical_volume_mounts, canonical_volumes
from hooks.kube.containment import contains
from hooks.kube.objects import Obj
from hooks.kube.workloads import container, env_of, pod_spec
from hooks.models.additions import Additions
from hooks.models.instana_agent import InstanaAgentSpec
from hooks.models.references import Reference, of_variable, of_volume

Of: TypeAlias = Callable[[InstanaAgentSpec], Additions]
"""Which pods something is added to."""


def added_volumes(context: Context, of: Of, observed: Obj | None) -> list[Obj]:
    """Return the user's volumes; raises InvalidResource for values Kubernetes cannot hold."""
    before = pod_spec(observed or {}).get("volumes") or []
    return _unless_held(context.once(_volumes, of), before, _held_volumes(context, of, observed))


def added_mounts(context: Context, of: Of, observed: Obj | None) -> list[Obj]:
    """Return the user's volume mounts."""
    before = container(observed or {}, names.CONTAINER).get("volumeMounts") or []
    held = _held_volumes(context, of, observed)
    mounts = _unless_held(context.once(_mounts, of), before, held)
    taken = {mount.get("mountPath") for mount in mounts}
    kept = [mount for mount in before if mount.get("name") in held]
    return mounts + [mount for mount in kept if mount.get("mountPath") not in taken]


def added_env(context: Context, of: Of, observed: Obj | None) -> dict[str, Obj]:
    """Return the user's environment variables by name."""
    stored = context.once(_env, of)
    held = context.once(_unresolved_variables, of) if observed is not None else frozenset[str]()
    before = list(env_of(observed or {}, names.CONTAINER).values()) if held else []
    return {each["name"]: each for each in _unless_held(stored, before, held)}


def _volumes(context: Context, of: Of) -> list[Obj]:
    added = of(context.agent.spec)
    return canonical_volumes(list(added.volumes), f"{added.path}.volumes")


def _mounts(context: Context, of: Of) -> list[Obj]:
    added = of(context.agent.spec)
    return canonical_volume_mounts(list(added.volume_mounts), f"{added.path}.volumeMounts")


def _env(context: Context, of: Of) -> list[Obj]:
    added = of(context.agent.spec)
    return canonical_env(list(added.env), f"{added.path}.env")


def _unresolved_variables(context: Context, of: Of) -> frozenset[str]:
    """Return the variables of which something is missing; of one name the last counts."""
    added = of(context.agent.spec)
    last = {variable["name"]: (variable, index) for index, variable in enumerate(added.env)}
    return frozenset(
        name
        for name, (variable, index) in last.items()
        if not _are_resolved(context, of_variable(variable, index, added.path))
    )


def _unresolved_volumes(context: Context, of: Of) -> frozenset[str]:
    """Return the volumes of which something is missing."""
    added = of(context.agent.spec)
    return frozenset(
        volume.get("name", "")
        for index, volume in enumerate(added.volumes)
        if not _are_resolved(context, of_volume(volume, index, added.path))
    )


def _unless_held(items: list[Obj], before: list[Obj], held: frozenset[str]) -> list[Obj]:
    """Return the items, those that are held in their observed form, or left out without one."""
    if not held:
        return items
    observed: dict[str, Obj] = {}
    for each in before:
        observed.setdefault(_place(each), each)
    return [
        form
        for item in items
        if (form := _form(item, observed) if item.get("name") in held else item) is not None
    ]


def _form(item: Obj, observed: dict[str, Obj]) -> Obj | None:
    """Return the item if it is observed just so, else the observed one of its name and place."""
    each = observed.get(_place(item))
    return item if each is not None and contains(each, item) else each


def _place(item: Obj) -> str:
    """Return what tells items of a list apart; a user may have written anything there."""
    return repr((item.get("name"), item.get("mountPath")))


def _held_volumes(context: Context, of: Of, observed: Obj | None) -> frozenset[str]:
    return context.once(_unresolved_volumes, of) if observed is not None else frozenset()


def _are_resolved(context: Context, needed: Iterator[Reference]) -> bool:
    return all(is_resolved(context, reference) for reference in needed)
