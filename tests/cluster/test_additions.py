"""Configuration, network policies, certificates, the sensor's own fields, etcd: on the real loop.

Each change is followed, nothing old is left, and at rest nothing is written.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooks.kube.objects import Obj
from tests.cluster.account import NAME as ACCOUNT
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import remove, running_loop, settled, sync_again
from tests.cluster.metacontroller import STRATEGIES, Recorder, definition
from tests.cluster.samples import ETCD

pytestmark = pytest.mark.loop

AGENT = resource("minimal")
GROUP = "cert-manager.io"
RULE: Obj = {
    "apiVersion": f"{GROUP}/v1",
    "resource": "certificates",
    "updateStrategy": {"method": "InPlace"},
}
SETTINGS = {"INSECURE": "1", "ETCD_COPY_NAMESPACES": NAMESPACE}


def named(kind: str, name: str, version: str = "v1") -> Obj:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


CERTIFICATE = named("Certificate", "instana-agent-certificate", f"{GROUP}/v1")
POLICY = named("NetworkPolicy", "instana-agent-k8sensor", "networking.k8s.io/v1")
SENSOR = named("Deployment", "instana-agent-k8sensor", "apps/v1")
CONFIG, SERVICE = named("Secret", "instana-agent-config"), named("Service", "instana-agent")
COPIES = [
    named("ConfigMap", "instana-agent-etcd-ca-bundle"),
    named("Secret", "instana-agent-etcd-client"),
]
SPREAD = {
    "maxSkew": 1,
    "topologyKey": "topology.kubernetes.io/zone",
    "whenUnsatisfiable": "ScheduleAnyway",
}


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    api.apply(definition(GROUP, "v1", "Certificate", "certificates", "Namespaced"))
    for right in _rights_of_component():
        api.apply(right)
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "openshift-etcd"}})
    rules = (RULE,)
    with running_loop(api, request.param, logs, child_rules=rules, settings=SETTINGS) as recorder:
        api.apply_all([*ETCD, AGENT])
        yield recorder
        remove(api, AGENT, ETCD)


def _rights_of_component() -> list[Obj]:
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    metadata = {"name": "tests-certificates"}
    group = "rbac.authorization.k8s.io"
    rule = {"apiGroups": [GROUP], "resources": ["certificates"], "verbs": verbs}
    return [
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRole",
            "metadata": metadata,
            "rules": [rule],
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", **metadata},
            "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": ACCOUNT}],
        },
    ]


def change(api: Api, spec: Obj) -> None:
    """Change the spec and wait until nothing is written any more."""
    parent = api.merge(AGENT, {"spec": spec})
    generation = parent["metadata"]["generation"]
    wait_for(lambda: _status(api).get("observedGeneration") == generation, "the change is followed")
    settled(api, AGENT)


def _status(api: Api) -> Obj:
    status: Obj = (api.get(AGENT) or {}).get("status") or {}
    return status


def condition(api: Api, kind: str) -> Obj:
    return next((each for each in _status(api)["conditions"] if each["type"] == kind), {})


def spec_of(api: Api, obj: Obj) -> Any:
    return (api.get(obj) or {}).get("spec")


def pod_of(api: Api) -> Any:
    return spec_of(api, SENSOR)["template"]["spec"]


def at_rest(api: Api, loop: Recorder) -> None:
    """Assert that another sync writes nothing but what it was asked by."""
    before = settled(api, AGENT)
    sync_again(api, AGENT, loop, str(len(loop.exchanges)))
    after = settled(api, AGENT)

    assert {each for each in after if after[each] != before.get(each)} <= {
        each for each in after if each[1] == "InstanaAgent"
    }
    assert {each.status for each in loop.exchanges} == {200}


def test_configuration_follows_the_object(loop: Recorder, api: Api) -> None:
    change(api, {"agent": {"configuration_yaml": None, "configuration": {"b": [1], "a": None}}})
    change(api, {"agent": {"configuration": {"c": {"d": "no"}}}})

    data = (api.get(CONFIG) or {})["data"]
    assert data["configuration.yaml"] == "YjoKLSAxCmM6CiAgZDogJ25vJwo="
    at_rest(api, loop)
    change(api, {"agent": {"configuration": None}})
    assert "configuration.yaml" not in (api.get(CONFIG) or {})["data"]


def test_network_policies_come_change_and_go(loop: Recorder, api: Api) -> None:
    change(api, {"networkPolicy": {"enabled": True, "egress": {"enabled": True}}})
    first, second = spec_of(api, POLICY)["egress"]
    assert len(first["ports"]) == 4
    assert [each["port"] for each in second["ports"]] == [443, 6443, 10250]
    at_rest(api, loop)

    change(api, {"networkPolicy": {"egress": {"furtherPorts": [9090]}, "sensorPorts": [9000]}})
    assert [each["port"] for each in spec_of(api, POLICY)["egress"][1]["ports"]] == [
        443, 6443, 9090, 10250,
    ]  # fmt: skip
    assert len(spec_of(api, POLICY)["egress"][0]["ports"]) == 4
    at_rest(api, loop)

    change(api, {"networkPolicy": {"egress": None, "sensorPorts": None}})
    assert spec_of(api, POLICY).get("egress") is None
    assert spec_of(api, POLICY).get("ingress") is None
    assert spec_of(api, POLICY)["policyTypes"] == ["Ingress"]
    at_rest(api, loop)

    change(api, {"networkPolicy": None})
    wait_for(lambda: api.get(POLICY) is None, "the policy is gone")


def test_certificate_comes_changes_and_goes(loop: Recorder, api: Api) -> None:
    issuer = {"name": "ca", "kind": "ClusterIssuer"}
    change(api, {"agent": {"tls": {"certManager": {"issuerRef": issuer, "duration": "48h"}}}})
    assert spec_of(api, CERTIFICATE)["duration"] == "48h"
    assert condition(api, "CertificateIssued")["reason"] == "NotIssuedYet"
    assert condition(api, "Ready")["reason"] == "NotIssuedYet"
    at_rest(api, loop)

    issued = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    api.merge(CERTIFICATE, issued, subresource="status")
    wait_for(lambda: condition(api, "CertificateIssued")["status"] == "True", "it is issued")

    change(api, {"agent": {"tls": {"certManager": {"renewBefore": "8h", "dnsNames": ["a.b"]}}}})
    assert spec_of(api, CERTIFICATE)["renewBefore"] == "8h"
    assert spec_of(api, CERTIFICATE)["dnsNames"][-1] == "a.b"
    at_rest(api, loop)

    change(api, {"agent": {"tls": None}})
    assert condition(api, "CertificateIssued") == {}


def test_serving_certificate_is_an_annotation(loop: Recorder, api: Api) -> None:
    name = "service.beta.openshift.io/serving-cert-secret-name"
    change(api, {"agent": {"tls": {"openshiftServingCert": True}}})
    found = (api.get(SERVICE) or {})["metadata"]["annotations"]
    assert found[name] == "instana-agent-serving-cert"
    assert condition(api, "CertificateIssued")["reason"] == "NotOpenShift"
    at_rest(api, loop)

    change(api, {"agent": {"tls": None}})
    assert name not in (api.get(SERVICE) or {})["metadata"].get("annotations", {})


SENSOR_CHANGES: dict[str, tuple[Obj, Obj]] = {
    "figures of a roll-out": (
        {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}},
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
    ),
    "figures again": (
        {
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": "10%", "maxUnavailable": None},
            }
        },
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "10%", "maxUnavailable": "25%"}},
    ),
    "nothing": (
        {"strategy": None},
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
    ),
}


@pytest.mark.parametrize("which", SENSOR_CHANGES)
def test_strategy_of_the_sensor_follows(which: str, loop: Recorder, api: Api) -> None:
    given, expected = SENSOR_CHANGES[which]
    change(api, {"k8s_sensor": {"deployment": given}})

    wait_for(lambda: spec_of(api, SENSOR)["strategy"] == expected, "the strategy")
    at_rest(api, loop)


def test_sensor_gets_and_loses_what_is_its_own(loop: Recorder, api: Api) -> None:
    own = {
        "env": [{"name": "MINE", "value": "1"}],
        "volumes": [{"name": "mine", "emptyDir": {"sizeLimit": "1024Mi"}}],
        "volumeMounts": [{"name": "mine", "mountPath": "/mine"}],
        "labels": {"example.com/a": "b"},
        "topologySpreadConstraints": [SPREAD],
        "limits": {"memory": "3072Mi"},
    }
    before = pod_of(api)
    sensor = {"securityProfile": "Restricted", "deployment": {"pod": own}}
    change(api, {"k8s_sensor": sensor})
    (container,) = pod_of(api)["containers"]
    assert container["resources"]["limits"]["memory"] == "3Gi"
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod_of(api)["securityContext"]["runAsNonRoot"] is True
    assert "mine" in {each["name"] for each in pod_of(api)["volumes"]}
    at_rest(api, loop)

    gone = {"securityProfile": None, "deployment": {"pod": dict.fromkeys(own)}}
    change(api, {"k8s_sensor": gone})
    assert pod_of(api) == before
    at_rest(api, loop)


def test_etcd_is_copied_on_openshift_and_the_copies_follow(loop: Recorder, api: Api) -> None:
    change(api, {"openshift": True})
    wait_for(lambda: all(map(api.get, COPIES)), "the copies are there")
    wait_for(lambda: condition(api, "EtcdMonitored").get("status") == "True", "the status says so")
    at_rest(api, loop)

    bundle = next(each for each in ETCD if each["kind"] == "ConfigMap")
    api.merge(bundle, {"data": {"ca-bundle.crt": "rotated"}})
    wait_for(lambda: _data(api) == {"ca-bundle.crt": "rotated"}, "the copy follows")
    api.delete(bundle)
    wait_for(
        lambda: condition(api, "EtcdMonitored")["reason"] == "SourceMissing", "the status says so"
    )
    assert _data(api) == {"ca-bundle.crt": "rotated"}
    at_rest(api, loop)


def _data(api: Api) -> Any:
    return (api.get(COPIES[0]) or {}).get("data")
