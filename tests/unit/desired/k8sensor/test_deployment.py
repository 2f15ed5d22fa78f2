"""The Deployment of an additional backend as a whole, and which k8sensors its labels select."""

from hooks.kube.objects import Obj
from tests.support.hook import answer, child, env, pod, texts, volumes
from tests.support.resources import agent

SECOND = "Deployment/instana-agent-k8sensor-1"
BACKENDS = {"additionalBackends": [{"endpointHost": "second", "endpointPort": "444", "key": "k2"}]}
OF_PODS = {
    "app.kubernetes.io/name": "instana-agent",
    "app.kubernetes.io/instance": "instana-agent",
    "app.kubernetes.io/component": "k8sensor",
}
OF_OPERATOR = {
    "app.kubernetes.io/part-of": "instana",
    "app.kubernetes.io/managed-by": "instana-agent-operator",
}
CONFIG = "/opt/instana/agent/etc/instana-config-yml"
SECRETS = "/opt/instana/agent/etc/instana/secrets"
FILES = [
    "cluster_name",
    "configuration-disable-kubernetes-sensor.yaml",
    "configuration-opentelemetry.yaml",
]
APART: Obj = {
    "preferredDuringSchedulingIgnoredDuringExecution": [
        {
            "podAffinityTerm": {
                "labelSelector": {
                    "matchExpressions": [
                        {"key": "instana/agent-mode", "operator": "In", "values": ["KUBERNETES"]}
                    ]
                },
                "topologyKey": "kubernetes.io/hostname",
            },
            "weight": 100,
        }
    ]
}


def field(path: str) -> Obj:
    return {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}


def test_its_labels_tell_its_pods_from_those_of_the_main_backend() -> None:
    made = child(answer(agent({"agent": BACKENDS})), SECOND)

    assert made["metadata"]["labels"] == OF_PODS | OF_OPERATOR | {
        "app.kubernetes.io/version": "1.2.3",
        "app": "k8sensor",
    }
    assert made["spec"]["selector"] == {"matchLabels": OF_PODS | {"app": "k8sensor"}}
    assert made["spec"]["template"]["metadata"]["labels"] == OF_PODS | OF_OPERATOR | {
        "instana/agent-mode": "KUBERNETES",
        "app": "k8sensor",
        "instana.io/backend": "1",
    }


def test_its_pods_are_these() -> None:
    answered = answer(agent({"agent": BACKENDS}))
    made = pod(answered, SECOND)
    (container,) = made["containers"]

    assert made["affinity"]["podAntiAffinity"] == APART
    assert made["securityContext"] == {"fsGroup": 1000}
    assert made["serviceAccountName"] == "instana-agent-k8sensor"
    assert made["volumes"] == [
        {
            "name": "config",
            "secret": {
                "defaultMode": 0o440,
                "items": [{"key": file, "path": file} for file in FILES],
                "secretName": "instana-agent-config",
            },
        },
        {
            "name": "instana-secrets",
            "secret": {
                "defaultMode": 0o400,
                "items": [{"key": "INSTANA_AGENT_KEY-1", "path": "INSTANA_AGENT_KEY-1"}],
                "secretName": "instana-agent",
            },
        },
    ]
    assert container.pop("env")
    assert container == {
        "name": "instana-agent",
        "image": "icr.io/instana/k8sensor:latest",
        "imagePullPolicy": "Always",
        "command": ["/ko-app/k8sensor"],
        "args": ["-pollrate", "10s", "-agent-key-file", f"{SECRETS}/INSTANA_AGENT_KEY-1"],
        "ports": [{"containerPort": 42699, "name": "agent-apis", "protocol": "TCP"}],
        "resources": {
            "requests": {"cpu": "120m", "memory": "128Mi"},
            "limits": {"cpu": "500m", "memory": "2Gi"},
        },
        "volumeMounts": [
            {"mountPath": CONFIG, "name": "config"},
            {"mountPath": SECRETS, "name": "instana-secrets", "readOnly": True},
        ],
    }


def test_its_environment_is_this() -> None:
    assert env(answer(agent({"agent": BACKENDS})), SECOND) == {
        "AGENT_ZONE": "cluster",
        "BACKEND": {"configMapKeyRef": {"key": "backend-1", "name": "instana-agent-k8sensor"}},
        "BACKEND_URL": "https://$(BACKEND)",
        "CONFIG_PATH": CONFIG,
        "ETCD_CA_FILE": "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
        "ETCD_INSECURE": "false",
        "POD_IP": field("status.podIP"),
        "POD_NAME": field("metadata.name"),
        "POD_NAMESPACE": field("metadata.namespace"),
        "POD_UID": field("metadata.uid"),
    }


def test_constraints_of_topology_are_about_the_pods_of_one_backend() -> None:
    constraint = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
    of_pod = {"pod": {"topologySpreadConstraints": [constraint]}}
    spec = {"agent": BACKENDS, "k8s_sensor": {"deployment": of_pod}}
    made = pod(answer(agent(spec)), SECOND)["topologySpreadConstraints"]

    assert made == [
        constraint | {"labelSelector": {"matchLabels": OF_PODS | {"instana.io/backend": "1"}}}
    ]


def test_every_file_that_it_mounts_is_in_the_secret() -> None:
    answered = answer(agent({"agent": BACKENDS}))
    items = volumes(answered, SECOND)["config"]["secret"]["items"]

    assert {each["key"] for each in items} <= texts(answered, "Secret/instana-agent-config").keys()
