"""The policies of deploy/guards on a real API server: what they refuse, they leave as it was."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.metacontroller import definition
from tests.support.guards import OBJECTS, OURS, THE_INSTALLATIONS, owner, with_metadata
from tests.support.resources import obj

pytestmark = pytest.mark.definition

GUARDS = Path("deploy/guards/policies.yaml")
GROUP = "cert-manager.io"
QUIET_SECONDS = 0.3
ANOTHERS = {"apiVersion": "v1", "kind": "ConfigMap", "name": "other", "uid": "uid-other"}


@pytest.fixture(scope="module", name="agent")
def _agent(api: Api) -> Iterator[Obj]:
    """An InstanaAgent, on an API server where the guards are in force."""
    policies = list(yaml.safe_load_all(GUARDS.read_text()))
    api.apply(definition(GROUP, "v1", "Certificate", "certificates", "Namespaced"))
    agent = api.apply(resource("minimal"))
    probe = obj("ConfigMap", "probe", metadata={"labels": THE_INSTALLATIONS})
    api.apply(probe)
    api.apply_all(policies)
    owned = child_of(agent, probe)
    wait_for(lambda: not overwritten(api, owned, dryRun="All").ok, "the guards are in force")
    yield agent
    for each in (*policies, probe, agent):
        api.delete(each)


@pytest.fixture(name="strangers", params=OBJECTS, ids=lambda each: each["kind"])
def _strangers(request: pytest.FixtureRequest, api: Api) -> Iterator[Obj]:
    """An object of an application, of one kind of children after the other."""
    wait_for(lambda: api.session.get(api.url(request.param, named=False)).ok, "the kind is served")
    yield request.param
    api.delete(request.param)


def child_of(agent: Obj, original: Obj) -> Obj:
    """Return an object as Metacontroller applies a child: with labels and the owner."""
    metadata = agent["metadata"]
    references = [owner(metadata["name"], metadata["uid"])]
    return with_metadata(original, labels=OURS, ownerReferences=references)


def overwritten(api: Api, child: Obj, **query: str) -> requests.Response:
    """Apply a child as Metacontroller does with server-side apply."""
    return api.session.patch(
        api.url(child),
        params={"fieldManager": "metacontroller", "force": "true", **query},
        json=child,
        headers={"Content-Type": "application/apply-patch+yaml"},
    )


def adopted(api: Api, agent: Obj, orphan: Obj) -> requests.Response:
    """Set the owner and nothing else, as Metacontroller adopts."""
    references = child_of(agent, orphan)["metadata"]["ownerReferences"]
    return api.session.patch(
        api.url(orphan),
        json={"metadata": {"uid": orphan["metadata"]["uid"], "ownerReferences": references}},
        headers={"Content-Type": "application/merge-patch+json"},
    )


def at_rest(api: Api, original: Obj) -> Obj:
    """Return an object once Kubernetes' own controllers have written its status."""
    seen: list[Obj] = []

    def is_unchanged() -> bool:
        time.sleep(QUIET_SECONDS)
        seen.append(api.get(original) or {})
        return seen[-2:-1] == seen[-1:]

    wait_for(is_unchanged, "the object is at rest")
    return seen[-1]


def test_a_strangers_object_is_left_as_it_is(agent: Obj, strangers: Obj, api: Api) -> None:
    api.create(strangers)
    before = at_rest(api, strangers)

    applied = overwritten(api, child_of(agent, strangers))
    set_alone = adopted(api, agent, before)

    for response in (applied, set_alone):
        assert response.status_code == requests.codes.unprocessable, response.text
        assert "stays as it is" in response.json()["message"]
        assert "app.kubernetes.io/managed-by=instana-agent-operator" in response.text
    assert api.get(strangers) == before


def test_what_carries_our_label_is_adopted_and_applied(
    agent: Obj, strangers: Obj, api: Api
) -> None:
    orphan = api.create(with_metadata(strangers, labels=OURS))

    response = adopted(api, agent, orphan)
    assert response.ok, response.text
    applied = overwritten(api, with_metadata(child_of(agent, strangers), annotations={"a": "b"}))
    assert applied.ok, applied.text
    assert applied.json()["metadata"]["uid"] == orphan["metadata"]["uid"]


def test_a_child_is_created_and_changed_even_without_its_label(
    agent: Obj, strangers: Obj, api: Api
) -> None:
    child = child_of(agent, strangers)
    created = overwritten(api, child)
    assert created.status_code == requests.codes.created, created.text
    api.merge(child, {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}})

    again = overwritten(api, child)

    assert again.ok, again.text
    assert again.json()["metadata"]["labels"] == OURS


def test_anything_else_may_be_written(agent: Obj, strangers: Obj, api: Api) -> None:
    api.create(strangers)

    labelled = api.merge(strangers, {"metadata": {"labels": {"a": "b"}}})
    owned = api.merge(strangers, {"metadata": {"ownerReferences": [ANOTHERS]}})

    assert agent
    assert labelled["metadata"]["labels"] == {"a": "b"}
    assert owned["metadata"]["ownerReferences"] == [ANOTHERS]


@pytest.mark.parametrize("name", ["instana-agent", "instana-agent-k8sensor"])
def test_accounts_of_the_air_gap_guide_are_taken(name: str, agent: Obj, api: Api) -> None:
    account = obj("ServiceAccount", name)
    before = api.create(account)

    response = overwritten(api, child_of(agent, account))
    api.delete(account)

    assert response.ok, response.text
    assert response.json()["metadata"]["uid"] == before["metadata"]["uid"]


def test_the_installation_keeps_its_own_objects(agent: Obj, api: Api) -> None:
    own = obj("Service", "instana-agent-hooks", spec={"ports": [{"port": 443}]})
    before = api.create(with_metadata(own, labels=OURS | THE_INSTALLATIONS))

    response = overwritten(api, child_of(agent, own))
    after = api.get(own)
    api.delete(own)

    assert response.status_code == requests.codes.unprocessable
    assert "of the installation itself stays as it is" in response.text
    assert after == before


@pytest.mark.parametrize(
    "references",
    [None, [], [{}], [{"kind": "InstanaAgent"}], [{"kind": "InstanaAgent", "uid": None}]],
    ids=str,
)
def test_no_content_of_an_object_makes_them_fail(references: object, agent: Obj, api: Api) -> None:
    certificate = obj("Certificate", "odd") | {"apiVersion": f"{GROUP}/v1"}
    api.create(certificate)

    response = api.session.patch(
        api.url(certificate),
        json={"metadata": {"ownerReferences": references, "labels": None, "annotations": None}},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    api.delete(certificate)

    assert agent
    assert "ValidatingAdmissionPolicy" not in response.text


def test_their_types_are_right(agent: Obj, api: Api) -> None:
    policies = [
        each
        for each in yaml.safe_load_all(GUARDS.read_text())
        if each["kind"] == "ValidatingAdmissionPolicy"
    ]

    def observed(policy: Obj) -> Obj:
        found = api.get(policy) or {}
        status: Obj = found.get("status") or {}
        return status if status.get("observedGeneration") else {}

    assert agent
    wait_for(lambda: all(map(observed, policies)), "the types are checked")
    warnings = {
        each["metadata"]["name"]: observed(each).get("typeChecking", {}) for each in policies
    }
    assert warnings == {each["metadata"]["name"]: {} for each in policies}
