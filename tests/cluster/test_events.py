"""What each event leads to under both apply strategies: a call of the hook, a write, or neither."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource, surroundings
from tests.cluster.loop import remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Exchange, Recorder

pytestmark = pytest.mark.loop

QUIET_SECONDS = 1.0
CASE = "keys-secret"


def child(api_version: str, kind: str, name: str) -> Obj:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


AGENT = child("instana.io/v1", "InstanaAgent", "instana-agent")
KEYS = child("v1", "Secret", "instana-agent-key")
CONFIG = child("v1", "Secret", "instana-agent-config")
ACCOUNT = child("v1", "ServiceAccount", "instana-agent")
SERVICE = child("v1", "Service", "instana-agent")
DAEMON_SET = child("apps/v1", "DaemonSet", "instana-agent")
OTHER_SECRET = child("v1", "Secret", "somebody-else")
OTHER_NAMESPACE: Obj = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
LABELLED: Obj = {"metadata": {"labels": {"instana-workload-monitoring": "true"}}}
ANNOTATED: Obj = {"metadata": {"annotations": {"tests/event": "x"}}}


class Effect(Enum):
    """What an event leads to."""

    NONE = "nothing"
    CALL = "a call of the hook"
    WRITE = "a call and a write"


@dataclass(frozen=True)
class Event:
    """Something that happens, and what should come of it."""

    what: str
    happens: Callable[[Api], object]
    effect: Effect


EVENTS = (
    Event("metadata of the resource", lambda api: api.merge(AGENT, ANNOTATED), Effect.CALL),
    Event(
        # Put right with the next call.
        "status of the resource, by somebody else",
        lambda api: api.merge(AGENT, {"status": {"reason": "by hand"}}, "status"),
        Effect.NONE,
    ),
    Event(
        "spec of the resource",
        lambda api: api.merge(AGENT, {"spec": {"agent": {"mode": "AWS"}}}),
        Effect.WRITE,
    ),
    Event("metadata of a related Secret", lambda api: api.merge(KEYS, ANNOTATED), Effect.CALL),
    Event(
        "content of a related Secret",
        lambda api: api.merge(KEYS, {"data": {"key": "cm90YXRlZA=="}}),
        Effect.WRITE,
    ),
    Event(
        "a Namespace that is to be monitored",
        lambda api: api.apply(
            OTHER_NAMESPACE | {"metadata": {"name": "shop"} | LABELLED["metadata"]}
        ),
        Effect.WRITE,
    ),
    Event("a Secret of somebody else", lambda api: api.apply(OTHER_SECRET), Effect.NONE),
    Event("annotation of a child", lambda api: api.merge(DAEMON_SET, ANNOTATED), Effect.CALL),
    Event(
        "status of a child",
        lambda api: api.merge(DAEMON_SET, {"status": {"numberReady": 1}}, "status"),
        Effect.WRITE,
    ),
    Event(
        "spec of a child, by hand",
        lambda api: api.merge(SERVICE, {"spec": {"internalTrafficPolicy": "Cluster"}}),
        Effect.WRITE,
    ),
    Event(
        "content of a child, by hand",
        lambda api: api.merge(CONFIG, {"data": {"cluster_name": "b3RoZXI="}}),
        Effect.WRITE,
    ),
    Event("deletion of a child", lambda api: api.delete(ACCOUNT), Effect.WRITE),
)


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        agent, others = resource(CASE), surroundings(CASE)
        api.apply_all([*others, OTHER_NAMESPACE, agent])
        wait_for(lambda: _is_followed(api, agent), "the status of the resource")
        settled(api, agent)
        yield recorder
        remove(api, agent, [*others, OTHER_SECRET, OTHER_NAMESPACE])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.what)
def test_event(event: Event, loop: Recorder, api: Api) -> None:
    settled(api, AGENT)
    wanted = _content(api)
    calls, writes = len(_calls(loop)), loop.writes()

    event.happens(api)

    if event.effect is not Effect.NONE:
        wait_for(lambda: len(_calls(loop)) > calls, "the hook is called")
    time.sleep(QUIET_SECONDS)
    assert _effect(is_called=len(_calls(loop)) > calls, is_written=loop.writes() > writes) is (
        event.effect
    )
    if "by hand" in event.what:
        assert _content(api) == wanted


def _is_followed(api: Api, agent: Obj) -> bool:
    """Tell whether the first status is there: Metacontroller writes it once all children are."""
    return bool((api.get(agent) or {}).get("status"))


def _calls(loop: Recorder) -> list[Exchange]:
    return loop.syncs_of(AGENT["metadata"]["name"])


def _effect(*, is_called: bool, is_written: bool) -> Effect:
    if is_written:
        return Effect.WRITE
    return Effect.CALL if is_called else Effect.NONE


def _content(api: Api) -> list[Obj]:
    """Return what edits by hand may have changed."""
    found = [api.get(each) or {} for each in (SERVICE, CONFIG)]
    return [{"spec": each.get("spec"), "data": each.get("data")} for each in found]
