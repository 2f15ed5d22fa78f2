"""Metacontroller remembers for 20 minutes what an older service told it to look at.

That one did not ask for the places of children. Meanwhile nothing is made where nobody looked, and
nothing is lost: what is there stays, and follows the resource.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from hooks.desired.agent.namespaces_configmap import MONITORING_LABEL
from hooks.kube.objects import Obj
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE
from tests.cluster.loop import remove, running_loop, settled, versions
from tests.cluster.metacontroller import STRATEGIES, Exchange, Recorder, as_answered
from tests.cluster.strangers import (
    AGENT,
    NAME,
    OTHERS,
    PLACES,
    at,
    is_ours,
    owned,
    state,
    sync_errors,
)
from tests.support.resources import merged

pytestmark = pytest.mark.loop

KEY: Obj = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": f"{NAME}-keys", "namespace": NAMESPACE},
    "data": {"key": "a2V5"},
}
WITH_KEY = merged(AGENT, {"spec": {"agent": {"key": None, "keysSecret": f"{NAME}-keys"}}})
OLDER: list[Obj] = [
    {
        "apiVersion": "v1",
        "resource": "secrets",
        "namespace": NAMESPACE,
        "names": ["etcd-ca", f"{NAME}-keys"],
    },
    {
        "apiVersion": "v1",
        "resource": "namespaces",
        "labelSelector": {"matchExpressions": [{"key": MONITORING_LABEL, "operator": "Exists"}]},
    },
    {
        "apiVersion": "apps/v1",
        "resource": "daemonsets",
        "namespace": NAMESPACE,
        "labelSelector": {
            "matchExpressions": [
                {
                    "key": "app.kubernetes.io/managed-by",
                    "operator": "NotIn",
                    "values": ["instana-agent-operator"],
                }
            ]
        },
    },
]
"""What a version answered for the resource that did not look at the places of its children."""

POLICY = f"NetworkPolicy/{NAME}-k8sensor"
SERVICE = f"Service/{NAME}"
TAG = "1.2.3"


def _as_of_old(exchange: Exchange) -> bytes:
    if exchange.path != "/customize":
        return exchange.answer
    return orjson.dumps({"relatedResources": OLDER})


@pytest.fixture(params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        api.apply(KEY)
        yield recorder
        remove(api, WITH_KEY, [*OTHERS, KEY])


def _waits(api: Api) -> bool:
    return (owned(api).get("status"), owned(api).get("reason")) == ("Unknown", "NotLookedUpYet")


def test_a_new_resource_writes_nothing_where_nobody_looked(loop: Recorder, api: Api) -> None:
    api.apply_all(OTHERS)
    before = state(api, [*OTHERS, KEY])
    loop.passing_on = _as_of_old
    for propagation in ("Background", "Foreground"):
        api.apply(WITH_KEY)
        wait_for(lambda: _waits(api), "the status says so")
        settled(api, WITH_KEY)
        assert "within 20 minutes after an upgrade" in owned(api)["message"]
        assert versions(api) == {}
        assert sync_errors(api) == []
        api.delete(WITH_KEY, propagation)
        wait_for(lambda: api.get(WITH_KEY) is None, "the resource is gone")

    assert state(api, [*OTHERS, KEY]) == before
    assert {each.status for each in loop.exchanges} == {200}


def test_children_stay_and_follow_and_what_is_new_waits(loop: Recorder, api: Api) -> None:
    api.apply(merged(WITH_KEY, {"spec": {"networkPolicy": None}}))
    former = set(PLACES) - {POLICY}
    wait_for(lambda: all(is_ours(api, place) for place in former), "all children are there")
    settled(api, WITH_KEY)
    uids = _uids(api, former)
    api.apply(at(POLICY))
    before = state(api, [at(POLICY), KEY])

    loop.passing_on = _as_of_old
    change = {"networkPolicy": {"enabled": True}, "agent": {"image": {"tag": TAG}}}
    api.merge(WITH_KEY, {"spec": change})
    wait_for(lambda: _waits(api), "the status says so")
    api.delete(at(SERVICE))
    wait_for(lambda: f"{SERVICE} are made once" in owned(api)["message"], "it is missed")
    settled(api, WITH_KEY)

    assert _uids(api, former - {SERVICE}) == {p: uid for p, uid in uids.items() if p != SERVICE}
    assert api.get(at(SERVICE)) is None
    assert str(_image(api)).endswith(f":{TAG}")
    assert state(api, [at(POLICY), KEY]) == before

    loop.passing_on = as_answered
    api.merge(WITH_KEY, {"spec": {"agent": {"mode": "AWS"}}})
    wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "the status says what there is")
    wait_for(lambda: is_ours(api, SERVICE), "the deleted child is made again")
    settled(api, WITH_KEY)
    assert state(api, [at(POLICY), KEY]) == before
    assert _uids(api, former - {SERVICE}) == {p: uid for p, uid in uids.items() if p != SERVICE}
    assert sync_errors(api) == []
    assert {each.status for each in loop.exchanges} == {200}
    api.delete(WITH_KEY, "Foreground")
    wait_for(lambda: not versions(api), "the children are gone")
    assert state(api, [at(POLICY), KEY]) == before


def _uids(api: Api, places: set[str]) -> dict[str, str]:
    return {place: uid for place, (uid, _) in state(api, [at(each) for each in places]).items()}


def _image(api: Api) -> str:
    daemonset = api.get(at(f"DaemonSet/{NAME}")) or {}
    image: str = daemonset["spec"]["template"]["spec"]["containers"][0]["image"]
    return image
