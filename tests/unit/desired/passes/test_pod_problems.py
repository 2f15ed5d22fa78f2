"""The pods that a patch leads to are such as Kubernetes takes."""

from typing import Any

import pytest

from hooks.desired.passes.pod_problems import OF_PODS, pod_problems
from hooks.kube.objects import Obj
from hooks.rules import BY_IDENTIFIER
from tests.support import pod_samples as samples
from tests.support.hook import answer, child, conditions
from tests.support.resources import agent

DAEMON_SET, DEPLOYMENT = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
POD = "spec.template.spec"
BIDIRECTIONAL = {"name": "run", "mountPath": "/own", "mountPropagation": "Bidirectional"}
TERM = {"weight": 0, "podAffinityTerm": {"topologyKey": "zone"}}
WRONG: list[tuple[Obj, str]] = [
    (
        {"affinity": {"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [TERM]}}},
        ".affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight",
    ),
    ({"tolerations": [{"key": "a", "operator": "In"}]}, ".tolerations[0]"),
    ({"volumes": [{"name": "own", "secret": {}}]}, ".volumes[own].secret.secretName"),
    ({"priorityClassName": "High"}, ".priorityClassName"),
    ({"volumes": [{"name": "OWN", "emptyDir": {}}]}, ".volumes[OWN].name"),
    ({"initContainers": [{"name": "A", "image": "a"}]}, ".initContainers[A].name"),
    (
        {"initContainers": [{"name": "instana-agent", "image": "a"}]},
        ".containers[instana-agent].name",
    ),
    (
        {"topologySpreadConstraints": [samples.SPREAD[0] | {"labelSelector": None}]},
        ".topologySpreadConstraints[0].matchLabelKeys",
    ),
    (
        {"initContainers": [samples.HELPER | {"volumeMounts": [BIDIRECTIONAL]}]},
        ".initContainers[helper].volumeMounts[/own].mountPropagation",
    ),
    (
        {"initContainers": [samples.HELPER | {"resources": {"limits": {"gpu": 1}}}]},
        ".initContainers[helper].resources.limits[gpu]",
    ),
    (
        {"containers": [{"name": "instana-agent", "env": [{"name": "A", "valueFrom": {}}]}]},
        ".containers[instana-agent].env[A].valueFrom",
    ),
]


def patched(**spec: Any) -> Obj:
    return agent({"overrides": {"agentDaemonSet": {"spec": {"template": {"spec": spec}}}}})


def test_every_rule_that_is_asked_is_there() -> None:
    assert BY_IDENTIFIER.keys() >= OF_PODS


@pytest.mark.parametrize("workload", [DAEMON_SET, DEPLOYMENT])
def test_what_the_service_makes_itself_is_sound(workload: str) -> None:
    assert [*pod_problems(child(answer(agent()), workload))] == []


@pytest.mark.parametrize(("spec", "place"), WRONG)
def test_the_place_in_the_patch_is_told(spec: Obj, place: str) -> None:
    valid = conditions(answer(patched(**spec)))["Valid"]

    assert valid["status"] == "False"
    assert f"spec.overrides.agentDaemonSet.{POD}{place}: " in valid["message"]
    assert "(rule override-result)" in valid["message"]


@pytest.mark.parametrize("spec", samples.PATCHES)
def test_what_kubernetes_takes_is_carried_out(spec: Obj) -> None:
    assert conditions(answer(patched(**spec)))["Valid"]["status"] == "True"


def test_a_privileged_container_mounts_for_others() -> None:
    container = {"name": "instana-agent", "volumeMounts": [BIDIRECTIONAL]}

    assert conditions(answer(patched(containers=[container])))["Valid"]["status"] == "True"
