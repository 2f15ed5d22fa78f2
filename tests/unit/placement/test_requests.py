"""What pods request, and what is too much for a node.

The cases of init containers are those of
https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
and of the sidecars' enhancement proposal (753).
"""

from decimal import Decimal

import pytest

from hooks.kube.objects import Obj
from hooks.placement.cluster import Cluster
from hooks.placement.requests import amount_text, conflicting, host_ports, requests_of
from hooks.placement.verdicts import State, daemon_verdict
from tests.support.placement import node, pod_on, with_requests


def container(cpu: str, **fields: str) -> Obj:
    return {"name": cpu, "resources": {"requests": {"cpu": cpu}}} | fields


def cpu_of(**pod: object) -> Decimal:
    return requests_of(dict(pod))["cpu"]


def test_containers_are_added() -> None:
    assert cpu_of(containers=[container("250m"), container("1")]) == Decimal("1.25")


def test_the_largest_init_container_counts_if_it_is_more() -> None:
    """The page: "the higher of the sum of all app containers ... and the effective init"."""
    inits = [container("2"), container("3")]

    assert cpu_of(containers=[container("1")], initContainers=inits) == 3
    assert cpu_of(containers=[container("4")], initContainers=inits) == 4


def test_sidecars_run_beside_everything_that_starts_later() -> None:
    sidecar = container("1", restartPolicy="Always")

    assert cpu_of(containers=[container("2")], initContainers=[sidecar]) == 3
    assert cpu_of(containers=[container("2")], initContainers=[sidecar, container("3")]) == 4
    assert cpu_of(containers=[container("2")], initContainers=[container("3"), sidecar]) == 3


def test_a_limit_is_the_request_where_there_is_none() -> None:
    """https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"""
    limited = {"name": "one", "resources": {"limits": {"cpu": "2"}, "requests": {"memory": "1Gi"}}}

    assert requests_of({"containers": [limited]}) == {"cpu": 2, "memory": 2**30}


def test_what_the_pod_itself_requests_takes_the_place_of_the_sum() -> None:
    pod = {"containers": [container("1")], "resources": {"requests": {"cpu": "500m"}}}

    assert requests_of(pod) == {"cpu": Decimal("0.5")}


def test_the_overhead_comes_on_top() -> None:
    assert cpu_of(containers=[container("1")], overhead={"cpu": "100m"}) == Decimal("1.1")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("cpu", "22.500", "22500m"),
        ("cpu", "2.000", "2"),
        ("memory", "805306368", "768Mi"),
        ("memory", "1500", "1500"),
        ("memory", "0", "0"),
    ],
)
def test_amounts_are_told_as_kubernetes_does(name: str, value: str, expected: str) -> None:
    assert amount_text(name, Decimal(value)) == expected


def test_with_the_hosts_network_all_ports_are_the_nodes() -> None:
    ports: list[Obj] = [{"containerPort": 42699}, {"containerPort": 1, "hostPort": 2}]
    pod: Obj = {"containers": [{"ports": ports}]}

    assert {number for _, _, number in host_ports(pod)} == {2}
    assert {number for _, _, number in host_ports(pod | {"hostNetwork": True})} == {42699, 2}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (("", "TCP", 80), [80]),
        (("0.0.0.0", "TCP", 80), [80]),
        (("10.0.0.1", "TCP", 80), [80]),
        (("10.0.0.2", "TCP", 80), []),
        (("", "UDP", 80), []),
        (("", "TCP", 81), []),
    ],
)
def test_ports_conflict_on_the_same_address_or_all(
    other: tuple[str, str, int], expected: list[int]
) -> None:
    """`CheckConflict` of the scheduler's `HostPortInfo`."""
    assert conflicting([("10.0.0.1", "TCP", 80)], [other]) == expected


def verdict(requests: Obj, *pods: Obj, room: Obj | None = None) -> tuple[State, list[str]]:
    there = node(room=room)
    cluster = Cluster([there], pods)
    free = cluster.room(there, lambda _: False)
    found = daemon_verdict(with_requests(**requests), there, free)
    return found.state, [each.text for each in found.reasons]


def test_what_other_pods_request_is_not_free() -> None:
    """https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-scheduled"""
    other = pod_on("node-1", of="another", spec=with_requests(cpu="3"))

    assert verdict({"cpu": "1"}, other)[0] is State.RUNS
    assert verdict({"cpu": "1001m"}, other) == (
        State.PENDING,
        ["too little cpu is left: 1001m is requested"],
    )


def test_a_pod_that_ended_takes_nothing() -> None:
    ended = pod_on("node-1", of="another", spec=with_requests(cpu="4"))
    ended["status"]["phase"] = "Succeeded"

    assert verdict({"cpu": "4"}, ended)[0] is State.RUNS


def test_a_request_above_all_that_a_node_has_never_fits() -> None:
    assert verdict({"cpu": "5"})[1] == ["too little cpu in all: 5 is requested"]


def test_a_resource_that_a_node_does_not_have_never_fits() -> None:
    assert verdict({"example.com/gpu": "1"})[0] is State.PENDING


def test_the_number_of_pods_is_bounded() -> None:
    others = [pod_on("node-1", of=name) for name in ("one", "two")]

    assert verdict({}, *others, room={"pods": "3"})[0] is State.RUNS
    assert verdict({}, *others, room={"pods": "2"}) == (State.PENDING, ["too many pods"])


def test_nothing_is_said_of_a_node_whose_resources_are_not_known() -> None:
    assert verdict({"cpu": "100"}, room={})[0] is State.RUNS
