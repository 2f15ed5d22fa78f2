"""Variables of `agent.env`: who loses is warned of, as the containers that are built show."""

from functools import cache
from pathlib import Path

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.kube.workloads import env_of
from hooks.rules import errors_of, warnings_of
from hooks.rules.variables import OF_EVERY_SENSOR
from tests.support.files import documents_in
from tests.support.hook import answer, children
from tests.support.resources import agent, merged
from tests.support.rules import ENTRY
from tests.support.verdicts import found_by_cel, found_by_python

INPUTS = [
    *sorted(Path("tests/fixtures/go-operator").glob("*/input.yaml")),
    *sorted(Path("deploy/samples").glob("*.yaml")),
]
CAPABLE = Facts(kubernetes_version="1.35", node_zones=True)
MINE = "of-the-user"
TEXTS = (
    *("mode", "listenAddress", "proxyPort", "proxyProtocol", "redactKubernetesSecrets"),
    *("instanaMvnRepoUrl", "instanaMvnRepoFeaturesPath", "instanaMvnRepoSharedPath"),
    *("agentReleaseRepoMirrorUrl", "instanaSharedRepoMirrorUrl"),
    *("downloadKey", "proxyUser", "proxyPassword"),
    *("agentReleaseRepoMirrorUsername", "agentReleaseRepoMirrorPassword"),
    *("instanaSharedRepoMirrorUsername", "instanaSharedRepoMirrorPassword"),
)
VALUES = {"mode": "APM", "proxyPort": "3128", "proxyProtocol": "https"}
ALL_TEXTS = {field: VALUES.get(field, "x") for field in TEXTS}
REFERENCES = {
    f"{field}SecretKeyRef": ENTRY for field in TEXTS if field[-1:] in "dy" or "User" in field
}
SENSOR = {
    "etcd": {"targets": ["https://10.0.0.1:2379/metrics"], "insecure": True},
    "restClient": {"hostAllowlist": ["a"], "ca": {"secretName": "ca"}},
}
WITH_ALL: Obj = {
    "useSecretMounts": False,
    "zone": {"name": "z"},
    "agent": {**ALL_TEXTS, "proxyHost": "p", "proxyUseDNS": True, "serviceMesh": {"enabled": True}},
    "k8s_sensor": SENSOR,
}
EAST: Obj = {"name": "east", "mode": "INFRASTRUCTURE"}
SPECS: dict[str, Obj] = {
    "smallest": {},
    "all": WITH_ALL,
    "files": WITH_ALL | {"useSecretMounts": True},
    "zone-alone": {"cluster": None, "zone": {"name": "z"}},
    "zones": {"zones": [EAST]},
    "zones-without-mode": {"zones": [{"name": "east"}]},
    "pod-label": {"zone": {"automatic": "PodLabel"}},
    "no-sensor": WITH_ALL | {"k8s_sensor": SENSOR | {"deployment": {"enabled": False}}},
    "variables-of-pods": {
        "agent": {"pod": {"env": [{"name": "INSTANA_ZONE", "value": "pod"}]}},
        "k8s_sensor": {"deployment": {"pod": {"env": [{"name": "BACKEND", "value": "pod"}]}}},
    },
    **{field: {"agent": {field: value}} for field, value in ALL_TEXTS.items()},
    **{
        f"{field}-as-variable": {"useSecretMounts": False, "agent": {field: "x"}}
        for field in (*TEXTS[10:], "proxyHost")
    },
    **{
        f"{field}-from-secret": {"useSecretMounts": False, "agent": {f"{field}SecretKeyRef": ENTRY}}
        for field in TEXTS[10:]
    },
    "control-plane": {"k8s_sensor": {"restClient": {"ca": {"mountPath": "/ca"}}}},
}


def resources() -> dict[str, Obj]:
    """Return the resources whose containers are looked at."""
    given = {file.parent.name + file.stem: _first(file) for file in INPUTS}
    return given | {name: agent(spec) for name, spec in SPECS.items()}


def _first(file: Path) -> Obj:
    return next(document for document in documents_in(file) if document["kind"] == "InstanaAgent")


RESOURCES = resources()


def containers(resource: Obj) -> list[dict[str, Obj]]:
    """Return the variables of each container of the resource's pods."""
    workloads = [
        child for child in children(answer(resource, facts=CAPABLE)).values()
        if child["kind"] in {"DaemonSet", "Deployment"}
    ]  # fmt: skip
    return [env_of(workload, "instana-agent") for workload in workloads]


@cache
def built_in() -> frozenset[str]:
    """Return every variable that some resource leads to."""
    return frozenset(
        name
        for resource in RESOURCES.values()
        for env in containers(resource)
        for name in env
        if name not in resource["spec"]["agent"].get("env", {})
    )


def with_variables(resource: Obj) -> Obj:
    """Return a resource whose `agent.env` has every variable, all with a value that none has."""
    names = (*built_in(), "UNHEARD_OF", *at(resource, "spec", "agent", "env"))
    given = {"agent": {"env": dict.fromkeys(names, MINE)}}
    return resource | {"spec": merged(resource["spec"], given)}


def lost(resource: Obj) -> set[str]:
    """Return the variables of which a container has another value than that of `agent.env`.

    Those that k8sensors have of their own win on purpose.
    """
    of_sensors = at(resource, "spec", "k8s_sensor", "deployment", "pod").get("env", ())
    return {
        name
        for env in containers(resource)
        for name, variable in env.items()
        if not str(variable.get("value", "")).startswith(MINE)
    } - {variable["name"] for variable in of_sensors if variable["name"] not in OF_EVERY_SENSOR}


def at(part: Obj, *fields: str) -> Obj:
    """Return a part of a resource, empty where it is not there."""
    for field in fields:
        part = part.get(field) or {}
    return part


def warned_of(resource: Obj, rule: str) -> set[str]:
    """Return the variables that the rule warns of."""
    found = [problem.path for problem in warnings_of(resource) if problem.rule == rule]
    return {path.partition("[")[2].rstrip("]") for path in found}


@pytest.mark.parametrize("name", RESOURCES)
def test_each_variable_that_loses_is_warned_of(name: str) -> None:
    resource = with_variables(RESOURCES[name])
    reserved = warned_of(resource, "variable-reserved")

    assert errors_of(resource) == ()
    assert lost(resource) == reserved | warned_of(resource, "variable-overridden")


def test_many_variables_are_built_in() -> None:
    assert len(built_in()) > 40


@pytest.mark.parametrize("name", RESOURCES)
def test_a_message_names_the_field(name: str) -> None:
    resource = with_variables(RESOURCES[name])
    found = {
        problem.path.partition("[")[2].rstrip("]"): problem.message
        for problem in warnings_of(resource)
        if problem.rule == "variable-reserved"
    }

    assert found["POD_IP"].startswith("is set by the service itself, so this")
    if "INSTANA_KUBERNETES_CLUSTER_NAME" in found:
        assert "is set from spec.cluster.name, so" in found["INSTANA_KUBERNETES_CLUSTER_NAME"]


def test_a_variable_of_pods_wins_over_a_field() -> None:
    variables = [{"name": "A"}, {"name": "INSTANA_ZONE"}, {"name": "INSTANA_AGENT_MODE"}]
    spec = {"zone": {"name": "z"}, "agent": {"pod": {"env": variables}}}
    (found,) = (
        problem for problem in warnings_of(agent(spec)) if problem.rule == "variable-over-field"
    )

    assert found.path == "spec.agent.pod.env[1].name"
    assert found.message.startswith(
        "takes precedence over spec.zone.name, which has no effect there"
    )


@pytest.mark.parametrize("name", SPECS)
def test_the_api_server_warns_of_the_same(name: str) -> None:
    spec = with_variables(RESOURCES[name])["spec"]
    of_pods = [{"name": name, "value": "x"} for name in built_in()]
    both = {
        "agent": {"pod": {"env": of_pods}},
        "k8s_sensor": {"deployment": {"pod": {"env": of_pods}}},
    }
    for resource in (agent(spec), agent(merged(spec, both))):
        found = found_by_cel(resource)

        assert "variable-reserved" in {rule for rule, _ in found}
        assert found == found_by_python(resource)
