import pytest

from hooks.kube.objects import Obj
from hooks.kube.selectors import match_labels_of, matches


def expression(operator: str, *values: str) -> Obj:
    return {"matchExpressions": [{"key": "k", "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ({}, {}, True),
        ({"matchLabels": {"k": "a"}}, {"k": "a", "other": "b"}, True),
        ({"matchLabels": {"k": "a"}}, {"k": "b"}, False),
        ({"matchLabels": {"k": "a"}}, {}, False),
        (expression("In", "a", "b"), {"k": "b"}, True),
        (expression("In", "a", "b"), {"k": "c"}, False),
        (expression("In", "a", "b"), {}, False),
        (expression("NotIn", "a"), {"k": "b"}, True),
        (expression("NotIn", "a"), {}, True),
        (expression("NotIn", "a"), {"k": "a"}, False),
        (expression("Exists"), {"k": ""}, True),
        (expression("Exists"), {}, False),
        (expression("DoesNotExist"), {}, True),
        (expression("DoesNotExist"), {"k": ""}, False),
        ({"matchLabels": {"k": "a"}, **expression("NotIn", "a")}, {"k": "a"}, False),
    ],
)
def test_selector_is_evaluated_as_kubernetes_does(
    selector: Obj, labels: dict[str, str], *, expected: bool
) -> None:
    assert matches(selector, labels) is expected


def test_unknown_operator_is_no_selector() -> None:
    with pytest.raises(ValueError, match="Near is not an operator"):
        matches(expression("Near"), {})


@pytest.mark.parametrize("odd", [{}, {"spec": None}, {"spec": {"selector": "x"}}])
def test_an_object_without_a_selector_asks_for_no_label(odd: Obj) -> None:
    assert match_labels_of(odd) == {}
    assert match_labels_of({"spec": {"selector": {"matchLabels": {"a": "b"}}}}) == {"a": "b"}
