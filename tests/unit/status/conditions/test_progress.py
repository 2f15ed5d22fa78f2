"""What kstatus, and with it Flux and others, make of a resource; and when it is looked at again."""

import pytest

from hooks.kube.objects import Obj, describe
from hooks.status.condition import Condition
from hooks.status.conditions.progress import progress
from tests.support.hook import answer, conditions, stored
from tests.support.resources import agent

NOW = "2026-01-01T12:00:00Z"
NOT_READY = Condition("Ready", "False", "NotYet", "not yet")
INVALID = {"k8s_sensor": {"pollrate": "often"}}
WITH_STORE = {"agent": {"key": None, "keysSecret": "keys"}}


def kstatus(resource: Obj, answered: Obj) -> str:
    """Return what kstatus makes of a resource of a kind that it does not know.

    As in sigs.k8s.io/cli-utils `pkg/kstatus/status/generic.go` and `core.go`.
    """
    found = conditions(answered)
    if answered["status"].get("observedGeneration") != resource["metadata"]["generation"]:
        return "InProgress"
    if found["Reconciling"]["status"] == "True":
        return "InProgress"
    if found["Stalled"]["status"] == "True":
        return "Failed"
    return "Current" if found["Ready"]["status"] == "True" else "InProgress"


def running() -> list[Obj]:
    return stored(answer(agent()))


def without_nodes() -> list[Obj]:
    children = running()
    daemonset = next(each for each in children if each["kind"] == "DaemonSet")
    daemonset["status"] |= {name: 0 for name in daemonset["status"] if name != "observedGeneration"}
    return children


@pytest.mark.parametrize(
    ("resource", "observed", "expected"),
    [
        (agent(), [], "InProgress"),
        (agent(), stored(answer(agent()), ready=False), "InProgress"),
        (agent(), running(), "Current"),
        (agent({"agent": {"image": {"tag": "2"}}}), running(), "InProgress"),
        (agent(INVALID), running(), "Failed"),
        (agent(WITH_STORE), running(), "Failed"),
        (agent(), without_nodes(), "Current"),
    ],
    ids=["new", "starting", "settled", "changed", "invalid", "no-secret", "no-nodes"],
)
def test_tools_read_the_state_right(resource: Obj, observed: list[Obj], expected: str) -> None:
    assert kstatus(resource, answer(resource, observed=observed)) == expected


def test_what_is_stuck_says_why() -> None:
    found = conditions(answer(agent(WITH_STORE), observed=running()))

    assert found["Stalled"]["reason"] == found["ReferencesResolved"]["reason"]
    assert found["Stalled"]["message"] == found["ReferencesResolved"]["message"]
    assert found["Reconciling"]["status"] == "False"


@pytest.mark.parametrize(
    "type_",
    [
        "Authorized",
        "CertificateIssued",
        "ChildrenApplied",
        "ChildrenOwned",
        "EtcdMonitored",
        "PackageCacheReady",
        "ReferencesResolved",
        "SoleController",
        "Valid",
    ],
)
def test_what_somebody_has_to_see_to_is_stuck(type_: str) -> None:
    part = Condition(type_, "False", "Why", "because")
    reconciling, stalled = progress(NOT_READY, [part])

    assert (reconciling.status, stalled.status) == ("False", "True")
    assert (stalled.reason, stalled.message) == ("Why", "because")


@pytest.mark.parametrize(
    "part",
    [
        Condition("AgentsAvailable", "False", "Why", "because"),
        Condition("ChildrenOwned", "Unknown", "Why", "because"),
        Condition("ChildrenOwned", "False", "Why", "because", is_advice=True),
    ],
    ids=["pods", "unknown", "advice"],
)
def test_what_may_come_by_itself_is_on_its_way(part: Condition) -> None:
    reconciling, stalled = progress(NOT_READY, [part])

    assert (reconciling.status, stalled.status) == ("True", "False")
    assert (reconciling.reason, reconciling.message) == ("NotYet", "not yet")


def test_a_cluster_without_nodes_is_idle_and_not_degraded() -> None:
    found = conditions(answer(agent(), observed=without_nodes()))

    assert (found["Ready"]["status"], found["Ready"]["reason"]) == ("True", "Idle")
    assert found["AgentsAvailable"]["status"] == "True"


def test_a_daemonset_that_nobody_looked_at_is_not_idle() -> None:
    children = without_nodes()
    for each in children:
        if describe(each) == "DaemonSet/instana-agent":
            each["status"]["observedGeneration"] = 0

    assert conditions(answer(agent(), observed=children))["Ready"]["status"] == "False"


def since(time: str) -> Obj:
    ready = {"type": "Ready", "status": "False", "lastTransitionTime": time}
    return {"conditions": [ready]}


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("2026-01-01T12:00:05Z", 5),  # a clock that is late
        (NOW, 5),
        ("2026-01-01T11:59:56Z", 5),
        ("2026-01-01T11:59:55Z", 10),
        ("2026-01-01T11:59:45Z", 20),
        ("2026-01-01T11:55:00Z", 160),
        ("2026-01-01T11:54:00Z", 300),
        ("2025-01-01T12:00:00Z", 300),
        ("garbage", 5),
    ],
)
def test_what_is_not_ready_is_looked_at_less_and_less_often(time: str, seconds: float) -> None:
    children = running()
    for each in children:
        each.pop("status", None)
    answered = answer(agent(status=since(time)), observed=children, now=NOW)

    assert answered["resyncAfterSeconds"] == seconds


@pytest.mark.parametrize("spec", [{}, INVALID], ids=["settled", "invalid"])
def test_what_waits_for_nothing_is_left_alone(spec: Obj) -> None:
    assert "resyncAfterSeconds" not in answer(agent(spec), observed=running(), now=NOW)
