from typing import Any

import pytest

from hooks.errors import InvalidResource, UnreadableRequest
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from hooks.wire import decode, decorator_request, encode, parent_of, sync_request
from tests.support.resources import agent, obj

SENTINEL = "s3ntinel"
PARENT = agent()


def test_a_request_is_a_json_object() -> None:
    assert decode(b'{"parent": {}}') == {"parent": {}}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the request is not JSON"),
        (f'{{"{SENTINEL}'.encode(), "the request is not JSON"),
        (b'{"a": "\xff"}', "the request is not JSON"),
        (f'["{SENTINEL}"]'.encode(), "the request is not a JSON object"),
        (b"null", "the request is not a JSON object"),
    ],
)
def test_anything_else_is_unreadable(body: bytes, message: str) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        decode(body)

    assert str(caught.value) == message


def test_the_same_answer_is_the_same_bytes() -> None:
    assert encode({"b": 1, "a": {"d": 1, "c": 2}}) == encode({"a": {"c": 2, "d": 1}, "b": 1})
    assert encode({"b": 1, "a": "x"}) == b'{"a":"x","b":1}'


def test_a_sync_request_has_a_parent_children_and_related_objects() -> None:
    secrets = {"Secret.v1": {"instana-agent/a": obj("Secret", "a")}}
    request = sync_request({"parent": PARENT, "children": secrets, "related": {"Service.v1": {}}})

    assert request.parent == PARENT
    assert request.children == ObservedObjects(secrets)
    assert request.related.knows("Service.v1")


@pytest.mark.parametrize("nothing", [{}, {"children": None, "related": None}])
def test_a_request_without_children_has_none(nothing: dict[str, None]) -> None:
    request = sync_request({"parent": PARENT, **nothing})

    assert (list(request.children), list(request.related)) == ([], [])


@pytest.mark.parametrize("field", ["children", "related"])
@pytest.mark.parametrize(
    "objects", [[SENTINEL], SENTINEL, {"Secret.v1": [SENTINEL]}, {"Secret.v1": {"a": SENTINEL}}]
)
def test_objects_of_another_shape_are_unreadable(field: str, objects: Any) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        sync_request({"parent": PARENT, field: objects})

    assert str(caught.value) == f"the request's {field} must map kinds and names to objects"


@pytest.mark.parametrize(
    ("parent", "message"),
    [
        (None, "the request must have the field parent"),
        ([SENTINEL], "the request must have the field parent"),
        ({}, "the request's parent must have a metadata.name"),
        ({"metadata": SENTINEL}, "the request's parent must have a metadata.name"),
        ({"metadata": {"name": 1}}, "the request's parent must have a metadata.name"),
    ],
)
def test_a_request_needs_a_parent_with_a_name(parent: Any, message: str) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        parent_of({"parent": parent})

    assert str(caught.value) == message


def test_a_decorator_request_has_an_object_attachments_and_related_objects() -> None:
    role = obj("ClusterRole", "r", "")
    request = decorator_request({"object": role, "attachments": {"A.v1": {"a": role}}})

    assert request.decorated == role
    assert list(request.attachments) == [role]
    assert list(request.related) == []


def test_a_decorator_request_needs_an_object() -> None:
    with pytest.raises(UnreadableRequest, match=r"^the request must have the field object$"):
        decorator_request({"parent": PARENT})


@pytest.mark.parametrize("levels", [900, 1200, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_resource_that_nests_too_deep_is_still_read(
    levels: int, opening: str, closing: str
) -> None:
    whole = encode({"parent": agent({"agent": {"configuration": {"a": "DEEP"}}})})
    deep = f"{opening * levels}1{closing * levels}".encode()

    request = decode(whole.replace(b'"DEEP"', deep))

    assert request["parent"]["metadata"] == PARENT["metadata"]
    with pytest.raises(InvalidResource) as caught:
        parse_agent(request["parent"])
    assert [problem.rule for problem in caught.value.problems] == ["nesting"]
