"""Null is no field of an object of Kubernetes, and in a map of texts an empty one."""

from typing import Any

import pytest

from hooks.kube.nulls import nulls_as_stored


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"spec": {"nodeName": None, "a": 1}}, {"spec": {"a": 1}}),
        ({"data": {"a": None, "b": "c"}, "binaryData": None}, {"data": {"a": "", "b": "c"}}),
        ({"metadata": {"labels": {"a": None}}}, {"metadata": {"labels": {"a": ""}}}),
        ({"containers": [{"image": None, "name": "a"}]}, {"containers": [{"name": "a"}]}),
        ({"matchLabels": {"a": None}, "b": [None]}, {"matchLabels": {"a": ""}, "b": [None]}),
        ({"labels": [{"a": None}]}, {"labels": [{}]}),
    ],
)
def test_an_object_is_as_it_is_stored(given: Any, stored: Any) -> None:
    assert nulls_as_stored(given) == stored
