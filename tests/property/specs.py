"""Whole InstanaAgent resources: valid ones with all field groups in all combinations, broken ones.

A spec is put together from groups of fields that belong together; of each group one of a few
written alternatives is taken. Every secret value carries a mark, so that it is found wherever it
ends.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import reduce
from itertools import product
from json import dumps
from typing import Any, TypeAlias

from hypothesis import strategies as st

from hooks.kube.objects import Obj
from hooks.kube.quantities import quantity_value

Path: TypeAlias = tuple[str | int, ...]

NAMESPACE = "instana-agent"
NAMES = ("instana-agent", "a", "agent-eu-1")
KEYS_SECRET = "instana-keys"
OWN_NAMES = {
    "own-names": ("agent-key", "backend-key", "download.key", "user", "tls.crt"),
    "more-names": ("password", "mirror-user", "mirror-password", "proxy-url", "tls.key"),
}
"""Secrets of which the resource names single entries."""
MARK = "s3ntinel"


def secret(role: str) -> str:
    """Return the secret value that is used in one role only."""
    return f"{MARK}-{role}.end"


# Text that reaches the service: anything that UTF-8 can hold.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)
LABELS = st.dictionaries(
    st.sampled_from(["team", "example.com/stage", "app", "zone", "instana/agent-mode"]),
    st.sampled_from(["", "x", "prod", "true", "1"]),
    max_size=3,
)
QUANTITIES = st.one_of(
    st.sampled_from(["0.5", "500m", "1024Mi", "1Gi", "2e3", "1", "0", "100k", "1.5Gi", "0.0001"]),
    st.integers(0, 5000),
    st.builds("{}{}".format, st.integers(1, 4096), st.sampled_from(["m", "Mi", "Ki", "Gi", "M"])),
)
AMOUNTS = st.dictionaries(
    st.sampled_from(["cpu", "memory", "ephemeral-storage"]), QUANTITIES, max_size=3
)
DEVICES = st.dictionaries(
    st.just("example.com/gpu"), st.integers(0, 8) | st.sampled_from(["1", "2k"])
)
"""What cannot be shared: there are whole ones only, and requests and limits are the same."""

TOLERATIONS: list[Obj] = [
    {"operator": "Exists"},
    {"effect": "NoSchedule", "key": "dedicated", "operator": "Equal", "value": ""},
    {"effect": "NoExecute", "key": "spot", "operator": "Exists", "tolerationSeconds": 0},
    {"effect": "", "key": "a", "operator": "", "value": "b"},
]
AFFINITIES: list[Obj] = [
    {},
    {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [
                    {
                        "matchExpressions": [
                            {"key": "os", "operator": "In", "values": ["linux"]},
                            {"key": "spot", "operator": "DoesNotExist", "values": []},
                        ]
                    }
                ]
            },
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"preference": {"matchFields": []}, "weight": 5}
            ],
        }
    },
    {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {
                    "podAffinityTerm": {
                        "labelSelector": {"matchLabels": {"a": "b"}, "matchExpressions": []},
                        "namespaces": [],
                        "topologyKey": "kubernetes.io/hostname",
                    },
                    "weight": 100,
                }
            ],
            "requiredDuringSchedulingIgnoredDuringExecution": [],
        },
        "podAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"labelSelector": {}, "namespaceSelector": {}, "topologyKey": "zone"}
            ]
        },
    },
]
VOLUMES: list[Obj] = [
    {"name": "scratch", "emptyDir": {}},
    {"name": "memory", "emptyDir": {"medium": "Memory", "sizeLimit": "1024Mi"}},
    {"name": "logs", "hostPath": {"path": "/logs", "type": ""}},
    {"name": "user-secret", "secret": {"secretName": "user-files", "items": []}},
    {"name": "perhaps", "secret": {"secretName": "user-optional", "optional": True}},
    {"name": "user-config", "configMap": {"name": "user-config", "defaultMode": 0}},
    {"name": "claim", "persistentVolumeClaim": {"claimName": "data", "readOnly": False}},
    {"name": "csi", "csi": {"driver": "csi.example.com", "volumeAttributes": {"a": ""}}},
    {
        "name": "downward",
        "downwardAPI": {
            "items": [
                {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
                {
                    "path": "cpu",
                    "resourceFieldRef": {
                        "containerName": "instana-agent",
                        "resource": "limits.cpu",
                        "divisor": "1m",
                    },
                },
            ]
        },
    },
    {
        "name": "projected",
        "projected": {
            "sources": [
                {"secret": {"name": "projected-secret", "items": [{"key": "a", "path": "b"}]}},
                {"configMap": {"name": "projected-config", "items": []}},
                {"serviceAccountToken": {"path": "token", "audience": ""}},
            ]
        },
    },
    {
        "name": "ephemeral",
        "ephemeral": {
            "volumeClaimTemplate": {
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "2048Mi"}},
                }
            }
        },
    },
]
POD_ENV: list[Obj] = [
    {"name": "PLAIN", "value": "1"},
    {"name": "EMPTY", "value": ""},
    {"name": "TWICE", "value": "first"},
    {"name": "TWICE", "value": "last"},
    {"name": "INSTANA_AGENT_MODE", "value": "mine"},
    {"name": "FROM_SECRET", "valueFrom": {"secretKeyRef": {"name": "env-secret", "key": "a"}}},
    {
        "name": "FROM_OPTIONAL",
        "valueFrom": {"secretKeyRef": {"name": "env-optional", "key": "a", "optional": True}},
    },
    {"name": "FROM_CONFIG", "valueFrom": {"configMapKeyRef": {"name": "env-config", "key": "a"}}},
    {"name": "FROM_FIELD", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}},
    {"name": "FROM_CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
]
PROBES: list[Obj] = [
    {"initialDelaySeconds": 1200, "failureThreshold": 0},
    {"exec": {"command": ["true"]}, "periodSeconds": 30},
    {"tcpSocket": {"port": 42699, "host": ""}},
    {"httpGet": {"path": "/status", "port": "agent-apis", "httpHeaders": []}},
    {"grpc": {"port": 4317}, "terminationGracePeriodSeconds": 1},
]
TLS_CERTIFICATE = b64encode(b"certificate").decode()
TLS_KEY = b64encode(secret("tls-key").encode()).decode()


def _backend(host: str, role: str = "", **fields: str) -> Obj:
    return {"endpointHost": host, **({"key": secret(role)} if role else {}), **fields}


def entry(key: str) -> Obj:
    """Return the reference to an entry of the Secret that has it."""
    name = next(name for name, entries in OWN_NAMES.items() if key in entries)
    return {"name": name, "key": key}


GROUPS: dict[str, list[Obj]] = {
    "keys": [
        {"agent": {"key": secret("key")}},
        {"agent": {"keysSecret": KEYS_SECRET}},
        {"agent": {"key": secret("key"), "keysSecret": KEYS_SECRET}},
        {"agent": {"key": secret("unused"), "keySecretKeyRef": entry("agent-key")}},
        {"agent": {"keysSecret": KEYS_SECRET, "keySecretKeyRef": entry("agent-key")}},
    ],
    "download key": [
        {},
        {"agent": {"downloadKey": secret("download-key")}},
        {"agent": {"downloadKeySecretKeyRef": entry("download.key")}},
    ],
    "backends": [
        {},
        {"agent": {"additionalBackends": [_backend("one.example", "backend-1")]}},
        {"agent": {"additionalBackends": [_backend("one.example")]}},
        {
            "agent": {
                "additionalBackends": [
                    _backend("one.example", endpointPort="8443"),
                    _backend("2001:db8::1", "backend-2"),
                ]
            }
        },
        {
            "agent": {
                "additionalBackends": [
                    _backend("one.example", "backend-1"),
                    _backend("two.example", "unused") | {"keySecretKeyRef": entry("backend-key")},
                ]
            }
        },
        {"agent": {"endpointHost": "main.example", "endpointPort": "1443"}},
    ],
    "place": [
        {"cluster": {"name": "prod"}},
        {"zone": {"name": "edge"}},
        {"cluster": {"name": "prod"}, "zone": {"automatic": "NodeLabel"}},
        {"cluster": {"name": "prod"}, "zone": {"name": "edge", "automatic": "NodeLabel"}},
        {"cluster": {"name": "prod"}, "zone": {"automatic": "PodLabel"}},
        {"cluster": {"name": "prod"}, "zone": {"automatic": "Off"}},
        {"cluster": {"name": "prod"}, "zone": {"name": "edge"}},
        {"cluster": {"name": "prod"}, "zones": [{"name": "eu"}, {"name": "us", "mode": "AWS"}]},
        {
            "cluster": {"name": "prod"},
            "zones": [
                {"name": "eu", "tolerations": TOLERATIONS[:2], "affinity": AFFINITIES[1]},
                {"name": "eu-2", "tolerations": [], "affinity": {}},
            ],
        },
    ],
    "proxy": [
        {},
        {"agent": {"proxyHost": "proxy.example"}},
        {
            "agent": {
                "proxyHost": "proxy.example",
                "proxyPort": "3128",
                "proxyProtocol": "socks5",
                "proxyUser": secret("proxy-user"),
                "proxyPassword": secret("proxy-password") + "/:@ä",
                "proxyUseDNS": True,
            }
        },
        {"agent": {"proxyHost": "2001:db8::2", "proxyUser": secret("proxy-user")}},
        {
            "agent": {
                "proxyHost": "proxy.example",
                "proxyUserSecretKeyRef": entry("user"),
                "proxyPasswordSecretKeyRef": entry("password"),
                "proxyPassword": secret("unused"),
            }
        },
        {
            "agent": {
                "proxyHost": "proxy.example",
                "proxyUser": secret("proxy-user"),
                "proxyPasswordSecretKeyRef": entry("password"),
                "httpsProxySecretKeyRef": entry("proxy-url"),
            }
        },
        {"agent": {"proxyPasswordSecretKeyRef": entry("password")}},
    ],
    "mirrors": [
        {},
        {"agent": {"agentReleaseRepoMirrorUrl": "https://mirror.example"}},
        {
            "agent": {
                "agentReleaseRepoMirrorUrl": "https://mirror.example",
                "agentReleaseRepoMirrorUsername": secret("mirror-user"),
                "agentReleaseRepoMirrorPassword": secret("mirror-password"),
                "instanaSharedRepoMirrorUrl": "https://shared.example",
                "instanaSharedRepoMirrorUsername": secret("mirror-user"),
                "instanaSharedRepoMirrorPassword": secret("mirror-password"),
            }
        },
        {
            "agent": {
                "agentReleaseRepoMirrorUsernameSecretKeyRef": entry("mirror-user"),
                "agentReleaseRepoMirrorPasswordSecretKeyRef": entry("mirror-password"),
                "instanaSharedRepoMirrorUsername": secret("mirror-user"),
                "instanaSharedRepoMirrorPasswordSecretKeyRef": entry("mirror-password"),
            }
        },
    ],
    "tls": [
        {},
        {"agent": {"tls": {"certificate": TLS_CERTIFICATE, "key": TLS_KEY}}},
        {"agent": {"tls": {"secretName": "agent-tls"}}},
        {"agent": {"tls": {"certManager": {"issuerRef": {"name": "ca"}, "duration": "24h"}}}},
        {
            "agent": {
                "tls": {"secretName": "agent-tls", "certificate": TLS_CERTIFICATE, "key": TLS_KEY}
            }
        },
        {
            "agent": {
                "tls": {
                    "certificateSecretKeyRef": entry("tls.crt"),
                    "keySecretKeyRef": entry("tls.key"),
                }
            }
        },
    ],
    "ports": [
        {},
        {"opentelemetry": {"enabled": False}},
        {"opentelemetry": {"enabled": False}, "service": {"create": False}},
        {"opentelemetry": {"grpc": {"enabled": False}, "http": {"port": 14318}}},
        {"opentelemetry": {"grpc": {"port": 14317}, "http": {"enabled": False}}},
        {"prometheus": {"remoteWrite": {"enabled": True}}},
    ],
    "agent image": [
        {},
        {"agent": {"image": {"name": "containers.instana.io/instana/agent"}}},
        {"agent": {"image": {"name": "containers.instana.io/instana/agent", "pullSecrets": []}}},
        {"agent": {"image": {"pullSecrets": [{"name": "pull-1"}, {"name": "pull-2"}]}}},
        {"agent": {"image": {"digest": f"sha256:{64 * '0'}", "pullPolicy": "IfNotPresent"}}},
    ],
    "update strategy": [
        {},
        {"agent": {"updateStrategy": {"type": "OnDelete"}, "minReadySeconds": 5}},
        {"agent": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "10%"}}}},
        {"agent": {"updateStrategy": {"rollingUpdate": {"maxSurge": 2}}}},
        {"agent": {"updateStrategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 3}}}},
    ],
    "pod status": [{}, {"podStatus": "Enabled"}, {"podStatus": "Disabled"}],
    "roll-out": [{}, {"rollout": {"policy": "Automatic"}}, {"rollout": {"policy": "Manual"}}],
    "agent scheduling": [
        {},
        *({"agent": {"pod": {"affinity": affinity}}} for affinity in AFFINITIES),
        {"agent": {"pod": {"tolerations": TOLERATIONS, "nodeSelector": {"os": "linux", "a": ""}}}},
        {"agent": {"pod": {"tolerations": [], "priorityClassName": "high"}}},
    ],
    "probe": [
        {},
        *({"agent": {"pod": {"livenessProbe": probe}}} for probe in PROBES),
        {"agent": {"pod": {"startupProbe": PROBES[0], "readinessProbe": {"successThreshold": 2}}}},
        {"k8s_sensor": {"deployment": {"pod": {"readinessProbe": PROBES[2]}}}},
    ],
    "agent settings": [
        {},
        {
            "agent": {
                "mode": "INFRASTRUCTURE",
                "listenAddress": "*",
                "env": {"A": "", "B": "b", "INSTANA_ZONE": "no", "POD_IP": "no"},
                "serviceMesh": {"enabled": True},
                "redactKubernetesSecrets": "true",
                "instanaMvnRepoUrl": "https://mvn.example",
            }
        },
    ],
    "packages": [
        {},
        {"agent": {"host": {"repository": "/repo"}}},
        {"agent": {"packageCache": {"type": "HostPath", "path": "/cache"}}},
        {"agent": {"packageCache": {"type": "EmptyDir", "size": "1024Mi"}}},
        {"agent": {"packageCache": {"type": "Ephemeral", "size": 1, "storageClassName": "fast"}}},
        {"agent": {"packageCache": {"type": "PersistentVolumeClaim", "size": "0.5Gi"}}},
        {"agent": {"packageCache": {"type": "PersistentVolumeClaim", "claimName": "packages"}}},
    ],
    "taints": [
        {},
        {"agent": {"scheduling": {"tolerate": "ControlPlane"}}},
        {"agent": {"scheduling": {"tolerate": "All"}}},
    ],
    "sensor": [
        {},
        {"k8s_sensor": {"deployment": {"enabled": False}}},
        {
            "k8s_sensor": {
                "deployment": {"replicas": 1, "minReadySeconds": 3},
                "podDisruptionBudget": {"enabled": True},
            }
        },
        {
            "k8s_sensor": {
                "pollrate": "30s",
                "image": {"tag": "1.2.3", "pullPolicy": "Never"},
                "podDisruptionBudget": {"enabled": True},
                "deployment": {
                    "pod": {
                        "tolerations": TOLERATIONS[1:],
                        "affinity": AFFINITIES[2],
                        "nodeSelector": {"os": "linux"},
                        "priorityClassName": "low",
                    }
                },
            }
        },
    ],
    "sensor of its own": [
        {},
        {
            "k8s_sensor": {
                "securityProfile": "Restricted",
                "image": {"pullSecrets": [{"name": "pull-1"}]},
                "deployment": {
                    "strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "50%"}},
                    "pod": {
                        "labels": {"team": "own"},
                        "annotations": {"example.com/a": ""},
                        "env": [
                            {"name": "PLAIN", "value": "own"},
                            {
                                "name": "FROM_CONFIG",
                                "valueFrom": {
                                    "configMapKeyRef": {"name": "env-config", "key": "a"}
                                },
                            },
                        ],
                        "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "1024Mi"}}],
                        "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
                        "topologySpreadConstraints": [
                            {
                                "maxSkew": 1,
                                "topologyKey": "zone",
                                "whenUnsatisfiable": "DoNotSchedule",
                                "matchLabelKeys": [],
                            }
                        ],
                    },
                },
            }
        },
    ],
    "network": [
        {},
        {"networkPolicy": {"enabled": True, "sensorPorts": [9000, 80]}},
        {"networkPolicy": {"enabled": True, "egress": {"enabled": True, "furtherPorts": [1]}}},
    ],
    "etcd": [
        {},
        {"k8s_sensor": {"etcd": {"insecure": True, "targets": []}}},
        {"k8s_sensor": {"etcd": {"targets": ["https://b:2379/metrics", "https://a:2379/m"]}}},
        {"k8s_sensor": {"etcd": {"ca": {"secretName": "etcd-own-ca", "mountPath": "/etcd"}}}},
        {"k8s_sensor": {"etcd": {"ca": {"mountPath": "/etcd/"}}}},
    ],
    "control plane": [
        {},
        {"k8s_sensor": {"restClient": {"hostAllowlist": ["a", "b"]}}},
        {"k8s_sensor": {"restClient": {"ca": {"secretName": "plane-ca", "filename": "x.pem"}}}},
        {"k8s_sensor": {"restClient": {"ca": {"mountPath": "/plane"}}}},
    ],
    "openshift": [{}, {"openshift": True}, {"openshift": False, "platform": "Talos"}],
    "secret mounts": [{}, {"useSecretMounts": True}, {"useSecretMounts": False}],
    "accounts": [
        {},
        {"serviceAccount": {"create": False}},
        {"serviceAccount": {"create": False, "name": "theirs"}, "rbac": {"create": False}},
        {"serviceAccount": {"name": "ours", "annotations": {"example.com/role": "x", "y": ""}}},
    ],
    "overrides": [
        {},
        {"agent": {"reloadOnSecretChange": False}},
        {
            "overrides": {
                "agentDaemonSet": {
                    "metadata": {"annotations": {"a": "b", "c": None}},
                    "spec": {
                        "template": {
                            "metadata": {"labels": {"team": "a"}},
                            "spec": {
                                "containers": [
                                    {"name": "side", "image": "i", "env": [{"name": "A"}]},
                                    {
                                        "name": "instana-agent",
                                        "env": [
                                            {"name": "POD_IP", "$patch": "delete"},
                                            {"name": "X", "value": ""},
                                        ],
                                        "resources": {"limits": {"memory": "64Ti"}},
                                    },
                                ],
                                "tolerations": [],
                                "hostIPC": False,
                            },
                        },
                    },
                },
                "k8sensorDeployment": {
                    "spec": {"template": {"spec": {"affinity": None, "dnsPolicy": "Default"}}}
                },
                "agentService": {"spec": {"sessionAffinity": "ClientIP"}},
                "agentServiceAccount": {"imagePullSecrets": [{"name": "pull"}]},
            }
        },
    ],
    "without effect": [
        {},
        {
            "podSecurityPolicy": {"enabled": True, "name": "x"},
            "pinnedChartVersion": "1.2.3",
            "kubernetes": {"deployment": {"enabled": True}},
            "serviceMesh": {"enabled": True},
            "k8s_sensor": {"featureFlags": {"crdMonitoring": True}},
            "unknownField": [1],
        },
    ],
}


def merged(base: Obj, more: Obj) -> Obj:
    """Return both together, objects field by field; for the rest `more` wins."""
    both = dict(base)
    for name, value in more.items():
        before = both.get(name)
        is_pair = isinstance(before, dict) and isinstance(value, dict)
        both[name] = merged(both[name], value) if is_pair else value
    return both


def _all_together(*groups: str) -> st.SearchStrategy[Obj]:
    """Draw one of all combinations of the alternatives of some groups: quicker than one by one."""
    combinations = product(*(GROUPS[group] for group in groups))
    return st.sampled_from([reduce(merged, each) for each in combinations])


BUNDLES = [
    _all_together("keys", "download key", "backends"),
    _all_together("proxy", "mirrors", "agent settings"),
    _all_together("place", "openshift", "secret mounts"),
    _all_together("tls", "ports", "accounts"),
    _all_together("agent image", "update strategy", "without effect", "overrides"),
    _all_together("agent scheduling", "probe", "roll-out"),
    _all_together("packages", "taints"),
    _all_together("sensor", "etcd", "control plane"),
    _all_together("sensor of its own", "network"),
]


@st.composite
def valid_specs(draw: st.DrawFn) -> Obj:
    """Draw a spec that can be carried out."""
    spec: Obj = {}
    for alternatives in BUNDLES:
        spec = merged(spec, draw(alternatives))
    pod: Obj = {}
    if draw(st.booleans()):
        volumes = draw(st.lists(st.sampled_from(VOLUMES), max_size=4, unique_by=_name_of))
        pod["volumes"] = volumes
        pod["volumeMounts"] = [
            {"name": each["name"], "mountPath": f"/mnt/{each['name']}", "readOnly": False}
            for each in volumes
        ]
        pod["env"] = draw(st.lists(st.sampled_from(POD_ENV), max_size=5))
    if draw(st.booleans()):
        pod |= {"labels": draw(LABELS), "annotations": draw(LABELS)}
        requests, limits = draw(AMOUNTS), draw(AMOUNTS)
        devices = draw(DEVICES)
        limits = _not_below(limits, requests)
        pod |= {"requests": requests | devices, "limits": limits | devices}
        text = draw(TEXTS)
        forms: list[Obj] = [
            {"configuration_yaml": dumps(text)},
            {"configuration": {"text": text, "nothing": None}},
        ]
        own = draw(st.sampled_from(forms))
        spec = merged(spec, {"agent": own | {"env": {"TEXT": text}}})
    return merged(spec, {"agent": {"pod": pod}})


def with_endpoints(spec: Obj) -> Obj:
    """Return a valid spec with the fields that only the CRD requires."""
    agent = _with_endpoint(spec["agent"])
    if agent.get("additionalBackends"):
        agent["additionalBackends"] = [*map(_with_endpoint, agent["additionalBackends"])]
    return spec | {"agent": agent}


def _with_endpoint(backend: Obj) -> Obj:
    return {"endpointHost": "", "endpointPort": ""} | backend


def _not_below(limits: Obj, requests: Obj) -> Obj:
    """Return the limits that Kubernetes takes beside the requests."""
    return {
        name: limit
        for name, limit in limits.items()
        if name not in requests or quantity_value(limit) >= quantity_value(requests[name])
    }


def _name_of(thing: Obj) -> str:
    name: str = thing["name"]
    return name


JUNK: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [
            None, "", " ", "\n", "a\nb", "\x00", "ä✓", "x" * 2000, "Sometimes", "true", "-1",
            0, 1, -1, -(2**63), 2**64 - 1, 65536, 1.5, -0.0, 1e300, True, False,
            [], {}, [None], [""], [[]], [{}], {"": None}, {"name": ""}, {"name": None},
            {"name": ["x"]}, {"name": {}}, [{"name": 1}, {"name": "1"}],
        ]
    ),
    TEXTS,
)  # fmt: skip

PATCHED: Path = ("overrides", "agentDaemonSet", "spec", "template", "spec", "containers")
SPECIFIC_MISTAKES: list[tuple[Path, Any]] = [
    (PATCHED, [{"name": "instana-agent", "env": [{"name": "A", "value": [secret("key")]}]}]),
    (PATCHED, [{"env": [{"value": secret("key")}]}]),
    (PATCHED, [{"name": "x", "env": [{"name": "POD_IP", "value": secret("key")}]}]),
    (("overrides", "agentService", "metadata", "name"), secret("key")),
    (("overrides", "k8sensorDeployment", "$patch"), secret("key")),
    (("agent", "updateStrategy", "type"), "Sometimes"),
    (("rollout", "policy"), "Never"),
    (("agent", "updateStrategy", "rollingUpdate"), {"maxUnavailable": "lots"}),
    (("agent", "key"), "two\nlines"),
    (("agent", "endpointHost"), "host\r\nkey=other"),
    (("agent", "keysSecret"), ""),
    (("agent", "minReadySeconds"), -1),
    (("agent", "tls"), {"certificate": TLS_CERTIFICATE}),
    (("agent", "tls"), {"key": TLS_KEY}),
    (("agent", "tls", "keySecretKeyRef"), {"name": "own-names", "key": "tls.key"}),
    (("agent", "keySecretKeyRef"), {"key": "agent-key"}),
    (("agent", "proxyUserSecretKeyRef"), {"name": "own-names"}),
    (("agent", "downloadKeySecretKeyRef"), {"name": "", "key": ".."}),
    (("agent", "proxyPasswordSecretKeyRef"), {"name": "instana-agent", "key": "HTTPS_PROXY"}),
    (("agent", "pod", "limits"), {"memory": "much", "cpu": "fast"}),
    (("agent", "pod", "requests"), {"cpu": -1, "memory": "1 Gi"}),
    (("agent", "pod", "env"), [{"value": "nameless"}, {"name": None}, {"name": 5}]),
    (("agent", "pod", "volumes"), [{"name": "dev", "emptyDir": {"sizeLimit": "big"}}]),
    (("agent", "additionalBackends"), [{"key": secret("backend-1")}]),
    (("agent", "additionalBackends"), [{"endpointHost": "a\nb", "key": "c\nd"}]),
    (("agent", "image", "pullSecrets"), [{"name": ""}, {}]),
    (("agent", "image"), {"name": "", "tag": "", "digest": ""}),
    (("agent",), None),
    (("cluster",), {"name": ""}),
    (("zones",), [{"name": "Not A Name"}, {"name": "eu"}, {"name": "eu"}]),
    (("zones",), [{"name": "eu"}, {"name": "eu"}]),
    (("zones",), [{}]),
    (("opentelemetry",), {"grpc": {"port": 42699}, "http": {"port": 42699}}),
    (("opentelemetry",), {"grpc": {"port": 0}, "http": {"port": 70000}}),
    (("serviceAccount",), {"name": "a-k8sensor"}),
    (("k8s_sensor", "pollrate"), "soon"),
    (("k8s_sensor", "securityProfile"), "None"),
    (("k8s_sensor", "deployment", "strategy"), {"rollingUpdate": {"maxSurge": "a"}}),
    (("networkPolicy",), {"sensorPorts": [0, 70000]}),
    (("platform",), "Plan9"),
    (("agent", "configuration"), {"hotreloadEnabled": True}),
    (("agent", "tls"), {"certManager": {"issuerRef": {"name": "Not a name"}}}),
    (("k8s_sensor", "deployment", "replicas"), -3),
    (("k8s_sensor", "deployment", "pod"), {"limits": {"b": "x", "a": "y"}}),
    (
        ("k8s_sensor", "etcd", "ca"),
        {"secretName": "s", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount/"},
    ),
]


@st.composite
def broken_specs(draw: st.DrawFn) -> Any:
    """Draw a valid spec with one or several mistakes; some turn out to be none."""
    spec: Any = draw(valid_specs())
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            path, value = draw(st.sampled_from(SPECIFIC_MISTAKES))
            spec = replaced(spec, path, value)
        else:
            path = draw(st.sampled_from(list(paths(spec))))
            spec = without(spec, path) if draw(st.booleans()) else replaced(spec, path, draw(JUNK))
    return spec


def paths(value: Any, place: Path = ()) -> Iterator[Path]:
    """Yield the path of each part of a value, of the whole first."""
    yield place
    if isinstance(value, dict):
        for name, part in value.items():
            yield from paths(part, (*place, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from paths(part, (*place, index))


def replaced(value: Any, path: Path, part: Any) -> Any:
    """Return the value with another part at the path; what leads there is made if need be."""
    if not path:
        return part
    step, rest = path[0], path[1:]
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [replaced(each, rest, part) if at == step else each for at, each in enumerate(value)]
    fields = value if isinstance(value, dict) else {}
    return {**fields, str(step): replaced(fields.get(str(step)), rest, part)}


def without(value: Any, path: Path) -> Any:
    """Return the value without the part at the path; the whole value is never left out."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        whole = [without(each, rest) if at == step else each for at, each in enumerate(value)]
        return whole if rest else [each for at, each in enumerate(value) if at != step]
    if not isinstance(value, dict) or step not in value:
        return value
    fields = {name: part for name, part in value.items() if name != step}
    return {**fields, str(step): without(value[step], rest)} if rest else fields


def resource(spec: Any, name: str = NAMES[0], **fields: Any) -> Obj:
    """Return the InstanaAgent as the API server has it."""
    return {
        "apiVersion": "instana.io/v1",
        "kind": "InstanaAgent",
        "metadata": {"name": name, "namespace": NAMESPACE, "uid": "u-1", "generation": 2},
        "spec": spec,
        **fields,
    }


def json_values() -> st.SearchStrategy[Any]:
    """Draw anything that JSON can hold."""
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
    )
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELD_NAMES, inner, max_size=4),
        max_leaves=8,
    )


FIELD_NAMES = st.one_of(
    st.sampled_from(
        ["metadata", "name", "namespace", "labels", "annotations", "spec", "status", "template",
         "data", "selector", "managedFields", "containers", "env", "agent", "conditions"]
    ),
    TEXTS,
)  # fmt: skip
