"""Requests decoded only as far as the hooks read them: kinds that a cluster has by the thousand.

A Pod is 14 kB of JSON, most of it managed fields and volumes that no function reads. msgspec checks
such parts and skips them, which takes a tenth of the time and a thirtieth of the memory of decoding
them. What it cannot read is left to the complete decoder. Invalid UTF-8, which Kubernetes never
sends, is not noticed in what is skipped; otherwise the response is the same
(tests/property/test_projection.py).
"""

from typing import Any, Final, Required, TypeAlias, TypedDict

import msgspec
import orjson
from msgspec import Raw

from hooks.kube.objects import Obj

Maybe: TypeAlias = Any
"""A value of any form: functions check what they read of it."""


class Metadata(TypedDict, total=False):
    """What is read of the metadata of an object."""

    name: Maybe
    namespace: Maybe
    uid: Maybe
    generation: Maybe
    labels: Maybe
    ownerReferences: Maybe
    deletionTimestamp: Maybe


class Labelled(TypedDict, total=False):
    """What is read of any object, and all that is read of many."""

    apiVersion: Maybe
    kind: Maybe
    metadata: Metadata


class Container(TypedDict, total=False):
    """What is read of a container."""

    name: Maybe
    image: Maybe


class PodSpec(TypedDict, total=False):
    """What is read of the spec of a Pod."""

    nodeName: Maybe
    affinity: Maybe
    readinessGates: Maybe
    containers: list[Container]
    initContainers: list[Container]


class PodStatus(TypedDict, total=False):
    """What is read of the status of a Pod."""

    phase: Maybe
    reason: Maybe
    message: Maybe
    conditions: Maybe
    containerStatuses: Maybe
    initContainerStatuses: Maybe


class Pod(Labelled, total=False):
    """A Pod, for `podStatus`."""

    spec: PodSpec
    status: PodStatus


class Written(TypedDict, total=False):
    """What is read of an entry of managed fields: when it was written, and of what."""

    time: Maybe
    subresource: Maybe


class OfNamespace(TypedDict, total=False):
    """What is read of the metadata of a Namespace."""

    name: Maybe
    labels: Maybe
    managedFields: list[Written]


class Namespace(TypedDict, total=False):
    """A Namespace, for the list of those with the label."""

    apiVersion: Maybe
    kind: Maybe
    metadata: OfNamespace


ForSync = TypedDict(
    "ForSync",
    {
        "Certificate.cert-manager.io/v1": Raw,
        "ConfigMap.v1": Raw,
        "DaemonSet.apps/v1": Raw,
        "Deployment.apps/v1": Raw,
        "EndpointSlice.discovery.k8s.io/v1": Raw,
        "Namespace.v1": dict[str, Namespace],
        "NetworkPolicy.networking.k8s.io/v1": Raw,
        "Node.v1": dict[str, Labelled],
        "PersistentVolumeClaim.v1": Raw,
        "Pod.v1": dict[str, Pod],
        "PodDisruptionBudget.policy/v1": Raw,
        "Secret.v1": Raw,
        "Service.v1": Raw,
        "ServiceAccount.v1": Raw,
    },
    total=False,
)
"""The related objects of an InstanaAgent: of all kinds in `contract.RELATED_KINDS`."""


class Account(TypedDict, total=False):
    """`spec.serviceAccount` of an InstanaAgent."""

    name: Maybe
    create: Maybe


class Reference(TypedDict, total=False):
    """What is read of an owner reference."""

    uid: Maybe
    controller: Maybe


class OfAccount(TypedDict, total=False):
    """What is read of the metadata of a ServiceAccount."""

    name: Maybe
    labels: Maybe
    ownerReferences: list[Reference]


class ServiceAccount(TypedDict, total=False):
    """A ServiceAccount, for whose it is."""

    apiVersion: Maybe
    kind: Maybe
    metadata: OfAccount


class Rbac(TypedDict, total=False):
    """`spec.rbac` of an InstanaAgent."""

    create: Maybe


class SensorDeployment(TypedDict, total=False):
    """`spec.k8s_sensor.deployment` of an InstanaAgent."""

    enabled: Maybe


class Sensor(TypedDict, total=False):
    """`spec.k8s_sensor` of an InstanaAgent."""

    deployment: SensorDeployment


class Nothing(TypedDict, total=False):
    """A part that must be there, and whose fields are not read."""


class AgentSpec(TypedDict, total=False):
    """The parts in `cluster_rbac.NEEDED`."""

    agent: Nothing
    rbac: Rbac
    serviceAccount: Account
    k8s_sensor: Sensor


class Condition(TypedDict, total=False):
    """What is read of a condition."""

    type: Maybe
    status: Maybe
    observedGeneration: Maybe


class AgentStatus(TypedDict, total=False):
    """What is read of the status of an InstanaAgent."""

    conditions: list[Condition]


class OfAgent(TypedDict, total=False):
    """What is read of the metadata of an InstanaAgent."""

    name: Maybe
    namespace: Maybe
    uid: Maybe
    generation: Maybe


class Agent(TypedDict, total=False):
    """An InstanaAgent, for its ClusterRoleBindings."""

    apiVersion: Maybe
    kind: Maybe
    metadata: OfAgent
    spec: AgentSpec
    status: AgentStatus


ForClusterRbac = TypedDict(
    "ForClusterRbac",
    {
        "InstanaAgent.instana.io/v1": dict[str, Agent],
        "ServiceAccount.v1": dict[str, ServiceAccount],
    },
    total=False,
)
"""The related objects of a ClusterRole."""


class SyncRequest(TypedDict, total=False):
    """The request of `sync`; parts that are read as a whole are decoded later."""

    controller: Raw
    parent: Raw
    children: Raw
    related: Required[ForSync]


class ClusterRbacRequest(TypedDict, total=False):
    """The request of `cluster_rbac.sync`; parts that are read as a whole are decoded later."""

    controller: Raw
    object: Raw
    attachments: Raw
    related: Required[ForClusterRbac]


_sync: Final = msgspec.json.Decoder(SyncRequest)
_cluster_rbac: Final = msgspec.json.Decoder(ClusterRbacRequest)


def for_sync(body: bytes) -> Obj | None:
    """Return a request of `sync` with what it reads; None if the request has another form."""
    return _projected(_sync, body)


def for_cluster_rbac(body: bytes) -> Obj | None:
    """Return a request of `cluster_rbac.sync` with what it reads; None if it has another form.

    The attachments, which only bindings that stay as they are need, are a view of their JSON.
    """
    return _projected(_cluster_rbac, body, later=("attachments",))


def _projected(
    decoder: "msgspec.json.Decoder[Any]", body: bytes, later: tuple[str, ...] = ()
) -> Obj | None:
    try:
        request: Obj = decoder.decode(body)
        left = {name: memoryview(request.pop(name)) for name in later if name in request}
        return _whole(request) | {"related": _whole(request["related"])} | left
    except (RecursionError, ValueError):  # msgspec's errors and orjson's are ValueErrors.
        return None


def _whole(parts: Obj) -> Obj:
    """Return parts with those decoded that are read as a whole."""
    return {
        name: orjson.loads(memoryview(part)) if isinstance(part, Raw) else part
        for name, part in parts.items()
    }
