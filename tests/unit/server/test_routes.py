"""The application without a server: Flask's own client."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from hooks import cluster_rbac, customize, sync
from hooks.errors import InvalidResource, MissingReference, Problem, UnreadableRequest
from hooks.server.clock import now
from hooks.server.readiness import SELF_CHECK
from hooks.server.routes import READINESS, create_app
from hooks.server.settings import Settings

SECRET = "hunter2-sentinel"
HOOKS = {
    "/sync": (sync, "sync"),
    "/customize": (customize, "customize"),
    "/cluster-rbac/sync": (cluster_rbac, "sync"),
    "/cluster-rbac/customize": (cluster_rbac, "customize"),
}


@pytest.fixture(name="app")
def _app() -> Flask:
    return create_app(Settings(max_body_bytes=100_000))


@pytest.fixture(name="client")
def _client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(name="lines")
def _lines(app: Flask) -> Iterator[list[MutableMapping[str, Any]]]:  # noqa: ARG001  its self-check logs nothing here
    with structlog.testing.capture_logs() as captured:
        yield captured


def fail_with(monkeypatch: pytest.MonkeyPatch, path: str, error: Exception) -> None:
    """Let the hook at the path raise the error."""

    def failing(*_arguments: object) -> dict[str, Any]:
        raise error

    module, function = HOOKS[path]
    monkeypatch.setattr(module, function, failing)


@pytest.mark.parametrize("path", HOOKS)
def test_an_error_with_a_secret_in_its_message_shows_nowhere(
    client: FlaskClient,
    lines: list[MutableMapping[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    fail_with(monkeypatch, path, ValueError(f"cannot use {SECRET}"))

    response = client.post(path, json=SELF_CHECK | {"secret": SECRET})

    (line,) = lines
    assert response.status_code == 500
    assert response.text == f"internal error, id={line['error_id']}\n"
    assert line["exceptions"] == ["builtins.ValueError"]
    assert SECRET not in response.text + repr(lines) + client.get("/metrics").text


@pytest.mark.parametrize(
    "error",
    [
        InvalidResource((Problem("spec.agent.key", "is missing", "key-source"),)),
        MissingReference("Secret/keys is not there"),
        RecursionError(),
        MemoryError(),
    ],
)
def test_no_error_is_ever_answered_with_success(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    fail_with(monkeypatch, "/sync", error)

    assert client.post("/sync", json=SELF_CHECK).status_code == 500


def test_a_wrong_shape_is_the_caller_s_mistake(
    client: FlaskClient, lines: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(monkeypatch, "/sync", UnreadableRequest("the request must have the field parent"))

    response = client.post("/sync", json={})

    (line,) = lines
    assert (response.status_code, response.text) == (
        400,
        "the request must have the field parent\n",
    )
    assert (line["log_level"], line["error"]) == ("warning", "unreadable_request")


def test_an_answer_that_is_no_json_is_an_internal_error(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "sync", lambda *_: {"children": [object()]})

    assert client.post("/sync", json=SELF_CHECK).status_code == 500


def test_the_hook_gets_the_facts_and_the_time(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    def seeing(*arguments: object) -> dict[str, Any]:
        seen.extend(arguments)
        return {}

    monkeypatch.setattr(sync, "sync", seeing)

    client.post("/sync", json=SELF_CHECK)

    assert seen[0] == SELF_CHECK
    assert seen[1] == Settings().facts
    assert len(str(seen[2])) == len(now()) == len("2026-01-31T12:00:00Z")


def test_a_call_has_one_line(
    client: FlaskClient, lines: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    children = [{"kind": "Secret", "metadata": {"name": "x"}}]
    monkeypatch.setattr(sync, "sync", lambda *_: {"children": children, "status": {}})

    response = client.post("/sync", json=SELF_CHECK)

    (line,) = lines
    assert line.pop("ms") >= 0
    assert line.pop("bytes_in") > 0
    assert line == {
        "event": "hook call",
        "log_level": "info",
        "hook": "sync",
        "resource": "self-check/self-check",
        "uid": "00000000-0000-0000-0000-000000000000",
        "generation": 1,
        "status": 200,
        "bytes_out": len(response.data),
        "children": 1,
        "problems": [],
    }


def test_probes_and_metrics_have_no_line(
    client: FlaskClient, lines: list[MutableMapping[str, Any]]
) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)

    assert lines == []


def test_a_refused_request_has_a_line(
    client: FlaskClient, lines: list[MutableMapping[str, Any]]
) -> None:
    client.get("/" + "x" * 1000)

    (line,) = lines
    assert (line["event"], line["status"], line["error"]) == ("request rejected", 404, "not_found")
    assert len(line["path"]) == 100


def test_the_service_is_ready_once_it_has_answered_itself(client: FlaskClient) -> None:
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (200, 200)


def test_the_service_is_not_ready_if_it_cannot_answer_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fail_with(monkeypatch, "/sync", ValueError(SECRET))
    with structlog.testing.capture_logs() as lines:
        client = create_app(Settings()).test_client()

    response = client.get("/readyz")
    assert (response.status_code, client.get("/healthz").status_code) == (503, 200)
    assert response.text == "the self-check failed: see the log\n"
    assert [line["event"] for line in lines] == ["self-check failed"]
    assert SECRET not in repr(lines[0]["frames"]) + repr(lines[0]["exceptions"])


def test_the_service_is_not_ready_while_it_stops(app: Flask) -> None:
    app.extensions[READINESS].serve_while(lambda: False)

    response = app.test_client().get("/readyz")
    assert (response.status_code, response.text) == (503, "shutting down\n")
