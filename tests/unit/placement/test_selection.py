"""Which nodes a pod asks for.

The cases follow https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ and the
tests of k8s.io/component-helpers/scheduling/corev1/nodeaffinity (v0.36).
"""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.placement.selection import selection_reasons
from tests.support.placement import expressions, node, required

ZONE = "topology.kubernetes.io/zone"


def is_met(pod: Obj, **labels: Any) -> bool:
    return not selection_reasons(pod, node("node-1", **labels))


@pytest.mark.parametrize(
    ("operator", "values", "matching", "other"),
    [
        ("In", ["a", "b"], "a", "c"),
        ("NotIn", ["a", "b"], "c", "a"),
        ("Gt", ["10"], "11", "10"),
        ("Lt", ["10"], "9", "10"),
        ("Gt", ["-2"], "-1", "-3"),
    ],
)
def test_operators_with_values(operator: str, values: list[str], matching: str, other: str) -> None:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#operators"""
    pod = required(expressions(("pool", operator, values)))

    assert is_met(pod, pool=matching)
    assert not is_met(pod, pool=other)


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("In", ["a"], False),
        ("NotIn", ["a"], True),
        ("Exists", [], False),
        ("DoesNotExist", [], True),
        ("Gt", ["1"], False),
        ("Lt", ["1"], False),
    ],
)
def test_a_node_without_the_label(operator: str, values: list[str], *, expected: bool) -> None:
    assert is_met(required(expressions(("pool", operator, values)))) is expected


def test_presence_of_a_label_is_enough() -> None:
    assert is_met(required(expressions(("pool", "Exists", []))), pool="")
    assert not is_met(required(expressions(("pool", "DoesNotExist", []))), pool="")


@pytest.mark.parametrize(
    ("value", "values"), [("many", ["1"]), ("2", ["few"]), ("2", ["1", "0"]), ("2", [])]
)
def test_only_whole_numbers_are_compared(value: str, values: list[str]) -> None:
    """With Gt and Lt, "non-integer values" match nothing, and there has to be one value."""
    assert not is_met(required(expressions(("pool", "Gt", values))), pool=value)


def test_one_of_the_terms_is_enough_and_all_of_its_expressions_are_needed() -> None:
    """The page: terms are ORed, expressions of one term are ANDed."""
    pod = required(
        expressions(("pool", "In", ["a"]), ("disk", "In", ["ssd"])),
        expressions(("pool", "In", ["b"])),
    )

    assert is_met(pod, pool="b")
    assert is_met(pod, pool="a", disk="ssd")
    assert not is_met(pod, pool="a", disk="hdd")


def test_selector_and_affinity_both_have_to_be_met() -> None:
    """The page: "If you specify both ... both must be satisfied"."""
    pod = {"nodeSelector": {"disk": "ssd"}} | required(expressions(("pool", "In", ["a"])))

    assert is_met(pod, pool="a", disk="ssd")
    assert not is_met(pod, pool="a")
    assert not is_met(pod, disk="ssd")


@pytest.mark.parametrize("terms", [[], [{}]], ids=["no-term", "empty-term"])
def test_an_empty_term_matches_no_node(terms: list[Obj]) -> None:
    """https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#NodeSelector"""
    assert not is_met(required(*terms))


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (("metadata.name", "In", ["node-1"]), True),
        (("metadata.name", "In", ["node-2"]), False),
        (("metadata.name", "NotIn", ["node-2"]), True),
        (("metadata.name", "NotIn", ["node-1"]), False),
        (("metadata.name", "In", ["node-1", "node-2"]), False),
        (("metadata.name", "Exists", []), False),
        (("spec.unschedulable", "In", ["false"]), False),
    ],
)
def test_nodes_by_name(field: tuple[str, str, list[str]], *, expected: bool) -> None:
    """`nodeSelectorRequirementsAsFieldSelector`: In and NotIn, with exactly one value."""
    term = {"matchFields": expressions(field)["matchExpressions"]}

    assert is_met(required(term)) is expected


def test_name_and_label_of_one_term_both_count() -> None:
    name = expressions(("metadata.name", "In", ["node-1"]))["matchExpressions"]
    pod = required(expressions(("pool", "Exists", [])) | {"matchFields": name})

    assert is_met(pod, pool="a")
    assert not is_met(pod)


def test_a_pod_may_name_its_node() -> None:
    """The page's section on nodeName; an override can set it."""
    assert is_met({"nodeName": "node-1"})
    assert not is_met({"nodeName": "node-2"})


def test_a_preference_requires_nothing() -> None:
    preferred = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}

    assert is_met({"affinity": {"nodeAffinity": preferred}})


def test_reasons_name_what_a_node_is() -> None:
    pod = required(expressions(("kubernetes.io/os", "In", ["linux"]))) | {
        "nodeSelector": {"kubernetes.io/arch": "amd64", "disk": "ssd"}
    }
    windows = node("w", kubernetes_io__os="windows", kubernetes_io__arch="arm64")

    assert [(each.kind, each.text) for each in selection_reasons(pod, windows)] == [
        ("architecture", "architecture arm64: node selector kubernetes.io/arch=amd64"),
        ("nodeSelector", "node selector disk=ssd is not met"),
        ("operatingSystem", "operating system windows: node affinity kubernetes.io/os In [linux]"),
    ]


def test_reasons_name_what_all_terms_lack() -> None:
    system = ("kubernetes.io/os", "In", ["linux"])
    pod = required(
        expressions(("pool", "In", ["a"]), system), expressions(("pool", "In", ["b"]), system)
    )
    windows = selection_reasons(pod, node("w", kubernetes_io__os="windows"))

    assert [each.kind for each in windows] == ["operatingSystem"]
    assert [each.text for each in selection_reasons(pod, node())] == [
        "none of the 2 terms of the node affinity is met"
    ]
