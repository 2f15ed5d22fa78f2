"""What the user adds to pods: volumes, mounts, environment variables.

An addition is retained by itself while a Secret or ConfigMap that it refers to is missing.
"""

from collections.abc import Callable, Iterator
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
    of_variables = _of_variables(context, added)
    of_volumes = _of_volumes(context, added)
    return (
        *(
            Part(env={each["name"]: each for each in variables}, unresolved=found)
            for variables, found in _grouped(env, of_variables)
        ),
        *(Part(mounts=each, unresolved=found) for each, found in _grouped(mounts, of_volumes)),
        *(Part(volumes=each, unresolved=found) for each, found in _grouped(volumes, of_volumes)),
    )


def _grouped(
    items: list[Obj], by_name: ByName
) -> Iterator[tuple[tuple[Obj, ...], tuple[Unresolved, ...]]]:
    """Yield the items in their order, as many at once as have the same unresolved."""
    for found, group in groupby(items, key=lambda item: by_name.get(item.get("name", ""), ())):
        yield tuple(group), found


def _of_variables(context: Context, added: Additions) -> ByName:
    """Return what is unresolved of variables; of one name the last counts."""
    last = {variable["name"]: (variable, index) for index, variable in enumerate(added.env)}
    found = {
        name: unresolved(context, *of_variable(variable, index, added.path))
        for name, (variable, index) in last.items()
    }
    return {name: each for name, each in found.items() if each}


def _of_volumes(context: Context, added: Additions) -> ByName:
    found = (
        (volume.get("name", ""), unresolved(context, *of_volume(volume, index, added.path)))
        for index, volume in enumerate(added.volumes)
    )
    return {name: each for name, each in found if each}
