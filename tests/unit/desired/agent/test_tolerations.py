"""Tolerations that the resource asks for by a word."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, pod
from tests.support.resources import agent

AGENT = "DaemonSet/instana-agent"
MINE = {"key": "dedicated", "operator": "Exists"}
EVERYTHING = {"operator": "Exists"}
CONTROL_PLANE = [
    {"effect": effect, "key": f"node-role.kubernetes.io/{role}", "operator": "Exists"}
    for role in ("control-plane", "master")
    for effect in ("NoSchedule", "NoExecute")
]


def tolerations(tolerate: str | None, given: list[Obj] | None = None) -> list[Obj] | None:
    spec = {"agent": {"scheduling": {"tolerate": tolerate}, "pod": {"tolerations": given or []}}}
    found: list[Obj] | None = pod(answer(agent(spec)), AGENT).get("tolerations")
    return found


@pytest.mark.parametrize("tolerate", [None, "", "None"])
def test_there_are_none_by_default(tolerate: str | None) -> None:
    assert tolerations(tolerate) is None
    assert tolerations(tolerate, [MINE]) == [MINE]


@pytest.mark.parametrize(
    ("tolerate", "added"), [("ControlPlane", CONTROL_PLANE), ("All", [EVERYTHING])]
)
def test_those_asked_for_come_after_the_users(tolerate: str, added: list[Obj]) -> None:
    assert tolerations(tolerate) == added
    assert tolerations(tolerate, [MINE]) == [MINE, *added]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (EVERYTHING, []),
        (CONTROL_PLANE[2], [CONTROL_PLANE[0], CONTROL_PLANE[1], CONTROL_PLANE[3]]),
        ({"key": "node-role.kubernetes.io/master", "operator": "Exists"}, CONTROL_PLANE[:2]),
        ({"effect": "NoExecute", "operator": "Exists"}, [CONTROL_PLANE[0], CONTROL_PLANE[2]]),
        ({**CONTROL_PLANE[1], "tolerationSeconds": 60}, CONTROL_PLANE),
        ({"key": "node-role.kubernetes.io/master", "value": "x"}, CONTROL_PLANE),
    ],
)
def test_what_the_users_cover_is_not_there_twice(given: Obj, left: list[Obj]) -> None:
    assert tolerations("ControlPlane", [given]) == [given, *left]


@pytest.mark.parametrize("given", [EVERYTHING, MINE])
def test_all_is_there_once(given: Obj) -> None:
    assert (tolerations("All", [given]) or []).count(EVERYTHING) == 1


def test_zones_have_them_too() -> None:
    zones = [{"name": "a", "tolerations": [MINE]}, {"name": "b"}]
    result = answer(agent({"zones": zones, "agent": {"scheduling": {"tolerate": "All"}}}))

    assert pod(result, f"{AGENT}-a")["tolerations"] == [MINE, EVERYTHING]
    assert pod(result, f"{AGENT}-b")["tolerations"] == [EVERYTHING]


def test_the_k8sensor_has_its_own() -> None:
    result = answer(agent({"agent": {"scheduling": {"tolerate": "All"}}}))

    assert "tolerations" not in pod(result, "Deployment/instana-agent-k8sensor")
