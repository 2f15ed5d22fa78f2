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
        ({"a": 1}, {"a": 2}, "DaemonSet/instana-agent:spec.a: 1 → 2"),
        ({"a": 1}, {}, "DaemonSet/instana-agent:spec.a: removed: 1"),
        ({}, {"a": None}, "DaemonSet/instana-agent:spec.a: added: null"),
        ({"a": True}, {"a": "true"}, "DaemonSet/instana-agent:spec.a: true → true"),
        ({"a": ""}, {"a": "x"}, 'DaemonSet/instana-agent:spec.a: "" → x'),
        ({"a": [1]}, {"a": [1, 2]}, "DaemonSet/instana-agent:spec.a[1]: added: 2"),
        ({"a": {}}, {"a": []}, "DaemonSet/instana-agent:spec.a: 0 fields → 0 items"),
        (
            {"containers": _container("a:1")},
            {"containers": _container("a:2")},
            "DaemonSet/instana-agent:spec.containers[instana-agent].image: a:1 → a:2",
        ),
        (
            {"env": [{"name": "A"}, {"name": "B"}]},
            {"env": [{"name": "B"}, {"name": "A"}]},
            "DaemonSet/instana-agent:spec.env: (in this order) → (in another order)",
        ),
    ],
)
def test_a_difference_names_its_place(before: Obj, after: Obj, expected: str) -> None:
    assert [*map(str, differences(_response(**before), _response(**after)))] == [expected]


def test_whole_objects_are_added_and_removed() -> None:
    assert [*map(str, differences(_response(), {"status": {"a": 1}}))] == [
        "DaemonSet/instana-agent: removed",
        "status:a: added: 1",
    ]


def test_a_secret_is_compared_by_the_lines_of_its_entries() -> None:
    def secret(text: str) -> Obj:
        data = {"file": b64encode(text.encode()).decode()}
        return {"children": [{"kind": "Secret", "metadata": {"name": "s"}, "data": data}]}

    found = differences(secret("a=1\nb=2\n"), secret("a=1\nb=3\n"))
    assert [*map(str, found)] == ["Secret/s:data.file.line 2: b=2 → b=3"]


def test_what_is_the_same_in_many_objects_is_told_once() -> None:
    def response(version: str) -> Obj:
        names = ("a", "b", "c")
        return {
            "children": [{"kind": "X", "metadata": {"name": each}, "v": version} for each in names]
        }

    assert [*map(str, in_groups(differences(response("1"), response("2"))))] == [
        "3 objects:v: 1 → 2"
    ]


def test_equal_responses_have_no_difference() -> None:
    assert differences(_response(a=1), _response(a=1)) == []
