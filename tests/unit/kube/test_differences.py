from typing import Any

import pytest

from hooks.kube.differences import differing_paths

ONE, OTHER = {"name": "a", "image": "1"}, {"name": "b", "image": "1"}


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": {"c": 1}}, {"b": {"c": 2}}, ["a", "b.c"]),
        ({}, {"a": {"b": 1}}, ["a"]),
        ({"l": [ONE]}, {"l": [ONE | {"image": "2"}]}, ["l[a].image"]),
        ({"l": [ONE]}, {"l": [ONE, OTHER]}, ["l[b]"]),
        ({"l": [ONE, OTHER]}, {"l": [OTHER]}, ["l[a]"]),
        ({"l": [ONE, OTHER]}, {"l": [OTHER, ONE]}, ["l"]),
        ({"l": [1, 2]}, {"l": [1, 3]}, ["l"]),
        ({"l": [ONE, ONE]}, {"l": [ONE]}, ["l"]),
        ({"l": []}, {"l": [ONE]}, ["l[a]"]),
        ({"l": [{"key": "x"}]}, {"l": [{"key": "y"}]}, ["l"]),
        (1, 2, [""]),
    ],
)
def test_paths_at_which_values_differ(before: Any, after: Any, paths: list[str]) -> None:
    assert list(differing_paths(before, after)) == paths
