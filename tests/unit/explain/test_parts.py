"""Parts of a resource that are changed one at a time, other values for them, and paths."""

from dataclasses import replace
from typing import Any

import pytest

from hooks.explain.division import divided, replaced, without
from hooks.explain.inputs import Source
from hooks.explain.origins import Explained, Origin
from hooks.explain.selecting import NoSuchLeaf, selected
from hooks.explain.values import fresh, others
from hooks.kube.objects import Obj


def test_a_value_is_divided_into_its_leaves_as_long_as_they_are_few() -> None:
    value = {"a": {"b": 1, "c": [2, 3]}, "d": {}}

    assert dict(divided(value, 4)) == {
        ("a", "b"): 1,
        ("a", "c", 0): 2,
        ("a", "c", 1): 3,
        ("d",): {},
    }
    assert dict(divided(value, 2)) == {("a",): {"b": 1, "c": [2, 3]}, ("d",): {}}
    assert dict(divided(value, 1)) == {(): value}
    assert dict(divided(value, 9, {("a", "c")}))[("a", "c")] == [2, 3]


def test_a_large_part_leaves_room_for_the_others() -> None:
    value = {"small": {"x": 1, "y": 2}, "large": {str(number): number for number in range(100)}}

    assert {steps for steps, _ in divided(value, 10)} == {
        ("small", "x"),
        ("small", "y"),
        ("large",),
    }


def test_parts_are_replaced_and_taken_out() -> None:
    value = {"a": [{"b": 1}, {"b": 2}]}

    assert replaced(value, ("a", 1, "b"), 3) == {"a": [{"b": 1}, {"b": 3}]}
    assert replaced(value, ("c", "d"), 3) == value | {"c": {"d": 3}}
    assert without(value, ("a", 0)) == {"a": [{"b": 2}]}
    assert without(value, ("a", 0, "b")) == {"a": [{}, {"b": 2}]}


@pytest.mark.parametrize(
    "value", [True, False, 0, 443, 1.5, "", "x", "443", "true", "500m", "a\nb", {"a": 1}, ["a", 1]]
)
def test_other_values_are_others_of_the_same_type(value: Any) -> None:
    found = [*others(value)]

    assert found
    assert value not in found
    assert {type(each) for each in found} == {type(value)}


@pytest.mark.parametrize("value", [None, {}, []])
def test_nothing_is_another_nothing(value: Any) -> None:
    assert [*others(value)] == []


def test_allowed_values_come_first() -> None:
    assert next(others("Always", ("", "Always", "Never"))) == "Never"
    assert next(fresh({"type": "string"}, ("", "Talos"))) == "Talos"


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": "boolean"}, {bool}),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, {int, str}),
        ({"type": "object"}, set()),
    ],
)
def test_fresh_values_are_of_the_type_of_the_field(schema: Obj, types: set[type]) -> None:
    assert {type(each) for each in fresh(schema)} == types


LEAVES = [
    Explained(child, path, None, (Origin(Source.BUILT_IN),), ())
    for child, path in [
        ("DaemonSet/a", "spec.template.spec.hostPID"),
        ("DaemonSet/a", "spec.templates"),
        ("DaemonSet/a", 'metadata.labels["example.com/team"]'),
        ("Secret/a", "type"),
    ]
]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ("DaemonSet/a", 3),
        ("DaemonSet/a:", 3),
        ("DaemonSet/a:spec", 2),
        ("DaemonSet/a:spec.template", 1),
        ("DaemonSet/a:spec.template.spec.hostPID", 1),
        ("DaemonSet/a:metadata.labels[example.com/team]", 1),
        ("DaemonSet/a:metadata.labels.example.com/team", 1),
    ],
)
def test_a_path_selects_a_leaf_or_all_below(wanted: str, count: int) -> None:
    assert len(selected(LEAVES, wanted)) == count


def test_of_many_children_the_first_are_named() -> None:
    with pytest.raises(NoSuchLeaf) as caught:
        selected([replace(LEAVES[0], child=f"DaemonSet/{n:04}") for n in range(1_000)], "Secret/b")

    assert str(caught.value).startswith("there is no Secret/b: the children are DaemonSet/0000,")
    assert "more" in str(caught.value)
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("DaemonSet/b", "there is no DaemonSet/b: the children are DaemonSet/a"),
        (
            "DaemonSet/a:spec.templet",
            "DaemonSet/a has nothing at spec.templet; did you mean spec.template?",
        ),
        ("DaemonSet/a:status", "DaemonSet/a has nothing at status"),
    ],
)
def test_what_could_be_meant_is_told(wanted: str, message: str) -> None:
    with pytest.raises(NoSuchLeaf) as caught:
        selected(LEAVES, wanted)

    assert str(caught.value).startswith(message)
