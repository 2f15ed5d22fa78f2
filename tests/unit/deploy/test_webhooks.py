"""The components of the webhooks: who is asked, by which port, and by which authority."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooks.admission import InlineSecrets
from hooks.generate.policies import inline_secrets_denied, policies
from hooks.server.settings import Settings
from hooks.server.webhooks import webhooks_of
from tests.support.kustomize import Obj, build, find, installation
from tests.support.tools import needs

HOOKS = "instana-agent-hooks"
KINDS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
COMPONENTS = ("deploy/components/webhooks", "deploy/components/defaulting")
WITH_CERTIFICATE = ("self-signed", "cert-manager", "openshift")

pytestmark = [
    needs("kubectl"),
    needs("openssl"),
]


def installed(place: Path, overlay: str) -> list[Obj]:
    authority = f"deploy/components/webhook-ca-{overlay}"
    return build(installation(place, overlay, *COMPONENTS, authority))


def webhooks_in(objects: list[Obj]) -> list[Obj]:
    return [find(objects, kind, HOOKS)["webhooks"][0] for kind in KINDS]


@pytest.mark.parametrize("overlay", WITH_CERTIFICATE)
def test_the_api_server_reaches_the_port_and_nothing_else_is_open(
    overlay: str, place: Path
) -> None:
    objects = installed(place, overlay)
    pod = find(objects, "Deployment", HOOKS)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    env = {each["name"]: each.get("value") for each in container["env"]}
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    services = {
        each["name"]: each["port"] for each in find(objects, "Service", HOOKS)["spec"]["ports"]
    }
    *known, anyone = find(objects, "NetworkPolicy", HOOKS)["spec"]["ingress"]

    assert env["ADMISSION_PORT"] == str(ports["admission"])
    assert ports["admission"] != ports["hooks"]
    asked = [webhook["clientConfig"]["service"] for webhook in webhooks_in(objects)]
    assert {(each["name"], each["namespace"], each["port"]) for each in asked} == {
        (HOOKS, "instana-agent", services["admission"])
    }
    assert known
    assert anyone == {"ports": [{"port": "admission"}]}
    assert all(each["from"] and each["ports"] == [{"port": "hooks"}] for each in known)


def test_paths_are_those_of_the_service(place: Path) -> None:
    asked = [
        each["clientConfig"]["service"]["path"]
        for each in webhooks_in(installed(place, "self-signed"))
    ]

    assert asked == [webhook.path for webhook in webhooks_of(Settings())]


def test_nobody_waits_long_or_is_refused_for_a_service_that_is_not_there(place: Path) -> None:
    webhooks = webhooks_in(installed(place, "self-signed"))

    assert webhooks
    for webhook in webhooks:
        assert (webhook["failurePolicy"], webhook["timeoutSeconds"]) == ("Ignore", 5)
        assert (webhook["sideEffects"], webhook["matchPolicy"]) == ("None", "Equivalent")
        assert webhook["rules"][0]["operations"] == ["CREATE", "UPDATE"]
        assert webhook["rules"][0]["resources"] == ["agents"]


def test_webhooks_are_asked_when_the_policies_are(place: Path) -> None:
    conditions = [each["matchConditions"] for each in webhooks_in(installed(place, "self-signed"))]

    of_policies = [
        each["spec"]["matchConditions"]
        for each in [*policies(), *inline_secrets_denied()]
        if "matchConditions" in each["spec"]
    ]
    assert of_policies
    assert [each for each in [*conditions, *of_policies] if each != conditions[0]] == []


def test_self_signed_authority_is_in_the_configuration(place: Path) -> None:
    made = place / "deploy/overlays/self-signed/made-by-make-credentials/ca.crt"

    webhooks = webhooks_in(installed(place, "self-signed"))

    assert {b64decode(each["clientConfig"]["caBundle"]) for each in webhooks} == {made.read_bytes()}


@pytest.mark.parametrize(
    ("overlay", "annotation"),
    [
        ("cert-manager", {"cert-manager.io/inject-ca-from": "instana-agent/instana-agent-hooks"}),
        ("openshift", {"service.beta.openshift.io/inject-cabundle": "true"}),
    ],
)
def test_others_write_their_authority(
    overlay: str, annotation: dict[str, str], place: Path
) -> None:
    objects = installed(place, overlay)
    for kind in KINDS:
        assert find(objects, kind, HOOKS)["metadata"]["annotations"] == annotation
    certificates = [each["metadata"]["name"] for each in objects if each["kind"] == "Certificate"]
    assert overlay != "cert-manager" or HOOKS in certificates


def test_validating_alone_writes_nothing(place: Path) -> None:
    objects = build(installation(place, "self-signed", COMPONENTS[0]))

    assert KINDS[1] not in {each["kind"] for each in objects}


# Policies on secrets in resources.


def admission(place: Path, choice: InlineSecrets) -> dict[str, Any]:
    """Return the actions of all bindings, by the policy."""
    directory = place / f"admission-{choice.value}"
    directory.mkdir()
    component = f"../deploy/admission/inline-secrets-{choice.value.lower()}"
    kustomization = {
        "resources": ["../deploy/admission"],
        "components": [] if choice is InlineSecrets.WARN else [component],
    }
    (directory / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    objects = build(directory)
    bound = {
        each["spec"]["policyName"]: each["spec"]["validationActions"]
        for each in objects
        if each["kind"] == "ValidatingAdmissionPolicyBinding"
    }
    assert bound.keys() == {
        each["metadata"]["name"] for each in objects if each["kind"] == "ValidatingAdmissionPolicy"
    }
    return bound


def test_policies_allow_warn_or_deny(place: Path) -> None:
    others = {
        "instana-agent-errors": ["Deny"],
        "instana-agent-shared-nodes": ["Warn"],
        "instana-agent-warnings": ["Warn"],
    }
    warned = {"instana-agent-inline-secrets": ["Warn"]}
    denied = {"instana-agent-new-inline-secrets": ["Deny"]}

    assert admission(place, InlineSecrets.ALLOW) == others
    assert admission(place, InlineSecrets.WARN) == others | warned
    assert admission(place, InlineSecrets.DENY) == others | warned | denied
