"""How long the roll-out of a DaemonSet takes."""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.status.rollouts.duration import remaining_time

QUICK = {"periodSeconds": 5, "failureThreshold": 6}
SLOW = QUICK | {"failureThreshold": 18}


def daemonset(
    strategy: Obj,
    *,
    desired: int = 100,
    updated: int = 0,
    container: Obj | None = None,
    pod: Obj | None = None,
    **more: object,
) -> Obj:
    agent = {"name": "instana-agent", "startupProbe": QUICK} | (container or {})
    pod = {"containers": [agent]} | (pod or {})
    return {
        "spec": {"updateStrategy": strategy, "template": {"spec": pod}, **more},
        "status": {"desiredNumberScheduled": desired, "updatedNumberScheduled": updated},
    }


def rolling(**sides: object) -> Obj:
    return {"type": "RollingUpdate", "rollingUpdate": sides}


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (rolling(maxUnavailable=1), "100 to go, 1 at a time, at most 100 min"),
        (rolling(maxUnavailable=10), "100 to go, 10 at a time, at most 10 min"),
        (rolling(maxUnavailable="25%"), "100 to go, 25 at a time, at most 4 min"),
        (rolling(maxUnavailable="0" * 5000 + "50%"), "100 to go, 50 at a time, at most 2 min"),
        (rolling(maxUnavailable="5" * 5000 + "%"), "100 to go, 1 at a time, at most 100 min"),
        (rolling(maxUnavailable="0.5%"), "100 to go, 1 at a time, at most 100 min"),
        (rolling(maxUnavailable=0, maxSurge="50%"), "100 to go, 50 at a time, at most 2 min"),
        (rolling(maxUnavailable="100%"), "100 to go, 100 at a time, at most 1 min"),
        ({"type": "OnDelete"}, "100 to go, each once its old one is deleted"),
        ({}, "100 to go, 1 at a time, at most 100 min"),
    ],
)
def test_the_time_follows_the_strategy(strategy: Obj, expected: str) -> None:
    assert remaining_time(daemonset(strategy)) == expected


def test_a_share_is_of_all_nodes_and_rounded_up() -> None:
    found = remaining_time(daemonset(rolling(maxUnavailable="10%"), desired=15, updated=5))

    assert found == "10 to go, 2 at a time, at most 5 min"


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({"minReadySeconds": 60}, 200),
        ({"pod": {"terminationGracePeriodSeconds": 90}}, 200),
        ({"container": {"startupProbe": {"initialDelaySeconds": 60, **QUICK}}}, 200),
        ({"container": {"startupProbe": None, "livenessProbe": SLOW}}, 200),
        ({"container": {"startupProbe": None}}, 100),
        ({"pod": {"containers": []}, "minReadySeconds": "x"}, 100),
    ],
)
def test_the_time_follows_how_long_a_pod_may_take(fields: dict[str, Any], minutes: int) -> None:
    found = remaining_time(daemonset(rolling(maxUnavailable=1), **fields))

    assert found.endswith(f"at most {minutes} min")
