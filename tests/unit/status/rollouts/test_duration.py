"""How long the roll-out of a DaemonSet takes, by how long what is done of it took."""

import pytest

from hooks.kube.objects import Obj
from hooks.status.rollouts.duration import most_unavailable, remaining_time

OF_TEMPLATE: Obj = {"f:spec": {"f:template": {"f:spec": {}}}}


def noted(time: str, fields: Obj | None = None, **more: str) -> Obj:
    return {"manager": "any", "time": time, "fieldsV1": fields or {}, **more}


def daemonset(
    strategy: Obj, *, desired: int = 100, writes: tuple[Obj, ...] = (), **counts: int
) -> Obj:
    usual = {"desiredNumberScheduled": desired, "updatedNumberScheduled": 0}
    return {
        "metadata": {"managedFields": [*writes]},
        "spec": {"updateStrategy": strategy},
        "status": usual | {"numberAvailable": desired} | counts,
    }


def rolling(**sides: object) -> Obj:
    return {"type": "RollingUpdate", "rollingUpdate": sides}


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (rolling(maxUnavailable=1), "100 left, 1 at a time"),
        (rolling(maxUnavailable=10), "100 left, 10 at a time"),
        (rolling(maxUnavailable="25%"), "100 left, 25 at a time"),
        (rolling(maxUnavailable="0" * 5000 + "50%"), "100 left, 50 at a time"),
        (rolling(maxUnavailable="5" * 5000 + "%"), "100 left, 1 at a time"),
        (rolling(maxUnavailable="0.5%"), "100 left, 1 at a time"),
        (rolling(maxUnavailable=0, maxSurge="50%"), "100 left, 50 at a time"),
        (rolling(maxUnavailable="100%"), "100 left, 100 at a time"),
        ({"type": "OnDelete"}, "100 left, each once you delete its old pod"),
        ({}, "100 left, 1 at a time"),
    ],
)
def test_how_many_go_at_once_is_the_strategys(strategy: Obj, expected: str) -> None:
    assert remaining_time(daemonset(strategy)) == expected


def test_a_share_is_of_all_nodes_and_rounded_up() -> None:
    found = daemonset(rolling(maxUnavailable="10%"), desired=15, updatedNumberScheduled=5)

    assert remaining_time(found) == "10 left, 2 at a time"


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (rolling(maxUnavailable=7), 7),
        (rolling(maxUnavailable=0, maxSurge=7), 0),
        (rolling(maxUnavailable="10%", maxSurge=0), 10),
        ({"type": "OnDelete"}, 1),
        ({}, 1),
    ],
)
def test_how_many_may_be_unavailable(strategy: Obj, expected: int) -> None:
    assert most_unavailable(daemonset(strategy)) == expected


BEGUN = noted("2026-01-01T12:00:00Z", OF_TEMPLATE)
COUNTED = noted("2026-01-01T12:04:00Z", {"f:status": {}}, subresource="status")
LABELLED = noted("2026-01-01T12:03:50Z", {"f:metadata": {"f:labels": {}}})


@pytest.mark.parametrize(
    ("writes", "updated", "available", "expected"),
    [
        ((BEGUN, COUNTED), 15, 45, "30 left, 1 at a time, about 8 min"),
        ((BEGUN, COUNTED), 16, 44, "29 left, 1 at a time, about 8 min"),
        ((BEGUN, COUNTED), 44, 45, "1 left, 1 at a time, about 1 min"),
        ((BEGUN, COUNTED, LABELLED), 15, 45, "30 left, 1 at a time, about 8 min"),
        ((BEGUN, COUNTED), 0, 45, "45 left, 1 at a time"),
        ((BEGUN, COUNTED), 1, 44, "44 left, 1 at a time"),
        ((COUNTED,), 15, 45, "30 left, 1 at a time"),
        ((BEGUN,), 15, 45, "30 left, 1 at a time"),
        ((BEGUN, BEGUN | {"subresource": "status"}), 15, 45, "30 left, 1 at a time"),
        ((BEGUN | {"time": 7}, COUNTED | {"time": "x"}), 15, 45, "30 left, 1 at a time"),
    ],
)
def test_the_rest_takes_as_long_as_what_is_done(
    writes: tuple[Obj, ...], updated: int, available: int, expected: str
) -> None:
    found = daemonset(
        rolling(maxUnavailable=1),
        desired=45,
        writes=writes,
        updatedNumberScheduled=updated,
        numberAvailable=available,
    )

    assert remaining_time(found) == expected
