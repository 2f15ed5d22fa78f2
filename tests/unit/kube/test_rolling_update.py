"""How many pods go at once, rounded as Kubernetes does.

The cases of Deployments are those of the comment on `ResolveFenceposts` in
pkg/controller/deployment/util/deployment_util.go (v1.36), those of DaemonSets of
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/#DaemonSetSpec
"""

import pytest

from hooks.kube.objects import Obj
from hooks.kube.rolling_update import Sides, daemonset_sides, deployment_sides


def daemonset(**sides: object) -> Obj:
    return {"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": sides}}}


def deployment(**sides: object) -> Obj:
    return {"spec": {"strategy": {"rollingUpdate": sides}}}


@pytest.mark.parametrize(
    ("sides", "desired", "expected"),
    [
        ({"maxUnavailable": "30%"}, 10, (3, 0)),
        ({"maxUnavailable": "10%"}, 11, (2, 0)),
        ({"maxUnavailable": "1%"}, 10, (1, 0)),
        ({"maxUnavailable": 0, "maxSurge": "30%"}, 10, (0, 3)),
        ({"maxUnavailable": 0, "maxSurge": "5%"}, 10, (0, 1)),
        ({"maxUnavailable": "100%"}, 0, (0, 0)),
    ],
)
def test_daemonsets_round_both_sides_up(
    sides: Obj, desired: int, expected: tuple[int, int]
) -> None:
    """The page: "Absolute number is calculated from percentage by rounding up"."""
    found = daemonset_sides(daemonset(**sides), desired)

    assert (found.unavailable, found.surge) == expected


@pytest.mark.parametrize(
    ("replicas", "unavailable", "surge", "expected"),
    [
        (2, "1%", "0%", (1, 0)),
        (1, "1%", "0%", (1, 0)),
        (2, "25%", "1%", (0, 1)),
        (1, "25%", "1%", (0, 1)),
        (2, 0, "1%", (0, 1)),
        (10, "25%", "25%", (2, 3)),
        (4, 2, 0, (2, 0)),
    ],
)
def test_deployments_round_what_may_be_unavailable_down(
    replicas: int, unavailable: object, surge: object, expected: tuple[int, int]
) -> None:
    sides = deployment(maxUnavailable=unavailable, maxSurge=surge)

    assert deployment_sides(sides, replicas) == Sides(*expected)


def test_a_deployment_that_says_nothing_has_a_quarter_on_both_sides() -> None:
    """https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable"""
    assert deployment_sides({"spec": {}}, 10) == Sides(2, 3)


def test_one_pod_goes_at_least() -> None:
    assert daemonset_sides(daemonset(), 5).at_once == 1
    assert daemonset_sides(daemonset(), 5).most_unavailable == 1
    assert daemonset_sides(daemonset(maxUnavailable=0, maxSurge=1), 5).most_unavailable == 0
