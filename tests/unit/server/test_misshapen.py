"""A request with what the API server stores nowhere is its sender's mistake; all else is ours."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hooks import sync
from hooks.facts import Facts
from hooks.kube.impossible import impossible_parts
from hooks.server.misshapen import error_of_the_caller
from hooks.server.routes import create_app
from hooks.server.settings import Settings
from hooks.wire import encode

RECORDED = {
    hook: sorted(Path("tests/fixtures").glob(f"{directory}/*/request.json"))
    for hook, directory in (("/sync", "sync"), ("/cluster-rbac/sync", "cluster-rbac-sync"))
}
OBJECTS = ("children", "related", "attachments")
VALUES: tuple[Any, ...] = ("x", 1, 1.5, True, None, [], {}, ["x"], [1], [None], {"x": 1})
OF_THE_PARENT = (("parent", "metadata"), ("parent", "status"))
BESIDE = (("controller",), ("finalizing",))
INSTANCE = "app.kubernetes.io/instance"
TRIES = 60


@pytest.fixture(name="client", scope="module")
def _client() -> FlaskClient:
    return create_app(Settings(facts=Facts(pod_status=True, node_zones=True))).test_client()


def read(file: Path) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(file.read_text())
    return request


def ask(client: FlaskClient, hook: str, request: dict[str, Any]) -> TestResponse:
    """Post a request, written by the fast encoder."""
    return client.post(hook, data=encode(request), content_type="application/json")


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*at, name))


def put(request: dict[str, Any], place: tuple[Any, ...], value: Any) -> None:
    part: Any = request
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value


def value_at(request: dict[str, Any], place: tuple[Any, ...]) -> Any:
    part: Any = request
    for step in place:
        part = part[step]
    return part


def is_tried(place: tuple[Any, ...]) -> bool:
    """Tell whether a place is in an object, in what is known of the parent, or in the rest."""
    of_an_object = place[:1] == ("object",) and len(place) > 1
    of_objects = place[:1] and place[0] in OBJECTS and len(place) > 3
    return bool(of_objects or of_an_object) or place[:2] in OF_THE_PARENT or place[:1] in BESIDE


@pytest.mark.parametrize("hook", RECORDED)
@pytest.mark.parametrize("seed", range(TRIES))
def test_no_value_of_another_type_is_our_mistake(client: FlaskClient, hook: str, seed: int) -> None:
    chance = random.Random(seed)
    request = read(chance.choice(RECORDED[hook]))
    put(request, chance.choice([*filter(is_tried, places(request))]), chance.choice(VALUES))

    with structlog.testing.capture_logs() as lines:
        response = ask(client, hook, request)
    assert response.status_code in {200, 400}, lines
    assert response.status_code == 200 or response.text.count("\n") == 1


@pytest.mark.parametrize(
    ("hook", "place", "value"),
    [
        ("/sync", ("children", "DaemonSet.apps/v1", 0, "metadata", "annotations"), ["x"]),
        ("/sync", ("children", "DaemonSet.apps/v1", 0, "metadata", "labels"), "x"),
        ("/sync", ("children", "DaemonSet.apps/v1", 0, "spec", "template"), "x"),
        ("/sync", ("children", "Secret.v1", 0, "data"), 1),
        ("/sync", ("children", "ConfigMap.v1", 0, "metadata", "namespace"), {}),
        ("/sync", ("children", "ConfigMap.v1", 0, "metadata", "namespace"), None),
        ("/sync", ("children", "ConfigMap.v1", 0, "metadata", "labels", INSTANCE), None),
        ("/sync", ("parent", "metadata", "annotations"), "x"),
        ("/cluster-rbac/sync", ("object", "metadata", "labels"), "x"),
        ("/cluster-rbac/sync", ("object", "metadata", "labels"), {"instana.io/bind": []}),
    ],
)
def test_an_impossible_type_is_refused_in_one_line(
    client: FlaskClient, hook: str, place: tuple[Any, ...], value: Any
) -> None:
    request = read(next(recorded for recorded in RECORDED[hook] if is_large(recorded)))
    if place[0] == "children":
        name = next(iter(request["children"][place[1]]))
        place = (*place[:2], name, *place[3:])
    put(request, place, value)
    response = ask(client, hook, request)

    assert response.status_code == 400, place
    assert response.text == f"a value in the request's {place[0]} has the wrong type\n"


@pytest.mark.parametrize("field", ["children", "related", "parent"])
def test_null_in_place_of_a_text_is_the_callers_error(client: FlaskClient, field: str) -> None:
    request = read(next(recorded for recorded in RECORDED["/sync"] if is_large(recorded)))
    one_of_each = {
        place[-2:]: place
        for place in places(request)
        if place[:1] == (field,) and isinstance(value_at(request, place), str)
    }

    assert len(one_of_each) > 5
    for place in one_of_each.values():
        text = value_at(request, place)
        put(request, place, None)
        assert ask(client, "/sync", request).status_code in {200, 400}, place
        put(request, place, text)


@pytest.mark.parametrize(
    ("obj", "found"),
    [
        ({"metadata": {"labels": {"a": None}}}, [".metadata.labels[a]"]),
        ({"metadata": {"namespace": None}}, [".metadata.namespace"]),
        ({"data": {"a": None}}, [".data[a]"]),
        ({"kind": "Pod", "spec": {"nodeName": None}}, [".spec.nodeName"]),
        ({"kind": "Pod", "spec": {"containers": [{"name": None}]}}, [".spec.containers[0].name"]),
        ({"metadata": {"labels": None, "creationTimestamp": None}, "subjects": None}, []),
    ],
)
def test_null_is_no_text_but_may_be_a_time_an_object_or_a_list(
    obj: dict[str, Any], found: list[str]
) -> None:
    assert [*impossible_parts(obj)] == found


def is_large(file: Path) -> bool:
    request = read(file)
    kinds = request.get("children") or {}
    return "object" in request or all(
        kinds.get(kind) for kind in ("DaemonSet.apps/v1", "Secret.v1", "ConfigMap.v1")
    )


@pytest.mark.parametrize("hook", RECORDED)
def test_nothing_that_was_recorded_is_impossible(hook: str) -> None:
    seen = [
        (file, [*impossible_parts(obj)])
        for file in RECORDED[hook]
        for request in (read(file),)
        for field in OBJECTS
        for of_kind in (request.get(field) or {}).values()
        for obj in [*of_kind.values(), request.get("object") or {}]
    ]

    assert len(seen) > 10
    assert [verdict for verdict in seen if verdict[1]] == []


def test_a_mistake_of_ours_stays_one(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> dict[str, Any]:
        raise AttributeError

    monkeypatch.setattr(sync, "sync", failing)
    request = read(RECORDED["/sync"][0])

    assert ask(client, "/sync", request).status_code == 500
    broken = deepcopy(request) | {"children": {"Secret.v1": {"a/b": {"metadata": []}}}}
    assert error_of_the_caller(AttributeError(), request) is None
    assert error_of_the_caller(AttributeError(), broken)
