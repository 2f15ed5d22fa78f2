from typing import Any

import pytest

from hooks.kube.containment import contains


@pytest.mark.parametrize(
    ("observed", "desired"),
    [
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
        ([{"name": "b", "x": 1}, {"name": "a"}], [{"name": "a"}, {"name": "b"}]),
        (
            [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}],
            [{"name": "v", "mountPath": "/b"}],
        ),
        ([{"key": "a", "more": 1}], [{"key": "a"}]),
        ([1, 2], [1, 2]),
        ([], []),
        ({"a": None}, {}),
    ],
)
def test_further_observed_fields_are_fine(observed: Any, desired: Any) -> None:
    assert contains(observed, desired)


@pytest.mark.parametrize(
    ("observed", "desired"),
    [
        ({}, {"a": 1}),
        ({"a": 2}, {"a": 1}),
        (None, {"a": 1}),
        ([], {"a": 1}),
        ({}, []),
        ([{"name": "a"}], [{"name": "a"}, {"name": "b"}]),
        ([{"name": "v", "mountPath": "/a"}], [{"name": "v", "mountPath": "/b"}]),
        ([1, 2], [2, 1]),
        ([1, 2], [1]),
        ([{"key": "a"}, {"key": "b"}], [{"key": "a"}]),
    ],
)
def test_what_is_desired_has_to_be_there(observed: Any, desired: Any) -> None:
    assert not contains(observed, desired)
