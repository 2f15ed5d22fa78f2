"""Children of a resource that is gone are adopted by another one: they stay, and outlive it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooks.kube.objects import Obj, identity
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import COLLECTION_SECONDS, KINDS, remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.cluster.strangers import owned
from tests.support.resources import merged

pytestmark = pytest.mark.loop

INSTANCE = "app.kubernetes.io/instance"
AA = merged(resource("minimal"), {"metadata": {"name": "aa"}})
BB = merged(resource("minimal"), {"metadata": {"name": "bb"}})
NARROW: Obj = {"spec": {"selector": {"matchLabels": {INSTANCE: "bb"}}}}
MATCHED = {"app.kubernetes.io/managed-by": "instana-agent-operator"}
EXPRESSION = {
    "key": "app.kubernetes.io/component",
    "operator": "In",
    "values": ["instana-agent", "k8sensor"],
}
BORN_NARROW = merged(
    BB,
    {
        "spec": {
            "selector": {
                "matchLabels": MATCHED | {INSTANCE: "bb"},
                "matchExpressions": [EXPRESSION],
            }
        }
    },
)


@pytest.fixture(params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        yield recorder
        api.delete(BB)
        api.apply(AA)
        wait_for(lambda: set(_owners(api).values()) == {"aa"}, "all are those of aa again")
        settled(api, AA)
        assert _with_second_owner(api) == []
        remove(api, AA, [BB])


def _of_aa(api: Api) -> list[Obj]:
    return [
        each
        for kind, version in KINDS
        for each in api.list(kind, version, NAMESPACE, labelSelector=f"{INSTANCE}=aa")
    ]


def _uids(api: Api) -> dict[Any, str]:
    return {identity(each): each["metadata"]["uid"] for each in _of_aa(api)}


def _owners(api: Api) -> dict[Any, str]:
    """Return the controller of each child of aa, empty for none."""
    return {
        identity(each): next(
            (
                owner["name"]
                for owner in each["metadata"].get("ownerReferences", [])
                if owner.get("controller")
            ),
            "",
        )
        for each in _of_aa(api)
    }


def _with_second_owner(api: Api) -> list[Any]:
    """Return the children of aa that would not go with it, with their owners."""
    owners = {identity(each): each["metadata"].get("ownerReferences", []) for each in _of_aa(api)}
    return [(each, found) for each, found in owners.items() if len(found) > 1]


def _orphaned(api: Api) -> dict[Any, str]:
    """Make aa and its children, and delete it without them."""
    api.apply(AA)
    wait_for(lambda: owned(api, AA).get("reason") == "AllChildrenOwned", "aa is carried out")
    wait_for(lambda: len(_of_aa(api)) > len(KINDS), "the children of aa are there")
    settled(api, AA)
    uids = _uids(api)
    api.delete(AA, "Orphan")
    wait_for(lambda: api.get(AA) is None, "aa is gone")
    wait_for(lambda: set(_owners(api).values()) == {""}, "its children are nobody's")
    return uids


@pytest.mark.parametrize("propagation", ["Background", "Foreground"])
def test_they_outlive_the_resource_that_adopted_them(
    propagation: str, loop: Recorder, api: Api
) -> None:
    uids = _orphaned(api)
    specs = {identity(each): each.get("spec") for each in _of_aa(api)}
    api.apply(BB)
    wait_for(lambda: owned(api, BB).get("reason") == "ChildrenOfAnother", "the status says so")
    settled(api, BB)

    assert set(_owners(api).values()) == {"bb"}
    assert _uids(api) == uids
    assert {identity(each): each.get("spec") for each in _of_aa(api)} == specs
    api.delete(BB, propagation)
    wait_for(lambda: api.get(BB) is None, "bb is gone", COLLECTION_SECONDS)
    wait_for(
        lambda: not api.list("DaemonSet", "apps/v1", NAMESPACE, labelSelector=f"{INSTANCE}=bb"),
        "the children of bb are gone",
        COLLECTION_SECONDS,
    )
    assert _uids(api) == uids
    assert {each.status for each in loop.exchanges} == {200}


def test_a_resource_that_names_itself_adopts_none(loop: Recorder, api: Api) -> None:
    uids = _orphaned(api)
    api.apply(BORN_NARROW)
    wait_for(lambda: owned(api, BB).get("reason") == "AllChildrenOwned", "bb is carried out")
    settled(api, BB)

    assert set(_owners(api).values()) == {""}
    assert _uids(api) == uids
    assert {each.status for each in loop.exchanges} == {200}


def test_the_command_in_the_status_releases_them(loop: Recorder, api: Api) -> None:
    uids = _orphaned(api)
    api.apply(BB)
    wait_for(lambda: owned(api, BB).get("reason") == "ChildrenOfAnother", "the status says so")
    settled(api, BB)
    api.merge(BB, NARROW)
    wait_for(lambda: owned(api, BB).get("reason") == "AllChildrenOwned", "they are released")
    settled(api, BB)

    assert set(_owners(api).values()) == {""}
    assert _uids(api) == uids
    assert {each.status for each in loop.exchanges} == {200}
