"""`diff` tells, from what kubectl shows of a cluster, what the next sync then really changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Identity, Obj, describe, identity
from hooks.preview import preview
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.loop import KINDS, MANAGED, is_followed, remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.support.resources import merged

pytestmark = pytest.mark.loop

AGENT = resource("minimal")
NOW = "2026-01-01T00:00:00Z"
BY_THE_CLUSTER = frozenset({"resourceVersion", "generation", "managedFields", "annotations"})
OF_CONTROLLERS = ("deployment.kubernetes.io/", "deprecated.daemonset", "metacontroller.k8s.io/")
BACKEND = {"endpointHost": "one", "endpointPort": "443", "key": "k1"}

CHANGES: dict[str, Obj] = {
    "configuration": {"agent": {"configuration_yaml": "# changed"}},
    "image": {"agent": {"image": {"name": "example.com/agent", "tag": "1.2"}}},
    "variable": {"agent": {"pod": {"env": [{"name": "A", "value": "1"}]}}},
    "no variable": {"agent": {"pod": {"env": None}}},
    "a port": {"opentelemetry": {"grpc": {"port": 5000}}},
    "a backend": {"agent": {"additionalBackends": [BACKEND]}},
    "another key": {"agent": {"key": "another-key"}},
    "zones": {"zones": [{"name": "a"}, {"name": "b"}]},
    "one zone less": {"zones": [{"name": "a"}]},
}


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    with running_loop(api, request.param, logs) as recorder:
        api.apply(AGENT)
        wait_for(lambda: bool(_children(api)), "the children")
        settled(api, AGENT)
        yield recorder
        remove(api, AGENT, [])


@pytest.mark.usefixtures("loop")
def test_at_rest_nothing_changes(api: Api) -> None:
    assert _told(api, {}) == {}


@pytest.mark.usefixtures("loop")
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_told_is_what_happens(change: str, api: Api) -> None:
    before = _children(api)
    told = _told(api, CHANGES[change])

    parent = api.merge(AGENT, {"spec": CHANGES[change]})
    wait_for(lambda: is_followed(api, parent), "the change is followed")
    settled(api, AGENT)

    assert told == _happened(before, _children(api))
    assert told


def _told(api: Api, change: Obj) -> dict[str, str]:
    parent = merged(api.get(AGENT) or {}, {"spec": change})
    documents = [parent, *_children(api).values()]
    told = preview(documents, Facts(), NOW)
    assert not told.problems
    return {each.child: each.verb for each in told.changes}


def _happened(before: dict[Identity, Obj], after: dict[Identity, Obj]) -> dict[str, str]:
    verbs = {
        describe((after | before)[key]): _verb(before.get(key), after.get(key))
        for key in before.keys() | after.keys()
    }
    return {child: verb for child, verb in verbs.items() if verb}


def _verb(before: Obj | None, after: Obj | None) -> str:
    if before is None:
        return "create"
    if after is None:
        return "delete"
    return "" if _without_records(before) == _without_records(after) else "change"


def _without_records(child: Obj) -> Obj:
    """Return a child without what others than us note in it."""
    metadata = {
        name: part for name, part in child["metadata"].items() if name not in BY_THE_CLUSTER
    }
    annotations = {
        name: text
        for name, text in child["metadata"].get("annotations", {}).items()
        if not name.startswith(OF_CONTROLLERS)
    }
    rest = {name: part for name, part in child.items() if name not in ("metadata", "status")}
    return rest | {"metadata": metadata, "annotations": annotations}


def _children(api: Api) -> dict[Identity, Obj]:
    found = [
        each
        for kind, version in KINDS
        for each in api.list(kind, version, NAMESPACE, labelSelector=MANAGED)
    ]
    return {identity(each): each for each in found}
