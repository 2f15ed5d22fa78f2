"""Objects of others that have the names of children: they stay as they are, and the status says so.

Both ways of applying; with server-side apply Metacontroller would write over them.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hooks.kube.objects import Obj, describe
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import remove, running_loop, settled, sync_again
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.support.resources import merged

pytestmark = pytest.mark.loop

NAME = "in-the-way"
SPEC: Obj = {
    "agent": {
        "packageCache": {"type": "PersistentVolumeClaim", "size": "1Gi"},
        "tls": {"certificate": "Y2VydA==", "key": "a2V5"},
    },
    "k8s_sensor": {"deployment": {"replicas": 2}, "podDisruptionBudget": {"enabled": True}},
    "networkPolicy": {"enabled": True},
}
AGENT = merged(resource("minimal"), {"metadata": {"name": NAME}, "spec": SPEC})
HANDED_OVER = {
    "app.kubernetes.io/managed-by": "instana-agent-operator",
    "app.kubernetes.io/component": "instana-agent",
    "app.kubernetes.io/instance": NAME,
}
MINE = {"app": "mine"}
POD = {"metadata": {"labels": MINE}, "spec": {"containers": [{"name": "mine", "image": "mine"}]}}
WORKLOAD = {"selector": {"matchLabels": MINE}, "template": POD}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
PLACES: dict[str, tuple[str, Obj]] = {
    f"ConfigMap/{NAME}-namespaces": ("v1", {"data": {"mine": "precious"}}),
    f"ConfigMap/{NAME}-k8sensor": ("v1", {"data": {"mine": "precious"}}),
    f"DaemonSet/{NAME}": ("apps/v1", {"spec": WORKLOAD}),
    f"Deployment/{NAME}-k8sensor": ("apps/v1", {"spec": {"replicas": 1, **WORKLOAD}}),
    f"NetworkPolicy/{NAME}-k8sensor": (
        "networking.k8s.io/v1",
        {"spec": {"podSelector": {"matchLabels": MINE}, "policyTypes": ["Ingress"]}},
    ),
    f"PersistentVolumeClaim/{NAME}-package-cache": ("v1", {"spec": CLAIM}),
    f"PodDisruptionBudget/{NAME}-k8sensor": (
        "policy/v1",
        {"spec": {"minAvailable": 1, "selector": {"matchLabels": MINE}}},
    ),
    f"Secret/{NAME}-config": ("v1", {"data": {"mine": "cHJlY2lvdXM="}}),
    f"Secret/{NAME}-tls": ("v1", {"data": {"mine": "cHJlY2lvdXM="}}),
    f"Service/{NAME}": ("v1", {"spec": {"selector": MINE, "ports": [{"port": 80}]}}),
    f"Service/{NAME}-headless": ("v1", {"spec": {"selector": MINE, "ports": [{"port": 80}]}}),
    f"ServiceAccount/{NAME}": ("v1", {}),
    f"ServiceAccount/{NAME}-k8sensor": ("v1", {}),
}
"""All kinds of children, each with what somebody else has at its place."""


def _at(place: str, **metadata: Any) -> Obj:
    kind, name = place.split("/")
    version, content = PLACES[place]
    metadata = {"name": name, "namespace": NAMESPACE, **metadata}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **content}


OTHERS = [_at(place) for place in PLACES]
OWN_SECRET: Obj = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": NAME, "namespace": NAMESPACE},
    "data": {"mine": "cHJlY2lvdXM="},
}


@pytest.fixture(params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        yield recorder
        remove(api, AGENT, [*OTHERS, OWN_SECRET])


def _state(api: Api, objects: list[Obj]) -> dict[str, tuple[str, str]]:
    """Return UID and what no controller of Kubernetes writes of each object that is there."""
    found = {describe(each): api.get(each) for each in objects}
    return {
        place: (each["metadata"]["uid"], str(_of_owner(each)))
        for place, each in found.items()
        if each
    }


def _of_owner(obj: Obj) -> Obj:
    metadata = {
        name: obj["metadata"].get(name) for name in ("labels", "ownerReferences", "generation")
    }
    return {"metadata": metadata, "spec": obj.get("spec"), "data": obj.get("data")}


def _owned(api: Api) -> dict[str, Any]:
    status = (api.get(AGENT) or {}).get("status") or {}
    found = (each for each in status.get("conditions", []) if each["type"] == "ChildrenOwned")
    return next(found, {})


def _is_ours(api: Api, place: str) -> bool:
    obj = api.get(_at(place))
    owners = (obj or {}).get("metadata", {}).get("ownerReferences", [])
    return any(each["kind"] == "InstanaAgent" and each.get("controller") for each in owners)


def _made(api: Api) -> None:
    """Make the resource and all its children."""
    api.apply(AGENT)
    wait_for(lambda: all(_is_ours(api, place) for place in PLACES), "all children are there")
    settled(api, AGENT)


def _is_new(api: Api, place: str, former: str) -> bool:
    """Tell whether a child is there again that was deleted."""
    obj = api.get(_at(place))
    return obj is not None and obj["metadata"]["uid"] != former and _is_ours(api, place)


def test_everything_in_the_way_stays_until_it_goes(loop: Recorder, api: Api) -> None:
    for each in [*OTHERS, OWN_SECRET]:
        api.apply(each)
    before = _state(api, [*OTHERS, OWN_SECRET])
    api.apply(AGENT)
    wait_for(lambda: _owned(api).get("reason") == "ObjectInTheWay", "the status says why")
    settled(api, AGENT)

    assert _state(api, [*OTHERS, OWN_SECRET]) == before
    assert f"DaemonSet/{NAME}" in _owned(api)["message"]
    assert {each.status for each in loop.exchanges} == {200}
    assert not [each for each in api.list("Event", "v1", NAMESPACE) if _is_of_sync(each)]

    for each in OTHERS:
        api.delete(each)
        place = describe(each)
        if each["kind"] not in {"DaemonSet", "Deployment"}:
            wait_for(partial(_is_ours, api, place), f"{place} is made")
    wait_for(lambda: _owned(api).get("reason") == "AllChildrenOwned", "nothing is in the way")
    wait_for(lambda: all(_is_ours(api, place) for place in PLACES), "all children are there")
    assert _state(api, [OWN_SECRET]) == {describe(OWN_SECRET): before[describe(OWN_SECRET)]}


def _is_of_sync(event: Obj) -> bool:
    name: str = event["involvedObject"]["name"]
    return event["reason"] == "SyncError" and name == NAME


def test_deleting_the_resource_leaves_what_was_in_its_way(loop: Recorder, api: Api) -> None:
    for each in [*OTHERS, OWN_SECRET]:
        api.apply(each)
    before = _state(api, [*OTHERS, OWN_SECRET])
    for propagation in ("Background", "Foreground"):
        api.apply(AGENT)
        wait_for(lambda: _owned(api).get("reason") == "ObjectInTheWay", "the status says why")
        api.delete(AGENT, propagation)
        wait_for(lambda: api.get(AGENT) is None, "the resource is gone")

    assert _state(api, [*OTHERS, OWN_SECRET]) == before
    assert loop.exchanges


def test_an_object_is_handed_over_by_its_labels(loop: Recorder, api: Api) -> None:
    account, secret = f"ServiceAccount/{NAME}", f"Secret/{NAME}-config"
    pulled = _at(account) | {"imagePullSecrets": [{"name": "mirror"}]}
    api.apply(pulled)
    api.apply(_at(secret))
    api.apply(AGENT)
    wait_for(lambda: _owned(api).get("reason") == "ObjectInTheWay", "the status says why")
    settled(api, AGENT)
    assert not _is_ours(api, account)
    assert api.get(_at(f"DaemonSet/{NAME}")) is None

    for place in (account, secret):
        api.merge(_at(place), {"metadata": {"labels": HANDED_OVER}})
        wait_for(partial(_is_ours, api, place), f"{place} is adopted")
    wait_for(lambda: _owned(api).get("reason") == "AllChildrenOwned", "nothing is in the way")
    wait_for(lambda: api.get(_at(f"DaemonSet/{NAME}")) is not None, "the agents are there")
    settled(api, AGENT)

    assert (api.get(pulled) or {})["imagePullSecrets"] == [{"name": "mirror"}]
    assert "cluster_name" in str((api.get(_at(secret)) or {})["data"])
    assert {each.status for each in loop.exchanges} == {200}


def test_the_labels_of_another_resource_hand_nothing_over(loop: Recorder, api: Api) -> None:
    of_another = HANDED_OVER | {"app.kubernetes.io/instance": "another"}
    secret = _at(f"Secret/{NAME}-config", labels=of_another)
    before = api.apply(secret)
    api.apply(AGENT)
    wait_for(lambda: _owned(api).get("reason") is not None, "the status is there")
    settled(api, AGENT)

    after = api.get(secret) or {}
    assert after["data"] == before["data"]
    assert after["metadata"]["labels"] == of_another
    assert {each.status for each in loop.exchanges} == {200}


def test_a_child_without_its_labels_is_in_the_way_until_it_has_them_again(
    loop: Recorder, api: Api
) -> None:
    _made(api)
    place = f"ConfigMap/{NAME}-k8sensor"
    api.merge(_at(place), {"metadata": {"labels": {"app.kubernetes.io/managed-by": "me"}}})
    wait_for(lambda: _owned(api).get("reason") == "ObjectInTheWay", "it is not ours any more")
    assert not _is_ours(api, place)

    api.merge(_at(place), {"metadata": {"labels": HANDED_OVER}})
    wait_for(lambda: _is_ours(api, place), "it is adopted again")
    wait_for(lambda: _owned(api).get("reason") == "AllChildrenOwned", "nothing is in the way")
    assert {each.status for each in loop.exchanges} == {200}


def test_a_child_that_is_deleted_by_hand_is_made_again(loop: Recorder, api: Api) -> None:
    _made(api)
    uids = {place: uid for place, (uid, _) in _state(api, OTHERS).items()}
    for each in OTHERS:
        api.delete(each)
        place = describe(each)
        wait_for(partial(_is_new, api, place, uids[place]), f"{place} is there again")
    sync_again(api, AGENT, loop, "next")
    settled(api, AGENT)

    assert _owned(api)["reason"] == "AllChildrenOwned"
    assert {each.status for each in loop.exchanges} == {200}
