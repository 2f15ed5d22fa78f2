"""When a resource gets a selector of its own; the API server tier shows what it then has."""

import pytest

from hooks.contract import CHILD_SELECTOR
from hooks.generate.policies import own_selector
from hooks.kube.objects import Obj
from hooks.labels import INSTANCE
from tests.support.cel import context, holds
from tests.support.resources import NAME, agent, merged

POLICY, BINDING = own_selector()
WIDE = agent({"selector": CHILD_SELECTOR})
OWN = merged(WIDE, {"spec": {"selector": {"matchLabels": {INSTANCE: NAME}}}})
OTHERS = merged(WIDE, {"spec": {"selector": {"matchLabels": {INSTANCE: "another"}}}})
WITHOUT = {"apiVersion": WIDE["apiVersion"], "kind": WIDE["kind"], "metadata": WIDE["metadata"]}
NAMELESS = merged(WIDE, {"metadata": {"generateName": "agent-", "name": None}})


def acts(new: Obj, old: Obj | None = None) -> bool:
    request = {"operation": "UPDATE" if old else "CREATE"}
    seen = context(object=new, oldObject=old, request=request)
    conditions = POLICY["spec"]["matchConditions"]
    return all(holds(each["name"], each["expression"], seen) for each in conditions)


@pytest.mark.parametrize(
    ("new", "old"), [(WIDE, None), (WIDE, OWN)], ids=["new", "replaced without its own"]
)
def test_it_acts_on_what_selects_the_children_of_all(new: Obj, old: Obj | None) -> None:
    assert acts(new, old)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (WIDE, WIDE),
        (WIDE, WITHOUT),
        (OWN, None),
        (OTHERS, None),
        (OWN, OWN),
        (WITHOUT, None),
        (WITHOUT, OWN),
        (agent({}), None),
        (agent({"selector": {}}), None),
        (NAMELESS, None),
        (merged(WIDE, {"metadata": {"name": ""}}), None),
    ],
)
def test_it_leaves_all_else(new: Obj, old: Obj | None) -> None:
    assert not acts(new, old)


def test_no_resource_is_refused_where_it_fails() -> None:
    assert POLICY["spec"]["failurePolicy"] == "Ignore"
    assert BINDING["spec"] == {"policyName": POLICY["metadata"]["name"]}
