"""Counts of each zone and backend, images, values left open, and how large all that gets."""

from typing import Any

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from hooks.status.size import MOST_BYTES, MOST_PARTS
from hooks.wire import encode
from tests.support.hook import FACTS, LATER, answer, request, stored
from tests.support.resources import agent, merged, obj, secret

ZONES = {"zones": [{"name": "a"}, {"name": "b"}]}
BACKENDS = {
    "agent": {"additionalBackends": [{"endpointHost": "b", "endpointPort": "1", "key": "k"}]}
}
MANY_ZONES: list[Obj] = [{"name": f"zone-with-a-long-name-{number:03}"} for number in range(120)]


def status_of(parent: Obj, *related: Obj, **more: Any) -> Obj:
    found: Obj = answer(parent, *related, **more)["status"]
    return found


def running(spec: Obj | None = None) -> list[Obj]:
    return stored(answer(agent(spec)))


def with_numbers(observed: list[Obj], which: str, **numbers: int) -> list[Obj]:
    """Return the children with other numbers in the status of one."""
    next(each for each in observed if describe(each) == which)["status"] |= numbers
    return observed


def test_each_zone_has_its_counts_and_one_that_lacks_agents_comes_first() -> None:
    observed = with_numbers(running(ZONES), "DaemonSet/instana-agent-b", numberAvailable=1)
    agents = status_of(agent(ZONES), observed=observed)["agents"]

    assert [(each["zone"], each["unavailable"]) for each in agents["zones"]] == [("b", 2), ("a", 0)]
    assert agents["zones"][1] == {
        "name": "instana-agent-a",
        "zone": "a",
        "desired": 3,
        "ready": 3,
        "updated": 3,
        "available": 3,
        "unavailable": 0,
        "summary": "3/3",
    }
    assert (agents["unavailable"], agents["desired"]) == (2, 6)


def test_each_backend_has_its_counts() -> None:
    sensors = status_of(agent(BACKENDS), observed=running(BACKENDS))["k8sensors"]

    names = [each["name"] for each in sensors["backends"]]
    assert names == ["instana-agent-k8sensor", "instana-agent-k8sensor-1"]
    assert [each["summary"] for each in sensors["backends"]] == ["3/3", "3/3"]


def test_what_there_is_one_of_is_not_told_twice() -> None:
    status = status_of(agent(), observed=running())

    assert "zones" not in status["agents"]
    assert "backends" not in status["k8sensors"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "new.example/agent:latest"),
        ({"rollout": {"policy": "Manual"}}, "icr.io/instana/agent:latest"),
        ({"k8s_sensor": {"pollrate": "often"}}, "icr.io/instana/agent:latest"),
    ],
    ids=["changed", "held", "invalid"],
)
def test_images_are_those_of_the_pods(more: Obj, expected: str) -> None:
    changed = agent({"agent": {"image": {"name": "new.example/agent"}}} | more)

    assert status_of(changed, observed=running())["images"] == sorted(
        [expected, "icr.io/instana/k8sensor:latest"]
    )


def test_images_of_init_containers_are_among_them() -> None:
    first = [{"name": "first", "image": "first.example/init:1"}]
    patched = agent()
    patched["spec"]["overrides"] = {
        "agentDaemonSet": {"spec": {"template": {"spec": {"initContainers": first}}}}
    }

    assert "first.example/init:1" in status_of(patched)["images"]


@pytest.mark.parametrize("image", ["", 5, None])
def test_values_that_are_no_images_are_left_out(image: Any) -> None:
    observed = running()
    for each in observed:
        if each["kind"] == "DaemonSet":
            each["spec"]["template"]["spec"]["containers"][0]["image"] = image
    invalid = agent({"k8s_sensor": {"pollrate": "often"}})

    assert status_of(invalid, observed=observed)["images"] == ["icr.io/instana/k8sensor:latest"]


@pytest.mark.parametrize(
    ("spec", "facts", "path", "value"),
    [
        ({}, FACTS, "spec.openshift", "false"),
        ({}, Facts(openshift=True), "spec.openshift", "true"),
        ({"openshift": True}, FACTS, "spec.openshift", "true"),
        ({}, FACTS, "spec.agent.mode", "APM"),
        ({"agent": {"mode": ""}}, FACTS, "spec.agent.mode", "APM"),
        ({"agent": {"mode": "OFF"}}, FACTS, "spec.agent.mode", "OFF"),
        ({"agent": {"endpointPort": "1444"}}, FACTS, "spec.agent.endpointPort", "1444"),
        ({"agent": {"endpointPort": None}}, FACTS, "spec.agent.endpointPort", "443"),
        ({}, FACTS, "spec.serviceAccount.name", "instana-agent"),
        ({}, FACTS, "spec.k8s_sensor.deployment.replicas", "3"),
    ],
)
def test_what_counts_is_told(spec: Obj, facts: Facts, path: str, value: str) -> None:
    assert status_of(agent(spec), facts=facts)["effective"].get(path) == value


def test_every_field_with_a_default_is_told() -> None:
    assert status_of(agent())["effective"] == {
        "spec.agent.endpointHost": "backend.example",
        "spec.agent.endpointPort": "443",
        "spec.agent.mode": "APM",
        "spec.agent.packageCache.type": "None",
        "spec.agent.reloadOnSecretChange": "true",
        "spec.agent.scheduling.tolerate": "None",
        "spec.agent.updateStrategy.type": "RollingUpdate",
        "spec.k8s_sensor.deployment.replicas": "3",
        "spec.k8s_sensor.pollrate": "10s",
        "spec.k8s_sensor.securityProfile": "Unrestricted",
        "spec.openshift": "false",
        "spec.opentelemetry.enabled": "true",
        "spec.podStatus": "Disabled",
        "spec.rollout.policy": "Automatic",
        "spec.serviceAccount.name": "instana-agent",
        "spec.useSecretMounts": "true",
        "spec.zone.automatic": "Off",
    }


def _large() -> tuple[Obj, list[Obj]]:
    """Return a resource with many of everything, and what it refers to."""
    keys = {f"key-{number}": "k" for number in range(1, 41)}
    backends = [{"endpointHost": f"host-{n}.example", "endpointPort": "443"} for n in range(40)]
    pulls = [{"name": f"pull-secret-with-a-long-name-{number:03}"} for number in range(60)]
    labels = {f"team.example/label-{number}": "value" for number in range(40)}
    spec = {
        "zones": MANY_ZONES,
        "overrides": {"agentDaemonSet": {"metadata": {"annotations": labels}}},
        "agent": {
            "key": None,
            "keysSecret": "keys",
            "additionalBackends": backends,
            "image": {"pullSecrets": pulls},
            "tls": {"secretName": "tls-that-is-missing"},
        },
    }
    named = secret("keys", key="k", **{name.replace("-", "_"): text for name, text in keys.items()})
    nodes = [obj("Node", f"node-{number}", "") for number in range(5000)]
    return agent(spec), [named, *nodes]


@pytest.mark.parametrize("policy", ["Automatic", "Manual"])
@pytest.mark.parametrize("tag", ["1", "2"], ids=["settled", "changed"])
def test_the_status_of_a_large_resource_is_below_16_kib_and_settles(policy: str, tag: str) -> None:
    parent, related = _large()
    parent["spec"]["rollout"] = {"policy": policy}
    first = answer(parent, *related)
    changes = {"agent": {"image": {"tag": tag}, "pod": {"annotations": {"x" * 60: tag}}}}
    changed = parent | {"spec": merged(parent["spec"], changes), "status": first["status"]}
    observed = stored(first)

    second = status_of(changed, *related, observed=observed)
    third = status_of(changed | {"status": second}, *related, observed=observed)

    assert len(encode(first["status"])) < MOST_BYTES
    assert len(encode(second)) < MOST_BYTES
    assert encode(third) == encode(second)
    assert len(second["agents"]["zones"]) <= MOST_PARTS
    assert second["agents"]["desired"] == 360
    assert {"Ready", "ReconcileSucceeded"} <= {each["type"] for each in second["conditions"]}


def test_a_small_status_is_not_cut() -> None:
    spec = {"zones": MANY_ZONES[:10]}
    status = status_of(agent(spec), observed=running(spec))

    assert len(status["agents"]["zones"]) == 10
    assert len(status["rollout"]["last"]) == 11


def test_order_of_what_is_observed_does_not_count() -> None:
    asked = request(agent(ZONES), observed=running(ZONES)[::-1])
    there = request(agent(ZONES), observed=running(ZONES))

    assert encode(asked) == encode(there)
    assert encode(status_of(agent(ZONES), observed=running(ZONES)[::-1], now=LATER)) == encode(
        status_of(agent(ZONES), observed=running(ZONES), now=LATER)
    )
