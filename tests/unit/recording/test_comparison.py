"""Differences of responses: where they are, and from what to what."""

from base64 import b64encode

import pytest

from hooks.kube.objects import Obj
from hooks.recording.comparison import differences, in_groups


def _response(**fields: object) -> Obj:
    child = {"kind": "DaemonSet", "metadata": {"name": "instana-agent"}, "spec": fields}
    return {"children": [child], "status": {}}


def _container(image: str) -> list[Obj]:
    return [{"name": "instana-agent", "image": image}]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 2}, "DaemonSet/instana-agent: spec.a: 1 → 2"),
        ({"a": 1}, {}, "DaemonSet/instana-agent: - spec.a: 1"),
        ({}, {"a": None}, "DaemonSet/instana-agent: + spec.a: null"),
        ({"a": True}, {"a": "true"}, 'DaemonSet/instana-agent: spec.a: true → "true"'),
        ({"a": ""}, {"a": "x"}, 'DaemonSet/instana-agent: spec.a: "" → x'),
        ({"a": [1]}, {"a": [1, 2]}, "DaemonSet/instana-agent: + spec.a[1]: 2"),
        ({"a": {}}, {"a": []}, "DaemonSet/instana-agent: spec.a: empty → empty, of another type"),
        (
            {"containers": _container("a:1")},
            {"containers": _container("a:2")},
            "DaemonSet/instana-agent: spec.containers[instana-agent].image: a:1 → a:2",
        ),
        (
            {"env": [{"name": "A"}, {"name": "B"}]},
            {"env": [{"name": "B"}, {"name": "A"}]},
            "DaemonSet/instana-agent: spec.env: the order of the items changes",
        ),
    ],
)
def test_a_difference_names_its_place(before: Obj, after: Obj, expected: str) -> None:
    assert [*map(str, differences(_response(**before), _response(**after)))] == [expected]


def test_whole_objects_are_added_and_removed() -> None:
    assert [*map(str, differences(_response(), {"status": {"a": 1}}))] == [
        "DaemonSet/instana-agent: removed",
        "response: + status.a: 1",
    ]


def test_a_secret_is_compared_by_the_lines_of_its_entries() -> None:
    def secret(text: str) -> Obj:
        data = {"file": b64encode(text.encode()).decode()}
        return {"children": [{"kind": "Secret", "metadata": {"name": "s"}, "data": data}]}

    found = differences(secret("a=1\nb=2\n"), secret("a=1\nb=3\n"))
    assert [*map(str, found)] == ["Secret/s: data.file:\n      - b=2\n      + b=3"]


def test_what_is_the_same_in_many_objects_is_told_once() -> None:
    def response(version: str) -> Obj:
        names = ("a", "b", "c")
        return {
            "children": [{"kind": "X", "metadata": {"name": each}, "v": version} for each in names]
        }

    assert [*map(str, in_groups(differences(response("1"), response("2"))))] == [
        "3 objects: v: 1 → 2"
    ]


def test_conditions_and_mounts_have_names() -> None:
    def response(status: str, path: str) -> Obj:
        mounts = [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": path}]
        conditions = [{"type": "Ready", "status": status}, {"type": "Valid", "status": "True"}]
        return _response(volumeMounts=mounts) | {"status": {"conditions": conditions}}

    found = differences(response("True", "/b"), response("False", "/c"))
    assert [line for difference in found for line in difference.lines if "[" in line] == [
        "- spec.volumeMounts[/b]:",
        "+ spec.volumeMounts[/c]:",
        "status.conditions[Ready].status: True → False",
    ]


def test_programs_get_the_values() -> None:
    changed, removed = differences(_response(a=1) | {"n": 1}, {"n": 2, "status": {}})

    assert removed.as_json == {"object": "response", "path": "n", "before": 1, "after": 2}
    assert (changed.place, changed.as_json["path"]) == ("DaemonSet/instana-agent", "")
    assert "after" not in changed.as_json


def test_equal_responses_have_no_difference() -> None:
    assert differences(_response(a=1), _response(a=1)) == []
