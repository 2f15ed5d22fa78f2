"""A resource that nests deeper than the service's decoder follows harms itself only."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from hooks.kube.deep_json import without_depths
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES
from tests.support.resources import merged

pytestmark = pytest.mark.loop

LEVELS = 1200
PLACE = '"HERE"'
HONEST = resource("minimal")
DEEP = merged(HONEST, {"metadata": {"name": "deep"}})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_it_gets_a_status_and_others_their_bindings(strategy: str, api: Api, logs: Path) -> None:
    with running_loop(api, strategy, logs) as loop:
        api.apply(DEEP)
        wait_for(lambda: len(_bound(api, DEEP)) == 2, "it is carried out")
        settled(api, DEEP)
        children = _children(api)
        _nest(api)
        wait_for(lambda: _valid(api).get("status") == "False", "the status says what is wrong")
        api.apply(HONEST)
        wait_for(lambda: len(_bound(api, HONEST)) == 2, "the other one has its rights")
        settled(api, HONEST)

        assert "rule nesting" in _valid(api)["message"]
        assert len(_bound(api, DEEP)) == 2
        assert children <= _children(api)
        assert {each.status for each in loop.exchanges} == {requests.codes.ok}
        api.merge(DEEP, {"spec": {"agent": {"configuration": None}}})
        wait_for(lambda: _valid(api).get("status") == "True", "it is carried out again")
        remove(api, HONEST, [DEEP])


def _nest(api: Api) -> None:
    """Write what no client of ours would: JSON that Python's encoder does not write either."""
    patch = {"spec": {"agent": {"configuration": {"deep": "HERE"}}}}
    text = json.dumps(patch).replace(PLACE, "[" * LEVELS + "]" * LEVELS)
    headers = {"Content-Type": "application/merge-patch+json"}
    answer = api.session.patch(api.url(DEEP), data=text, headers=headers)
    assert answer.ok, answer.text[:300]


def _valid(api: Api) -> dict[str, Any]:
    """Return the condition; the spec beside it nests deeper than Python's decoder follows."""
    text = api.session.get(api.url(DEEP)).content
    status = json.loads(without_depths(text)).get("status") or {}
    found = (each for each in status.get("conditions", ()) if each["type"] == "Valid")
    return next(found, {})


def _bound(api: Api, agent: Obj) -> list[Obj]:
    name = agent["metadata"]["name"]
    found = api.list("ClusterRoleBinding", "rbac.authorization.k8s.io/v1")
    return [each for each in found if each["metadata"]["name"].endswith(f":{NAMESPACE}:{name}")]


def _children(api: Api) -> set[str]:
    found = api.list(
        "DaemonSet", "apps/v1", NAMESPACE, labelSelector="app.kubernetes.io/instance=deep"
    )
    return {each["metadata"]["uid"] for each in found}
