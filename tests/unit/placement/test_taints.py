"""Which taints keep a pod off a node, by Kubernetes' own words for it.

The cases are those of https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
and of https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations.
"""

import pytest

from hooks.kube.objects import Obj
from hooks.placement.taints import daemon_tolerations, taint_reasons, untolerated
from tests.support.placement import UNREACHABLE, node

KEY1: Obj = {"key": "key1", "value": "value1", "effect": "NoSchedule"}
"""The taint of the page: `kubectl taint nodes node1 key1=value1:NoSchedule`."""


def keeps_off(taint: Obj, *tolerations: Obj) -> bool:
    return bool(untolerated(tolerations, node(taints=[taint])))


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "key1", "operator": "Equal", "value": "value1", "effect": "NoSchedule"},
        {"key": "key1", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "key1", "value": "value1", "effect": "NoSchedule"},
        {"key": "key1", "operator": "Exists"},
        {"key": "", "operator": "Exists"},
        {"operator": "Exists", "effect": "NoSchedule"},
    ],
    ids=["equal", "exists", "equal-by-default", "any-effect", "empty-key", "no-key"],
)
def test_a_taint_is_tolerated(toleration: Obj) -> None:
    assert not keeps_off(KEY1, toleration)


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "key1", "operator": "Equal", "value": "value2", "effect": "NoSchedule"},
        {"key": "key1", "operator": "Exists", "effect": "NoExecute"},
        {"key": "key2", "operator": "Exists"},
        {"key": "key1", "effect": "NoSchedule"},
        {"key": "key1", "operator": "Gt", "value": "1"},
    ],
    ids=["another-value", "another-effect", "another-key", "no-value", "gate-is-off"],
)
def test_a_taint_is_not_tolerated(toleration: Obj) -> None:
    assert keeps_off(KEY1, toleration)


def test_each_taint_has_to_be_tolerated() -> None:
    """The page's last example: of three taints, the third one is not tolerated."""
    taints = [
        KEY1,
        {"key": "key1", "value": "value1", "effect": "NoExecute"},
        {"key": "key2", "value": "value2", "effect": "NoSchedule"},
    ]
    tolerations = [
        {"key": "key1", "operator": "Equal", "value": "value1", "effect": effect}
        for effect in ("NoSchedule", "NoExecute")
    ]

    assert untolerated(tolerations, node(taints=taints)) == [taints[2]]


def test_preferences_keep_nobody_off() -> None:
    assert not keeps_off(KEY1 | {"effect": "PreferNoSchedule"})


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    ],
)
def test_the_daemonset_controller_adds_tolerations(name: str, effect: str) -> None:
    """The table of the DaemonSet page."""
    taint = {"key": f"node.kubernetes.io/{name}", "effect": effect}

    assert keeps_off(taint)
    assert not keeps_off(taint, *daemon_tolerations({}))


def test_only_pods_on_the_hosts_network_do_without_a_network() -> None:
    """The same table: "only added for DaemonSet Pods that request host networking"."""
    taint = {"key": "node.kubernetes.io/network-unavailable", "effect": "NoSchedule"}

    assert keeps_off(taint, *daemon_tolerations({}))
    assert not keeps_off(taint, *daemon_tolerations({"hostNetwork": True}))


def test_no_pod_is_made_for_a_dead_node() -> None:
    """Of its two taints DaemonSets tolerate the one by which pods are evicted."""
    found = untolerated(daemon_tolerations({}), node(taints=UNREACHABLE))

    assert found == UNREACHABLE[:1]
    assert [each.kind for each in taint_reasons(found)] == ["notReady"]


def test_the_taint_is_named() -> None:
    (reason,) = taint_reasons([KEY1])

    assert (reason.kind, reason.text) == ("taint", "taint key1=value1:NoSchedule is not tolerated")
