"""The policy on agents with the same nodes, on an API server, which knows the other resources."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.test_definition import create
from tests.support.resources import agent
from tests.support.shared_nodes import APART, SAID, SHARED

FILE = Path("deploy/admission/policies.yaml")
POLICY = "instana-agent-shared-nodes"
FIRST, OTHER = "first-of-two", "other-of-two"


def clean(obj: Obj) -> Obj:
    """Return a resource as a user writes it."""
    metadata = {name: obj["metadata"][name] for name in ("name", "namespace")}
    return obj | {"metadata": metadata}


def warned_of(api: Api, spec: Obj) -> list[str]:
    """Return the warnings of the policy about a further resource with that spec."""
    response = create(api, clean(agent(spec, name=OTHER)))
    assert response.ok, response.text
    said = response.headers.get("Warning", "")
    return [SAID.format(name) for name in (FIRST, OTHER) if SAID.format(name) in said]


@pytest.fixture(scope="module", name="policy")
def _policy(api: Api) -> Iterator[None]:
    """The policy, in force."""
    found = yaml.safe_load_all(FILE.read_text())
    objects = [each for each in found if each["metadata"]["name"] == POLICY]
    assert len(objects) == 2
    api.apply_all(objects)
    first = clean(agent(name=FIRST))
    api.create(first)
    wait_for(lambda: bool(warned_of(api, {})), "the policy knows the first one")
    api.delete(first)
    wait_for(lambda: not warned_of(api, {}), "it is gone")
    yield
    for each in objects:
        api.delete(each)


@pytest.fixture(name="first")
def _first(api: Api, request: pytest.FixtureRequest, policy: None) -> Iterator[None]:
    """A resource with the spec that the test asks for, as the policy knows it."""
    assert policy is None
    spec: Obj = request.param
    obj = clean(agent(spec, name=FIRST))
    api.create(obj)
    wait_for(lambda: bool(warned_of(api, spec)), "the policy knows it")
    yield
    api.delete(obj)
    wait_for(lambda: not warned_of(api, spec), "it is gone")


@pytest.mark.parametrize(("first", "other"), SHARED, indirect=["first"])
@pytest.mark.usefixtures("first")
def test_the_same_nodes_are_warned_of(other: Obj, api: Api) -> None:
    assert warned_of(api, other) == [SAID.format(FIRST)]


@pytest.mark.parametrize(("first", "other"), APART, indirect=["first"])
@pytest.mark.usefixtures("first")
def test_other_nodes_are_not_warned_of(other: Obj, api: Api) -> None:
    assert warned_of(api, other) == []


@pytest.mark.parametrize("first", [{}], indirect=True)
@pytest.mark.usefixtures("first")
def test_a_change_of_the_only_one_is_not_warned_of(api: Api) -> None:
    changed = clean(agent({"podStatus": "Enabled"}, name=FIRST))
    response = api.session.patch(
        api.url(changed),
        json={"spec": changed["spec"]},
        headers={"Content-Type": "application/merge-patch+json"},
    )

    assert response.ok, response.text
    assert "nodes-shared" not in response.headers.get("Warning", "")
