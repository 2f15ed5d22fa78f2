"""What pods read only as they start, as one digest.

Over all such values of a pod at once, with the places where the pod finds them, keyed with the key
that it reports with, which is long and random: of no value alone there is a digest. What a pod
follows by itself is no part of it: the agent's configuration, namespaces, volumes of the user's.
Nor is what the resource does not name, such as a Secret in an override.

A credential counts with the white space at its ends, as a pod reads it with that: where a line
break is taken out of a Secret, pods restart. Of files that have several lines, certificates and
those of the backends, the white space at the ends means nothing.
"""

import hmac
import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from hooks.desired import names
from hooks.desired.agent.config_secret import BACKEND_FILES
from hooks.desired.agent.volumes import TLS_VOLUME
from hooks.desired.inputs.context import Context
from hooks.desired.inputs.credentials import Credential
from hooks.desired.inputs.unresolved import all_unresolved, is_missing
from hooks.desired.k8sensor.certificates import CONTROL_PLANE, ETCD
from hooks.desired.k8sensor.etcd_discovery import CA_SECRET
from hooks.desired.pod.mounts import CONFIG_VOLUME, SECRETS_VOLUME
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.kube.pods import OF_ENTRIES, containers_of, sources_of
from hooks.kube.workloads import pod_spec
from hooks.models.tls import TLS_CERTIFICATE, TLS_KEY

READ_AT_START = (SECRETS_VOLUME, TLS_VOLUME, ETCD.volume, CONTROL_PLANE.volume)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A value that a pod reads as it starts: where it finds it, and what holds it."""

    place: str
    kind: str
    name: str
    entry: str
    is_optional: bool
    is_exact: bool
    """Whether white space at its ends is a part of it."""


@dataclass(frozen=True, slots=True)
class _Unknown:
    """Stands for a value that cannot be known."""


@dataclass(frozen=True, slots=True)
class Holders:
    """What may hold a value that a pod reads, by kind and name; gathered once per call."""

    context: Context
    own: dict[tuple[str, str], Obj]
    named: frozenset[tuple[str, str]]
    lacking: frozenset[tuple[str, str]]
    lacks_some: bool
    """Whether something is missing that the resource names, or may be."""


def holders_of(context: Context, children: list[Obj]) -> Holders:
    """Return the holders: the desired children, and what the resource names."""
    references = context.references
    return Holders(
        context,
        own={(child["kind"], child["metadata"]["name"]): child for child in children},
        named=frozenset(
            {(reference.kind, reference.name) for reference in references} | {("Secret", CA_SECRET)}
        ),
        lacking=frozenset(
            (reference.kind, reference.name)
            for reference in references
            if is_missing(context, reference)
        ),
        lacks_some=bool(all_unresolved(context)),
    )


def checksum_of(holders: Holders, workload: Obj) -> str:
    """Return the digest of what the pods of a workload read; empty while it cannot be known."""
    key = _key_of(holders.context, workload)
    values = dict(_values(holders, pod_spec(workload)))
    if not key.is_usable or _Unknown() in values.values():
        return ""
    place = f"{holders.context.agent.namespace}/{workload['metadata']['name']}"
    message = json.dumps([place, sorted(values.items())])
    return hmac.new(key.value.encode(), message.encode(), sha256).hexdigest()


def named_entries(holders: Holders, workload: Obj) -> frozenset[tuple[str, str, str]]:
    """Return kind, name and entry of what the resource names and the pods of a workload read.

    With what the credentials are taken from that pods find in Secrets made from the resource.
    """
    pod = pod_spec(workload)
    readings = [*_variables(pod), *_files(pod), *_backend_files(pod, holders.own)]
    found = {(reading.kind, reading.name, reading.entry) for reading in readings}
    if any((kind, name) in holders.own for kind, name, _ in found):
        sources = (credential.source for credential in holders.context.credentials.all)
        found |= {("Secret", source.secret, source.entry) for source in sources if source}
    return frozenset(entry for entry in found if entry[:2] in holders.named)


def _key_of(context: Context, workload: Obj) -> Credential:
    """Return the key that the pods of a workload report with: of all agents the main one."""
    name = workload["metadata"]["name"]
    if workload["kind"] == "Deployment":
        for backend in context.backends:
            if names.k8sensor(context.agent.name, backend.suffix) == name:
                return backend.key
    return context.credentials.keys[0]


def _values(holders: Holders, pod: Obj) -> Iterator[tuple[str, str | _Unknown]]:
    """Yield each place where a pod reads something, with what it finds there."""
    context = holders.context
    for reading in (*_variables(pod), *_files(pod), *_backend_files(pod, holders.own)):
        which = reading.kind, reading.name
        if which in holders.own:
            value = _entry(holders.own[which], reading)
        elif which in holders.named:
            value = _Unknown() if which in holders.lacking else _value(context, reading)
        else:
            # Nobody asked for it; or it is what the resource named before, retained as observed.
            value = _Unknown() if holders.lacks_some else None
        if value is not None:
            yield reading.place, value


def _value(context: Context, reading: _Reading) -> str | _Unknown | None:
    kind = f"{reading.kind}.v1"
    if not context.related.knows(kind):
        return _Unknown()
    found = context.related.get(kind, context.agent.namespace, reading.name)
    return _entry(found or {}, reading)


def _entry(holder: Obj, reading: _Reading) -> str | _Unknown | None:
    """Return an entry of a Secret or ConfigMap; None if it is not there and need not be."""
    texts = as_object(holder.get("data"))
    value = as_object(holder.get("binaryData")).get(reading.entry, texts.get(reading.entry))
    if isinstance(value, str):
        return _content(value, reading) if reading.kind == "Secret" else value
    return None if reading.is_optional else _Unknown()


def _content(value: str, reading: _Reading) -> str:
    """Return the bytes of an entry of a Secret, as far as they count."""
    try:
        content = b64decode(value, validate=True)
        return (content if reading.is_exact else content.strip()).hex()
    except ValueError:  # What is not base64, also for letters outside of ASCII.
        return value


def _variables(pod: Obj) -> Iterator[_Reading]:
    """Yield what comes as environment: of that, a process never learns anything new."""
    for container in containers_of(pod):
        for variable in as_objects(container.get("env")):
            if "valueFrom" not in variable:
                continue
            source = as_object(variable.get("valueFrom"))
            for field in source.keys() & OF_ENTRIES.keys():
                place = f"variable {container.get('name')}/{variable.get('name')}"
                yield _reading(place, OF_ENTRIES[field], as_object(source[field]), is_exact=True)


def _files(pod: Obj) -> Iterator[_Reading]:
    for volume in as_objects(pod.get("volumes")):
        if volume.get("name") in READ_AT_START:
            for source in sources_of(volume):
                yield from _files_of(volume, source)


def _files_of(volume: Obj, source: Obj) -> Iterator[_Reading]:
    """Yield the files that a Secret gives a volume: certificate and key, if it names none."""
    secret, is_exact = as_object(source.get("secret")), volume["name"] == SECRETS_VOLUME
    pair = [{"key": entry, "path": entry} for entry in (TLS_CERTIFICATE, TLS_KEY)]
    for item in as_objects(secret.get("items", pair if secret else None)):
        place = f"file {volume['name']}/{item.get('path')}"
        yield _reading(place, "Secret", secret | item, is_exact=is_exact)


def _backend_files(pod: Obj, own: dict[tuple[str, str], Obj]) -> Iterator[_Reading]:
    """Yield the files with the backends' keys, where the pod gets all configuration files."""
    for volume in as_objects(pod.get("volumes")):
        secret = as_object(volume.get("secret"))
        if volume.get("name") == CONFIG_VOLUME and "items" not in secret:
            name = str(secret.get("secretName"))
            entries = as_object(own.get(("Secret", name), {}).get("data"))
            for entry in entries:
                if entry.startswith(BACKEND_FILES):
                    reference = {"name": name, "key": entry}
                    place = f"file {CONFIG_VOLUME}/{entry}"
                    yield _reading(place, "Secret", reference, is_exact=False)


def _reading(place: str, kind: str, reference: Obj, *, is_exact: bool) -> _Reading:
    name = reference.get("secretName") or reference.get("name")
    is_optional = reference.get("optional") is True
    return _Reading(place, kind, str(name), str(reference.get("key")), is_optional, is_exact)
