"""What a patch makes of counts and strategies is what Kubernetes takes of a workload."""

from typing import Any

import pytest

from hooks.desired.passes.update_problems import update_problems
from hooks.kube.objects import Obj
from tests.support.hook import answer, child, conditions, stored
from tests.support.resources import agent

AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
TOO_MUCH = 2**31


def daemon_set(rolling: Obj | None = None, **strategy: Any) -> Obj:
    sides = {} if rolling is None else {"rollingUpdate": rolling}
    return {"kind": "DaemonSet", "spec": {"updateStrategy": strategy | sides}}


def deployment(rolling: Obj | None = None, **strategy: Any) -> Obj:
    sides = {} if rolling is None else {"rollingUpdate": rolling}
    return {"kind": "Deployment", "spec": {"strategy": strategy | sides}}


def counting(kind: str, **counts: Any) -> Obj:
    return {"kind": kind, "spec": counts}


@pytest.mark.parametrize(
    "workload",
    [
        *map(
            daemon_set,
            [
                *(None, {}, {"maxUnavailable": 0, "maxSurge": 1}, {"maxUnavailable": "100%"}),
                *({"maxUnavailable": "010%", "maxSurge": "00%"}, {"maxSurge": 0}),
            ],
        ),
        daemon_set({"maxUnavailable": 0}, type="OnDelete"),
        *map(
            deployment,
            [
                *(None, {}, {"maxUnavailable": 0}, {"maxSurge": 0}, {"maxSurge": "200%"}),
                *({"maxUnavailable": "010%", "maxSurge": 0}, {"maxUnavailable": 3, "maxSurge": 3}),
            ],
        ),
        deployment(type="Recreate"),
        counting("Deployment", replicas=0, minReadySeconds=599),
        counting("Deployment", progressDeadlineSeconds=1000, minReadySeconds=999.0),
        counting("DaemonSet", minReadySeconds=1000),
        {"kind": "Service", "spec": {"minReadySeconds": -1}},
    ],
)
def test_what_kubernetes_takes(workload: Obj) -> None:
    assert [*update_problems(workload)] == []


@pytest.mark.parametrize(
    ("workload", "place"),
    [
        *(
            (daemon_set(rolling), ".spec.updateStrategy.rollingUpdate")
            for rolling in (
                *({"maxSurge": 1}, {"maxUnavailable": 1, "maxSurge": 1}, {"maxUnavailable": 0}),
                *({"maxUnavailable": "0%"}, {"maxUnavailable": "00%", "maxSurge": 0}),
            )
        ),
        (
            daemon_set({"maxUnavailable": "101%"}),
            ".spec.updateStrategy.rollingUpdate.maxUnavailable",
        ),
        (
            daemon_set({"maxUnavailable": "0200%"}),
            ".spec.updateStrategy.rollingUpdate.maxUnavailable",
        ),
        (
            daemon_set({"maxUnavailable": 0, "maxSurge": "101%"}),
            ".spec.updateStrategy.rollingUpdate.maxSurge",
        ),
        (daemon_set(type="Foo"), ".spec.updateStrategy.type"),
        (daemon_set(type="Recreate"), ".spec.updateStrategy.type"),
        (deployment({"maxUnavailable": 0, "maxSurge": "0%"}), ".spec.strategy.rollingUpdate"),
        (deployment({"maxUnavailable": 1}, type="Recreate"), ".spec.strategy.rollingUpdate"),
        (deployment({}, type="Recreate"), ".spec.strategy.rollingUpdate"),
        (deployment(type="Foo"), ".spec.strategy.type"),
        (deployment(type="OnDelete"), ".spec.strategy.type"),
        *(
            (
                deployment({"maxUnavailable": value}),
                ".spec.strategy.rollingUpdate.maxUnavailable",
            )
            for value in ("a few", "101%", "1", -1, TOO_MUCH)
        ),
        *(
            (deployment({"maxSurge": value}), ".spec.strategy.rollingUpdate.maxSurge")
            for value in ("a few", "%", -1, TOO_MUCH)
        ),
        *(
            (counting(kind, **{name: value}), f".spec.{name}")
            for kind in ("DaemonSet", "Deployment")
            for name in ("minReadySeconds", "revisionHistoryLimit")
            for value in (-1, -1.0)
        ),
        (counting("Deployment", replicas=-1), ".spec.replicas"),
        (counting("Deployment", replicas=TOO_MUCH), ".spec.replicas"),
        (counting("Deployment", minReadySeconds=600), ".spec.progressDeadlineSeconds"),
    ],
)
def test_what_kubernetes_refuses(workload: Obj, place: str) -> None:
    assert [found for found, _ in update_problems(workload)] == [place]


@pytest.mark.parametrize(
    ("workload", "types"),
    [
        (daemon_set(type="Foo"), "RollingUpdate or OnDelete"),
        (deployment(type="Foo"), "RollingUpdate or Recreate"),
    ],
)
def test_the_types_that_there_are_are_told(workload: Obj, types: str) -> None:
    assert [message for _, message in update_problems(workload)] == [f"must be {types}"]


@pytest.mark.parametrize(
    ("field", "patch", "place"),
    [
        (
            "agentDaemonSet",
            {"updateStrategy": {"rollingUpdate": {"maxSurge": 1}}},
            "updateStrategy.rollingUpdate",
        ),
        (
            "agentDaemonSet",
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": None, "maxSurge": 1}}},
            "updateStrategy.rollingUpdate",
        ),
        ("k8sensorDeployment", {"replicas": -1}, "replicas"),
        ("k8sensorDeployment", {"strategy": {"type": "Foo"}}, "strategy.type"),
    ],
)
def test_a_patch_to_such_a_workload_is_refused(field: str, patch: Obj, place: str) -> None:
    before = stored(answer(agent()))
    result = answer(agent({"overrides": {field: {"spec": patch}}}), observed=before)

    message = conditions(result)["Valid"]["message"]
    assert message.startswith(f"spec.overrides.{field}.spec.{place}: ")
    assert "(rule override-result)" in message
    assert len(result["children"]) == len(before)


def test_a_patch_can_have_nodes_surge_and_sensors_replaced_at_once() -> None:
    sides = {"maxUnavailable": 0, "maxSurge": 1}
    patches = {
        "agentDaemonSet": {"spec": {"updateStrategy": {"rollingUpdate": sides}}},
        "k8sensorDeployment": {"spec": {"strategy": {"type": "Recreate"}}},
    }
    answered = answer(agent({"overrides": patches}))

    assert child(answered, AGENT)["spec"]["updateStrategy"]["rollingUpdate"] == sides
    assert child(answered, SENSOR)["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("surge", [0, "0%", "00%"])
def test_one_agent_is_unavailable_where_none_surges(surge: Any) -> None:
    answered = answer(agent({"agent": {"updateStrategy": {"rollingUpdate": {"maxSurge": surge}}}}))

    rolling = child(answered, AGENT)["spec"]["updateStrategy"]["rollingUpdate"]
    assert rolling == {"maxUnavailable": 1, "maxSurge": surge}
