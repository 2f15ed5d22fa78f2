"""Objects of others that appear after the service has looked, and before Metacontroller writes.

The resource's author may write InstanaAgents alone, and Metacontroller has the rights of the
manifests alone. The policies make up for what the service cannot see; the last tests show what
happens without them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from hooks.kube.objects import Obj, describe
from tests.cluster.api import Api, wait_for
from tests.cluster.author import author
from tests.cluster.loop import remove, running_loop, settled
from tests.cluster.metacontroller import STRATEGIES, Exchange, Recorder
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

pytestmark = [
    pytest.mark.loop,
    # The recorder's threads and the test would undo each other's filters.
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
]

QUIET = ("ConfigMap", "NetworkPolicy", "Secret", "Service", "ServiceAccount")
"""Kinds that no controller of Kubernetes writes to."""

UNCHANGEABLE = {
    f"DaemonSet/{NAME}",
    f"Deployment/{NAME}-k8sensor",
    f"PersistentVolumeClaim/{NAME}-package-cache",
    f"Secret/{NAME}-tls",
    f"Service/{NAME}-headless",
}
"""What the API server itself keeps from becoming a child: a field differs that never changes."""


@dataclass
class Meanwhile:
    """Makes the objects of others once the service has answered with children of their names."""

    api: Api
    made: dict[str, tuple[str, str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def __call__(self, exchange: Exchange) -> bytes:
        if not self.made and exchange.is_sync and _answers_all(exchange):
            self.api.apply_all(OTHERS)
            self.versions = _quiet_versions(self.api)
            self.made = state(self.api, OTHERS)
        return exchange.answer


def _answers_all(exchange: Exchange) -> bool:
    return {describe(each) for each in exchange.answered["children"]} >= set(PLACES)


def _quiet_versions(api: Api) -> dict[str, str]:
    found = [api.get(each) or {} for each in OTHERS if each["kind"] in QUIET]
    return {describe(each): each["metadata"]["resourceVersion"] for each in found}


@pytest.fixture(params=STRATEGIES, name="strategy")
def _strategy(request: pytest.FixtureRequest) -> str:
    strategy: str = request.param
    return strategy


@contextmanager
def _racing(
    api: Api, strategy: str, logs: Path, *, guarded: bool
) -> Iterator[tuple[Recorder, Meanwhile]]:
    with running_loop(api, strategy, logs, guarded=guarded) as loop:
        loop.passing_on = meanwhile = Meanwhile(api)
        try:
            yield loop, meanwhile
        finally:
            remove(api, AGENT, OTHERS)


def _errors_told(api: Api) -> list[str]:
    wait_for(lambda: bool(sync_errors(api)), "Metacontroller says what it could not write")
    return [each["message"] for each in sync_errors(api)]


@pytest.mark.parametrize("propagation", ["Background", "Foreground"])
def test_what_appears_meanwhile_stays_as_it_is(
    propagation: str, strategy: str, api: Api, tmp_path: Path
) -> None:
    somebody = author()
    with _racing(api, strategy, tmp_path, guarded=True) as (loop, meanwhile):
        somebody.apply(AGENT)
        wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "the status says why")
        settled(api, AGENT)

        assert meanwhile.made.keys() == set(PLACES)
        assert _quiet_versions(api) == meanwhile.versions
        assert owned(api)["message"].startswith("another object has the name of a child")
        errors = _errors_told(api) if strategy == "server-side-apply" else []
        assert [each["message"] for each in sync_errors(api)] == errors
        assert all("ValidatingAdmissionPolicy 'instana-agent-ownership'" in each for each in errors)
        assert len(errors) == (strategy == "server-side-apply")

        somebody.delete(AGENT, propagation)
        wait_for(lambda: api.get(AGENT) is None, "the resource is gone")
        assert state(api, OTHERS) == meanwhile.made
        assert _quiet_versions(api) == meanwhile.versions
        assert {each.status for each in loop.exchanges} == {200}
    assert "forbidden: User" not in (tmp_path / f"metacontroller-{strategy}.log").read_text()


def test_the_author_may_write_nothing_but_the_resource(api: Api) -> None:
    somebody = author()
    codes = {
        kind: somebody.session.post(api.url(each, named=False), json=each).status_code
        for kind, each in {each["kind"]: each for each in OTHERS}.items()
    }
    assert set(codes.values()) == {requests.codes.forbidden}
    assert len(codes) == len({place.split("/")[0] for place in PLACES})


def test_without_the_policies_server_side_apply_takes_it_over(api: Api, tmp_path: Path) -> None:
    """What it takes over, it writes to, and it goes with the resource: so there are policies."""
    with _racing(api, "server-side-apply", tmp_path, guarded=False) as (loop, meanwhile):
        api.apply(AGENT)
        wait_for(lambda: len(meanwhile.made) == len(PLACES), "the objects have appeared")
        wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "the status says why")
        settled(api, AGENT)

        assert {place for place in PLACES if is_ours(api, place)} == set(PLACES) - UNCHANGEABLE
        assert "cluster_name" in str(_data(api, f"Secret/{NAME}-config"))
        assert {each.status for each in loop.exchanges} == {200}

        api.delete(AGENT, "Foreground")
        wait_for(lambda: api.get(AGENT) is None, "the resource is gone")
        assert set(state(api, OTHERS)) == UNCHANGEABLE


def test_without_the_policies_dynamic_apply_leaves_it_alone(api: Api, tmp_path: Path) -> None:
    with _racing(api, "dynamic-apply", tmp_path, guarded=False) as (loop, meanwhile):
        api.apply(AGENT)
        wait_for(lambda: owned(api).get("reason") == "ObjectInTheWay", "the status says why")
        settled(api, AGENT)

        assert state(api, OTHERS) == meanwhile.made
        assert _quiet_versions(api) == meanwhile.versions
        assert sync_errors(api) == []
        assert {each.status for each in loop.exchanges} == {200}


def _data(api: Api, place: str) -> Obj:
    return (api.get(at(place)) or {})["data"] or {}
