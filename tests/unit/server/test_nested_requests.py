"""What nests deeper than an answer may is left out, and the resource gets its status."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hooks import contract
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.server.routes import create_app
from hooks.server.settings import Settings

REQUEST = Path("tests/fixtures/sync")
PLACEHOLDER = "nested deep"
KINDS = ("ConfigMap.v1", "DaemonSet.apps/v1", "Secret.v1")
INVALID = {"agent": 1}
LEVELS = (260, 900, 1000)
"""More than orjson writes, and than Python follows by recursion; orjson reads all of them."""


@pytest.fixture(name="client", scope="module")
def _client() -> FlaskClient:
    return create_app(Settings()).test_client()


def recorded() -> dict[str, Any]:
    files = sorted(REQUEST.glob("*/request.json"))
    requests = (json.loads(file.read_text()) for file in files)
    return next(request for request in requests if all(map(request["children"].get, KINDS)))


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def certificate(request: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return one that dynamic apply has written, with all of the spec."""
    like = next(iter(request["children"]["ConfigMap.v1"].values()))
    metadata = {"name": "c", "namespace": like["metadata"]["namespace"]}
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": metadata
        | {
            "labels": like["metadata"]["labels"],
            "annotations": {LAST_APPLIED: json.dumps({"spec": spec})},
        },
        "spec": spec,
    }


def put(request: dict[str, Any], kind: str, obj: dict[str, Any]) -> None:
    request["children"][kind] = {f"{obj['metadata']['namespace']}/{obj['metadata']['name']}": obj}


def answer(client: FlaskClient, request: dict[str, Any], levels: int, hook: str = "/sync") -> Any:
    text = json.dumps(request).replace(json.dumps(PLACEHOLDER), nested(levels))
    return client.post(hook, data=text, content_type="application/json")


def reason_of(status: dict[str, Any], condition: str) -> str:
    (found,) = (shown for shown in status["conditions"] if shown["type"] == condition)
    return str(found["reason"])


@pytest.mark.parametrize("levels", LEVELS)
def test_a_too_deep_child_does_not_stop_the_status(client: FlaskClient, levels: int) -> None:
    request = recorded()
    put(
        request,
        contract.CERTIFICATE,
        certificate(request, {"secretName": "a", "more": PLACEHOLDER}),
    )
    request["parent"]["spec"] |= INVALID
    response = answer(client, request, levels)

    assert response.status_code == 200, response.text
    assert reason_of(response.json["status"], "Valid") == "InvalidSpec"
    returned = [child for child in response.json["children"] if child["kind"] == "Certificate"]
    assert [child["spec"]["secretName"] for child in returned] == ["a"]


@pytest.mark.parametrize("levels", LEVELS)
def test_entries_that_are_no_texts_are_their_senders_mistake(
    client: FlaskClient, levels: int
) -> None:
    request = recorded()
    of_kind = request["children"]["ConfigMap.v1"]
    obj = next(iter(of_kind.values()))
    obj["data"] = {"a": PLACEHOLDER}
    obj["metadata"]["annotations"] = {LAST_APPLIED: '{"data":{"a":1}}'}
    request["parent"]["spec"] |= INVALID
    response = answer(client, request, levels)

    assert response.status_code == 400
    assert response.text == "a value in the request's children has the wrong type\n"


@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("spec", [{}, INVALID])
@pytest.mark.parametrize("part", ["metadata", "status"])
def test_what_is_around_the_spec_of_a_resource_breaks_nothing(
    client: FlaskClient, levels: int, spec: dict[str, Any], part: str
) -> None:
    request = recorded()
    request["parent"]["spec"] |= spec
    request["parent"].setdefault(part, {})["more"] = PLACEHOLDER
    response = answer(client, request, levels)

    assert response.status_code == 200, response.text
    wanted = "InvalidSpec" if spec else "ValidSpec"
    assert reason_of(response.json["status"], "Valid") == wanted


@pytest.mark.parametrize("levels", LEVELS)
def test_a_too_deep_resource_does_not_affect_others(client: FlaskClient, levels: int) -> None:
    files = sorted(Path("tests/fixtures/cluster-rbac-sync").glob("*/request.json"))
    requests = (json.loads(file.read_text()) for file in files)
    request = next(
        recorded for recorded in requests if recorded["related"].get("InstanaAgent.instana.io/v1")
    )
    before = answer(client, request, 0, "/cluster-rbac/sync").json["attachments"]
    deep = {
        "apiVersion": "instana.io/v1",
        "kind": "InstanaAgent",
        "metadata": {"name": "deep", "namespace": "deep", "more": PLACEHOLDER},
        "spec": INVALID | {"more": PLACEHOLDER},
    }
    request["related"]["InstanaAgent.instana.io/v1"]["deep/deep"] = deep
    response = answer(client, request, levels, "/cluster-rbac/sync")

    assert response.status_code == 200, response.text
    assert response.json["attachments"] == before


def test_a_certificate_that_names_no_secret_breaks_nothing(client: FlaskClient) -> None:
    request = recorded()
    request["children"][contract.CERTIFICATE] = {"c": certificate(request, {})}

    assert client.post("/sync", json=request).status_code == 200
