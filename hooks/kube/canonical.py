"""Parts of a pod that a user writes, in the form that the API server stores.

Metacontroller compares what we return with what is stored. A zero value that the server drops, a
quantity in another spelling or a default missing inside a list that is replaced as a whole would be
an update on every sync. The shapes below are those of k8s.io/api v0.36 (core/v1, apps/v1): a field
is dropped when zero if it is `omitempty` and not a pointer there. Pointers (`optional`,
`defaultMode`, `tolerationSeconds`) and required fields keep their zeros. Fields that no shape names
stay as they are, so that newer versions of Kubernetes work as well. An empty list is returned as an
empty list: the caller decides whether to omit its field.

Each `canonical_...` takes one part or a list of parts that a user wrote, and its path in the
resource, and returns it as stored. It raises InvalidResource, with the field's path, for a value
that should be a quantity and is not.
"""

from typing import Any

from hooks.kube.objects import Obj
from hooks.kube.stored_shape import amounts, constants, quantity, shape, texts


def canonical_env(env: list[Obj], path: str) -> list[Obj]:
    """Return a list of EnvVars as the API server stores it; of duplicate names the last one counts.

    The server accepts duplicate names with a warning, but not under server-side apply. Raises
    InvalidResource, with the field's path, for a value that should be a quantity and is not.
    """
    stored: list[Obj] = _last_of_each_name(_ENV_VAR(env, path))
    return stored


def _last_of_each_name(env: Any) -> Any:
    """Return the list without duplicate names: the last item, in the place of the first one."""
    if not isinstance(env, list):
        return env
    return list({_name_or_place(item, place): item for place, item in enumerate(env)}.values())


def _name_or_place(item: Any, place: int) -> str | int:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else place


# Selectors and affinity.

_EXPRESSION = shape("values")
LABEL_SELECTOR = shape(
    "matchLabels matchExpressions",
    matchLabels=texts,
    matchExpressions=_EXPRESSION,
)
_NODE_SELECTOR_TERM = shape(
    "matchExpressions matchFields",
    matchExpressions=_EXPRESSION,
    matchFields=_EXPRESSION,
)
_POD_AFFINITY_TERM = shape(
    "namespaces matchLabelKeys mismatchLabelKeys",
    labelSelector=LABEL_SELECTOR,
    namespaceSelector=LABEL_SELECTOR,
)
_POD_AFFINITY = shape(
    "requiredDuringSchedulingIgnoredDuringExecution "
    "preferredDuringSchedulingIgnoredDuringExecution",
    requiredDuringSchedulingIgnoredDuringExecution=_POD_AFFINITY_TERM,
    preferredDuringSchedulingIgnoredDuringExecution=shape(podAffinityTerm=_POD_AFFINITY_TERM),
)
_NODE_AFFINITY = shape(
    "preferredDuringSchedulingIgnoredDuringExecution",
    requiredDuringSchedulingIgnoredDuringExecution=shape(nodeSelectorTerms=_NODE_SELECTOR_TERM),
    preferredDuringSchedulingIgnoredDuringExecution=shape(
        preference=_NODE_SELECTOR_TERM,
        defaults={"preference": dict},
    ),
)
canonical_affinity = shape(
    nodeAffinity=_NODE_AFFINITY,
    podAffinity=_POD_AFFINITY,
    podAntiAffinity=_POD_AFFINITY,
)
canonical_tolerations = shape("key operator value effect")
canonical_topology_spread = shape("matchLabelKeys", labelSelector=LABEL_SELECTOR)

# Sources of volumes and environment variables.

_FIELD_REF = shape("apiVersion", defaults={"apiVersion": lambda: "v1"})
_RESOURCE_FIELD_REF = shape("containerName", divisor=quantity, defaults={"divisor": lambda: "0"})
OBJECT_REF = shape("name")
_DOWNWARD_API = shape(
    "items",
    items=shape(fieldRef=_FIELD_REF, resourceFieldRef=_RESOURCE_FIELD_REF),
)
_KEYS_OF_OBJECT = shape("name items", items=shape())

# Volumes.

_PROJECTED_SOURCE = shape(
    clusterTrustBundle=shape(labelSelector=LABEL_SELECTOR),
    configMap=_KEYS_OF_OBJECT,
    downwardAPI=_DOWNWARD_API,
    podCertificate=shape(
        "signerName keyType credentialBundlePath keyPath certificateChainPath userAnnotations",
        userAnnotations=texts,
    ),
    secret=_KEYS_OF_OBJECT,
    serviceAccountToken=shape("audience", defaults={"expirationSeconds": lambda: 3600}),
)
_CLAIM_SPEC = shape(
    "accessModes volumeName",
    dataSource=shape(),
    dataSourceRef=shape(),
    resources=shape("limits requests", limits=amounts, requests=amounts),
    selector=LABEL_SELECTOR,
)
_CLAIM_TEMPLATE = shape(
    metadata=shape(
        "annotations finalizers generateName labels name namespace ownerReferences",
        annotations=texts,
        labels=texts,
    ),
    spec=_CLAIM_SPEC,
)
canonical_volumes = shape(
    awsElasticBlockStore=shape("fsType partition readOnly"),
    azureDisk=shape(
        defaults=constants(cachingMode="ReadWrite", fsType="ext4", kind="Shared", readOnly=False)
    ),
    azureFile=shape("readOnly"),
    cephfs=shape("path user secretFile readOnly", secretRef=OBJECT_REF),
    cinder=shape("fsType readOnly", secretRef=OBJECT_REF),
    configMap=_KEYS_OF_OBJECT,
    csi=shape("volumeAttributes", volumeAttributes=texts, nodePublishSecretRef=OBJECT_REF),
    downwardAPI=_DOWNWARD_API,
    emptyDir=shape("medium", sizeLimit=quantity),
    ephemeral=shape(volumeClaimTemplate=_CLAIM_TEMPLATE),
    fc=shape("targetWWNs fsType readOnly wwids"),
    flexVolume=shape("fsType readOnly options", options=texts, secretRef=OBJECT_REF),
    flocker=shape("datasetName datasetUUID"),
    gcePersistentDisk=shape("fsType partition readOnly"),
    gitRepo=shape("revision directory"),
    glusterfs=shape("readOnly"),
    hostPath=shape(),
    image=shape("reference pullPolicy"),
    iscsi=shape(
        "iscsiInterface fsType readOnly portals chapAuthDiscovery chapAuthSession",
        defaults=constants(iscsiInterface="default", lun=0),
        secretRef=OBJECT_REF,
    ),
    nfs=shape("readOnly"),
    persistentVolumeClaim=shape("readOnly"),
    photonPersistentDisk=shape("fsType"),
    portworxVolume=shape("fsType readOnly"),
    projected=shape("sources", sources=_PROJECTED_SOURCE),
    quobyte=shape("readOnly user group tenant"),
    rbd=shape(
        "fsType pool user keyring readOnly",
        defaults=constants(keyring="/etc/ceph/keyring", pool="rbd", user="admin"),
        secretRef=OBJECT_REF,
    ),
    scaleIO=shape(
        "sslEnabled protectionDomain storagePool storageMode volumeName fsType readOnly",
        defaults=constants(fsType="xfs", storageMode="ThinProvisioned"),
        secretRef=OBJECT_REF,
    ),
    secret=shape("secretName items", items=shape()),
    storageos=shape("volumeName volumeNamespace fsType readOnly", secretRef=OBJECT_REF),
    vsphereVolume=shape("fsType storagePolicyName storagePolicyID"),
)
canonical_volume_mounts = shape("readOnly subPath subPathExpr")

# Containers.

EXEC = shape("command")
HTTP_GET = shape("path host scheme httpHeaders", httpHeaders=shape(defaults=constants(value="")))
TCP_SOCKET = shape("host")
_ENV_VAR = shape(
    "value",
    valueFrom=shape(
        configMapKeyRef=OBJECT_REF,
        fieldRef=_FIELD_REF,
        fileKeyRef=shape(defaults=constants(optional=False)),
        resourceFieldRef=_RESOURCE_FIELD_REF,
        secretKeyRef=OBJECT_REF,
    ),
)
canonical_probe = shape(
    "initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold",
    exec=EXEC,
    grpc=shape(defaults=constants(service="")),
    httpGet=HTTP_GET,
    tcpSocket=TCP_SOCKET,
)
canonical_resource_claims = shape("request")
canonical_update_strategy = shape("type", rollingUpdate=shape())
