"""Probes of the agent, which has three, and of the k8sensor, which has those that are given."""

import pytest

from hooks.desired.pod.probes import startup_seconds
from hooks.kube.objects import Obj
from tests.support.hook import answer, child, pod
from tests.support.resources import agent

AGENT = "DaemonSet/instana-agent"
SENSOR = "Deployment/instana-agent-k8sensor"
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
GO_OPERATORS_SECONDS = 600 + 6 * 10
STATUS = {"httpGet": {"host": "127.0.0.1", "path": "/status", "port": 42699}}
LIVENESS = STATUS | {"failureThreshold": 6, "periodSeconds": 10, "timeoutSeconds": 5}
READINESS = LIVENESS | {"failureThreshold": 3}
STARTUP = LIVENESS | {"failureThreshold": 67}
DEFAULTS = dict(zip(PROBES, (STARTUP, READINESS, LIVENESS), strict=True))
COMMAND = {"exec": {"command": ["true"]}}


def probes(spec: Obj, which: str = AGENT) -> Obj:
    """Return the probes of a workload's container."""
    container = pod(answer(agent(spec)), which)["containers"][0]
    return {name: container[name] for name in PROBES if name in container}


def of_agent(**fields: object) -> Obj:
    return probes({"agent": {"pod": fields}})


def of_sensor(which: str = SENSOR, **fields: object) -> Obj:
    backend = {"endpointHost": "b", "endpointPort": "443", "key": "k"}
    spec = {
        "k8s_sensor": {"deployment": {"pod": fields}},
        "agent": {"additionalBackends": [backend]},
    }
    return probes(spec, which)


def test_an_agent_has_three_probes_of_its_own_status() -> None:
    assert of_agent() == DEFAULTS


def test_every_zone_has_them() -> None:
    spec = {"zones": [{"name": "a"}, {"name": "b"}]}

    assert probes(spec, f"{AGENT}-a") == probes(spec, f"{AGENT}-b") == DEFAULTS


def test_an_agent_has_as_long_to_start_as_ever() -> None:
    assert startup_seconds(STARTUP) >= GO_OPERATORS_SECONDS


def test_an_agent_that_hangs_is_restarted_in_a_minute() -> None:
    liveness = of_agent()["livenessProbe"]

    assert liveness["failureThreshold"] * liveness["periodSeconds"] == 60


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("given", [None, {}, {"periodSeconds": 30}, {"failureThreshold": 0}])
def test_a_probe_without_a_handler_tunes_the_default_one(name: str, given: Obj | None) -> None:
    numbers = {field: number for field, number in (given or {}).items() if number}

    assert of_agent(**{name: given})[name] == DEFAULTS[name] | numbers


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (COMMAND, COMMAND),
        ({"tcpSocket": {"port": 1}, "timeoutSeconds": 2}, None),
        ({"grpc": {"port": 1}}, {"grpc": {"port": 1, "service": ""}}),
    ],
)
def test_a_probe_with_a_handler_replaces_the_default_one(
    name: str, given: Obj, expected: Obj | None
) -> None:
    assert of_agent(**{name: given})[name] == (expected or given)


@pytest.mark.parametrize("name", ["startupProbe", "readinessProbe"])
def test_no_other_probe_follows_one_that_replaces(name: str) -> None:
    found = of_agent(**{name: COMMAND})

    assert {each: found[each] for each in found if each != name} == {
        each: DEFAULTS[each] for each in PROBES if each != name
    }


def test_a_liveness_probe_of_the_users_says_how_the_others_ask() -> None:
    found = of_agent(livenessProbe=COMMAND)

    assert [each.keys() & {"exec", "httpGet"} for each in found.values()] == 3 * [{"exec"}]


@pytest.mark.parametrize(
    ("liveness", "seconds"),
    [
        ({"initialDelaySeconds": 1200}, 1260),
        ({"initialDelaySeconds": 605, "failureThreshold": 7}, 680),
        ({"initialDelaySeconds": 900, **COMMAND}, 930),
        ({"periodSeconds": 300}, 1800),
        ({"initialDelaySeconds": 60}, 670),
    ],
)
def test_an_agent_whose_liveness_probe_waits_longer_has_as_long_to_start(
    liveness: Obj, seconds: int
) -> None:
    assert startup_seconds(of_agent(livenessProbe=liveness)["startupProbe"]) == seconds


def test_a_startup_probe_of_the_users_is_as_long_as_it_says() -> None:
    found = of_agent(
        livenessProbe={"initialDelaySeconds": 1200}, startupProbe={"failureThreshold": 5}
    )

    assert startup_seconds(found["startupProbe"]) == 50


@pytest.mark.parametrize("which", [SENSOR, f"{SENSOR}-1"])
def test_a_k8sensor_has_no_probe_unless_it_is_given(which: str) -> None:
    assert of_sensor(which) == {}
    assert of_sensor(which, livenessProbe=COMMAND, readinessProbe=None) == {
        "livenessProbe": COMMAND
    }


@pytest.mark.parametrize("which", ["Service/instana-agent", "Service/instana-agent-headless"])
def test_agents_are_reached_before_they_are_ready(which: str) -> None:
    assert child(answer(agent()), which)["spec"]["publishNotReadyAddresses"] is True


def test_the_startup_probe_has_a_number_that_kubernetes_can_hold() -> None:
    liveness = {"failureThreshold": 2**31 - 1, "initialDelaySeconds": 2**31 - 1}

    assert of_agent(livenessProbe=liveness)["startupProbe"]["failureThreshold"] == 2**31 - 1
