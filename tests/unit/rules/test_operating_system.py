"""A resource that asks for nodes without Linux is refused, wherever it does."""

from typing import Any

import pytest

from hooks.kube.node_affinity import REQUIRED
from hooks.kube.objects import Obj
from hooks.rules import errors_of
from tests.support.hook import answer, conditions, stored
from tests.support.resources import agent

OS = "kubernetes.io/os"
WINDOWS = {OS: "windows"}
TERMS = f"nodeAffinity.{REQUIRED}.nodeSelectorTerms"
IN_TERM = f"affinity.{TERMS}[1].matchExpressions[0]"
PATCHED = "spec.template.spec"


def affinity(**requirement: Any) -> Obj:
    """Return an affinity whose second alternative has a requirement on the operating system."""
    terms = [
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]},
        {"matchExpressions": [{"key": OS, **requirement}]},
    ]
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": terms}}}


ON_WINDOWS = affinity(operator="In", values=["windows"])


def pods(**fields: Any) -> list[tuple[str, Obj]]:
    """Return specs with these fields of pods, each with the path of the pods."""
    patch = {"spec": {"template": {"spec": fields}}}
    return [
        ("spec.agent.pod", {"agent": {"pod": fields}}),
        ("spec.k8s_sensor.deployment.pod", {"k8s_sensor": {"deployment": {"pod": fields}}}),
        (f"spec.overrides.agentDaemonSet.{PATCHED}", {"overrides": {"agentDaemonSet": patch}}),
        (
            f"spec.overrides.k8sensorDeployment.{PATCHED}",
            {"overrides": {"k8sensorDeployment": patch}},
        ),
    ]


def problems(spec: Obj) -> list[tuple[str, str]]:
    return [(problem.path, problem.rule) for problem in errors_of(agent(spec))]


@pytest.mark.parametrize("label", [OS, "beta.kubernetes.io/os"])
@pytest.mark.parametrize(("path", "spec"), pods(nodeSelector=WINDOWS))
def test_a_node_selector_with_another_system_is_refused(path: str, spec: Obj, label: str) -> None:
    spec = _renamed(spec, label)
    rule = "override-os" if "overrides" in path else "node-selector-os"

    assert problems(spec) == [(f"{path}.nodeSelector[{label}]", rule)]


def _renamed(spec: Any, label: str) -> Any:
    if isinstance(spec, dict):
        return {label if name == OS else name: _renamed(spec[name], label) for name in spec}
    return spec


@pytest.mark.parametrize(
    ("path", "spec"),
    [
        *pods(affinity=ON_WINDOWS),
        ("spec.zones[0]", {"zones": [{"name": "a", "affinity": ON_WINDOWS}]}),
    ],
)
def test_an_affinity_to_another_system_is_refused(path: str, spec: Obj) -> None:
    rule = "override-os" if "overrides" in path else "node-affinity-os"

    assert problems(spec) == [(f"{path}.{IN_TERM}", rule)]


@pytest.mark.parametrize(
    "requirement",
    [
        {"operator": "NotIn", "values": ["linux"]},
        {"operator": "DoesNotExist"},
        {"operator": "In", "values": ["windows", "darwin"]},
    ],
)
def test_what_can_only_mean_another_system_is_refused(requirement: Obj) -> None:
    found = problems({"agent": {"pod": {"affinity": affinity(**requirement)}}})

    assert found == [(f"spec.agent.pod.{IN_TERM}", "node-affinity-os")]


@pytest.mark.parametrize(
    "requirement",
    [
        {"operator": "In", "values": ["linux"]},
        {"operator": "In", "values": ["windows", "linux"]},
        {"operator": "NotIn", "values": ["windows"]},
        {"operator": "Exists"},
    ],
)
def test_what_lets_in_linux_is_taken(requirement: Obj) -> None:
    specs = pods(affinity=affinity(**requirement), nodeSelector={OS: "linux"})

    assert [problems(spec) for _, spec in specs] == [[]] * len(specs)


def test_a_preference_is_no_requirement() -> None:
    term = {"matchExpressions": [{"key": OS, "operator": "In", "values": ["windows"]}]}
    preferred = [{"preference": term, "weight": 1}]
    given = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}

    assert problems({"agent": {"pod": {"affinity": given}}}) == []


@pytest.mark.parametrize("name", ["windows", "linux"])
def test_a_patch_of_the_pods_own_system_is_refused(name: str) -> None:
    patch = {"spec": {"template": {"spec": {"os": {"name": name}}}}}
    path = f"spec.overrides.agentDaemonSet.{PATCHED}.os.name"
    expected = [] if name == "linux" else [(path, "override-os")]

    assert problems({"overrides": {"agentDaemonSet": patch}}) == expected


def test_the_reason_is_in_the_status_and_agents_stay() -> None:
    observed = stored(answer(agent()))
    answered = answer(agent({"agent": {"pod": {"nodeSelector": WINDOWS}}}), observed=observed)
    told = conditions(answered)["Valid"]

    assert told["status"] == "False"
    assert "without Linux" in told["message"]
    assert "node-selector-os" in told["message"]
    assert len(answered["children"]) == len(observed)
