"""Specs of pods: their containers, the sources of their values, and the objects that pods name."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from hooks.kube.objects import Obj, as_object, as_objects

Named: TypeAlias = tuple[str, str]
"""Kind and name."""

OF_ENTRIES: Final[Mapping[str, Literal["Secret", "ConfigMap"]]] = {
    "secretKeyRef": "Secret",
    "configMapKeyRef": "ConfigMap",
}
"""By the field of a variable's source: the kind whose entry it names."""

_IN_VOLUMES: Final = {
    "secret": ("Secret", ("secretName", "name")),
    "configMap": ("ConfigMap", ("name",)),
    "persistentVolumeClaim": ("PersistentVolumeClaim", ("claimName",)),
}
"""By the field of a volume or of one of its sources: the kind that it names, and the path to the
name."""

_IN_DRIVERS: Final = dict.fromkeys(("nodePublishSecretRef", "secretRef"), ("Secret", ("name",)))
"""The same, by the field of a volume's driver, such as `csi`."""

_IN_VARIABLES: Final = {
    field: (kind, ("name",))
    for field, kind in {**OF_ENTRIES, "secretRef": "Secret", "configMapRef": "ConfigMap"}.items()
}
"""The same, by the field of a variable's source, and of a source of several variables."""


def containers_of(pod: Obj) -> list[Obj]:
    """Return all containers in the order in which they start."""
    return [*as_objects(pod.get("initContainers")), *as_objects(pod.get("containers"))]


def projected_sources(volume: Obj) -> list[Obj]:
    """Return the sources of a projected volume, empty for any other volume."""
    return as_objects(as_object(volume.get("projected")).get("sources"))


def sources_of(volume: Obj) -> list[Obj]:
    """Return the parts that may name a volume's source: the volume, and what it projects."""
    return [volume, *projected_sources(volume)] if "projected" in volume else [volume]


def named_by(pod: Obj) -> Iterator[Named]:
    """Yield kind and name of every object that the pod names; a missing name is empty.

    These are its account, and the Secrets, ConfigMaps and claims of volumes, of variables and for
    pulling images.
    """
    yield "ServiceAccount", _name(pod, "serviceAccountName")
    for secret in as_objects(pod.get("imagePullSecrets")):
        yield "Secret", _name(secret, "name")
    for source in _sources(pod):
        yield from _named_in(source, _IN_VOLUMES)
        for driver in source.values():
            yield from _named_in(as_object(driver), _IN_DRIVERS)
    for source in _values_from(pod):
        yield from _named_in(source, _IN_VARIABLES)


def secret_entries_of(pod: Obj) -> Iterator[tuple[str, str]]:
    """Yield name and entry of every Secret from which the pod uses single entries."""
    for source in _sources(pod):
        secret = as_object(source.get("secret"))
        for item in as_objects(secret.get("items")):
            yield _name(secret, "secretName", "name"), _name(item, "key")
    for source in _values_from(pod):
        reference = as_object(source.get("secretKeyRef"))
        yield _name(reference, "name"), _name(reference, "key")


def _sources(pod: Obj) -> Iterator[Obj]:
    for volume in as_objects(pod.get("volumes")):
        yield from sources_of(volume)


def _values_from(pod: Obj) -> Iterator[Obj]:
    """Yield the `valueFrom` of all environment variables, and all items of `envFrom`."""
    for container in containers_of(pod):
        for variable in as_objects(container.get("env")):
            if "valueFrom" in variable:
                yield as_object(variable["valueFrom"])
        yield from as_objects(container.get("envFrom"))


def _named_in(source: Obj, fields: Mapping[str, tuple[str, tuple[str, ...]]]) -> Iterator[Named]:
    for field, part in source.items():
        if field in fields:
            kind, names = fields[field]
            yield kind, _name(as_object(part), *names)


def _name(part: Obj, *fields: str) -> str:
    """Return the first field that contains text; empty if none does."""
    for field in fields:
        text = part.get(field)
        if isinstance(text, str):
            return text
    return ""
