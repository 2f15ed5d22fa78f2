import pytest

from hooks.kube.objects import Obj
from hooks.models.references import references
from hooks.rules import read_agent
from tests.support.resources import agent

ENTRY = {"name": "x", "key": "k"}


def found(spec: Obj) -> list[tuple[str, str, str]]:
    return [
        (reference.kind, reference.name, reference.path)
        for reference in references(read_agent(agent(spec)))
    ]


def with_volume(**source: object) -> Obj:
    return {"agent": {"pod": {"volumes": [{"name": "v", **source}]}}}


def with_env(**source: object) -> Obj:
    return {"agent": {"pod": {"env": [{"name": "A", "valueFrom": source}]}}}


def test_the_smallest_resource_names_nothing() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    ("spec", "kind", "path"),
    [
        ({"agent": {"keysSecret": "x"}}, "Secret", "spec.agent.keysSecret"),
        ({"agent": {"tls": {"secretName": "x"}}}, "Secret", "spec.agent.tls.secretName"),
        ({"agent": {"keySecretKeyRef": ENTRY}}, "Secret", "spec.agent.keySecretKeyRef"),
        (
            {"agent": {"httpsProxySecretKeyRef": ENTRY}},
            "Secret",
            "spec.agent.httpsProxySecretKeyRef",
        ),
        (
            {
                "agent": {
                    "additionalBackends": [
                        {"endpointHost": "a"},
                        {"endpointHost": "b", "keySecretKeyRef": ENTRY},
                    ]
                }
            },
            "Secret",
            "spec.agent.additionalBackends[1].keySecretKeyRef",
        ),
        (
            {"agent": {"image": {"pullSecrets": [{"name": "x"}]}}},
            "Secret",
            "spec.agent.image.pullSecrets[0].name",
        ),
        (
            {"k8s_sensor": {"etcd": {"ca": {"secretName": "x"}}}},
            "Secret",
            "spec.k8s_sensor.etcd.ca.secretName",
        ),
        (
            {"k8s_sensor": {"restClient": {"ca": {"secretName": "x"}}}},
            "Secret",
            "spec.k8s_sensor.restClient.ca.secretName",
        ),
        (
            with_volume(secret={"secretName": "x"}),
            "Secret",
            "spec.agent.pod.volumes[0].secret.secretName",
        ),
        (
            with_volume(configMap={"name": "x"}),
            "ConfigMap",
            "spec.agent.pod.volumes[0].configMap.name",
        ),
        (
            with_volume(projected={"sources": [{"secret": {"name": "x"}}]}),
            "Secret",
            "spec.agent.pod.volumes[0].projected.sources[0].secret.name",
        ),
        (
            with_env(secretKeyRef={"name": "x", "key": "k"}),
            "Secret",
            "spec.agent.pod.env[0].valueFrom.secretKeyRef.name",
        ),
        (
            with_env(configMapKeyRef={"name": "x", "key": "k"}),
            "ConfigMap",
            "spec.agent.pod.env[0].valueFrom.configMapKeyRef.name",
        ),
    ],
)
def test_every_place_that_names_an_object_is_found(spec: Obj, kind: str, path: str) -> None:
    assert found(spec) == [(kind, "x", path)]


def test_certificate_and_key_are_found_together() -> None:
    spec = {"agent": {"tls": {"certificateSecretKeyRef": ENTRY, "keySecretKeyRef": ENTRY}}}

    assert found(spec) == [
        ("Secret", "x", "spec.agent.tls.certificateSecretKeyRef"),
        ("Secret", "x", "spec.agent.tls.keySecretKeyRef"),
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"agent": {"tls": {"keySecretKeyRef": ENTRY}}},
        {"agent": {"keySecretKeyRef": None}},
        with_volume(secret={"secretName": "x", "optional": True}),
        with_volume(emptyDir={}),
        with_volume(projected={"sources": None}),
        with_volume(projected={"sources": ["x"]}),
        with_volume(secret="x"),
        with_env(secretKeyRef={"name": "x", "optional": True}),
        with_env(fieldRef={"fieldPath": "metadata.name"}),
        with_env(secretKeyRef={"name": 1}),
        {"agent": {"pod": {"env": [{"name": "A", "value": "x"}]}}},
        {"agent": {"image": {"pullSecrets": []}}},
    ],
)
def test_what_need_not_be_there_is_none(spec: Obj) -> None:
    assert found(spec) == []
