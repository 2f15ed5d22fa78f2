"""The Secrets and ConfigMaps that a resource names, and the fields that name them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from hooks.kube.objects import as_object, as_objects
from hooks.kube.pods import OF_ENTRIES, projected_sources
from hooks.models.additions import Additions, of_agent, of_sensor
from hooks.models.agent import AgentSpec
from hooks.models.base import CertificateAuthority, Named, SecretKeyRef, SpecModel
from hooks.models.instana_agent import InstanaAgent, InstanaAgentSpec
from hooks.models.kubernetes import Opaque
from hooks.models.tls import TLS_CERTIFICATE, TLS_KEY
from hooks.models.workloads import CLAIM

NOT_LITERAL = re.compile(r"\$[{\[]|\\[{}\\]|^[ \t\f]")
"""Text that a `.cfg` file of the agent may not reproduce as it was written.

The file is a Java properties file, in which a backslash can be escaped. Then variables are
replaced, and how to escape the beginning of one depends on the version of the program that reads
it.
"""

OF_FILES = tuple(f".{name}SecretKeyRef" for name in ("key", "proxyUser", "proxyPassword"))
"""Endings of the paths of references whose values are written into such a file."""

OF_VARIABLES = ".valueFrom.secretKeyRef.name"
"""Ending of the paths of references whose values are variables of the user."""

AGENT_IMAGE = "spec.agent.image"
SENSOR_IMAGE = "spec.k8s_sensor.image"

Kind = Literal["Secret", "ConfigMap", "PersistentVolumeClaim", "Node"]


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that must exist in the resource's namespace, with some of its entries."""

    kind: Kind
    name: str
    path: str
    entries: tuple[str, ...] = ()
    is_credential: bool = False
    """Whether the entries must be credentials: a single line of text each."""
    is_in_file: bool = False
    """Whether a credential is also written into a file of the agent, which takes it literally."""


def references(agent: InstanaAgent) -> tuple[Reference, ...]:
    """Return every object that the resource needs, without optional ones."""
    spec = agent.spec
    added = [of_agent(spec)]
    if spec.k8s_sensor.deployment.enabled:
        added.append(of_sensor(spec))
    found = [
        *_of_fields(spec),
        *of_tls(agent),
        *(reference for additions in added for reference in _of_additions(additions)),
    ]
    return tuple(reference for reference in found if reference.name)


def of_keys_secret(agent: AgentSpec) -> Reference:
    """Return the Secret with fixed entries; without a name if there is none."""
    return Reference("Secret", agent.keys_secret, "spec.agent.keysSecret")


def of_credentials(agent: AgentSpec) -> Iterator[Reference]:
    """Yield the entries of Secrets that replace values in the resource."""
    entries = [*_of_entries(agent, "spec.agent")]
    for index, backend in enumerate(agent.additional_backends):
        entries += _of_entries(backend, f"spec.agent.additionalBackends[{index}]")
    for reference in entries:
        yield replace(reference, is_credential=True, is_in_file=reference.path.endswith(OF_FILES))


def of_tls(agent: InstanaAgent) -> tuple[Reference, ...]:
    """Return the Secrets for TLS that the user provides, or that another controller issues."""
    tls, path = agent.spec.agent.tls, "spec.agent.tls"
    if tls.files:
        return tuple(_of_entries(tls, path))
    entries = (TLS_CERTIFICATE, TLS_KEY)
    if tls.secret_name:
        return (Reference("Secret", tls.secret_name, f"{path}.secretName", entries),)
    field = "certManager" if tls.cert_manager else "openshiftServingCert"
    return (Reference("Secret", agent.issued_secret_name, f"{path}.{field}", entries),)


def of_claim(spec: InstanaAgentSpec) -> Reference:
    """Return the user's claim for the package cache; without a name if there is none."""
    cache = spec.agent.package_cache
    name = cache.claim_name if cache.type == CLAIM else ""
    return Reference("PersistentVolumeClaim", name, "spec.agent.packageCache.claimName")


def of_certificate(authority: CertificateAuthority, field: str) -> Reference:
    """Return the Secret with a k8sensor's CA certificate; without a name if there is none."""
    path = f"spec.k8s_sensor.{field}.ca.secretName"
    return Reference("Secret", authority.secret_name, path, (authority.filename,))


def of_pull_secrets(given: tuple[Named, ...], image: str) -> tuple[Reference, ...]:
    """Return the pull Secrets that an image names; `image` is the field with them."""
    return tuple(
        Reference("Secret", secret.name, f"{image}.pullSecrets[{index}].name")
        for index, secret in enumerate(given)
        if secret.name
    )


def of_volume(volume: Opaque, index: int, pod: str) -> Iterator[Reference]:
    """Yield the objects that one of the user's volumes needs; `pod` is the path of its pod."""
    path = f"{pod}.volumes[{index}]"
    yield from _of_source(volume, path, name="secretName")
    for position, source in enumerate(projected_sources(volume)):
        yield from _of_source(source, f"{path}.projected.sources[{position}]", name="name")


def of_variable(variable: Opaque, index: int, pod: str) -> Iterator[Reference]:
    """Yield the objects that one of the user's environment variables needs."""
    source, path = as_object(variable.get("valueFrom")), f"{pod}.env[{index}].valueFrom"
    for field, kind in OF_ENTRIES.items():
        reference = as_object(source.get(field))
        entries = _texts([reference.get("key")])
        yield from _needed(kind, reference, "name", f"{path}.{field}", entries)


def _of_additions(added: Additions) -> Iterator[Reference]:
    for index, volume in enumerate(added.volumes):
        yield from of_volume(volume, index, added.path)
    for index, variable in enumerate(added.env):
        yield from of_variable(variable, index, added.path)


def _of_fields(spec: InstanaAgentSpec) -> Iterator[Reference]:
    agent, sensor = spec.agent, spec.k8s_sensor
    yield of_keys_secret(agent)
    yield of_claim(spec)
    yield from of_credentials(agent)
    if sensor.deployment.enabled:
        yield of_certificate(sensor.etcd.ca, "etcd")
        yield of_certificate(sensor.rest_client.ca, "restClient")
        yield from of_pull_secrets(sensor.image.pull_secrets or (), SENSOR_IMAGE)
    yield from of_pull_secrets(agent.image.pull_secrets or (), AGENT_IMAGE)


def _of_entries(part: SpecModel, path: str) -> Iterator[Reference]:
    for name, field in type(part).model_fields.items():
        given = getattr(part, name)
        if isinstance(given, SecretKeyRef):
            yield Reference("Secret", given.name, f"{path}.{field.alias}", (given.key,))


def _of_source(source: Opaque, path: str, *, name: str) -> Iterator[Reference]:
    kinds: tuple[tuple[Kind, str, str], ...] = (
        ("Secret", "secret", name),
        ("ConfigMap", "configMap", "name"),
    )
    for kind, field, name_field in kinds:
        reference = as_object(source.get(field))
        entries = _texts([item.get("key") for item in as_objects(reference.get("items"))])
        yield from _needed(kind, reference, name_field, f"{path}.{field}", entries)


def _needed(
    kind: Kind, reference: Opaque, field: str, path: str, entries: tuple[str, ...]
) -> Iterator[Reference]:
    name = reference.get(field)
    if isinstance(name, str) and not reference.get("optional"):
        yield Reference(kind, name, f"{path}.{field}", entries)


def _texts(values: list[Any]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))
