"""Entity tags, by Flask's own client."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import hooks
from hooks import wire
from hooks.facts import Facts
from hooks.server import etag
from hooks.server import routes as server
from hooks.server.etag import Tags
from hooks.server.routes import create_app
from hooks.server.settings import Settings
from tests.support.hook import LATER, NOW
from tests.support.resources import agent

SETTLED: dict[str, Any] = orjson.loads(Path("tests/fixtures/sync/healthy/request.json").read_text())
FRESH = {"parent": agent(), "children": {}, "related": {}}


@pytest.fixture(name="app", scope="module")
def _app() -> Flask:
    return create_app(Settings(etag=True))


@pytest.fixture(name="client")
def _client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, body: object, known: str | None = None) -> TestResponse:
    """Call the sync hook; `known` goes into If-None-Match."""
    return client.post("/sync", json=body, headers={"If-None-Match": known} if known else {})


def test_an_answer_that_would_be_given_again_has_a_tag(client: FlaskClient) -> None:
    first, again = ask(client, SETTLED), ask(client, SETTLED)

    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["ETag"].strip('"').isalnum()


def test_who_has_the_answer_is_told_so(client: FlaskClient) -> None:
    tag = ask(client, SETTLED).headers["ETag"]
    response = ask(client, SETTLED, tag)

    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == tag


def test_the_request_is_not_read_then(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = ask(client, SETTLED).headers["ETag"]
    monkeypatch.setattr(wire, "decode", lambda _: pytest.fail("the request was read"))
    with structlog.testing.capture_logs() as lines:
        assert ask(client, SETTLED, tag).status_code == 304

    (line,) = lines
    assert (line["log_level"], line["status"], "children" in line) == ("info", 304, False)
    assert 'calls_total{hook="sync",status="304"}' in app.test_client().get("/metrics").text


def test_an_answer_that_depends_on_the_time_has_none(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "now", lambda: NOW)
    first = ask(client, FRESH)
    monkeypatch.setattr(server, "now", lambda: LATER)

    assert first.status_code == 200
    assert first.data != ask(client, FRESH).data
    assert "ETag" not in first.headers


def test_the_response_after_a_stored_status_has_a_tag(client: FlaskClient) -> None:
    without_status = {name: part for name, part in SETTLED["parent"].items() if name != "status"}
    first = ask(client, SETTLED | {"parent": without_status})
    status = orjson.loads(first.data)["status"]
    stored = {
        condition["type"]: condition | {"lastTransitionTime": NOW}
        for condition in status["conditions"]
    }
    parent = without_status | {"status": status | {"conditions": list(stored.values())}}

    assert "ETag" not in first.headers
    assert "ETag" in ask(client, SETTLED | {"parent": parent}).headers


def test_a_response_with_a_resync_has_no_tag(client: FlaskClient) -> None:
    status = orjson.loads(ask(client, FRESH).data)["status"]
    stored = [condition | {"lastTransitionTime": NOW} for condition in status["conditions"]]
    parent = FRESH["parent"] | {"status": status | {"conditions": stored}}
    response = ask(client, FRESH | {"parent": parent})

    assert "resyncAfterSeconds" in orjson.loads(response.data)
    assert "ETag" not in response.headers


def test_an_error_has_no_tag(client: FlaskClient) -> None:
    response = ask(client, [])

    assert response.status_code == 400
    assert "ETag" not in response.headers


def test_there_are_no_tags_unless_asked_for(client: FlaskClient) -> None:
    tag = ask(client, SETTLED).headers["ETag"]
    response = ask(create_app(Settings()).test_client(), SETTLED, tag)

    assert response.status_code == 200
    assert "ETag" not in response.headers


@pytest.mark.parametrize("known", ["{tag}", "W/{tag}", '"x", {tag}', 'W/"y",W/{tag} ,"z"'])
def test_the_tag_may_be_weak_and_among_others(client: FlaskClient, known: str) -> None:
    tag = ask(client, SETTLED).headers["ETag"]

    assert ask(client, SETTLED, known.format(tag=tag)).status_code == 304


@pytest.mark.parametrize(
    "known", ["*", '"x"', '""', '"*"', ",", '"', "W/", '*, "x"', "\xff\xfe", '"x", ' * 1000]
)
def test_anything_else_gets_the_answer(client: FlaskClient, known: str) -> None:
    """`*` names no answer that the caller would have."""
    response = ask(client, SETTLED, known)

    assert (response.status_code, response.data[:1]) == (200, b"{")


@pytest.mark.parametrize(
    "facts",
    [
        Facts(openshift=True),
        Facts(agent_namespaces=("*",)),
        Facts(operator_version="9"),
        Facts(field_manager="x"),
    ],
)
def test_other_facts_have_other_tags(facts: Facts) -> None:
    assert Tags(facts).of("/sync", b"{}") != Tags(Facts()).of("/sync", b"{}")
    assert Tags(facts).of("/sync", b"{}") == Tags(replace(facts)).of("/sync", b"{}")


def test_another_version_has_other_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Tags(Facts()).of("/sync", b"{}")
    monkeypatch.setattr(hooks, "__version__", "9.9.9")

    assert Tags(Facts()).of("/sync", b"{}") != before


def test_other_code_has_other_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etag, "CODE", tmp_path)
    (tmp_path / "one.py").write_text("1")
    before = Tags(Facts()).of("/sync", b"{}")
    (tmp_path / "one.py").write_text("2")

    assert Tags(Facts()).of("/sync", b"{}") != before


def test_paths_and_bodies_are_told_apart() -> None:
    tags = Tags(Facts())
    tagged = [tags.of(path, body) for path in ("/sync", "/customize") for body in (b"", b"\n")]

    assert len(set(tagged)) == 4
