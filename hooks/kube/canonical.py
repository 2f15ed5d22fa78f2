"""Parts of a pod that a user writes, in the form that the API server stores.

What we return to Metacontroller is compared with what is stored: a zero value that the server
drops, a quantity in another spelling or a default missing inside a list that is replaced as a whole
would be an update on every sync. The shapes below are those of k8s.io/api v0.36 (core/v1, apps/v1):
a field is dropped when zero if it is `omitempty` and no pointer there. Pointers (`optional`,
`defaultMode`, `tolerationSeconds`) and required fields keep their zeros. Fields that no shape names
stay as they are, so that newer versions of Kubernetes are not in the way. An empty list comes back
as one: leaving out its field is up to the caller.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from hooks.errors import QUANTITY, InvalidResource, Problem
from hooks.kube.objects import Obj
from hooks.kube.quantities import InvalidQuantity, canonical_amount, canonical_quantity

_BEYOND_INTEGERS = 2**63
"""Numbers from here on fit into no integer of the server, nor of our JSON."""

Rule: TypeAlias = Callable[[Any, str], Any]
"""Takes a value as written and its field path, returns it as stored."""


def canonical_affinity(affinity: Obj, path: str) -> Obj:
    """Return an Affinity as the API server stores it; `path` is where the user wrote it."""
    stored: Obj = _AFFINITY(affinity, path)
    return stored


def canonical_tolerations(tolerations: list[Obj], path: str) -> list[Obj]:
    """Return a list of Tolerations as the API server stores it."""
    stored: list[Obj] = _TOLERATION(tolerations, path)
    return stored


def canonical_volumes(volumes: list[Obj], path: str) -> list[Obj]:
    """Return a list of Volumes as the API server stores it.

    Raises InvalidResource, with the field's path, for what is not a quantity.
    """
    stored: list[Obj] = _VOLUME(volumes, path)
    return stored


def canonical_volume_mounts(mounts: list[Obj], path: str) -> list[Obj]:
    """Return a list of VolumeMounts as the API server stores it."""
    stored: list[Obj] = _VOLUME_MOUNT(mounts, path)
    return stored


def canonical_env(env: list[Obj], path: str) -> list[Obj]:
    """Return a list of EnvVars as the API server stores it, each name once: the last one counts.

    The server takes a name twice, with a warning, but not under server-side apply.
    Raises InvalidResource, with the field's path, for what is not a quantity.
    """
    stored: list[Obj] = _last_of_each_name(_ENV_VAR(env, path))
    return stored


def canonical_probe(probe: Obj, path: str) -> Obj:
    """Return a Probe as the API server stores it."""
    stored: Obj = _PROBE(probe, path)
    return stored


def canonical_update_strategy(strategy: Obj, path: str) -> Obj:
    """Return the update strategy of a DaemonSet or Deployment as the API server stores it."""
    stored: Obj = _UPDATE_STRATEGY(strategy, path)
    return stored


def canonical_topology_spread(constraints: list[Obj], path: str) -> list[Obj]:
    """Return a list of TopologySpreadConstraints as the API server stores it."""
    stored: list[Obj] = _TOPOLOGY_SPREAD(constraints, path)
    return stored


def canonical_resource_claims(claims: list[Obj], path: str) -> list[Obj]:
    """Return the resource claims of a pod or of a container as the API server stores them."""
    stored: list[Obj] = _RESOURCE_CLAIM(claims, path)
    return stored


def canonical_amounts(amounts: Obj, path: str) -> dict[str, str]:
    """Return `requests` or `limits` as the API server stores them.

    Raises InvalidResource, with the field's path, for what is not a quantity.
    """
    stored: dict[str, str] = _amounts(amounts, path)
    return stored


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the API server does with the fields of one type, alone or in a list.

    `zero_dropped`: not stored when zero; `rules`: fields that are more than a plain value;
    `defaults`: stored where nothing was written.
    """

    zero_dropped: frozenset[str]
    rules: Mapping[str, Rule]
    defaults: Mapping[str, Callable[[], Any]]

    def __call__(self, value: Any, path: str) -> Any:
        """Return the value as stored; what is neither an object nor a list stays as it is."""
        if isinstance(value, list):
            return [self(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        stored = {}
        for name, field in value.items():
            if field is None:
                continue
            rule = self.rules.get(name)
            part = _plain(field) if rule is None else rule(field, f"{path}.{name}")
            if part or name not in self.zero_dropped:
                stored[name] = part
        for name, make_default in self.defaults.items():
            if name not in stored:
                stored[name] = make_default()
        return stored


def _shape(
    zero_dropped: str = "",
    *,
    defaults: Mapping[str, Callable[[], Any]] | None = None,
    **rules: Rule,
) -> _Shape:
    """Return a shape; `zero_dropped` are names with spaces between."""
    return _Shape(frozenset(zero_dropped.split()), rules, defaults or {})


def _constants(**values: Any) -> Mapping[str, Callable[[], Any]]:
    """Return defaults that are plain values."""
    return {name: partial(_plain, value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    """Return a whole number as an integer: the server refuses `1.0` where it wants one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _BEYOND_INTEGERS:
        return int(value)
    return value


def _quantity(value: Any, path: str) -> str:
    return _spelled(canonical_quantity, value, path)


def _amounts(value: Any, path: str) -> Any:
    """Return a list of resources (`limits`, `requests`) by name as stored."""
    if not isinstance(value, dict):
        return value
    return {
        name: _spelled(canonical_amount, amount, f"{path}.{name}") for name, amount in value.items()
    }


def _texts(value: Any, path: str) -> Any:  # noqa: ARG001
    """Return a map of strings as stored: null is the empty string there."""
    if not isinstance(value, dict):
        return value
    return {name: "" if text is None else text for name, text in value.items()}


def _spelled(canonical: Callable[[Any], str], value: Any, path: str) -> str:
    try:
        return canonical(value)
    except InvalidQuantity as error:
        raise InvalidResource((Problem(path, str(error), QUANTITY),)) from None


def _last_of_each_name(env: Any) -> Any:
    """Return the list with each name once: in its first place, as it was written last."""
    if not isinstance(env, list):
        return env
    return list({_name_or_place(item, place): item for place, item in enumerate(env)}.values())


def _name_or_place(item: Any, place: int) -> str | int:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else place


# Selectors and affinity.

_EXPRESSION = _shape("values")
_LABEL_SELECTOR = _shape(
    "matchLabels matchExpressions",
    matchLabels=_texts,
    matchExpressions=_EXPRESSION,
)
_NODE_SELECTOR_TERM = _shape(
    "matchExpressions matchFields",
    matchExpressions=_EXPRESSION,
    matchFields=_EXPRESSION,
)
_POD_AFFINITY_TERM = _shape(
    "namespaces matchLabelKeys mismatchLabelKeys",
    labelSelector=_LABEL_SELECTOR,
    namespaceSelector=_LABEL_SELECTOR,
)
_POD_AFFINITY = _shape(
    "requiredDuringSchedulingIgnoredDuringExecution "
    "preferredDuringSchedulingIgnoredDuringExecution",
    requiredDuringSchedulingIgnoredDuringExecution=_POD_AFFINITY_TERM,
    preferredDuringSchedulingIgnoredDuringExecution=_shape(podAffinityTerm=_POD_AFFINITY_TERM),
)
_NODE_AFFINITY = _shape(
    "preferredDuringSchedulingIgnoredDuringExecution",
    requiredDuringSchedulingIgnoredDuringExecution=_shape(nodeSelectorTerms=_NODE_SELECTOR_TERM),
    preferredDuringSchedulingIgnoredDuringExecution=_shape(
        preference=_NODE_SELECTOR_TERM,
        defaults={"preference": dict},
    ),
)
_AFFINITY = _shape(
    nodeAffinity=_NODE_AFFINITY,
    podAffinity=_POD_AFFINITY,
    podAntiAffinity=_POD_AFFINITY,
)
_TOLERATION = _shape("key operator value effect")
_TOPOLOGY_SPREAD = _shape("matchLabelKeys", labelSelector=_LABEL_SELECTOR)

# What volumes and environment variables take from elsewhere.

_FIELD_REF = _shape("apiVersion", defaults={"apiVersion": lambda: "v1"})
_RESOURCE_FIELD_REF = _shape("containerName", divisor=_quantity, defaults={"divisor": lambda: "0"})
_OBJECT_REF = _shape("name")
_DOWNWARD_API = _shape(
    "items",
    items=_shape(fieldRef=_FIELD_REF, resourceFieldRef=_RESOURCE_FIELD_REF),
)
_KEYS_OF_OBJECT = _shape("name items", items=_shape())

# Volumes.

_PROJECTED_SOURCE = _shape(
    clusterTrustBundle=_shape(labelSelector=_LABEL_SELECTOR),
    configMap=_KEYS_OF_OBJECT,
    downwardAPI=_DOWNWARD_API,
    podCertificate=_shape(
        "signerName keyType credentialBundlePath keyPath certificateChainPath userAnnotations",
        userAnnotations=_texts,
    ),
    secret=_KEYS_OF_OBJECT,
    serviceAccountToken=_shape("audience", defaults={"expirationSeconds": lambda: 3600}),
)
_CLAIM_SPEC = _shape(
    "accessModes volumeName",
    dataSource=_shape(),
    dataSourceRef=_shape(),
    resources=_shape("limits requests", limits=_amounts, requests=_amounts),
    selector=_LABEL_SELECTOR,
)
_CLAIM_TEMPLATE = _shape(
    metadata=_shape(
        "annotations finalizers generateName labels name namespace ownerReferences",
        annotations=_texts,
        labels=_texts,
    ),
    spec=_CLAIM_SPEC,
)
_VOLUME = _shape(
    awsElasticBlockStore=_shape("fsType partition readOnly"),
    azureDisk=_shape(
        defaults=_constants(cachingMode="ReadWrite", fsType="ext4", kind="Shared", readOnly=False)
    ),
    azureFile=_shape("readOnly"),
    cephfs=_shape("path user secretFile readOnly", secretRef=_OBJECT_REF),
    cinder=_shape("fsType readOnly", secretRef=_OBJECT_REF),
    configMap=_KEYS_OF_OBJECT,
    csi=_shape("volumeAttributes", volumeAttributes=_texts, nodePublishSecretRef=_OBJECT_REF),
    downwardAPI=_DOWNWARD_API,
    emptyDir=_shape("medium", sizeLimit=_quantity),
    ephemeral=_shape(volumeClaimTemplate=_CLAIM_TEMPLATE),
    fc=_shape("targetWWNs fsType readOnly wwids"),
    flexVolume=_shape("fsType readOnly options", options=_texts, secretRef=_OBJECT_REF),
    flocker=_shape("datasetName datasetUUID"),
    gcePersistentDisk=_shape("fsType partition readOnly"),
    gitRepo=_shape("revision directory"),
    glusterfs=_shape("readOnly"),
    hostPath=_shape(),
    image=_shape("reference pullPolicy"),
    iscsi=_shape(
        "iscsiInterface fsType readOnly portals chapAuthDiscovery chapAuthSession",
        defaults=_constants(iscsiInterface="default"),
        secretRef=_OBJECT_REF,
    ),
    nfs=_shape("readOnly"),
    persistentVolumeClaim=_shape("readOnly"),
    photonPersistentDisk=_shape("fsType"),
    portworxVolume=_shape("fsType readOnly"),
    projected=_shape("sources", sources=_PROJECTED_SOURCE),
    quobyte=_shape("readOnly user group tenant"),
    rbd=_shape(
        "fsType pool user keyring readOnly",
        defaults=_constants(keyring="/etc/ceph/keyring", pool="rbd", user="admin"),
        secretRef=_OBJECT_REF,
    ),
    scaleIO=_shape(
        "sslEnabled protectionDomain storagePool storageMode volumeName fsType readOnly",
        defaults=_constants(fsType="xfs", storageMode="ThinProvisioned"),
        secretRef=_OBJECT_REF,
    ),
    secret=_shape("secretName items", items=_shape()),
    storageos=_shape("volumeName volumeNamespace fsType readOnly", secretRef=_OBJECT_REF),
    vsphereVolume=_shape("fsType storagePolicyName storagePolicyID"),
)
_VOLUME_MOUNT = _shape("readOnly subPath subPathExpr")

# Containers.

_ENV_VAR = _shape(
    "value",
    valueFrom=_shape(
        configMapKeyRef=_OBJECT_REF,
        fieldRef=_FIELD_REF,
        fileKeyRef=_shape(defaults=_constants(optional=False)),
        resourceFieldRef=_RESOURCE_FIELD_REF,
        secretKeyRef=_OBJECT_REF,
    ),
)
_PROBE = _shape(
    "initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold",
    exec=_shape("command"),
    grpc=_shape(defaults=_constants(service="")),
    httpGet=_shape("path host scheme httpHeaders", httpHeaders=_shape()),
    tcpSocket=_shape("host"),
)
_RESOURCE_CLAIM = _shape("request")
_UPDATE_STRATEGY = _shape("type", rollingUpdate=_shape())
