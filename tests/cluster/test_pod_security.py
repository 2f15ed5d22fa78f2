"""Pod Security `restricted`, as the API server enforces it: who passes, and who does not."""

import pytest
import requests

from hooks.kube.objects import Obj
from hooks.rendering import render
from tests.cluster.api import Api
from tests.cluster.samples import FACTS
from tests.support.resources import agent, merged

PLACE = "restricted"
NOW = "2026-01-01T00:00:00Z"
BACKEND = {"endpointHost": "two.example", "endpointPort": "443", "key": "k"}
RESTRICTED: Obj = {"k8s_sensor": {"securityProfile": "Restricted"}}
FULL: Obj = merged(
    RESTRICTED,
    {
        "agent": {"proxyHost": "proxy.example", "additionalBackends": [BACKEND]},
        "k8s_sensor": {
            "etcd": {"ca": {"secretName": "etcd"}},
            "restClient": {"ca": {"secretName": "plane"}},
            "deployment": {
                "pod": {
                    "volumes": [{"name": "scratch", "emptyDir": {}}],
                    "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],
                }
            },
        },
    },
)


@pytest.fixture(scope="module", name="restricted")
def _restricted(api: Api) -> Api:
    labels = {"pod-security.kubernetes.io/enforce": PLACE}
    metadata = {"name": PLACE, "labels": labels}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    return api


def refusals(api: Api, spec: Obj, kind: str) -> list[str]:
    """Return what the API server says of the pods of a resource, each empty if it takes it."""
    rendered = render([agent(spec)], FACTS, NOW)
    assert rendered.problems == ()
    workloads = [each for each in rendered.children if each["kind"] == kind]
    return [_refusal(api, each["spec"]["template"]) for each in workloads]


def _refusal(api: Api, template: Obj) -> str:
    account = {"metadata": {"name": "any", "namespace": PLACE}}
    api.apply({"apiVersion": "v1", "kind": "ServiceAccount"} | account)
    metadata = template["metadata"] | {"name": "tried", "namespace": PLACE}
    spec = template["spec"] | {"serviceAccountName": "any"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    response = api.session.post(api.url(pod, named=False), params={"dryRun": "All"}, json=pod)
    if response.ok:
        return ""
    assert response.status_code == requests.codes.forbidden, response.text
    message: str = response.json()["message"]
    return message


@pytest.mark.parametrize("spec", [RESTRICTED, FULL], ids=["smallest", "with all parts"])
def test_a_restricted_sensor_is_admitted(spec: Obj, restricted: Api) -> None:
    found = refusals(restricted, spec, "Deployment")

    assert found
    assert not any(found)


def test_on_openshift_with_copies_of_etcd_too(restricted: Api) -> None:
    assert not any(refusals(restricted, RESTRICTED | {"openshift": True}, "Deployment"))


def test_a_sensor_as_it_always_was_is_not(restricted: Api) -> None:
    (refusal,) = refusals(restricted, {}, "Deployment")

    assert 'violates PodSecurity "restricted' in refusal


def test_an_agent_is_not(restricted: Api) -> None:
    (refusal,) = refusals(restricted, RESTRICTED, "DaemonSet")

    assert "hostNetwork" in refusal or "privileged" in refusal
