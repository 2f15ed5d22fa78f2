"""Parts of pods that Kubernetes takes, of every kind that a resource passes through.

Mistakes are made in these: each field of a type is in one of the samples at least, unless another
one excludes it or Kubernetes takes it only together with what the resource cannot say.
"""

from typing import Any, Final

from hooks.kube.objects import Obj

IN_POOL: Final = {"key": "pool", "operator": "In", "values": ["blue", "green"]}
EXISTS: Final = {"key": "example.com/pool", "operator": "Exists"}
LARGE: Final = {"key": "cores", "operator": "Gt", "values": ["4"]}
NOT_WEB: Final = {"key": "tier", "operator": "NotIn", "values": ["web"]}
SELECTOR: Final = {"matchLabels": {"app": "shop"}, "matchExpressions": [NOT_WEB, EXISTS]}
TOPOLOGY: Final = "topology.kubernetes.io/zone"
TERM: Final = {"topologyKey": TOPOLOGY, "labelSelector": SELECTOR}
WIDE_TERM: Final = {
    **TERM,
    "namespaces": ["shop", "shop-2"],
    "namespaceSelector": {"matchLabels": {"team": "a"}},
    "matchLabelKeys": ["pod-template-hash"],
    "mismatchLabelKeys": ["tenant"],
}
POD_AFFINITY: Final = {
    "requiredDuringSchedulingIgnoredDuringExecution": [TERM, WIDE_TERM],
    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 50, "podAffinityTerm": TERM}],
}
AFFINITIES: Final[list[Obj]] = [
    {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [
                    {"matchExpressions": [IN_POOL, EXISTS, LARGE]},
                    {
                        "matchFields": [
                            {"key": "metadata.name", "operator": "In", "values": ["node-1"]}
                        ]
                    },
                ]
            },
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 1, "preference": {"matchExpressions": [NOT_WEB]}},
                {"weight": 100, "preference": {"matchExpressions": [EXISTS]}},
            ],
        }
    },
    {"podAffinity": POD_AFFINITY},
    {"podAntiAffinity": POD_AFFINITY},
]

FILE: Final = {"key": "application.properties", "path": "etc/application.properties", "mode": 420}
FROM_LABELS: Final = {
    "path": "labels",
    "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels"},
}
FROM_LIMITS: Final = {
    "path": "memory",
    "mode": 256,
    "resourceFieldRef": {
        "containerName": "instana-agent",
        "resource": "limits.memory",
        "divisor": "1Mi",
    },
}
CLAIM_SPEC: Final = {
    "accessModes": ["ReadWriteOnce"],
    "resources": {"requests": {"storage": "1Gi"}, "limits": {"storage": "2Gi"}},
    "storageClassName": "fast",
    "volumeMode": "Filesystem",
    "selector": SELECTOR,
    "dataSource": {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "a"},
}
SOURCES: Final[list[Obj]] = [
    {"hostPath": {"path": "/run/k3s/containerd", "type": "Directory"}},
    {"hostPath": {"path": "/run/a", "type": "DirectoryOrCreate"}},
    {"emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
    {"secret": {"secretName": "keys", "defaultMode": 256, "items": [FILE], "optional": True}},
    {"configMap": {"name": "more", "defaultMode": 292, "items": [FILE], "optional": False}},
    {"downwardAPI": {"defaultMode": 420, "items": [FROM_LABELS, FROM_LIMITS]}},
    {
        "projected": {
            "defaultMode": 420,
            "sources": [
                {"secret": {"name": "keys", "items": [FILE], "optional": True}},
                {"configMap": {"name": "more", "items": [{"key": "a", "path": "a"}]}},
                {"downwardAPI": {"items": [FROM_LABELS, FROM_LIMITS]}},
                {
                    "serviceAccountToken": {
                        "path": "token",
                        "audience": "vault",
                        "expirationSeconds": 600,
                    }
                },
            ],
        }
    },
    {"persistentVolumeClaim": {"claimName": "data", "readOnly": True}},
    {
        "ephemeral": {
            "volumeClaimTemplate": {
                "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d e"}},
                "spec": CLAIM_SPEC,
            }
        }
    },
    {"nfs": {"server": "nfs.example", "path": "/exports", "readOnly": True}},
    {
        "csi": {
            "driver": "secrets-store.csi.k8s.io",
            "readOnly": True,
            "fsType": "ext4",
            "volumeAttributes": {"secretProviderClass": "keys"},
            "nodePublishSecretRef": {"name": "login"},
        }
    },
    {
        "iscsi": {
            "targetPortal": "192.0.2.1:3260",
            "iqn": "iqn.2001-04.com.example:storage",
            "lun": 0,
            "chapAuthDiscovery": True,
            "initiatorName": "iqn.2001-04.com.example:node",
            "secretRef": {"name": "chap"},
            "portals": ["192.0.2.2:3260"],
        }
    },
    {"fc": {"targetWWNs": ["50060e801049cfd1"], "lun": 2, "fsType": "ext4"}},
    {"flexVolume": {"driver": "example.com/lvm", "options": {"size": "1"}}},
    {"flocker": {"datasetName": "data"}},
    {"gcePersistentDisk": {"pdName": "disk", "partition": 1, "fsType": "ext4"}},
    {"awsElasticBlockStore": {"volumeID": "vol-1", "partition": 1, "fsType": "ext4"}},
    {"azureFile": {"secretName": "share", "shareName": "files", "readOnly": True}},
    {
        "azureDisk": {
            "diskName": "disk",
            "diskURI": "https://account.blob.core.windows.net/vhds/disk.vhd",
            "cachingMode": "ReadOnly",
            "kind": "Dedicated",
        }
    },
    {"cephfs": {"monitors": ["192.0.2.1:6789"], "secretRef": {"name": "ceph"}, "path": "/"}},
    {"cinder": {"volumeID": "volume", "secretRef": {"name": "cinder"}}},
    {"glusterfs": {"endpoints": "cluster", "path": "volume"}},
    {"rbd": {"monitors": ["192.0.2.1:6789"], "image": "disk", "secretRef": {"name": "ceph"}}},
    {"quobyte": {"registry": "192.0.2.1:7861", "volume": "data", "tenant": "a"}},
    {"vsphereVolume": {"volumePath": "[store] disk.vmdk"}},
    {"photonPersistentDisk": {"pdID": "disk"}},
    {"portworxVolume": {"volumeID": "volume"}},
    {
        "scaleIO": {
            "gateway": "https://192.0.2.1",
            "system": "scaleio",
            "secretRef": {"name": "sio"},
            "volumeName": "volume",
        }
    },
    {"storageos": {"volumeName": "data", "volumeNamespace": "shop", "secretRef": {"name": "s"}}},
    {"image": {"reference": "registry.example/files:1", "pullPolicy": "IfNotPresent"}},
]
VOLUMES: Final[list[Obj]] = [
    {"name": f"own-{place}", **source} for place, source in enumerate(SOURCES)
]

MOUNTS: Final[list[Obj]] = [
    {"name": "run", "mountPath": "/own/run", "mountPropagation": "HostToContainer"},
    {"name": "sys", "mountPath": "/own/sys", "readOnly": True, "recursiveReadOnly": "Disabled"},
    {"name": "dev", "mountPath": "/own/dev", "subPath": "shm"},
    {"name": "var-log", "mountPath": "/own/log", "subPathExpr": "$(HOSTNAME)"},
    {"name": "var-run", "mountPath": "/own/var-run", "readOnly": True, "mountPropagation": "None"},
]
OF_SENSOR: Final = {"name": "own", "emptyDir": {}}
MOUNTS_OF_SENSOR: Final = [{**mount, "name": "own"} for mount in MOUNTS]

VARIABLES: Final[list[Obj]] = [
    {"name": "PLAIN", "value": "x"},
    {"name": "my.other-NAME", "value": ""},
    {"name": "FIELD", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
    {
        "name": "LABEL",
        "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels['app']"}},
    },
    {
        "name": "LIMIT",
        "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}},
    },
    {
        "name": "REQUEST",
        "valueFrom": {
            "resourceFieldRef": {
                "containerName": "instana-agent",
                "resource": "requests.memory",
                "divisor": "1Mi",
            }
        },
    },
    {
        "name": "SECRET",
        "valueFrom": {"secretKeyRef": {"name": "keys", "key": "a.key", "optional": True}},
    },
    {"name": "CONFIG", "valueFrom": {"configMapKeyRef": {"name": "more", "key": "entry"}}},
]

HEADERS: Final = [{"name": "X-Probe", "value": "instana"}]
TIMES: Final = {
    "initialDelaySeconds": 5,
    "timeoutSeconds": 3,
    "periodSeconds": 10,
    "failureThreshold": 3,
    "successThreshold": 1,
}
PROBES: Final[list[Obj]] = [
    {
        "httpGet": {
            "path": "/status",
            "port": 42699,
            "host": "127.0.0.1",
            "scheme": "HTTPS",
            "httpHeaders": HEADERS,
        },
        **TIMES,
    },
    {"tcpSocket": {"port": 42699, "host": "127.0.0.1"}, **TIMES},
    {"grpc": {"port": 4317, "service": "health"}, **TIMES},
    {"exec": {"command": ["true"]}, **TIMES},
]
RESTARTING_PROBES: Final[list[Obj]] = [
    {**probe, "terminationGracePeriodSeconds": 30} for probe in PROBES
]

TOLERATIONS: Final[list[Obj]] = [
    {"operator": "Exists"},
    {"key": "dedicated", "operator": "Equal", "value": "agents", "effect": "NoSchedule"},
    {
        "key": "example.com/spot",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 60,
    },
]
AMOUNTS: Final = {
    "cpu": "500m",
    "memory": "512Mi",
    "ephemeral-storage": "1Gi",
    "example.com/gpu": "1",
    "hugepages-2Mi": "4Mi",
}
SPREAD: Final[list[Obj]] = [
    {
        "maxSkew": 1,
        "topologyKey": TOPOLOGY,
        "whenUnsatisfiable": "DoNotSchedule",
        "minDomains": 2,
        "nodeAffinityPolicy": "Honor",
        "nodeTaintsPolicy": "Ignore",
        "labelSelector": SELECTOR,
        "matchLabelKeys": ["pod-template-hash"],
    },
    {"maxSkew": 2, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"},
]
LABELS: Final = {"team": "a", "example.com/owner": "Team-A"}
ANNOTATIONS: Final = {"note": "x y", "example.com/owner": "Team A/B"}
KNOWN_ANNOTATIONS: Final = {
    "controller.kubernetes.io/pod-deletion-cost": "-1",
    "scheduler.alpha.kubernetes.io/tolerations": '[{"key": "a", "operator": "Exists"}]',
    "seccomp.security.alpha.kubernetes.io/pod": "runtime/default",
    "container.apparmor.security.beta.kubernetes.io/instana-agent": "localhost/agent",
}
"""Those that mean something to Kubernetes."""
FROM_FILE: Final = {
    "volumes": [{"name": "own", "emptyDir": {}}],
    "env": [
        {
            "name": "FILE",
            "valueFrom": {
                "fileKeyRef": {"volumeName": "own", "path": "a/b", "key": "A", "optional": False}
            },
        }
    ],
}
"""A variable of a file, which another container writes."""

OF_EVERY_POD: Final[dict[str, list[Any]]] = {
    "affinity": AFFINITIES,
    "env": [VARIABLES],
    "startupProbe": RESTARTING_PROBES,
    "livenessProbe": RESTARTING_PROBES,
    "readinessProbe": PROBES,
    "tolerations": [TOLERATIONS],
    "annotations": [ANNOTATIONS, KNOWN_ANNOTATIONS],
    "labels": [LABELS],
    "nodeSelector": [LABELS],
    "priorityClassName": ["system-node-critical"],
}
AMOUNTS_OF_BOTH: Final[Obj] = {"requests": AMOUNTS, "limits": AMOUNTS}
CONTAINER: Final = {
    "name": "instana-agent",
    "env": VARIABLES,
    "volumeMounts": MOUNTS,
    "livenessProbe": {**PROBES[1], "httpGet": None},
    "resources": AMOUNTS_OF_BOTH,
}
HELPER: Final = {
    "name": "helper",
    "image": "registry.example/helper:1",
    "env": VARIABLES,
    "volumeMounts": [{"name": "run", "mountPath": "/run/host", "mountPropagation": "None"}],
}
PATCHES: Final[list[Obj]] = [
    *({"affinity": affinity} for affinity in AFFINITIES),
    {"tolerations": TOLERATIONS, "nodeSelector": LABELS, "priorityClassName": "high"},
    {"topologySpreadConstraints": [{**each, "labelSelector": SELECTOR} for each in SPREAD]},
    {"volumes": [VOLUMES[3], VOLUMES[6]]},
    {"containers": [CONTAINER]},
    {"initContainers": [HELPER]},
]
"""Of the spec of a pod."""
