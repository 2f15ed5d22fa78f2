"""What pods get of their parts, once these are settled against the observed workload.

Pods that run must not lose what they have because something is missing that the resource names:
as long as a reference of a part is unresolved, the pods retain the part in its observed form, and
everything else follows the resource. A workload that does not exist yet has nothing to lose: its
pods wait for what is missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from hooks.desired import names
from hooks.desired.inputs.unresolved import Unresolved
from hooks.desired.pod.parts import Part
from hooks.desired.selectors import labels_of_selector, selector_of
from hooks.kube.containment import contains
from hooks.kube.objects import Obj, as_objects
from hooks.kube.workloads import container, env_of, pod_spec


@dataclass(frozen=True, slots=True)
class Workload:
    """A DaemonSet or Deployment.

    `retained_for`: why its pods retain what they would not get by the resource.
    """

    child: Obj
    retained_for: tuple[Unresolved, ...] = ()


@dataclass(slots=True)
class Settled:
    """What the pods of a workload get, with lists in the order of the parts.

    `selector`: the observed one, which can never change, or an empty one; `selector_labels`: what
    it asks of the pods. `retained_for`: see Workload.
    """

    volumes: list[Obj] = field(default_factory=list)
    mounts: list[Obj] = field(default_factory=list)
    env: dict[str, Obj] = field(default_factory=dict)
    args: list[str] = field(default_factory=list)
    pull_secrets: list[Obj] = field(default_factory=list)
    selector: Obj = field(default_factory=dict)
    selector_labels: dict[str, str] = field(default_factory=dict)
    retained_for: tuple[Unresolved, ...] = ()

    def add(self, part: Part) -> None:
        """Add a part as it is; a variable of an earlier part gives way."""
        self.volumes += part.volumes
        self.mounts += part.mounts
        self.env |= part.env
        self.args += part.args
        self.pull_secrets += part.pull_secrets or ()


def settled(observed: Obj | None, parts: Iterable[Part]) -> Settled:
    """Return what the pods of a workload get of the parts.

    `observed` is the workload, None where it does not exist yet.
    """
    return _all_of(parts) if observed is None else _against(_Observed(observed), parts)


@dataclass(frozen=True)
class _Observed:
    """The parts of an observed workload's pods, by what tells them apart."""

    workload: Obj

    @cached_property
    def volumes(self) -> dict[Any, Obj]:
        volumes = as_objects(pod_spec(self.workload).get("volumes"))
        return {volume.get("name"): volume for volume in reversed(volumes)}

    @cached_property
    def mounts(self) -> dict[Any, list[Obj]]:
        found: dict[Any, list[Obj]] = {}
        for mount in as_objects(self._container.get("volumeMounts")):
            found.setdefault(mount.get("name"), []).append(mount)
        return found

    @cached_property
    def env(self) -> dict[str, Obj]:
        return env_of(self.workload, names.CONTAINER)

    @property
    def args(self) -> list[str]:
        return self._container.get("args") or []

    @property
    def pull_secrets(self) -> tuple[Obj, ...]:
        return tuple(pod_spec(self.workload).get("imagePullSecrets") or ())

    @property
    def _container(self) -> Obj:
        return container(self.workload, names.CONTAINER)


def _all_of(parts: Iterable[Part]) -> Settled:
    result = Settled()
    for part in parts:
        result.add(part)
    return result


def _against(observed: _Observed, parts: Iterable[Part]) -> Settled:
    result, further, reasons = Settled(), list[Obj](), dict[Unresolved, None]()
    for part in parts:
        if part.unresolved:
            retained = _retained(observed, part)
            result.add(retained)
            further += _further_mounts(observed, part)
            if retained != replace(part, unresolved=(), also=frozenset()):
                reasons |= dict.fromkeys(part.unresolved)
        elif _is_given(observed, part):
            result.add(part)
    taken = {mount.get("mountPath") for mount in result.mounts}
    result.mounts += [mount for mount in further if mount.get("mountPath") not in taken]
    result.retained_for = tuple(reasons)
    result.selector = selector_of(observed.workload)
    result.selector_labels = labels_of_selector(observed.workload)
    return result


def _is_given(observed: _Observed, part: Part) -> bool:
    """Return whether pods get a part of which nothing is unresolved."""
    return all(contains(observed.env.get(name), part.env[name]) for name in part.only_new)


def _retained(observed: _Observed, part: Part) -> Part:
    """Return a part in its observed form; what is observed as it is desired is as desired."""
    return Part(
        volumes=tuple(_volumes(observed, part)),
        mounts=tuple(_mounts(observed, part)),
        env={
            name: _form(observed.env[name], part.env.get(name))
            for name in (*part.env, *sorted(part.also.difference(part.env)))
            if name in observed.env
        },
        args=tuple(_args(observed, part)),
        pull_secrets=None if part.pull_secrets is None else observed.pull_secrets,
    )


def _form(observed: Obj, desired: Obj | None) -> Obj:
    return desired if desired is not None and contains(observed, desired) else observed


def _volumes(observed: _Observed, part: Part) -> Iterator[Obj]:
    """Yield the volumes of a part that are there; one that comes with a mount only with that."""
    names_of_part = [volume.get("name") for volume in part.volumes]
    for name, volume in zip(names_of_part, part.volumes, strict=True):
        if name in observed.volumes and (name in observed.mounts or not part.mounts):
            yield _form(observed.volumes[name], volume)
    for name in sorted(part.also.difference(names_of_part)):
        if name in observed.volumes and name in observed.mounts:
            yield observed.volumes[name]


def _mounts(observed: _Observed, part: Part) -> Iterator[Obj]:
    """Yield the mounts of a part: at their paths, or where a volume of the part is mounted."""
    for mount in part.mounts:
        there = observed.mounts.get(mount.get("name"), [])
        if part.volumes and mount.get("name") not in observed.volumes:
            continue
        path = mount.get("mountPath")
        at_path = [found for found in there if found.get("mountPath") == path]
        for found in at_path[:1] or (there[:1] if part.volumes else []):
            yield _form(found, mount)
    for name in sorted(part.also.difference(mount.get("name") for mount in part.mounts)):
        if name in observed.volumes and name in observed.mounts:
            yield observed.mounts[name][0]


def _further_mounts(observed: _Observed, part: Part) -> Iterator[Obj]:
    """Yield the observed mounts of volumes that come without a mount: those of the user's."""
    if not part.mounts:
        for volume in part.volumes:
            yield from observed.mounts.get(volume.get("name"), [])


def _args(observed: _Observed, part: Part) -> Iterator[str]:
    for flag, value in pairwise(observed.args):
        if flag in part.also:
            yield from (flag, value)
