"""New resources select their own children only, by a policy and without the service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hooks.contract import CHILD_SELECTOR
from hooks.labels import INSTANCE
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.own_selector import own_selector_is_in_force
from tests.cluster.test_definition import create
from tests.support.resources import merged

FILE = Path("deploy/components/own-selector/policy.yaml")
NAME = "on-its-own"
AGENT = merged(resource("minimal"), {"metadata": {"name": NAME}})
OWN = {
    **CHILD_SELECTOR,
    "matchLabels": CHILD_SELECTOR["matchLabels"] | {INSTANCE: NAME},
}


@pytest.fixture(name="policy")
def _policy(api: Api) -> Iterator[None]:
    """The policy, in force."""
    objects = list(yaml.safe_load_all(FILE.read_text()))
    api.apply_all(objects)
    wait_for(lambda: own_selector_is_in_force(api), "it is in force")
    yield
    for each in (*objects, AGENT):
        api.delete(each)
    wait_for(lambda: not own_selector_is_in_force(api), "it is gone")


@pytest.fixture(name="older")
def _older(api: Api) -> Obj:
    """A resource that was there before the policy."""
    return api.apply(AGENT)


@pytest.mark.usefixtures("policy")
def test_a_new_one_asks_for_its_name_and_keeps_doing_so(api: Api) -> None:
    assert api.create(AGENT)["spec"]["selector"] == OWN

    changed = api.merge(AGENT, {"spec": {"podStatus": "Enabled"}})
    assert changed["spec"]["selector"] == OWN

    without = {name: changed["spec"][name] for name in changed["spec"] if name != "selector"}
    replaced = api.session.put(api.url(AGENT), json=changed | {"spec": without}).json()
    assert replaced["spec"]["selector"] == OWN


@pytest.mark.usefixtures("policy")
def test_one_that_gets_its_name_later_asks_for_all(api: Api) -> None:
    nameless = AGENT | {"metadata": {"generateName": "made-", "namespace": "instana-agent"}}

    assert create(api, nameless).json()["spec"]["selector"] == CHILD_SELECTOR


@pytest.mark.usefixtures("older", "policy")
def test_an_older_one_keeps_its_selector_until_somebody_narrows_it(older: Obj, api: Api) -> None:
    assert older["spec"]["selector"] == CHILD_SELECTOR
    changed = api.merge(AGENT, {"spec": {"podStatus": "Enabled"}})
    assert changed["spec"]["selector"] == CHILD_SELECTOR

    narrowed = api.merge(AGENT, {"spec": {"selector": {"matchLabels": {INSTANCE: NAME}}}})
    assert narrowed["spec"]["selector"] == OWN
