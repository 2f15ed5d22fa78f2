"""OpenShift's etcd: copied where the installation allows it, and never taken away by accident."""

from dataclasses import replace
from json import dumps

import pytest

from hooks.customize import related_resources
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from hooks.rules import read_agent
from tests.support.hook import FACTS, answer, child, children, conditions, env, pod, stored, volumes
from tests.support.resources import agent, merged, obj

ALLOWED = replace(FACTS, etcd_copy_namespaces=("instana-agent",))
OPENSHIFT: Obj = {"openshift": True}
PLACE = "openshift-etcd"
BUNDLE = obj("ConfigMap", "etcd-ca-bundle", PLACE, data={"ca-bundle.crt": "PEM", "other": "x"})
CLIENT = obj(
    "Secret", "etcd-client", PLACE, data={"tls.crt": "YQ==", "tls.key": "Yg==", "c": "Yw=="}
)
SENSOR = "Deployment/instana-agent-k8sensor"
CA_COPY, CLIENT_COPY = "ConfigMap/instana-agent-etcd-ca-bundle", "Secret/instana-agent-etcd-client"
COPIES = {CA_COPY, CLIENT_COPY}
VARIABLES = {
    "ETCD_CERT_FILE": "/etc/etcd-client/tls.crt",
    "ETCD_KEY_FILE": "/etc/etcd-client/tls.key",
    "ETCD_METRICS_URL": "https://etcd.openshift-etcd.svc.cluster.local:9978/metrics",
    "ETCD_REQUEST_TIMEOUT": "15s",
}


def monitored(answered: Obj) -> tuple[str, str]:
    found = conditions(answered)["EtcdMonitored"]
    return found["status"], found["reason"]


def test_copies_are_children_with_just_what_is_needed() -> None:
    answered = answer(agent(OPENSHIFT), BUNDLE, CLIENT, facts=ALLOWED)

    assert child(answered, CA_COPY)["data"] == {"ca-bundle.crt": "PEM"}
    copy = child(answered, CLIENT_COPY)
    assert copy["data"] == {"tls.crt": "YQ==", "tls.key": "Yg=="}
    assert copy["type"] == "kubernetes.io/tls"
    assert copy["metadata"]["labels"]["instana.io/copied-from"] == PLACE
    assert copy["metadata"]["annotations"] == {"instana.io/copied-from": f"{PLACE}/etcd-client"}
    assert monitored(answered) == ("True", "CertificatesCopied")


def test_sensors_use_them() -> None:
    answered = answer(agent(OPENSHIFT), BUNDLE, CLIENT, facts=ALLOWED)

    given = env(answered, SENSOR)
    assert VARIABLES.items() <= given.items()
    assert given["ETCD_CA_FILE"] == "/etc/etcd-metrics-ca/ca-bundle.crt"
    found = pod(answered, SENSOR)["containers"][0]["volumeMounts"]
    assert [each for each in found if each["name"].startswith("etcd")] == [
        {"mountPath": "/etc/etcd-metrics-ca", "name": "etcd-ca", "readOnly": True},
        {"mountPath": "/etc/etcd-client", "name": "etcd-client-cert", "readOnly": True},
    ]
    named = volumes(answered, SENSOR)
    assert named["etcd-ca"]["configMap"] == {
        "defaultMode": 0o440,
        "items": [{"key": "ca-bundle.crt", "path": "ca-bundle.crt"}],
        "name": "instana-agent-etcd-ca-bundle",
    }
    assert named["etcd-client-cert"]["secret"] == {
        "defaultMode": 0o440,
        "items": [{"key": entry, "path": entry} for entry in ("tls.crt", "tls.key")],
        "secretName": "instana-agent-etcd-client",
    }


def test_authority_of_the_user_wins() -> None:
    own = merged(OPENSHIFT, {"k8s_sensor": {"etcd": {"ca": {"secretName": "mine"}}}})
    answered = answer(agent(own), BUNDLE, CLIENT, facts=ALLOWED)

    assert env(answered, SENSOR)["ETCD_CA_FILE"] == "/var/run/secrets/etcd/ca.crt"
    assert volumes(answered, SENSOR)["etcd-ca"]["secret"]["secretName"] == "mine"
    assert VARIABLES.items() <= env(answered, SENSOR).items()


@pytest.mark.parametrize(
    "facts", [FACTS, replace(FACTS, etcd_copy_namespaces=("elsewhere",))], ids=["none", "another"]
)
def test_nothing_is_copied_where_it_is_not_allowed(facts: Facts) -> None:
    answered = answer(agent(OPENSHIFT), BUNDLE, CLIENT, facts=facts)

    assert not COPIES & children(answered).keys()
    assert not VARIABLES.keys() & env(answered, SENSOR).keys()
    assert monitored(answered) == ("False", "CopyNotAllowed")
    assert "ETCD_COPY_NAMESPACES" in conditions(answered)["EtcdMonitored"]["message"]


def test_pods_that_stay_as_they_are_read_etcd_until_they_change() -> None:
    """Pods of a former installation, or a change of them that waits for approval."""
    before = answer(agent(OPENSHIFT), BUNDLE, CLIENT, facts=ALLOWED)
    manual = merged(OPENSHIFT, {"rollout": {"policy": "Manual"}})
    held = answer(agent(manual), BUNDLE, CLIENT, observed=stored(before))
    changed = answer(agent(OPENSHIFT), BUNDLE, CLIENT, observed=stored(before))

    assert VARIABLES.items() <= env(held, SENSOR).items()
    assert monitored(held) == ("True", "ReadUntilNextChange")
    message = conditions(held)["EtcdMonitored"]["message"]
    assert "until their pods change next: to keep it, add" in message
    assert message.endswith(
        "namespace instana-agent to the installation's setting ETCD_COPY_NAMESPACES"
    )
    assert not VARIABLES.keys() & env(changed, SENSOR).keys()
    assert monitored(changed) == ("False", "CopyNotAllowed")


def test_what_is_not_allowed_keeps_nothing_from_being_ready() -> None:
    observed = stored(answer(agent(OPENSHIFT)))

    assert conditions(answer(agent(OPENSHIFT), observed=observed))["Ready"]["status"] == "True"


@pytest.mark.parametrize(
    "spec",
    [
        {},
        merged(OPENSHIFT, {"k8s_sensor": {"deployment": {"enabled": False}}}),
        merged(OPENSHIFT, {"k8s_sensor": {"etcd": {"targets": ["https://a:1/metrics"]}}}),
    ],
    ids=["elsewhere", "no sensor", "own targets"],
)
def test_nothing_is_copied_where_nobody_needs_it(spec: Obj) -> None:
    answered = answer(agent(spec), BUNDLE, CLIENT, facts=ALLOWED)

    assert not COPIES & children(answered).keys()
    assert "EtcdMonitored" not in conditions(answered)


@pytest.mark.parametrize(
    "sources",
    [
        [],
        [BUNDLE],
        [CLIENT],
        [BUNDLE, obj("Secret", "etcd-client", PLACE, data={"tls.crt": "YQ==", "tls.key": ""})],
        [obj("ConfigMap", "etcd-ca-bundle", PLACE), CLIENT],
    ],
    ids=["none", "no client", "no authority", "no key", "empty authority"],
)
def test_what_is_incomplete_is_not_copied_and_takes_no_copy_away(sources: list[Obj]) -> None:
    new = answer(agent(OPENSHIFT), *sources, facts=ALLOWED)
    before = answer(agent(OPENSHIFT), BUNDLE, CLIENT, facts=ALLOWED)
    after = answer(agent(OPENSHIFT), *sources, observed=stored(before), facts=ALLOWED)

    assert not COPIES & children(new).keys()
    assert monitored(new) == monitored(after) == ("False", "SourceMissing")
    named = "ConfigMap etcd-ca-bundle or Secret etcd-client is missing or incomplete"
    assert conditions(new)["EtcdMonitored"]["message"].startswith(named)
    assert conditions(new)["EtcdMonitored"]["message"].endswith(": nothing is copied")
    assert conditions(after)["EtcdMonitored"]["message"].endswith(
        ": the existing copies are retained"
    )
    assert {name: children(after)[name]["data"] for name in COPIES} == {
        name: children(before)[name]["data"] for name in COPIES
    }
    assert env(after, SENSOR) == env(before, SENSOR)


def test_copies_that_are_no_longer_allowed_go_once_no_pod_names_them() -> None:
    before = stored(answer(agent(OPENSHIFT), BUNDLE, CLIENT, facts=ALLOWED))
    away = answer(agent(OPENSHIFT), observed=before)

    assert children(away).keys() >= COPIES
    assert not VARIABLES.keys() & env(away, SENSOR).keys()
    assert not COPIES & children(answer(agent(OPENSHIFT), observed=stored(away))).keys()


def test_copies_of_the_go_operator_stay_while_its_template_does() -> None:
    labels = {
        "app.kubernetes.io/managed-by": "instana-agent-operator",
        "app.kubernetes.io/component": "k8sensor",
    }
    copies = [
        obj("ConfigMap", "etcd-ca-bundle", data={"ca-bundle.crt": "PEM"}),
        obj("Secret", "etcd-client", data=CLIENT["data"]),
    ]
    for each in copies:
        each["metadata"]["labels"] = labels
    observed = stored(answer(agent(OPENSHIFT)))
    (sensor,) = (each for each in observed if each["kind"] == "Deployment")
    sensor["metadata"]["labels"]["agent.instana.io/generation"] = "1"
    del sensor["spec"]["template"]["metadata"]["annotations"]  # which only ours has
    sensor["spec"]["template"]["spec"]["volumes"] += [
        {"name": "etcd-ca", "configMap": {"name": "etcd-ca-bundle"}},
        {"name": "etcd-client-cert", "secret": {"secretName": "etcd-client"}},
    ]
    sensor["metadata"]["annotations"] = {LAST_APPLIED: dumps(sensor)}

    kept = answer(agent(OPENSHIFT), observed=[*observed, *copies])
    assert {"ConfigMap/etcd-ca-bundle", "Secret/etcd-client"} <= children(kept).keys()
    assert "etcd-client-cert" in volumes(kept, SENSOR)


def test_rotated_certificates_are_copied_again() -> None:
    before = stored(answer(agent(OPENSHIFT), BUNDLE, CLIENT, facts=ALLOWED))
    rotated = merged(CLIENT, {"data": {"tls.key": "bmV3"}})
    after = answer(agent(OPENSHIFT), BUNDLE, rotated, observed=before, facts=ALLOWED)

    assert child(after, CLIENT_COPY)["data"]["tls.key"] == "bmV3"


@pytest.mark.parametrize("facts", [FACTS, ALLOWED], ids=["not allowed", "allowed"])
def test_sources_are_asked_for_only_where_they_may_be_copied(facts: Facts) -> None:
    rules = related_resources(read_agent(agent(OPENSHIFT)), (), facts)

    found = {rule["resource"]: rule["names"] for rule in rules if rule.get("namespace") == PLACE}
    assert found == (
        {"secrets": ["etcd-client"], "configmaps": ["etcd-ca-bundle"]} if facts is ALLOWED else {}
    )


def test_every_namespace_can_be_allowed() -> None:
    everywhere = Facts().updated({"etcdCopyNamespaces": "*"})

    assert everywhere.may_copy_etcd("any")
    assert not Facts().may_copy_etcd("any")
