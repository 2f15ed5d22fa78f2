"""Objects of others that have the names of children: they stay as they are, and the status says so.

Both ways of applying; with server-side apply Metacontroller would write over them.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from hooks.kube.objects import Obj, describe
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE
from tests.cluster.loop import remove, running_loop, settled, sync_again
from tests.cluster.metacontroller import STRATEGIES, Recorder
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

pytestmark = pytest.mark.loop

HANDED_OVER = {
    "app.kubernetes.io/managed-by": "instana-agent-operator",
    "app.kubernetes.io/component": "instana-agent",
    "app.kubernetes.io/instance": NAME,
}
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


def _made(api: Api) -> None:
    """Make the resource and all its children."""
    api.apply(AGENT)
    wait_for(lambda: all(is_ours(api, place) for place in PLACES), "all children are there")
    settled(api, AGENT)


def _is_new(api: Api, place: str, former: str) -> bool:
    """Tell whether a child is there again that was deleted."""
    obj = api.get(at(place))
    return obj is not None and obj["metadata"]["uid"] != former and is_ours(api, place)


def test_everything_in_the_way_stays_until_it_goes(loop: Recorder, api: Api) -> None:
    for each in [*OTHERS, OWN_SECRET]:
        api.apply(each)
    before = state(api, [*OTHERS, OWN_SECRET])
    api.apply(AGENT)
    wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "the status says why")
    settled(api, AGENT)

    assert state(api, [*OTHERS, OWN_SECRET]) == before
    assert f"DaemonSet/{NAME}" in owned(api)["message"]
    assert {each.status for each in loop.exchanges} == {200}
    assert sync_errors(api) == []

    for each in OTHERS:
        api.delete(each)
        place = describe(each)
        if each["kind"] not in {"DaemonSet", "Deployment"}:
            wait_for(partial(is_ours, api, place), f"{place} is made")
    wait_for(lambda: owned(api).get("reason") == "AllChildrenOwned", "nothing is in the way")
    wait_for(lambda: all(is_ours(api, place) for place in PLACES), "all children are there")
    assert state(api, [OWN_SECRET]) == {describe(OWN_SECRET): before[describe(OWN_SECRET)]}


def test_deleting_the_resource_leaves_what_was_in_its_way(loop: Recorder, api: Api) -> None:
    for each in [*OTHERS, OWN_SECRET]:
        api.apply(each)
    before = state(api, [*OTHERS, OWN_SECRET])
    for propagation in ("Background", "Foreground"):
        api.apply(AGENT)
        wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "the status says why")
        api.delete(AGENT, propagation)
        wait_for(lambda: api.get(AGENT) is None, "the resource is gone")

    assert state(api, [*OTHERS, OWN_SECRET]) == before
    assert loop.exchanges


def test_an_object_is_handed_over_by_its_labels(loop: Recorder, api: Api) -> None:
    account, secret = f"ServiceAccount/{NAME}", f"Secret/{NAME}-config"
    pulled = at(account) | {"imagePullSecrets": [{"name": "mirror"}]}
    api.apply(pulled)
    api.apply(at(secret))
    api.apply(AGENT)
    wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "the status says why")
    settled(api, AGENT)
    assert not is_ours(api, account)
    assert api.get(at(f"DaemonSet/{NAME}")) is None

    for place in (account, secret):
        api.merge(at(place), {"metadata": {"labels": HANDED_OVER}})
        wait_for(partial(is_ours, api, place), f"{place} is adopted")
    wait_for(lambda: owned(api).get("reason") == "AllChildrenOwned", "nothing is in the way")
    wait_for(lambda: api.get(at(f"DaemonSet/{NAME}")) is not None, "the agents are there")
    settled(api, AGENT)

    assert (api.get(pulled) or {})["imagePullSecrets"] == [{"name": "mirror"}]
    assert "cluster_name" in str((api.get(at(secret)) or {})["data"])
    assert {each.status for each in loop.exchanges} == {200}


def test_the_labels_of_another_resource_hand_nothing_over(loop: Recorder, api: Api) -> None:
    of_another = HANDED_OVER | {"app.kubernetes.io/instance": "another"}
    secret = at(f"Secret/{NAME}-config", labels=of_another)
    before = api.apply(secret)
    api.apply(AGENT)
    wait_for(lambda: owned(api).get("reason") is not None, "the status is there")
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
    api.merge(at(place), {"metadata": {"labels": {"app.kubernetes.io/managed-by": "me"}}})
    wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "it is not ours any more")
    assert not is_ours(api, place)

    api.merge(at(place), {"metadata": {"labels": HANDED_OVER}})
    wait_for(lambda: is_ours(api, place), "it is adopted again")
    wait_for(lambda: owned(api).get("reason") == "AllChildrenOwned", "nothing is in the way")
    assert {each.status for each in loop.exchanges} == {200}


def test_a_child_that_is_deleted_by_hand_is_made_again(loop: Recorder, api: Api) -> None:
    _made(api)
    uids = {place: uid for place, (uid, _) in state(api, OTHERS).items()}
    for each in OTHERS:
        api.delete(each)
        place = describe(each)
        wait_for(partial(_is_new, api, place, uids[place]), f"{place} is there again")
    sync_again(api, AGENT, loop, "next")
    settled(api, AGENT)

    assert owned(api)["reason"] == "AllChildrenOwned"
    assert {each.status for each in loop.exchanges} == {200}
