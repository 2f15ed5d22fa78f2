"""Resources as users write them, from guides and from reports of defects: what becomes of each."""

from pathlib import Path

import pytest
import yaml

from hooks.admission import InlineSecrets, validate
from hooks.desired.passes.checksums import recorded_checksum
from hooks.kube.objects import Obj, describe
from hooks.rules import errors_of, rules_named_in, warnings_of
from tests.support.files import documents_in
from tests.support.hook import FACTS, answer, child, children, conditions, env, pod, stored, texts
from tests.support.resources import merged
from tests.support.reviews import refused_by, review, warned_by

FOLDER = Path("tests/fixtures/field")
AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
CONFIG, OWN_SECRET = "Secret/instana-agent-config", "Secret/instana-agent"
BACKEND = "com.instana.agent.main.sender.Backend-1.cfg"
WORKING = [
    "airgap-mirror-empty-login",
    "env-twice",
    "host-aliases",
    "label-equals-selector",
    "memory-text-number",
    "no-proxy",
    "otel-legacy-switch",
    "otlp-http-55680",
    "otlp-ports-swapped",
    "proxy-password-special",
    "replicas-zero",
    "reserved-variables",
    "secret-key-with-newline",
    "secret-newline-fixed",
    "secret-other-entry-name",
    "template-key-left",
    "volumes-downward",
]
OF_PODS = {
    "child-refused-affinity-operator": "affinity",
    "child-refused-anti-affinity-weight": "affinity",
    "child-refused-hostpath-type": "volume-source",
    "child-refused-mount-propagation": "mount-field",
    "child-refused-priority-class-upper": "priority-class",
    "child-refused-secret-volume-no-name": "volume-source",
}
"""What Kubernetes refuses of a pod, and no other rule."""
REFUSED = {
    "configuration-not-mapping": "configuration-yaml-mapping",
    "angle-bracket-placeholder": "port",
    "docs-zones": "cluster-name-of-zones",
    **OF_PODS,
}


def objects(case: str, file: str = "input") -> list[Obj]:
    """Return the objects of a file of the case; the resource is that of `input`."""
    return documents_in(FOLDER / case / f"{file}.yaml")


def resource(case: str) -> Obj:
    (found,) = objects(case)
    return found


def test_every_case_is_tried() -> None:
    assert {each.name for each in FOLDER.iterdir()} == {*WORKING, *REFUSED}


@pytest.mark.parametrize("case", WORKING)
def test_it_is_taken(case: str) -> None:
    assert list(errors_of(resource(case))) == []


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_its_rule(case: str) -> None:
    assert [each.rule for each in errors_of(resource(case))] == [REFUSED[case]]


@pytest.mark.parametrize("case", OF_PODS)
def test_what_kubernetes_would_refuse_keeps_the_children_as_they_are(case: str) -> None:
    parent = resource(case)
    sound = parent | {"spec": merged(parent["spec"], {"agent": {"pod": None}})}
    before = stored(answer(sound))
    answered = answer(parent, observed=before)

    valid = conditions(answered)["Valid"]
    assert (valid["status"], rules_named_in(valid["message"])) == ("False", (OF_PODS[case],))
    assert {describe(each) for each in answered["children"]} == {*map(describe, before)}
    assert pod(answered, AGENT) == pod({"children": before}, AGENT)


@pytest.mark.parametrize("case", OF_PODS)
def test_a_change_elsewhere_is_taken_of_what_was_stored_before(case: str) -> None:
    old = resource(case)
    new = old | {"spec": merged(old["spec"], {"cluster": {"name": "renamed"}})}
    other = old | {"spec": merged(old["spec"], {"agent": {"pod": {"priorityClassName": "/"}}})}

    assert refused_by(validate(review(old), FACTS, InlineSecrets.WARN)) == {OF_PODS[case]}
    assert warned_by(validate(review(new, old), FACTS, InlineSecrets.WARN)) >= {OF_PODS[case]}
    assert refused_by(validate(review(new, old), FACTS, InlineSecrets.WARN)) == set()
    assert refused_by(validate(review(other, old), FACTS, InlineSecrets.WARN)) == {"priority-class"}


def test_empty_login_of_a_proxy_is_none() -> None:
    found = answer(resource("airgap-mirror-empty-login"))

    assert "proxy.user" not in texts(found, CONFIG)[BACKEND]
    assert texts(found, OWN_SECRET)["HTTPS_PROXY"] == "http://proxy.example:3128"


def test_login_of_a_proxy_is_encoded_in_the_url_only() -> None:
    found = answer(resource("proxy-password-special"))
    login = resource("proxy-password-special")["spec"]["agent"]

    assert texts(found, OWN_SECRET)["HTTPS_PROXY"] == (
        "http://DOMAIN%5Csvc%20user:07I%21%3F.+nV-G_X%40%3A%2F%25%23v@proxy.example:3128"
    )
    assert texts(found, OWN_SECRET)["INSTANA_AGENT_PROXY_PASSWORD"] == login["proxyPassword"]
    in_properties = login["proxyUser"].replace("\\", "\\\\")
    assert f"proxy.user={in_properties}\n" in texts(found, CONFIG)[BACKEND]
    assert f"proxy.password={login['proxyPassword']}\n" in texts(found, CONFIG)[BACKEND]


@pytest.mark.parametrize("workload", [AGENT, SENSOR])
def test_overrides_bring_host_aliases(workload: str) -> None:
    found = answer(resource("host-aliases"))

    assert pod(found, workload)["hostAliases"] == [
        {"ip": "192.0.2.7", "hostnames": ["agent-acceptor.lab.example"]}
    ]


def test_label_of_the_selector_stays_with_a_warning() -> None:
    parent = resource("label-equals-selector")
    made = child(answer(parent), AGENT)["spec"]

    assert made["selector"]["matchLabels"].items() <= made["template"]["metadata"]["labels"].items()
    assert made["selector"]["matchLabels"]["app.kubernetes.io/name"] == "instana-agent"
    assert made["template"]["metadata"]["labels"]["app"] == "bar"
    assert "label-reserved" in {each.rule for each in warnings_of(parent)}


def test_switch_of_old_is_the_default() -> None:
    with_switch = resource("otel-legacy-switch")
    without = with_switch | {"spec": {**with_switch["spec"], "opentelemetry": {}}}

    assert children(answer(with_switch)) == children(answer(without))


@pytest.mark.parametrize(
    ("case", "grpc", "http"),
    [("otlp-http-55680", [], [55680]), ("otlp-ports-swapped", [4318], [4317])],
)
def test_ports_of_otlp_are_the_same_everywhere(case: str, grpc: list[int], http: list[int]) -> None:
    found = answer(resource(case))
    ports = child(found, "Service/instana-agent")["spec"]["ports"]
    told = yaml.safe_load(texts(found, CONFIG)["configuration-opentelemetry.yaml"])
    configured = told["com.instana.plugin.opentelemetry"]

    assert [each["port"] for each in ports if each["name"] == "otlp-grpc"] == grpc
    assert [each["port"] for each in ports if each["name"] == "otlp-http"] == http
    assert [each["targetPort"] for each in ports] == [each["port"] for each in ports]
    assert [each["port"] for each in (configured["grpc"],) if each["enabled"]] == grpc
    assert [each["port"] for each in (configured["http"],) if each["enabled"]] == http


def test_no_replicas_are_told_in_the_status() -> None:
    parent = resource("replicas-zero")
    found = conditions(answer(parent, observed=stored(answer(parent))))

    assert child(answer(parent), SENSOR)["spec"]["replicas"] == 0
    assert found["SensorsAvailable"]["message"] == (
        "no k8sensor is desired: spec.k8s_sensor.deployment.replicas is 0"
    )


def test_secret_with_another_entry_is_named() -> None:
    case = "secret-other-entry-name"
    found = conditions(answer(resource(case), *objects(case, "cluster")))["Ready"]

    assert (found["status"], found["reason"]) == ("False", "ReferenceMissing")
    assert "Secret instana-agent-key has no usable entry key" in found["message"]


@pytest.mark.parametrize("case", ["secret-key-with-newline", "secret-newline-fixed"])
def test_line_break_of_a_secret_is_in_the_status(case: str) -> None:
    (keys,) = objects(case, "cluster")
    message = conditions(answer(resource(case), keys))["SecretsTrimmed"]["message"]

    assert f"entry key of Secret {keys['metadata']['name']} ends in a line break" in message


def test_pods_restart_once_the_line_break_is_gone() -> None:
    case = "secret-newline-fixed"
    told = [answer(resource(case), *objects(case, each)) for each in ("cluster", "cluster-after")]

    assert "SecretsTrimmed" not in conditions(told[1])
    for workload in (AGENT, SENSOR):
        with_break, without = (recorded_checksum(child(each, workload)) for each in told)
        assert with_break != without


def test_hosts_without_proxy_are_joined() -> None:
    found = answer(resource("no-proxy"))
    hosts = "10.0.0.0/8,.svc,.cluster.local"

    assert env(found, AGENT)["NO_PROXY"] == hosts
    assert env(found, SENSOR)["NO_PROXY"] == f"{hosts},kubernetes.default.svc"


@pytest.mark.parametrize(
    ("case", "warned"),
    [
        (
            "reserved-variables",
            {
                f"spec.agent.env[{name}]: variable-reserved"
                for name in (
                    *("INSTANA_ZONE", "INSTANA_AGENT_MODE", "INSTANA_KUBERNETES_CLUSTER_NAME"),
                    *("INSTANA_AGENT_PROXY_HOST", "INSTANA_AGENT_HTTP_LISTEN"),
                )
            },
        ),
        (
            "env-twice",
            {
                "spec.agent.env[INSTANA_AGENT_PROXY_HOST]: variable-reserved",
                "spec.agent.env[SAME]: variable-overridden",
                "spec.agent.pod.env[1].name: variable-repeated",
                "spec.agent.pod.env[2].name: variable-over-field",
            },
        ),
    ],
    ids=["reserved", "twice"],
)
def test_each_loser_among_variables_is_named(case: str, warned: set[str]) -> None:
    found = {f"{each.path}: {each.rule}" for each in warnings_of(resource(case))}
    made = pod(answer(resource(case)), AGENT)["containers"][0]["env"]

    assert {each for each in found if ": variable-" in each} == warned
    assert len({each["name"] for each in made}) == len(made)


@pytest.mark.parametrize(
    ("case", "rule", "paths"),
    [
        (
            "angle-bracket-placeholder",
            "placeholder",
            {f"spec.agent.{each}" for each in ("key", "endpointHost", "endpointPort")},
        ),
        ("template-key-left", "placeholder", {"spec.agent.key", "spec.zone.name"}),
        (
            "memory-text-number",
            "amount-unit",
            {"spec.agent.pod.requests[memory]", "spec.agent.pod.limits[memory]"},
        ),
    ],
)
def test_what_is_most_likely_a_slip_is_named(case: str, rule: str, paths: set[str]) -> None:
    assert {each.path for each in warnings_of(resource(case)) if each.rule == rule} == paths
