"""What the user adds to pods: volumes, mounts, environment variables.

Each is retained by itself while a Secret or ConfigMap that it refers to is missing.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.unresolved import Unresolved, unresolved
from hooks.desired.pod.parts import Part
from hooks.kube.canonical import canonical_env, canonical_volume_mounts, canonical_volumes
from hooks.kube.objects import Obj
from hooks.models.additions import Additions
from hooks.models.instana_agent import InstanaAgentSpec
from hooks.models.references import of_variable, of_volume

Of: TypeAlias = Callable[[InstanaAgentSpec], Additions]
"""Which pods something is added to."""

ByName: TypeAlias = dict[str, tuple[Unresolved, ...]]
"""What is unresolved of named items, for those of which anything is."""


def additions(context: Context, of: Of) -> tuple[Part, ...]:
    """Return the parts that the user adds; raises InvalidResource for what Kubernetes cannot hold.

    The mounts come before their volumes: where a volume is retained, its further observed mounts
    take the paths that are free then.
    """
    return context.once(_additions, of)


def _additions(context: Context, of: Of) -> tuple[Part, ...]:
    added = of(context.agent.spec)
    env = canonical_env(list(added.env), f"{added.path}.env")
    mounts = canonical_volume_mounts(list(added.volume_mounts), f"{added.path}.volumeMounts")
    volumes = canonical_volumes(list(added.volumes), f"{added.path}.volumes")
    of_variables, of_volumes = _of_variables(context, added), _of_volumes(context, added)
    return (
        *_grouped(env, of_variables, _of_env),
        *_grouped(mounts, of_volumes, lambda items: Part(mounts=items)),
        *_grouped(volumes, of_volumes, lambda items: Part(volumes=items)),
    )


def _of_env(variables: tuple[Obj, ...]) -> Part:
    return Part(env={variable["name"]: variable for variable in variables})


def _grouped(
    items: list[Obj], by_name: ByName, part_of: Callable[[tuple[Obj, ...]], Part]
) -> Iterator[Part]:
    """Yield parts of the items in their order; of each part all items are resolved, or none is."""
    for is_waiting, group in groupby(items, key=lambda item: item.get("name", "") in by_name):
        part = part_of(tuple(group))
        yield replace(part, unresolved=_reasons(part, by_name)) if is_waiting else part


def _reasons(part: Part, by_name: ByName) -> tuple[Unresolved, ...]:
    names = (*part.env, *(item.get("name", "") for item in (*part.mounts, *part.volumes)))
    return tuple(dict.fromkeys(reason for name in names for reason in by_name[name]))


def _of_variables(context: Context, added: Additions) -> ByName:
    """Return what is unresolved of variables; of one name the last counts."""
    last = {variable["name"]: (variable, index) for index, variable in enumerate(added.env)}
    found = {
        name: unresolved(context, *of_variable(variable, index, added.path))
        for name, (variable, index) in last.items()
    }
    return {name: reasons for name, reasons in found.items() if reasons}


def _of_volumes(context: Context, added: Additions) -> ByName:
    found = (
        (volume.get("name", ""), unresolved(context, *of_volume(volume, index, added.path)))
        for index, volume in enumerate(added.volumes)
    )
    return {name: reasons for name, reasons in found if reasons}
