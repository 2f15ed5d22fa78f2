"""Two resources whose children share a name: the first has it, and neither harms the other.

`a` has a zone `b`, written in it or that of a node, and `a-b` is a resource of its own; or the
account of the k8sensor of `a` is that of the agents of `a-k8sensor`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hooks.desired.inputs.zones import TOPOLOGY_ZONE
from hooks.kube.objects import Obj, describe
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.component import NODE_ZONES
from tests.cluster.loop import COLLECTION_SECONDS, KINDS, remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Exchange, Recorder, as_answered
from tests.cluster.playing import have_nodes, node
from tests.cluster.strangers import owned, owner_of, sync_errors
from tests.support.resources import merged

pytestmark = [
    pytest.mark.loop,
    # The recorder's threads and the test would undo each other's filters.
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
]

INSTANCE = "app.kubernetes.io/instance"
NODE = node("shared-1", labels={TOPOLOGY_ZONE: "b"})
WAIT_SECONDS = 8.0
"""Less than Metacontroller waits for an answer."""


def _agent(name: str, spec: Obj | None = None) -> Obj:
    return merged(resource("minimal"), {"metadata": {"name": name}, "spec": spec or {}})


@dataclass(frozen=True)
class Pair:
    """Two resources, and the place that is one of a child of either."""

    one: Obj
    two: Obj
    place: str


PAIRS = {
    "zone": Pair(_agent("a", {"zones": [{"name": "b"}]}), _agent("a-b"), "DaemonSet/a-b"),
    "zone of a node": Pair(
        _agent("a", {"zone": {"automatic": "NodeLabel"}}), _agent("a-b"), "DaemonSet/a-b"
    ),
    "account": Pair(_agent("a"), _agent("a-k8sensor"), "ServiceAccount/a-k8sensor"),
}


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    NODE_ZONES.give_rights(api)
    have_nodes(api, [NODE])
    with running_loop(api, request.param, logs, settings=NODE_ZONES.settings()) as recorder:
        yield recorder
    api.delete(NODE)


@pytest.fixture(params=PAIRS, name="pair")
def _pair(request: pytest.FixtureRequest, loop: Recorder, api: Api) -> Iterator[Pair]:
    pair = PAIRS[request.param]
    yield pair
    loop.passing_on = as_answered
    api.delete(pair.one)
    remove(api, pair.two, [])
    wait_for(lambda: api.get(pair.one) is None, "both are gone")


def _children(api: Api, agent: Obj) -> dict[str, tuple[str, int]]:
    """Return uid and generation of each child of a resource."""
    of_agent = f"{INSTANCE}={agent['metadata']['name']}"
    return {
        describe(each): (
            each["metadata"]["uid"],
            each["metadata"].get("generation", 0),
        )
        for kind, version in KINDS
        for each in api.list(kind, version, NAMESPACE, labelSelector=of_agent)
    }


def _is_in_the_way(api: Api, agent: Obj, place: str) -> bool:
    found = owned(api, agent)
    return found.get("reason") == "ObjectInTheWay" and f": {place}; " in found["message"]


def _gone(api: Api, agent: Obj, propagation: str) -> None:
    api.delete(agent, propagation)
    wait_for(lambda: api.get(agent) is None, "the resource is gone")
    wait_for(lambda: not _children(api, agent), "its children are gone", COLLECTION_SECONDS)


@pytest.mark.parametrize("propagation", ["Background", "Foreground"])
@pytest.mark.parametrize("is_reversed", [False, True], ids=["in order", "reversed"])
def test_the_first_has_the_name_until_it_goes(
    *, is_reversed: bool, propagation: str, pair: Pair, loop: Recorder, api: Api
) -> None:
    calls = len(loop.exchanges)
    first, second = (pair.two, pair.one) if is_reversed else (pair.one, pair.two)
    api.apply(first)
    wait_for(lambda: owned(api, first).get("reason") == "AllChildrenOwned", "the first is made")
    wait_for(lambda: bool(owner_of(api, pair.place)), "the place is taken")
    settled(api, first)
    of_first = _children(api, first)

    api.apply(second)
    wait_for(lambda: _is_in_the_way(api, second, pair.place), "the second is told")
    settled(api, second)
    assert _children(api, first) == of_first
    assert owned(api, first)["reason"] == "AllChildrenOwned"
    assert sync_errors(api, first) + sync_errors(api, second) == []

    _gone(api, second, propagation)
    settled(api, first)
    assert _children(api, first) == of_first

    api.apply(second)
    wait_for(lambda: _is_in_the_way(api, second, pair.place), "the second is told again")
    settled(api, second)
    of_second = _children(api, second)
    _gone(api, first, propagation)
    wait_for(lambda: owned(api, second).get("reason") == "AllChildrenOwned", "it has the name")
    assert owner_of(api, pair.place) == second["metadata"]["name"]
    assert {place: _children(api, second)[place] for place in of_second} == of_second
    assert len(of_second) > 1
    assert {each.status for each in loop.exchanges[calls:]} == {200}


@pytest.mark.parametrize("pair", ["account"], indirect=True)
@pytest.mark.parametrize("is_reversed", [False, True], ids=["in order", "reversed"])
def test_an_account_has_the_rights_of_the_first_alone(
    *, is_reversed: bool, pair: Pair, loop: Recorder, api: Api
) -> None:
    first, second = (pair.two, pair.one) if is_reversed else (pair.one, pair.two)
    api.apply(first)
    wait_for(lambda: owned(api, first).get("reason") == "AllChildrenOwned", "the first is made")
    wait_for(lambda: bool(_roles_of(api, pair.place)), "its account has rights")
    api.apply(second)
    wait_for(lambda: _is_in_the_way(api, second, pair.place), "the second is told")
    settled(api, second)

    expected = "instana-io-agent" if is_reversed else "instana-io-k8sensor"
    assert _roles_of(api, pair.place) == {expected}
    assert loop.exchanges


def _roles_of(api: Api, place: str) -> set[str]:
    """Return the ClusterRoles that an account of the namespace is bound to."""
    account = {"kind": "ServiceAccount", "name": place.split("/")[1], "namespace": NAMESPACE}
    return {
        each["roleRef"]["name"]
        for each in api.list("ClusterRoleBinding", "rbac.authorization.k8s.io/v1")
        if account in each.get("subjects", ())
    }


@pytest.mark.parametrize("is_reversed", [False, True], ids=["in order", "reversed"])
def test_whoever_writes_later_leaves_it_alone(
    *, is_reversed: bool, pair: Pair, loop: Recorder, api: Api
) -> None:
    """One makes its children after the service has looked for the other, which then writes."""
    late, early = (pair.two, pair.one) if is_reversed else (pair.one, pair.two)
    loop.passing_on = _once(late, pair.place, lambda: _carried_out(api, early, pair.place))
    api.apply(late)
    wait_for(lambda: _is_in_the_way(api, late, pair.place), "the later one is told")
    settled(api, late)

    assert owner_of(api, pair.place) == early["metadata"]["name"]
    assert owned(api, early)["reason"] == "AllChildrenOwned"
    assert pair.place in _children(api, early)
    assert sync_errors(api, early) == []


def _once(agent: Obj, place: str, then: Callable[[], None]) -> Callable[[Exchange], bytes]:
    """Return what does something before the first answer with a child goes to Metacontroller."""
    done: list[str] = []

    def passing_on(exchange: Exchange) -> bytes:
        if exchange.is_sync and not done and _answers(exchange, agent, place):
            done.append(place)
            then()
        return exchange.answer

    return passing_on


def _answers(exchange: Exchange, agent: Obj, place: str) -> bool:
    is_of_agent = exchange.asked["parent"]["metadata"]["name"] == agent["metadata"]["name"]
    children = {describe(each) for each in exchange.answered["children"]}
    return is_of_agent and place in children


def _carried_out(api: Api, agent: Obj, place: str) -> None:
    api.apply(agent)
    name = agent["metadata"]["name"]
    wait_for(
        lambda: (
            owner_of(api, place) == name and owned(api, agent).get("reason") == "AllChildrenOwned"
        ),
        "the other one has its children",
        WAIT_SECONDS,
    )
