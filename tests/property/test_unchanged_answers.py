"""A caller is told to use the answer that it has only if that is what it would get, at any time."""

from functools import cache

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.server import routes as server
from hooks.server.settings import Settings
from hooks.wire import decode, encode
from tests.property import clusters, specs
from tests.property.clusters import Situation

ANY_SPEC = specs.broken_specs() | specs.valid_specs()
SITUATIONS = clusters.running(ANY_SPEC, complete=False) | clusters.fresh(ANY_SPEC)
NOW, LATER = "2026-05-01T00:00:00Z", "2026-05-01T00:00:01Z"


@cache
def client_of(facts: Facts) -> FlaskClient:
    """Return a client of a service that runs in the installation."""
    return server.create_app(Settings(etag=True, facts=facts)).test_client()


def ask(client: FlaskClient, at: str, body: bytes, known: str = "") -> TestResponse:
    headers = {"If-None-Match": known} if known else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "now", lambda: at)
        return client.post("/sync", data=body, content_type="application/json", headers=headers)


@given(SITUATIONS, st.sampled_from([None, NOW, "2025-01-01T00:00:00Z"]))
def test_not_modified_is_what_would_be_answered(situation: Situation, since: str | None) -> None:
    client, body = client_of(situation.facts), _body(situation, since)
    first, again = ask(client, NOW, body), ask(client, LATER, body)
    tag = first.headers.get("ETag", "")

    is_asked_again = "resyncAfterSeconds" in decode(first.data)
    assert bool(tag) == (since not in {None, NOW} and not is_asked_again)
    assert not tag or first.data == again.data
    assert ask(client, LATER, body, tag).status_code == (304 if tag else 200)
    assert ask(client, LATER, body + b" ", tag).status_code == 200


def _body(situation: Situation, since: str | None) -> bytes:
    """Return the request; with a time, that of a resource whose status is stored since then."""
    if since is None:
        parent = {name: value for name, value in situation.parent.items() if name != "status"}
        return encode(situation.with_(parent=parent).request)
    status: Obj = situation.answer(since)["status"]
    conditions = [each | {"lastTransitionTime": since} for each in status["conditions"]]
    parent = situation.parent | {"status": status | {"conditions": conditions}}
    return encode(situation.with_(parent=parent).request)
