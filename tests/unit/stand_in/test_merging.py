"""Dynamic apply of the stand-in for Metacontroller."""

import json
from typing import Any

import pytest

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from tests.stand_in.merging import annotated, merged, updated

NONE: Obj = {}


@pytest.mark.parametrize(
    ("observed", "last", "desired", "result"),
    [
        ({"a": 1}, NONE, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}, {"b": 3}, {"b": 3}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": 1}}, {"a": {"z": 3}}, {"a": {"y": 2, "z": 3}}),
        ({"a": [1, 2]}, NONE, {"a": [3]}, {"a": [3]}),
        ({"a": [1]}, {"a": [1]}, NONE, NONE),
    ],
    ids=["what others set stays", "what was applied goes", "deeper", "a list", "a whole list"],
)
def test_fields(observed: Obj, last: Obj, desired: Obj, result: Obj) -> None:
    assert merged(observed, last, desired) == result


def _ports(*numbers: int, **fields: Any) -> Obj:
    return {"ports": [{"port": number, **fields} for number in numbers]}


def test_items_with_a_known_key_are_merged_in_the_observed_order() -> None:
    result = merged(_ports(1, 2, 3, protocol="TCP"), _ports(2), _ports(4, 3, 1))

    assert result == {
        "ports": [
            {"port": 1, "protocol": "TCP"},
            {"port": 3, "protocol": "TCP"},
            {"port": 4},
        ]
    }


def test_items_of_which_one_lacks_the_key_are_replaced() -> None:
    observed = {"ports": [{"port": 1}, {"name": "x"}]}

    assert merged(observed, NONE, _ports(2)) == _ports(2)


OBSERVED: Obj = {
    "metadata": {"name": "x", "uid": "u-1", "resourceVersion": "7"},
    "data": {"by": "hand"},
    "status": {"phase": "Bound"},
}


def test_what_is_new_comes_with_a_note() -> None:
    desired = {"metadata": {"name": "x"}, "data": {"ours": "<&>"}}

    result = updated(OBSERVED, desired)

    assert result["data"] == {"by": "hand", "ours": "<&>"}
    note = result["metadata"]["annotations"][LAST_APPLIED]
    assert note == '{"data":{"ours":"\\u003c\\u0026\\u003e"},"metadata":{"name":"x"}}'
    assert json.loads(note) == desired


def test_nothing_new_changes_nothing() -> None:
    desired = {"metadata": {"name": "x"}, "data": {"ours": "1"}}
    once = updated(OBSERVED, desired)

    assert updated(once, desired) == once


def test_system_fields_and_status_stay() -> None:
    desired = {"metadata": {"name": "x", "uid": "u-2", "generation": 3}, "status": {"phase": "?"}}

    result = updated(OBSERVED, desired)

    assert result["metadata"] | {"annotations": None} == OBSERVED["metadata"] | {
        "annotations": None
    }
    assert result["status"] == OBSERVED["status"]


def test_note_says_nothing_of_an_older_note() -> None:
    noted = annotated(OBSERVED, {"data": {"by": "hand"}})

    result = updated(noted, {"metadata": {"name": "x", "annotations": {LAST_APPLIED: "?"}}})

    assert "data" not in result
    assert "?" not in result["metadata"]["annotations"][LAST_APPLIED]
