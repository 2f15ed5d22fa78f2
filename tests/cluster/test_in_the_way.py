"""An older agent has the name of a child: it goes on running, and the status names it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooks.kube.objects import Obj
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Recorder

pytestmark = pytest.mark.loop

AGENT = resource("minimal")
LABELS = {"app.kubernetes.io/name": "instana-agent", "app.kubernetes.io/instance": "older"}
OLDER: Obj = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "instana-agent", "namespace": NAMESPACE, "labels": LABELS},
    "spec": {
        "selector": {"matchLabels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {"containers": [{"name": "older", "image": "icr.io/instana/agent:1.2"}]},
        },
    },
}
SERVICE: Obj = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "instana-agent", "namespace": NAMESPACE},
}


@pytest.fixture(params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        yield recorder
        remove(api, AGENT, [OLDER])


def test_the_older_agent_stays_and_is_named(loop: Recorder, api: Api) -> None:
    before = api.apply(OLDER)
    api.apply(AGENT)

    wait_for(lambda: _owned(api).get("reason") == "ObjectInTheWay", "the status says why")
    wait_for(lambda: api.get(SERVICE) is not None, "the Service is there")
    settled(api, AGENT)

    condition = _owned(api)
    assert condition["status"] == "False"
    assert "DaemonSet/instana-agent" in condition["message"]
    assert "python -m hooks takeover apply" in condition["message"]
    assert (api.get(OLDER) or {})["spec"] == before["spec"]
    assert (api.get(SERVICE) or {})["spec"]["selector"] == LABELS
    assert {each.status for each in loop.exchanges} == {200}


def _owned(api: Api) -> dict[str, Any]:
    status = (api.get(AGENT) or {}).get("status") or {}
    found = (each for each in status.get("conditions", []) if each["type"] == "ChildrenOwned")
    return next(found, {})
