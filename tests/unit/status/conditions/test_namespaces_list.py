"""A list of Namespaces that changes shows in the status only if it does not arrive."""

from copy import deepcopy

import pytest

from hooks.kube.objects import Obj, describe
from tests.support.hook import FACTS, answer, conditions, stored
from tests.support.resources import agent, namespace

LIST = "ConfigMap/instana-agent-namespaces"
LABELLED = "2026-01-01T12:00:00Z"
SOON, LATE = "2026-01-01T12:00:29Z", "2026-01-01T12:00:30Z"
KNOWN = {"observedGeneration": 1, "operatorVersion": FACTS.operator_version}


def labelled(name: str) -> Obj:
    """Return a Namespace that got the label at a certain time, and another status later."""
    found = namespace(name, "true")
    status = {"manager": "m", "time": LATE, "subresource": "status"}
    found["metadata"]["managedFields"] = [{"manager": "m", "time": LABELLED}, status]
    return found


def at_rest(*namespaces: Obj) -> tuple[Obj, list[Obj]]:
    """Return a resource at rest, with its children."""
    children = stored(answer(agent(), *namespaces))
    known = agent(status=deepcopy(KNOWN))
    return answer(known, *namespaces, observed=children, now=LABELLED)["status"], children


def status_then(
    before: list[Obj], after: list[Obj], now: str, change: Obj | None = None
) -> tuple[Obj, Obj]:
    """Return the status at rest, and that of the call with other Namespaces."""
    status, children = at_rest(*before)
    resource = agent(status=deepcopy(status | (change or {})))
    return status, answer(resource, *after, observed=children, now=now)["status"]


ONE, TWO = labelled("one"), labelled("two")


@pytest.mark.parametrize(
    ("before", "after", "now"),
    [
        ([], [ONE], SOON),
        ([ONE], [ONE, TWO], SOON),
        ([ONE], [namespace("one", "false")], LATE),
        ([ONE, TWO], [ONE], LATE),
        ([ONE], [], LATE),
    ],
    ids=["the first", "one more", "another value, written at no known time", "one less", "none"],
)
def test_a_changed_list_writes_no_status(before: list[Obj], after: list[Obj], now: str) -> None:
    at_first, then = status_then(before, after, now)

    assert then == at_first


def test_a_list_that_does_not_arrive_is_shown() -> None:
    _, then = status_then([ONE], [ONE, TWO], LATE)

    assert conditions({"status": then})["ChildrenApplied"]["reason"] == "BeingApplied"


@pytest.mark.parametrize("change", [{"observedGeneration": 0}, {"operatorVersion": "older"}])
def test_a_change_of_the_resource_or_the_service_is_shown(change: Obj) -> None:
    _, then = status_then([], [ONE], SOON, change)

    assert conditions({"status": then})["ChildrenApplied"]["reason"] == "BeingApplied"


def test_another_child_that_changes_is_shown() -> None:
    status, children = at_rest()
    others = [child for child in children if child["kind"] != "Service"]
    then = answer(agent(status=status), ONE, observed=others, now=SOON)

    assert conditions(then)["ChildrenApplied"]["reason"] == "BeingApplied"


def test_a_list_that_does_not_exist_yet_is_shown() -> None:
    status, children = at_rest()
    others = [child for child in children if describe(child) != LIST]
    then = answer(agent(status=status), ONE, observed=others, now=SOON)

    assert conditions(then)["ChildrenApplied"]["reason"] == "BeingApplied"
