"""`/admission/default`: writes what the service assumes, and nothing that may mean more."""

from pathlib import Path
from typing import Any

import pytest

from hooks.admission import default, errors_in
from hooks.kube.objects import Obj
from hooks.models.agent import DEFAULT_ENDPOINT_HOST
from hooks.rendering import render
from hooks.rules import Rule, warnings_of
from tests.recorded import FACTS, NOW, Recorded, recorded_requests
from tests.support.files import document_in, documents_in
from tests.support.resources import agent
from tests.support.reviews import UID, defaulted, patch_of, review, with_patch
from tests.support.rules import WITH_EXAMPLES, example

GO_OPERATOR = sorted(Path("tests/fixtures/go-operator").glob("*/input.yaml"))
SYNCS = [recorded for recorded in recorded_requests() if recorded.hook == "sync"]


def test_all_that_is_written_into_the_smallest_resource() -> None:
    written = defaulted(agent())["spec"]

    assert written == agent()["spec"] | {
        "agent": agent()["spec"]["agent"]
        | {
            "image": {"pullPolicy": "Always"},
            "minReadySeconds": 0,
            "proxyUseDNS": False,
            "reloadOnSecretChange": True,
            "serviceMesh": {"enabled": False},
            "tls": {"openshiftServingCert": False},
            "updateStrategy": {"type": "RollingUpdate"},
        },
        "k8s_sensor": {
            "deployment": {"enabled": True, "minReadySeconds": 0, "replicas": 3},
            "etcd": {"ca": {"filename": "ca.crt"}, "insecure": False},
            "image": {"pullPolicy": "Always"},
            "pollrate": "10s",
            "restClient": {"ca": {"filename": "ca.crt"}},
            "securityProfile": "Unrestricted",
        },
        "networkPolicy": {"egress": {"enabled": False}, "enabled": False},
        "opentelemetry": {"enabled": True},
        "podStatus": "Disabled",
        "rbac": {"create": True},
        "rollout": {"policy": "Automatic"},
        "service": {"create": True},
        "serviceAccount": {"create": True},
        "useSecretMounts": True,
    }


def test_what_is_empty_and_means_the_default_is_written() -> None:
    backend = {"endpointHost": "a", "endpointPort": "", "key": "b"}
    spec = {"agent": {"endpointHost": "", "endpointPort": "", "additionalBackends": [backend]}}
    written = defaulted(agent(spec))["spec"]["agent"]

    assert (written["endpointHost"], written["endpointPort"]) == (DEFAULT_ENDPOINT_HOST, "443")
    assert written["additionalBackends"][0]["endpointPort"] == "443"


def test_null_is_not_given() -> None:
    resource = agent()
    resource["spec"] |= {"k8s_sensor": {"pollrate": None}, "service": None, "openshift": None}
    written = defaulted(resource)["spec"]

    assert (written["k8s_sensor"]["pollrate"], written["service"]) == ("10s", {"create": True})
    assert written["openshift"] is None


@pytest.mark.parametrize(
    "path",
    [
        "openshift",
        "agent.mode",
        "agent.image.name",
        "agent.image.tag",
        "agent.image.pullSecrets",
        "agent.pod",
        "agent.proxyPort",
        "agent.updateStrategy.rollingUpdate",
        "k8s_sensor.deployment.pod",
        "k8s_sensor.podDisruptionBudget",
        "opentelemetry.grpc",
        "opentelemetry.http",
        "serviceAccount.name",
        "zones",
    ],
)
def test_what_follows_something_else_is_not_written(path: str) -> None:
    value = defaulted(agent({"agent": {"image": {}}, "opentelemetry": {}}))["spec"]
    *way, last = path.split(".")
    for step in way:
        value = value[step]

    assert last not in value


def test_what_is_given_stays() -> None:
    spec = {
        "useSecretMounts": False,
        "agent": {"minReadySeconds": 0, "proxyUseDNS": True},
        "k8s_sensor": {"deployment": {"replicas": 0, "enabled": False}, "pollrate": "1s"},
    }
    given = agent(spec)["spec"]
    written = defaulted(agent(spec))["spec"]

    assert written["useSecretMounts"] is False
    assert written["agent"]["proxyUseDNS"] is True
    assert written["k8s_sensor"]["deployment"] | given["k8s_sensor"]["deployment"] == {
        "replicas": 0,
        "enabled": False,
        "minReadySeconds": 0,
    }


@pytest.mark.parametrize("resource", [agent({"openshift": "yes"}), agent() | {"spec": None}])
def test_what_cannot_be_read_is_left_alone(resource: Obj) -> None:
    assert default(review(resource))["response"] == {"uid": UID, "allowed": True}


def test_an_update_is_completed_too() -> None:
    body = review(agent({"zone": {"name": "east"}}), agent())

    assert patch_of(default(body))


@pytest.mark.parametrize("file", GO_OPERATOR, ids=lambda file: file.parent.name)
def test_the_second_time_nothing_is_written(file: Path) -> None:
    resource = defaulted(document_in(file))

    assert default(review(resource))["response"] == {"uid": UID, "allowed": True}


@pytest.mark.parametrize("recorded", SYNCS, ids=str)
def test_the_service_answers_the_same(recorded: Recorded) -> None:
    request = recorded.request
    sent = request | {"parent": defaulted(request["parent"])}

    assert recorded.answer(sent) == recorded.answer()


@pytest.mark.parametrize("file", GO_OPERATOR, ids=lambda file: file.parent.name)
def test_what_would_be_there_is_the_same(file: Path) -> None:
    given = document_in(file)
    objects = documents_in(file.with_name("cluster.yaml"))

    assert render([defaulted(given), *objects], FACTS, NOW) == render([given, *objects], FACTS, NOW)


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.identifier)
def test_defaults_mend_nothing_and_break_nothing(rule: Rule) -> None:
    for difference in (rule.bad, rule.good):
        given = example(rule, difference)
        written = defaulted(given)
        assert errors_in(written, FACTS) == errors_in(given, FACTS)
        if not errors_in(given, FACTS):
            assert warnings_of(written) == warnings_of(given)


INSTANCE = "app.kubernetes.io/instance"
WIDE: Obj = {"matchLabels": {"app.kubernetes.io/managed-by": "instana-agent-operator"}}
OWN = {"matchLabels": WIDE["matchLabels"] | {INSTANCE: "instana-agent"}}


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, OWN),
        ({"selector": WIDE}, WIDE),
        ({"selector": OWN}, OWN),
        ({}, WIDE),
        ({"selector": {"matchLabels": "odd"}}, WIDE),
    ],
    ids=["created", "wide before", "own before", "none before", "odd before"],
)
def test_a_new_resource_selects_its_own_children(before: Obj | None, expected: Obj) -> None:
    new = agent({"selector": WIDE})
    old = {} if before is None else agent(before | {"useSecretMounts": False})
    asked = review(new) if before is None else review(new, old)

    assert with_patch(new, patch_of(default(asked)))["spec"]["selector"] == expected


@pytest.mark.parametrize("selector", [None, {}, {"matchLabels": "odd"}, {"matchLabels": {}}, OWN])
def test_a_selector_without_labels_is_left_to_the_definition(selector: Any) -> None:
    new = agent({"selector": selector})

    assert defaulted(new)["spec"].get("selector") == new["spec"].get("selector")
