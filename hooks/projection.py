"""Requests decoded only as far as the hooks read them: kinds that a cluster has by the thousand.

A Pod is 14 kB of JSON, most of it managed fields and volumes that no function reads. msgspec checks
such parts and skips them, which takes an eighth of the time and a fifth of the memory of decoding
them. What it cannot read is left to the complete decoder. Invalid UTF-8, which Kubernetes never
sends, is not noticed in what is skipped; otherwise the response is the same
(tests/property/test_projection.py).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec
import orjson
from msgspec import UNSET, Raw, Struct, UnsetType

from hooks.contract import NAMESPACE, NODE, POD, SERVICE_ACCOUNT
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND

RELATED: Final = "related"

Maybe: TypeAlias = Any
"""A value of any form, or none at all: functions check what they read of it."""


class _Part(Struct, rename="camel"):
    """A part of an object, with the fields that are read."""


class Metadata(_Part):
    """What is read of any object's metadata."""

    name: Maybe = UNSET
    namespace: Maybe = UNSET
    uid: Maybe = UNSET
    generation: Maybe = UNSET
    labels: Maybe = UNSET
    owner_references: Maybe = UNSET
    deletion_timestamp: Maybe = UNSET


class Labelled(_Part):
    """An object of which only the metadata is read."""

    api_version: Maybe = UNSET
    kind: Maybe = UNSET
    metadata: Metadata | UnsetType = UNSET


class Container(_Part):
    """What is read of a container in the spec of a Pod."""

    name: Maybe = UNSET
    image: Maybe = UNSET


class PodSpec(_Part):
    """What is read of the spec of a Pod."""

    node_name: Maybe = UNSET
    affinity: Maybe = UNSET
    readiness_gates: Maybe = UNSET
    containers: list[Container] | UnsetType = UNSET
    init_containers: list[Container] | UnsetType = UNSET


class PodStatus(_Part):
    """What is read of the status of a Pod."""

    phase: Maybe = UNSET
    reason: Maybe = UNSET
    message: Maybe = UNSET
    conditions: Maybe = UNSET
    container_statuses: Maybe = UNSET
    init_container_statuses: Maybe = UNSET


class Pod(Labelled):
    """A Pod, for `podStatus`."""

    spec: PodSpec | UnsetType = UNSET
    status: PodStatus | UnsetType = UNSET


class Rbac(_Part):
    """`spec.rbac` of an InstanaAgent."""

    create: Maybe = UNSET


class Account(_Part):
    """`spec.serviceAccount` of an InstanaAgent."""

    name: Maybe = UNSET
    create: Maybe = UNSET


class Deployment(_Part):
    """`spec.k8s_sensor.deployment` of an InstanaAgent."""

    enabled: Maybe = UNSET


class Sensor(_Part):
    """`spec.k8s_sensor` of an InstanaAgent."""

    deployment: Deployment | UnsetType = UNSET


class AgentSpec(_Part):
    """What bindings depend on: the parts in `hooks.cluster_rbac.NEEDED`."""

    agent: _Part | UnsetType = UNSET
    rbac: Rbac | UnsetType = UNSET
    service_account: Account | UnsetType = UNSET
    k8s_sensor: Sensor | UnsetType = msgspec.field(default=UNSET, name="k8s_sensor")


class Condition(_Part):
    """What is read of a condition."""

    type: Maybe = UNSET
    status: Maybe = UNSET
    observed_generation: Maybe = UNSET


class AgentStatus(_Part):
    """What is read of the status of an InstanaAgent."""

    conditions: list[Condition] | UnsetType = UNSET


class Agent(Labelled):
    """An InstanaAgent, for its ClusterRoleBindings."""

    spec: AgentSpec | UnsetType = UNSET
    status: AgentStatus | UnsetType = UNSET


class Request(_Part):
    """The request of a sync hook, of which each part is decoded by itself."""

    related: dict[str, Raw]
    attachments: Raw | UnsetType = UNSET
    children: Raw | UnsetType = UNSET
    controller: Raw | UnsetType = UNSET
    object: Raw | UnsetType = UNSET
    parent: Raw | UnsetType = UNSET


Decoders: TypeAlias = Mapping[str, "msgspec.json.Decoder[Any]"]
OF_SYNC: Final[Decoders] = {
    NAMESPACE: msgspec.json.Decoder(dict[str, Labelled]),
    NODE: msgspec.json.Decoder(dict[str, Labelled]),
    POD: msgspec.json.Decoder(dict[str, Pod]),
}
OF_CLUSTER_RBAC: Final[Decoders] = {
    f"{KIND}.{API_VERSION}": msgspec.json.Decoder(dict[str, Agent]),
    SERVICE_ACCOUNT: msgspec.json.Decoder(dict[str, Labelled]),
}

_request: Final = msgspec.json.Decoder(Request)


def for_sync(body: bytes) -> Obj | None:
    """Return a request of `sync` with what it reads; None if the request has another form."""
    return _projected(body, OF_SYNC)


def for_cluster_rbac(body: bytes) -> Obj | None:
    """Return a request of `cluster_rbac.sync` with what it reads; None if it has another form."""
    return _projected(body, OF_CLUSTER_RBAC)


def _projected(body: bytes, decoders: Decoders) -> Obj | None:
    """Return a request in which the related objects of these kinds have only what is read."""
    try:
        found = _request.decode(body)
        return {
            RELATED: {
                kind: _objects(part, decoders.get(kind)) for kind, part in found.related.items()
            },
            **{name: orjson.loads(memoryview(part)) for name, part in _others(found)},
        }
    except (RecursionError, ValueError):  # msgspec's errors and orjson's are ValueErrors.
        return None


def _others(found: Request) -> Iterator[tuple[str, Raw]]:
    for name in Request.__struct_fields__:
        part = getattr(found, name)
        if isinstance(part, Raw):
            yield name, part


def _objects(part: Raw, decoder: "msgspec.json.Decoder[Any] | None") -> Any:
    if decoder is None:
        return orjson.loads(memoryview(part))
    return msgspec.to_builtins(decoder.decode(part))
