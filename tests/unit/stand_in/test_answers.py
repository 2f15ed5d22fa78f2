"""Answers of hooks are decoded as strictly as Metacontroller decodes those of version v2."""

import json

import pytest

from tests.stand_in.answers import (
    Answer,
    CompositeAnswer,
    CustomizeAnswer,
    DecoratorAnswer,
    Undecodable,
    decoded,
)

CHILD = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}


def test_whole_answer() -> None:
    content = json.dumps({"children": [CHILD], "status": {}, "resyncAfterSeconds": 30})

    answer = decoded(CompositeAnswer, content.encode())

    assert (answer.children, answer.status, answer.resync_after_seconds) == ([CHILD], {}, 30.0)


@pytest.mark.parametrize(
    ("model", "answer", "problem"),
    [
        (CompositeAnswer, {"offspring": []}, "offspring: Extra inputs are not permitted"),
        (CompositeAnswer, {"children": [{"apiVersion": "v1"}]}, "'Kind' is missing"),
        (CompositeAnswer, {"children": {}}, "children: Input should be a valid array"),
        (CompositeAnswer, {"resyncAfterSeconds": "5"}, "resyncAfterSeconds: Input should be"),
        (DecoratorAnswer, {"children": []}, "children: Extra inputs are not permitted"),
        (
            CustomizeAnswer,
            {"relatedResources": [{"apiVersion": "v1", "resource": "pods", "selector": {}}]},
            "relatedResources.0.selector: Extra inputs are not permitted",
        ),
    ],
)
def test_what_is_unknown_is_refused(model: type[Answer], answer: object, problem: str) -> None:
    with pytest.raises(Undecodable, match=problem):
        decoded(model, json.dumps(answer).encode())


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(Undecodable, match="strict validation failed"):
        decoded(CompositeAnswer, b"<html>")
