from typing import Any

import pytest

from hooks.errors import InternalError, Problem, UnreadableRequest
from hooks.kube.objects import Obj
from hooks.sync import reconcile, sync
from hooks.wire import encode, sync_request
from tests.support.hook import FACTS, NOW, answer, child, children, request, stored
from tests.support.resources import agent

SENTINEL = "s3ntinel"
INVALID = {"k8s_sensor": {"pollrate": SENTINEL}}


def test_an_answer_has_children_and_a_status_and_when_to_ask_again() -> None:
    first = answer(agent())

    assert first.keys() == {"children", "status", "resyncAfterSeconds"}
    assert answer(agent(), observed=stored(first)).keys() == {"children", "status"}


def test_the_same_request_has_the_same_answer() -> None:
    parent = agent({"agent": {"env": {"B": "1", "A": "2"}, "pod": {"labels": {"x": "y"}}}})

    assert encode(answer(parent)) == encode(answer(parent))


def test_a_settled_resource_gets_its_children_as_they_are() -> None:
    before = answer(agent())

    assert answer(agent(), observed=stored(before))["children"] == before["children"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "InstanaAgentRemote"},
        {"kind": None},
        {"apiVersion": "instana.io/v1beta1"},
        {"apiVersion": SENTINEL},
    ],
)
def test_a_parent_of_another_kind_is_unreadable(change: Obj) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        answer(agent() | change)

    assert str(caught.value) == "the request's parent is not an InstanaAgent of instana.io/v1"


@pytest.mark.parametrize("parent", [None, SENTINEL, {}, {"metadata": {}}])
def test_a_request_without_a_parent_is_unreadable(parent: Any) -> None:
    with pytest.raises(UnreadableRequest):
        sync({"parent": parent}, FACTS, NOW)


def test_a_new_resource_that_is_invalid_has_no_children() -> None:
    assert answer(agent(INVALID))["children"] == []


def test_an_invalid_resource_keeps_every_observed_child_as_it_is() -> None:
    before = answer(agent())
    observed = stored(before)
    stranger = stored(answer(agent(name="other")))[0]
    after = answer(agent(INVALID), observed=[*observed, stranger])

    assert {*children(after)} == {*children(before), "DaemonSet/other"} - {""}
    assert children(after) | children(before) == children(after)


@pytest.mark.parametrize("missing", ["namespace", "generation"])
def test_a_resource_with_little_metadata_keeps_its_children(missing: str) -> None:
    before = answer(agent())
    parent = agent()
    del parent["metadata"][missing]
    after = answer(parent, observed=stored(before))

    assert children(after) == children(before)


@pytest.mark.parametrize("spec", [None, [], SENTINEL, {}])
def test_a_resource_without_a_spec_keeps_its_children(spec: Any) -> None:
    before = answer(agent())
    after = answer(agent() | {"spec": spec}, observed=stored(before))

    assert children(after) == children(before)


def test_a_child_of_the_go_operator_stays_by_what_that_operator_applied() -> None:
    observed = stored(answer(agent()))
    service = next(each for each in observed if each["kind"] == "Service")
    service["metadata"]["annotations"] = {}
    service["metadata"]["managedFields"] = [
        {
            "manager": "instana-agent-operator",
            "operation": "Apply",
            "fieldsV1": {"f:spec": {"f:selector": {}}},
        }
    ]
    kept = answer(agent(INVALID), observed=[service])["children"]

    assert [each["spec"] for each in kept] == [{"selector": service["spec"]["selector"]}]
    assert kept[0]["metadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "instana-agent-operator",
        "app.kubernetes.io/component": "instana-agent",
        "app.kubernetes.io/instance": "instana-agent",
    }


def test_the_outcome_of_an_invalid_resource_has_its_problems() -> None:
    outcome = reconcile(sync_request(request(agent(INVALID))), FACTS, NOW)

    assert outcome.problems == (
        Problem(
            "spec.k8s_sensor.pollrate", "must be a duration in seconds, such as 10s", "pollrate"
        ),
    )


def test_values_that_kubernetes_cannot_hold_are_a_problem_of_the_resource() -> None:
    parent = agent({"agent": {"pod": {"limits": {"cpu": SENTINEL}}}})
    result = answer(parent, observed=stored(answer(agent())))

    assert children(result) == children(answer(agent()))
    assert SENTINEL not in encode(result["status"]).decode()


def test_a_mistake_of_the_service_says_whose_and_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError(SENTINEL)

    monkeypatch.setattr("hooks.sync.desired_children", fail)

    with pytest.raises(InternalError) as caught:
        answer(agent())

    assert str(caught.value) == "instana-agent/instana-agent: a ValueError"


def test_a_mistake_in_a_builder_says_whose_and_which_child() -> None:
    observed = next(each for each in stored(answer(agent())) if each["kind"] == "DaemonSet")
    container = {"name": "instana-agent", "env": [{"name": {SENTINEL: 1}}]}
    broken = observed | {"spec": {"template": {"spec": {"containers": [container]}}}}

    with pytest.raises(InternalError) as caught:
        answer(agent(), observed=[broken])

    assert str(caught.value).startswith("instana-agent/instana-agent, agent_daemonsets: a ")
    assert SENTINEL not in str(caught.value)
    assert isinstance(caught.value.__cause__, AttributeError | TypeError)


def test_children_are_named_after_the_resource() -> None:
    result = answer(agent(name="prod", namespace="apm"))

    assert child(result, "DaemonSet/prod")["metadata"]["namespace"] == "apm"
    assert all(each.partition("/")[2].startswith("prod") for each in children(result))
