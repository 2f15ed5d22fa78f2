"""Objects of others at places that become those of children by an edit of a running resource."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hooks.kube.objects import Obj, describe
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import KINDS, MANAGED, remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.cluster.strangers import NAME, at, is_ours, owned, state, sync_errors
from tests.support.resources import merged

pytestmark = pytest.mark.loop

AGENT = merged(resource("minimal"), {"metadata": {"name": NAME}})
BACKEND = {"endpointHost": "second.example", "endpointPort": "443", "key": "second"}


@dataclass(frozen=True)
class Edit:
    """An edit that makes a place one of a child."""

    spec: Obj
    place: str


EDITS = {
    "network policy": Edit({"networkPolicy": {"enabled": True}}, f"NetworkPolicy/{NAME}-k8sensor"),
    "disruption budget": Edit(
        {"k8s_sensor": {"deployment": {"replicas": 2}, "podDisruptionBudget": {"enabled": True}}},
        f"PodDisruptionBudget/{NAME}-k8sensor",
    ),
    "second backend": Edit(
        {"agent": {"additionalBackends": [BACKEND]}}, f"Deployment/{NAME}-k8sensor-1"
    ),
    "zone": Edit({"zones": [{"name": "east"}, {"name": "west"}]}, f"DaemonSet/{NAME}-west"),
}


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        yield recorder


@pytest.fixture(params=EDITS, name="edit")
def _edit(request: pytest.FixtureRequest, api: Api) -> Iterator[Edit]:
    edit = EDITS[request.param]
    yield edit
    remove(api, AGENT, [at(edit.place)])


def _children(api: Api) -> dict[str, str]:
    """Return the uid of each child by kind and name."""
    found = [
        each
        for kind, version in KINDS
        for each in api.list(kind, version, NAMESPACE, labelSelector=MANAGED)
    ]
    return {describe(each): each["metadata"]["uid"] for each in found}


def test_it_stays_whatever_the_resource_comes_to(loop: Recorder, edit: Edit, api: Api) -> None:
    calls = len(loop.exchanges)
    api.apply(AGENT)
    wait_for(lambda: owned(api, AGENT).get("reason") == "AllChildrenOwned", "it is carried out")
    settled(api, AGENT)
    children = _children(api)
    api.apply(at(edit.place))
    before = state(api, [at(edit.place)])

    edited = api.merge(AGENT, {"spec": edit.spec})
    wait_for(lambda: owned(api, AGENT).get("reason") == "ObjectInTheWay", "the status says why")
    settled(api, AGENT)

    assert state(api, [at(edit.place)]) == before
    assert f": {edit.place}; " in owned(api, AGENT)["message"]
    assert _children(api) == children
    assert sync_errors(api, AGENT) == []

    for propagation in ("Background", "Foreground"):
        api.delete(AGENT, propagation)
        wait_for(lambda: not _children(api), "the resource is gone with its children")
        wait_for(lambda: api.get(AGENT) is None, "the resource is gone")
        assert state(api, [at(edit.place)]) == before
        api.apply(AGENT | {"spec": edited["spec"]})
        wait_for(lambda: owned(api, AGENT).get("reason") == "ObjectInTheWay", "it is back")

    api.delete(at(edit.place))
    wait_for(lambda: is_ours(api, edit.place), "the child is made")
    wait_for(lambda: owned(api, AGENT).get("reason") == "AllChildrenOwned", "nothing is in the way")
    assert {each.status for each in loop.exchanges[calls:]} == {200}
