"""How long pods take to be ready and to end, as far as Pods tell."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.placement.cluster import Cluster
from hooks.placement.pod_times import Span, end_span, ready_span, startup_seconds
from tests.support.placement import daemonset, node, pod_on

UNKNOWN = Span(0)
DAY_2 = datetime.fromisoformat("2026-01-02T00:00:00+00:00")


def at(seconds: float) -> str:
    return (DAY_2 + timedelta(seconds=seconds)).isoformat()


def took(seconds: float, *, number: int = 1, created: float = 0, **status: object) -> Obj:
    pod = pod_on(f"node-{number}", created=at(created), ready=at(created + seconds))
    pod["status"] |= status
    return pod


def probed(**probes: Obj) -> Obj:
    return daemonset(pod={"containers": [{"name": "one", **probes}]})


def test_the_mean_counts_without_a_pod_that_took_far_longer() -> None:
    assert ready_span(daemonset(), [took(10), took(20), took(600)]).about == 15


def test_at_least_it_is_the_time_of_the_fastest_pod_within_a_second() -> None:
    assert ready_span(daemonset(), [took(10), took(20)]) == Span(9, 15)
    assert ready_span(daemonset(), [took(0)]) == Span(0, 0)


def test_a_time_below_a_second_is_known_by_many_pods() -> None:
    """Of a pod that takes 0.3 s, Kubernetes notes a full second in 3 of 10 cases, else none."""
    pods = [took(1 if number < 3 else 0, number=number) for number in range(10)]

    assert ready_span(daemonset(), pods).about == pytest.approx(0.3)


def test_nothing_is_known_without_a_ready_pod() -> None:
    assert ready_span(daemonset(), [pod_on("node-1", ready="")]) == UNKNOWN


def test_a_pod_that_restarted_does_not_tell() -> None:
    restarted = took(4000, containerStatuses=[{"name": "one", "restartCount": 1}])

    assert ready_span(daemonset(), [restarted]) == UNKNOWN


def test_no_probe_is_asked_before_its_delay() -> None:
    """https://kubernetes.io/docs/concepts/workloads/pods/probes/: initialDelaySeconds is the time
    "after the container has started before ... probes are initiated"."""
    workload = probed(
        startupProbe={"initialDelaySeconds": 20}, readinessProbe={"initialDelaySeconds": 30}
    )

    assert ready_span(workload, []) == Span(30)
    assert ready_span(workload, [took(10)]) == Span(30, 30)
    assert ready_span(workload, [took(45)]) == Span(44, 45)


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        ({"failureThreshold": 67, "periodSeconds": 10}, 670),
        ({"initialDelaySeconds": 5, "periodSeconds": 2}, 11),
        ({"httpGet": {}}, 30),
        ({}, 0),
    ],
)
def test_the_startup_probe_says_how_long_it_may_take(probe: Obj, expected: int) -> None:
    """The page: a container has "failureThreshold * periodSeconds" to start."""
    assert startup_seconds(probed(startupProbe=probe)) == expected


def rolled_out(at_once: int, step: float) -> list[Obj]:
    """Return the pods that a rollout made, which took 10 s each to be ready."""
    return [
        took(10, number=number, created=(number - 1) // at_once * step) for number in range(1, 13)
    ]


def one_of(at_once: int, **spec: Any) -> Obj:
    """Return a DaemonSet that replaces so many pods at once."""
    return daemonset(updateStrategy={"rollingUpdate": {"maxUnavailable": at_once}}, **spec)


NODES = [node(f"node-{number}") for number in range(1, 13)]


@pytest.mark.parametrize(("at_once", "min_ready"), [(1, 0), (3, 0), (3, 20)])
def test_the_last_rollout_says_how_long_pods_took_to_end(at_once: int, min_ready: int) -> None:
    pods = rolled_out(at_once, 10 + 7 + min_ready)
    observed = one_of(at_once, minReadySeconds=min_ready)

    assert end_span(observed, pods, Cluster(NODES, pods)) == Span(0, 7)


def test_the_next_pod_may_be_made_as_soon_as_one_was_ready_for_long_enough() -> None:
    pods = rolled_out(3, 10 + 5)

    assert end_span(one_of(3, minReadySeconds=5), pods, Cluster(NODES, pods)) == Span(0, 0)


def test_a_rollout_of_less_than_a_second_per_pod_tells_by_many_pods() -> None:
    """A pod is ready after 0.5 s, and 0.45 s later the next one is made; all in whole seconds."""
    pods = [
        pod_on(
            f"node-{number}",
            created=at(int(number * 0.95)),
            ready=at(int(number * 0.95 + 0.5)),
        )
        for number in range(60)
    ]
    nodes = [node(f"node-{number}") for number in range(60)]

    assert ready_span(daemonset(), pods).about == pytest.approx(0.5, abs=0.05)
    assert end_span(daemonset(), pods, Cluster(nodes)).about == pytest.approx(0.45, abs=0.05)


def test_pods_that_were_all_made_at_once_do_not_tell() -> None:
    assert end_span(daemonset(), rolled_out(12, 0), Cluster(NODES)) == UNKNOWN


def test_pods_that_were_made_for_new_nodes_do_not_tell() -> None:
    pods = rolled_out(1, 17)
    nodes = [node(each["spec"]["nodeName"]) for each in pods]
    for new, pod in zip(nodes, pods, strict=True):
        new["metadata"]["creationTimestamp"] = pod["metadata"]["creationTimestamp"]

    assert end_span(daemonset(), pods, Cluster(nodes)) == UNKNOWN


def test_a_pod_that_was_made_much_later_does_not_tell() -> None:
    pods = [*rolled_out(1, 17)[:-1], took(10, number=12, created=4000)]

    assert end_span(daemonset(), pods, Cluster(NODES)) == Span(0, 7)


def test_no_pod_takes_longer_than_its_grace() -> None:
    pods = rolled_out(1, 10 + 40)
    patient = daemonset(pod={"containers": [], "terminationGracePeriodSeconds": 60})

    assert end_span(daemonset(), pods, Cluster(NODES)) == UNKNOWN
    assert end_span(patient, pods, Cluster(NODES)) == Span(0, 40)


def test_times_add_up_as_far_as_they_are_known() -> None:
    assert Span(1, 2) + Span(3, 4) == Span(4, 6)
    assert Span(1, 2) + Span(3) == Span(4)
    assert Span(1, 2).times(3) == Span(3, 6)
    assert Span(1).times(3) == Span(3)
