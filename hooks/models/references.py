"""The Secrets and ConfigMaps that a resource names, and where it names them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from hooks.models.instana_agent import InstanaAgentSpec

Kind = Literal["Secret", "ConfigMap"]


@dataclass(frozen=True, slots=True)
class Reference:
    """An object in the resource's namespace that has to be there."""

    kind: Kind
    name: str
    path: str


def references(spec: InstanaAgentSpec) -> tuple[Reference, ...]:
    """Return every object that the resource needs; optional ones are left out."""
    found = [*_of_fields(spec), *_of_volumes(spec), *_of_env(spec)]
    return tuple(reference for reference in found if reference.name)


def _of_fields(spec: InstanaAgentSpec) -> Iterator[Reference]:
    agent, sensor = spec.agent, spec.k8s_sensor
    yield Reference("Secret", agent.keys_secret, "spec.agent.keysSecret")
    yield Reference("Secret", agent.tls.secret_name, "spec.agent.tls.secretName")
    if sensor.deployment.enabled:
        yield Reference("Secret", sensor.etcd.ca.secret_name, "spec.k8s_sensor.etcd.ca.secretName")
        yield Reference(
            "Secret", sensor.rest_client.ca.secret_name, "spec.k8s_sensor.restClient.ca.secretName"
        )
    for index, secret in enumerate(agent.image.pull_secrets or ()):
        yield Reference("Secret", secret.name, f"spec.agent.image.pullSecrets[{index}].name")


def _of_volumes(spec: InstanaAgentSpec) -> Iterator[Reference]:
    for index, volume in enumerate(spec.agent.pod.volumes):
        path = f"spec.agent.pod.volumes[{index}]"
        yield from _of_source(volume, path, field="secretName")
        for position, source in enumerate(_list(_dict(volume.get("projected")).get("sources"))):
            where = f"{path}.projected.sources[{position}]"
            yield from _of_source(_dict(source), where, field="name")


def _of_source(source: dict[str, Any], path: str, *, field: str) -> Iterator[Reference]:
    yield from _needed("Secret", source.get("secret"), field, f"{path}.secret")
    yield from _needed("ConfigMap", source.get("configMap"), "name", f"{path}.configMap")


def _of_env(spec: InstanaAgentSpec) -> Iterator[Reference]:
    for index, variable in enumerate(spec.agent.pod.env):
        source = _dict(variable.get("valueFrom"))
        path = f"spec.agent.pod.env[{index}].valueFrom"
        yield from _needed("Secret", source.get("secretKeyRef"), "name", f"{path}.secretKeyRef")
        yield from _needed(
            "ConfigMap", source.get("configMapKeyRef"), "name", f"{path}.configMapKeyRef"
        )


def _needed(kind: Kind, reference: Any, field: str, path: str) -> Iterator[Reference]:
    given = _dict(reference)
    name = given.get(field)
    if isinstance(name, str) and not given.get("optional"):
        yield Reference(kind, name, f"{path}.{field}")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
