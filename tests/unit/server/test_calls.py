from typing import Any

import pytest

from hooks.server.calls import Call
from hooks.server.failures import Failure

SYNC_REQUEST: dict[str, Any] = {
    "parent": {"metadata": {"namespace": "ns", "name": "agent", "uid": "u-1", "generation": 7}}
}


def test_a_call_is_about_its_parent() -> None:
    call = Call("sync")
    call.asked(SYNC_REQUEST)

    assert (call.resource, call.uid, call.generation) == ("ns/agent", "u-1", 7)


def test_a_decorator_s_call_is_about_its_object() -> None:
    call = Call("cluster-rbac-sync")
    call.asked({"object": {"metadata": {"name": "some-role"}}})

    assert (call.resource, call.uid, call.generation) == ("some-role", "", 0)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"parent": None},
        {"parent": []},
        {"parent": {"metadata": "x"}},
        {"parent": {"metadata": {"name": 1, "namespace": {}, "uid": [], "generation": "7"}}},
    ],
)
def test_any_shape_of_request_can_be_noted(request_: dict[str, Any]) -> None:
    call = Call("sync")
    call.asked(request_)

    assert (call.resource, call.uid, call.generation) == ("", "", 0)


def test_long_names_are_cut() -> None:
    call = Call("sync")
    call.asked({"parent": {"metadata": {"name": "x" * 1000, "uid": "y" * 1000}}})

    assert (len(call.resource), len(call.uid)) == (253, 64)


def test_an_answer_is_counted_by_kind_and_its_complaints_are_noted() -> None:
    call = Call("sync")
    call.answered(
        {
            "children": [{"kind": "Secret"}, {"kind": "Secret"}, {"kind": "DaemonSet"}],
            "status": {
                "conditions": [
                    {"type": "Valid", "status": "False", "reason": "InvalidSpec"},
                    {"type": "Ready", "status": "True", "reason": "Ready"},
                ]
            },
        }
    )

    assert call.children == {"Secret": 2, "DaemonSet": 1}
    assert call.problems == ("Valid:InvalidSpec",)
    assert call.error_types == {"invalid_resource"}


def test_a_decorator_s_answer_has_attachments() -> None:
    call = Call("cluster-rbac-sync")
    call.answered({"attachments": [{"kind": "ClusterRoleBinding"}], "status": None})

    assert call.children == {"ClusterRoleBinding": 1}
    assert call.error_types == frozenset()


def test_the_log_line_has_names_and_counts() -> None:
    call = Call("sync", bytes_in=10, bytes_out=20, seconds=0.01234)
    call.asked(SYNC_REQUEST)

    assert call.log_fields() == {
        "hook": "sync",
        "resource": "ns/agent",
        "uid": "u-1",
        "generation": 7,
        "status": 200,
        "bytes_in": 10,
        "bytes_out": 20,
        "ms": 12.3,
        "children": 0,
        "problems": [],
    }


def test_the_log_line_of_a_failure_says_which() -> None:
    call = Call("sync")
    call.failed(Failure("unreadable_request", 400, "no parent"))

    fields = call.log_fields()
    assert (fields["status"], fields["error"], fields["reason"]) == (
        400,
        "unreadable_request",
        "no parent",
    )


def test_the_log_line_of_an_answer_that_the_caller_has_tells_nothing_unknown() -> None:
    call = Call("sync", makes_children=True, bytes_in=10, seconds=0.01234)
    call.unchanged()

    assert call.log_fields() == {
        "hook": "sync",
        "status": 304,
        "bytes_in": 10,
        "bytes_out": 0,
        "ms": 12.3,
    }
