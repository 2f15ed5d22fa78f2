"""Network policies: what the k8sensors serve and ask, and nothing on the network of the host."""

from typing import Any

import pytest

from hooks.desired import build_context
from hooks.desired.k8sensor.network_policies import with_network_policies
from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from tests.support.hook import answer, child, children
from tests.support.resources import agent, etcd_service, etcd_slice, merged

ON: Obj = {"networkPolicy": {"enabled": True}}
EGRESS: Obj = {"networkPolicy": {"enabled": True, "egress": {"enabled": True}}}
SENSOR, AGENT = "NetworkPolicy/instana-agent-k8sensor", "NetworkPolicy/instana-agent"
ALWAYS = {443, 6443, 10250}


def policies(answered: Obj) -> list[str]:
    return [name for name in children(answered) if name.startswith("NetworkPolicy/")]


def asked(*related: Obj, **spec: Any) -> set[int]:
    """Return the ports that k8sensors may reach besides those of name servers."""
    answered = answer(agent(merged(EGRESS, spec)), *related)
    _, rule = child(answered, SENSOR)["spec"]["egress"]
    assert {each["protocol"] for each in rule["ports"]} == {"TCP"}
    numbers = [each["port"] for each in rule["ports"]]
    assert numbers == sorted(set(numbers))
    return set(numbers)


def test_there_are_none_by_default() -> None:
    assert policies(answer(agent())) == []


def test_nobody_reaches_a_sensor() -> None:
    spec = child(answer(agent(ON)), SENSOR)["spec"]

    assert spec == {
        "podSelector": {
            "matchLabels": {
                "app.kubernetes.io/name": "instana-agent",
                "app.kubernetes.io/instance": "instana-agent",
                "app.kubernetes.io/component": "k8sensor",
            }
        },
        "policyTypes": ["Ingress"],
    }


def test_ports_of_sensors_can_be_opened() -> None:
    spec = merged(ON, {"networkPolicy": {"sensorPorts": [9000, 42699, 9000]}})

    assert child(answer(agent(spec)), SENSOR)["spec"]["ingress"] == [
        {"ports": [{"port": 9000, "protocol": "TCP"}, {"port": 42699, "protocol": "TCP"}]}
    ]


def test_agents_on_the_network_of_the_host_have_none() -> None:
    assert policies(answer(agent(ON))) == [SENSOR]


def test_without_sensors_there_is_none() -> None:
    off = merged(ON, {"k8s_sensor": {"deployment": {"enabled": False}}})

    assert policies(answer(agent(off))) == []


def test_agents_on_a_network_of_their_own_are_reached_at_their_ports() -> None:
    nothing = ObservedObjects({})
    context = build_context(parse_agent(agent(ON)), nothing, nothing, Facts())
    daemonset = {"kind": "DaemonSet", "spec": {"template": {"spec": {"containers": []}}}}

    (policy,) = with_network_policies(context, [daemonset])[1:]

    assert describe(policy) == AGENT
    assert [each["port"] for each in policy["spec"]["ingress"][0]["ports"]] == [
        4317, 4318, 42699, 55680,
    ]  # fmt: skip
    assert policy["spec"]["policyTypes"] == ["Ingress"]


def test_names_can_be_asked_for_by_both_protocols() -> None:
    first, _ = child(answer(agent(EGRESS)), SENSOR)["spec"]["egress"]

    assert [(each["port"], each["protocol"]) for each in first["ports"]] == [
        (53, "TCP"), (53, "UDP"), (5353, "TCP"), (5353, "UDP"),
    ]  # fmt: skip
    assert child(answer(agent(EGRESS)), SENSOR)["spec"]["policyTypes"] == ["Ingress", "Egress"]


def test_every_backend_is_reached() -> None:
    backend = {"endpointHost": "two.example", "endpointPort": "8443", "key": "k"}

    assert asked() == ALWAYS
    assert asked(agent={"additionalBackends": [backend]}) == ALWAYS | {8443}


def test_behind_a_proxy_it_is_the_proxy() -> None:
    backend = {"endpointHost": "two.example", "endpointPort": "8443", "key": "k"}
    proxy = {"proxyHost": "proxy.example", "additionalBackends": [backend]}

    assert asked(agent=proxy) == ALWAYS | {80}
    assert asked(agent=proxy | {"proxyPort": "3128"}) == ALWAYS | {3128}


@pytest.mark.parametrize(
    ("target", "ports"),
    [
        ("https://etcd.example:2379/metrics", {2379}),
        ("http://etcd.example/metrics", {80}),
        ("https://[2001:db8::1]:2381/metrics", {2381}),
        ("etcd.example", set()),
        ("https://[broken", set()),
        ("http://etcd.example:99999/", set()),
    ],
)
def test_etcd_is_reached_where_the_resource_says(target: str, ports: set[int]) -> None:
    assert asked(k8s_sensor={"etcd": {"targets": [target]}}) == ALWAYS | ports


def test_etcd_is_reached_where_it_was_found() -> None:
    assert asked(etcd_service(port=2381), etcd_slice("10.0.0.1")) == ALWAYS | {2381}


def test_further_ports_are_added() -> None:
    spec: Obj = {"networkPolicy": {"egress": {"furtherPorts": [9090, 443]}}}

    assert asked(**spec) == ALWAYS | {9090}
