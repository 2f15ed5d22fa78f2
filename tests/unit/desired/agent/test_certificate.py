"""Certificates that somebody issues: what is asked for, when it is not, and how pods get it."""

from typing import Any

import pytest

from hooks.contract import CERTIFICATE, CHILD_KINDS
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.rendering import render
from hooks.sync import sync
from tests.support.hook import (
    FACTS,
    NOW,
    answer,
    by_kind,
    child,
    children,
    conditions,
    request,
    stored,
    volumes,
)
from tests.support.resources import agent, merged, secret

ISSUER = {"issuerRef": {"name": "internal-ca"}}
ISSUED: Obj = {"agent": {"tls": {"certManager": ISSUER}}}
SERVING: Obj = {"agent": {"tls": {"openshiftServingCert": True}}, "openshift": True}
DAEMONSET, SERVICE = "DaemonSet/instana-agent", "Service/instana-agent"
CHILD = "Certificate/instana-agent-certificate"
ENTRIES = {"tls.crt": "certificate", "tls.key": "key"}
MADE = merged(
    secret("instana-agent-certificate", **ENTRIES),
    {
        "metadata": {
            "annotations": {"cert-manager.io/certificate-name": "instana-agent-certificate"}
        }
    },
)
SERVED = secret("instana-agent-serving-cert", **ENTRIES)


def with_rule(
    spec: Obj, *related: Obj, observed: list[Obj] | None = None, facts: Facts = FACTS
) -> Obj:
    """Return the answer to a Metacontroller that has the rule for Certificates."""
    asked = request(agent(spec), *related)
    asked["children"] = by_kind(observed or [], (*CHILD_KINDS, CERTIFICATE))
    return sync(asked, facts, NOW)


def condition(answered: Obj) -> tuple[str, str]:
    found = conditions(answered)["CertificateIssued"]
    return found["status"], found["reason"]


def test_certificate_is_asked_for_with_the_names_of_both_services() -> None:
    answered = with_rule(
        {
            "agent": {
                "tls": {
                    "certManager": {
                        "issuerRef": {"name": "ca", "kind": "ClusterIssuer", "group": "ca.example"},
                        "duration": "720h",
                        "renewBefore": "240h",
                        "dnsNames": ["agent.example.com", "instana-agent.instana-agent.svc"],
                    }
                }
            }
        }
    )

    assert child(answered, CHILD)["spec"] == {
        "secretName": "instana-agent-certificate",
        "dnsNames": [
            "instana-agent.instana-agent",
            "instana-agent.instana-agent.svc",
            "instana-agent.instana-agent.svc.cluster.local",
            "instana-agent-headless.instana-agent",
            "instana-agent-headless.instana-agent.svc",
            "instana-agent-headless.instana-agent.svc.cluster.local",
            "agent.example.com",
        ],
        "duration": "720h",
        "issuerRef": {"group": "ca.example", "kind": "ClusterIssuer", "name": "ca"},
        "privateKey": {"rotationPolicy": "Always"},
        "renewBefore": "240h",
        "usages": ["digital signature", "key encipherment", "server auth"],
    }


def test_issuer_and_duration_have_defaults() -> None:
    spec = child(with_rule(ISSUED), CHILD)["spec"]

    assert spec["issuerRef"] == {
        "group": "cert-manager.io",
        "kind": "Issuer",
        "name": "internal-ca",
    }
    assert spec["duration"] == "2160h"
    assert "renewBefore" not in spec


def test_without_the_rule_none_is_returned_and_a_condition_says_so() -> None:
    answered = answer(agent(ISSUED))

    assert CHILD not in children(answered)
    assert condition(answered) == ("False", "RuleMissing")
    assert "metacontroller/components/certificates" in str(conditions(answered))
    assert conditions(answered)["Ready"]["reason"] == "RuleMissing"


def test_pods_wait_for_what_is_issued() -> None:
    answered = with_rule(ISSUED)

    source = volumes(answered, DAEMONSET)["instana-agent-tls"]["secret"]
    assert source["secretName"] == "instana-agent-certificate"
    assert condition(answered) == ("False", "NotIssuedYet")
    assert (
        "kubectl -n instana-agent describe certificate instana-agent-certificate"
    ) in conditions(answered)["CertificateIssued"]["message"]
    assert conditions(answered)["ReferencesResolved"]["message"] == (
        "spec.agent.tls.certManager: Secret instana-agent-certificate is missing"
    )


def test_a_secret_of_somebody_elses_is_not_asked_to_be_written() -> None:
    theirs = secret("instana-agent-certificate", **ENTRIES)
    answered = with_rule(ISSUED, theirs)

    assert CHILD not in children(answered)
    assert DAEMONSET not in children(answered)
    owned = conditions(answered)["ChildrenOwned"]
    assert owned["reason"] == "ObjectInTheWay"
    assert "Secret/instana-agent-certificate" in owned["message"]
    assert "kubectl label" not in owned["message"]


def test_agents_that_run_keep_their_certificate_until_the_new_one_is_issued() -> None:
    before = {"agent": {"tls": {"secretName": "mine"}}}
    mine = secret("mine", **ENTRIES)
    observed = stored(with_rule(before, mine))

    waiting = with_rule(ISSUED, mine, observed=observed)
    issued = with_rule(ISSUED, mine, MADE, observed=observed)

    volume = volumes(waiting, DAEMONSET)["instana-agent-tls"]
    assert volume["secret"]["secretName"] == "mine"
    volume = volumes(issued, DAEMONSET)["instana-agent-tls"]
    assert volume["secret"]["secretName"] == "instana-agent-certificate"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{"type": "Ready", "status": "True"}], ("True", "Issued")),
        ([{"type": "Ready", "status": "False"}], ("False", "NotIssuedYet")),
        ([{"type": "Issuing", "status": "True"}], ("False", "NotIssuedYet")),
        ("odd", ("False", "NotIssuedYet")),
    ],
)
def test_condition_follows_cert_manager(told: Any, expected: tuple[str, str]) -> None:
    observed = stored(with_rule(ISSUED))
    (certificate,) = (each for each in observed if each["kind"] == "Certificate")
    certificate["status"] = {"conditions": told}

    assert condition(with_rule(ISSUED, MADE, observed=observed)) == expected


def test_certificate_stays_until_no_pod_needs_its_secret() -> None:
    observed = stored(with_rule(ISSUED, MADE))
    away = with_rule({}, MADE, observed=observed)

    assert CHILD in children(away)
    assert "instana-agent-tls" not in volumes(away, DAEMONSET)
    rolled_out = stored(away)
    assert CHILD not in children(with_rule({}, MADE, observed=rolled_out))


def test_an_invalid_resource_keeps_the_certificate() -> None:
    observed = stored(with_rule(ISSUED, MADE))
    broken = merged(ISSUED, {"agent": {"mode": "FULL"}})

    assert CHILD in children(with_rule(broken, observed=observed))


def test_rendering_takes_the_definition_of_certificates_for_the_rule() -> None:
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "certificates.cert-manager.io"},
    }
    kinds = [{each["kind"] for each in render([agent(ISSUED), *more], FACTS, NOW).children}
             for more in ([], [crd])]  # fmt: skip

    assert ["Certificate" in each for each in kinds] == [False, True]


def test_openshift_issues_the_certificate_of_the_service() -> None:
    answered = answer(agent(SERVING))

    assert child(answered, SERVICE)["metadata"]["annotations"] == {
        "service.beta.openshift.io/serving-cert-secret-name": "instana-agent-serving-cert"
    }
    source = volumes(answered, DAEMONSET)["instana-agent-tls"]["secret"]
    assert source["secretName"] == "instana-agent-serving-cert"
    assert condition(answered) == ("False", "NotIssuedYet")
    assert ("kubectl -n instana-agent describe service instana-agent shows why") in conditions(
        answered
    )["CertificateIssued"]["message"]
    half = secret("instana-agent-serving-cert", **{"tls.crt": "certificate"})
    assert condition(answer(agent(SERVING), half)) == ("False", "NotIssuedYet")
    assert condition(answer(agent(SERVING), SERVED)) == ("True", "Issued")


def test_nobody_issues_a_serving_certificate_elsewhere() -> None:
    answered = answer(agent(SERVING | {"openshift": False}), SERVED)

    assert condition(answered) == ("False", "NotOpenShift")
    message = conditions(answered)["CertificateIssued"]["message"]
    for setting in ("spec.openshift ", "OPENSHIFT", "spec.agent.tls.certManager"):
        assert setting in message


def test_a_certificate_of_the_user_has_no_condition() -> None:
    answered = answer(agent({"agent": {"tls": {"secretName": "mine"}}}))

    assert "CertificateIssued" not in conditions(answered)
    assert "annotations" not in child(answered, SERVICE)["metadata"]


@pytest.mark.parametrize(
    "tls",
    [
        {"certManager": ISSUER, "secretName": "mine"},
        {"certManager": ISSUER, "openshiftServingCert": True},
        {"openshiftServingCert": True, "certificate": "eA==", "key": "eA=="},
        {
            "certManager": ISSUER,
            "certificateSecretKeyRef": {"name": "a", "key": "b"},
            "keySecretKeyRef": {"name": "a", "key": "c"},
        },
    ],
)
def test_two_sources_are_refused(tls: Obj) -> None:
    valid = conditions(answer(agent({"agent": {"tls": tls}})))["Valid"]

    assert valid["status"] == "False"
    assert "(rule tls-source)" in valid["message"]


def test_an_issuer_needs_a_name() -> None:
    valid = conditions(answer(agent({"agent": {"tls": {"certManager": {"issuerRef": {}}}}})))

    assert "spec.agent.tls.certManager.issuerRef.name: is required" in valid["Valid"]["message"]
