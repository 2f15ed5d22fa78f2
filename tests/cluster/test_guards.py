"""The policies of deploy/guards on a real API server: what they refuse, they leave as it was."""

import time
from collections.abc import Iterator

import pytest
import requests

from hooks.generate.policies.bindings import CONTROLLER, MARK
from hooks.generate.policies.reserved_names import ACCOUNT, secret_places
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.guards import as_created, child_of, guards_in_force, policies, written_over
from tests.cluster.metacontroller import definition
from tests.cluster.test_definition import create
from tests.support.guards import OBJECTS, OURS, THE_INSTALLATIONS, named_at, with_metadata
from tests.support.resources import agent as smallest
from tests.support.resources import obj

pytestmark = pytest.mark.definition

GROUP = "cert-manager.io"
QUIET_SECONDS = 0.3
OLDER = as_created(
    smallest(
        {"serviceAccount": {"name": "instana-agent-hooks", "create": False}},
        name="instana-agent-hooks-2",
    )
)
SOMEBODY_ELSES = {"apiVersion": "v1", "kind": "ConfigMap", "name": "other", "uid": "uid-other"}


@pytest.fixture(scope="module", name="agent")
def _agent(api: Api) -> Iterator[Obj]:
    """An InstanaAgent, on an API server where the guards are in force."""
    api.apply(definition(GROUP, "v1", "Certificate", "certificates", "Namespaced"))
    agent = api.apply(resource("minimal"))
    api.apply(OLDER)
    with guards_in_force(api):
        yield agent
    for each in (agent, OLDER):
        api.delete(each)


@pytest.fixture(name="strangers", params=OBJECTS, ids=lambda each: each["kind"])
def _strangers(request: pytest.FixtureRequest, api: Api) -> Iterator[Obj]:
    """An object of an application, of one kind of children after the other."""
    wait_for(lambda: api.session.get(api.url(request.param, named=False)).ok, "the kind is served")
    yield request.param
    api.delete(request.param)


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

    applied = written_over(api, child_of(agent, strangers))
    set_alone = adopted(api, agent, before)

    for response in (applied, set_alone):
        assert response.status_code == requests.codes.unprocessable, response.text
        assert "is not changed" in response.json()["message"]
        assert "app.kubernetes.io/managed-by=instana-agent-operator" in response.text
    assert api.get(strangers) == before


def test_what_carries_our_label_is_adopted_and_applied(
    agent: Obj, strangers: Obj, api: Api
) -> None:
    orphan = api.create(with_metadata(strangers, labels=OURS))

    response = adopted(api, agent, orphan)
    assert response.ok, response.text
    applied = written_over(api, with_metadata(child_of(agent, strangers), annotations={"a": "b"}))
    assert applied.ok, applied.text
    assert applied.json()["metadata"]["uid"] == orphan["metadata"]["uid"]


def test_a_child_is_created_and_changed_even_without_its_label(
    agent: Obj, strangers: Obj, api: Api
) -> None:
    child = child_of(agent, strangers)
    created = written_over(api, child)
    assert created.status_code == requests.codes.created, created.text
    api.merge(child, {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}})

    again = written_over(api, child)

    assert again.ok, again.text
    assert again.json()["metadata"]["labels"] == OURS


def test_anything_else_may_be_written(agent: Obj, strangers: Obj, api: Api) -> None:
    api.create(strangers)

    labelled = api.merge(strangers, {"metadata": {"labels": {"a": "b"}}})
    owned = api.merge(strangers, {"metadata": {"ownerReferences": [SOMEBODY_ELSES]}})

    assert agent
    assert labelled["metadata"]["labels"] == {"a": "b"}
    assert owned["metadata"]["ownerReferences"] == [SOMEBODY_ELSES]


@pytest.mark.parametrize("name", ["instana-agent", "instana-agent-k8sensor"])
def test_accounts_of_the_air_gap_guide_are_taken(name: str, agent: Obj, api: Api) -> None:
    account = obj("ServiceAccount", name)
    before = api.create(account)

    response = written_over(api, child_of(agent, account))
    api.delete(account)

    assert response.ok, response.text
    assert response.json()["metadata"]["uid"] == before["metadata"]["uid"]


def test_the_installation_keeps_its_own_objects(agent: Obj, api: Api) -> None:
    own = obj("Service", "instana-agent-hooks", spec={"ports": [{"port": 443}]})
    before = api.create(with_metadata(own, labels=OURS | THE_INSTALLATIONS))

    response = written_over(api, child_of(agent, own))
    after = api.get(own)
    api.delete(own)

    assert response.status_code == requests.codes.unprocessable
    assert "of the installation itself is not changed" in response.text
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
    asked = [each for each in policies() if each["kind"] == "ValidatingAdmissionPolicy"]

    def observed(policy: Obj) -> Obj:
        found = api.get(policy) or {}
        status: Obj = found.get("status") or {}
        return status if status.get("observedGeneration") else {}

    assert agent
    wait_for(lambda: all(map(observed, asked)), "the types are checked")
    warnings = [observed(each).get("typeChecking", {}) for each in asked]
    assert [each for each in warnings if each] == []


# Names of the installation.


def test_a_resource_beside_the_installation_is_not_called_like_it(agent: Obj, api: Api) -> None:
    named = as_created(smallest(name="instana-agent-hooks"))
    elsewhere = as_created(smallest(name="instana-agent-hooks", namespace="default"))
    response = create(api, named)

    assert agent
    assert response.status_code == requests.codes.unprocessable, response.text
    assert (
        "metadata.name: would give a child the name of an object of the installation"
        in response.text
    )
    assert create(api, elsewhere).ok


@pytest.mark.parametrize("place", [ACCOUNT, *secret_places()])
def test_the_installations_names_stand_nowhere_in_a_resource(
    place: str, agent: Obj, api: Api
) -> None:
    refused = create(api, as_created(named_at(place, "instana-agent-hooks-token")))
    taken = create(api, as_created(named_at(place, "instana-agent-mine")))

    assert agent
    assert refused.status_code == requests.codes.unprocessable, refused.text
    assert f"denied request: {place}: is the name of " in refused.text
    assert "instana-agent-reserved-names" not in taken.text


def test_what_has_such_a_name_already_keeps_it(agent: Obj, api: Api) -> None:
    changed = api.merge(OLDER, {"spec": {"cluster": {"name": "renamed"}}})

    assert agent
    assert changed["spec"]["cluster"] == {"name": "renamed"}


# ClusterRoleBindings.


def test_a_marked_binding_is_to_the_two_roles_and_no_strangers(agent: Obj, api: Api) -> None:
    ours = marked("instana-io-agent:guarded", "instana-io-agent")
    to_other = marked("instana-io-agent:other", "instana-io-other")
    strangers = marked("instana-io-agent:strangers", "instana-io-agent")
    del strangers["metadata"]["annotations"]
    before = api.create(strangers)

    made = [written_over(api, ours), written_over(api, ours)]
    refused = [written_over(api, to_other), written_over(api, mark(strangers))]
    after = api.get(strangers)
    for each in (ours, strangers):
        api.delete(each)

    assert agent
    assert [each.status_code for each in made] == [requests.codes.created, requests.codes.ok]
    assert "may bind only the ClusterRoles" in refused[0].json()["message"]
    assert "is not changed" in refused[1].json()["message"]
    assert after == before


def marked(name: str, role: str) -> Obj:
    """Return a ClusterRoleBinding as the DecoratorController makes it."""
    account = {"kind": "ServiceAccount", "name": "guarded", "namespace": "instana-agent"}
    return mark(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": role,
            },
            "subjects": [account],
        }
    )


def mark(binding: Obj) -> Obj:
    return with_metadata(binding, annotations={MARK: CONTROLLER})
