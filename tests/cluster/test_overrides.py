"""Whatever a patch puts into a child has the form that the API server stores."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooks.facts import Facts
from hooks.rendering import render
from tests.cluster.api import Api, Obj
from tests.cluster.cases import resource
from tests.unit.kube.dynamic_apply import merged

NAMESPACE = "overridden"
NOW = "2026-01-01T00:00:00Z"


def of_pod(**fields: Any) -> Obj:
    return {"spec": {"template": {"spec": fields}}}


def of_container(**fields: Any) -> Obj:
    return of_pod(containers=[{"name": "instana-agent", **fields}])


HANDLER = {"httpGet": {"path": "", "port": 80, "host": "", "scheme": "HTTP", "httpHeaders": []}}
SELECTOR: Obj = {"matchLabels": {}, "matchExpressions": []}
OF_PODS: dict[str, Obj] = {
    "zeros": of_pod(
        hostIPC=False,
        nodeName="",
        overhead={},
        readinessGates=[],
        schedulerName="default-scheduler",
        restartPolicy="Always",
        shareProcessNamespace=False,
        subdomain="",
        terminationGracePeriodSeconds=0,
        tolerations=[],
        setHostnameAsFQDN=False,
    ),
    "container": of_container(
        args=[],
        command=["a"],
        envFrom=[
            {"prefix": "", "configMapRef": {"name": "c"}},
            {"prefix": "P_", "secretRef": {"name": "s", "optional": False}},
        ],
        lifecycle={"preStop": HANDLER, "postStart": {"exec": {"command": ["a"]}}},
        startupProbe={**HANDLER, "initialDelaySeconds": 0, "periodSeconds": 3},
        resizePolicy=[],
        stdin=False,
        terminationMessagePath="/dev/termination-log",
        tty=False,
        workingDir="",
    ),
    "ports": of_container(
        ports=[{"containerPort": 7000, "hostPort": 7000}, {"containerPort": 1.0}]
    ),
    "resources": of_container(
        resources={
            "limits": {"cpu": 4, "memory": "4096Mi", "ephemeral-storage": 1e9},
            "requests": {"cpu": 0.25, "ephemeral-storage": "500M"},
            "claims": [],
        }
    ),
    "security of a container": of_container(
        securityContext={
            "capabilities": {"add": [], "drop": ["ALL"]},
            "privileged": False,
            "runAsUser": 0,
            "seLinuxOptions": {"level": "", "type": "spc_t"},
            "seccompProfile": {"type": "RuntimeDefault"},
        }
    ),
    "security of a pod": of_pod(
        securityContext={
            "fsGroup": 0,
            "runAsNonRoot": False,
            "supplementalGroups": [],
            "sysctls": [],
            "seLinuxOptions": {"user": ""},
        }
    ),
    "names": of_pod(
        dnsPolicy="None",
        dnsConfig={
            "nameservers": ["192.0.2.53"],
            "options": [{"name": "ndots", "value": ""}, {"name": "edns0"}],
            "searches": [],
        },
        hostAliases=[{"ip": "192.0.2.1", "hostnames": []}],
        imagePullSecrets=[{"name": "b"}, {"name": "a"}],
    ),
    "spread": of_pod(
        topologySpreadConstraints=[
            {
                "maxSkew": 1,
                "topologyKey": "zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": SELECTOR,
                "matchLabelKeys": [],
                "minDomains": None,
            }
        ],
        affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}},
        nodeSelector={"a": ""},
        readinessGates=[{"conditionType": "example.com/a"}],
        tolerations=[{"key": "", "operator": "Exists", "effect": "", "value": ""}],
    ),
    "other containers": of_pod(
        initContainers=[
            {
                "name": "first",
                "image": "i",
                "restartPolicy": "Always",
                "env": [
                    {"name": "A", "value": ""},
                    {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                    {"name": "C", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                ],
                "resources": {},
                "volumeMounts": [{"name": "scratch", "mountPath": "/s", "readOnly": False}],
            }
        ],
        containers=[{"name": "side", "image": "j", "imagePullPolicy": "", "ports": []}],
        volumes=[
            {"name": "scratch", "emptyDir": {"medium": "", "sizeLimit": "1024Mi"}},
            {"name": "all", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
        ],
    ),
}
OF_KINDS: dict[str, tuple[str, Obj]] = {
    "DaemonSet": (
        "agentDaemonSet",
        {
            "metadata": {"annotations": {"a": ""}},
            "spec": {
                "minReadySeconds": 0,
                "revisionHistoryLimit": 0,
                "updateStrategy": {"type": "OnDelete", "rollingUpdate": None},
            },
        },
    ),
    "Deployment": (
        "k8sensorDeployment",
        {
            "spec": {
                "minReadySeconds": 0,
                "paused": False,
                "progressDeadlineSeconds": 60,
                "replicas": 0,
                "strategy": {"type": "Recreate"},
            }
        },
    ),
    "Service": (
        "agentService",
        {
            "spec": {
                "type": "NodePort",
                "externalIPs": [],
                "externalName": "",
                "ipFamilyPolicy": "SingleStack",
                "loadBalancerSourceRanges": [],
                "ports": [{"port": 9000, "name": "more", "nodePort": 0}],
                "publishNotReadyAddresses": False,
                "sessionAffinity": "ClientIP",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}},
            }
        },
    ),
    "headless Service": (
        "agentHeadlessService",
        {"metadata": {"annotations": {"example.com/a": "b"}}},
    ),
    "ServiceAccount": (
        "agentServiceAccount",
        {
            "automountServiceAccountToken": False,
            "imagePullSecrets": [{"name": "a"}, {"name": ""}],
            "secrets": [],
        },
    ),
}
CASES = [
    *(
        pytest.param(field, patch, id=f"{name}-{field}")
        for name, patch in OF_PODS.items()
        for field in ("agentDaemonSet", "k8sensorDeployment")
    ),
    *(pytest.param(*case, id=name) for name, case in OF_KINDS.items()),
]


@pytest.fixture(name="place", scope="module")
def _place(api: Api) -> Iterator[str]:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    api.apply(namespace)
    yield NAMESPACE
    api.delete(namespace)


@pytest.mark.parametrize(("field", "patch"), CASES)
def test_patched_children_are_stored_as_they_are_returned(
    field: str, patch: Obj, api: Api, place: str
) -> None:
    agent = resource("minimal")
    agent["metadata"]["namespace"] = place
    plain = render([agent], Facts(), NOW).children
    agent["spec"]["overrides"] = {field: patch}
    answer = render([agent], Facts(), NOW)
    assert answer.problems == ()
    (child,) = (each for each in answer.children if each not in plain)
    stored = api.apply(child, "metacontroller")
    again = api.apply(child, "metacontroller")
    api.delete(child)

    assert merged(stored, child, child) == stored
    assert _version(again) == _version(stored)


def _version(stored: Obj) -> object:
    metadata = stored["metadata"]
    return metadata.get("generation", metadata["resourceVersion"])
