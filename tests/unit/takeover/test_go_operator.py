"""Children of the Go operator change hands; their owner is let go."""

from typing import Any

import pytest

from hooks.desired.passes.retain_templates import PODS_MADE_FOR, pods_made_for
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.labels import GENERATION_LABEL
from hooks.rules import parse_agent
from hooks.takeover import Settings, Strategy
from hooks.takeover.steps import Patch, Step
from tests.support.resources import merged
from tests.unit.takeover.former import (
    FINALIZER,
    NAMESPACE,
    agent,
    applied,
    child,
    obj,
    places,
    planned,
    step_for,
)

OWNER = agent()
SECRET = f"Secret {NAMESPACE}/instana-agent-config"


def test_entry_is_renamed_under_server_side_apply() -> None:
    step = step_for(planned(OWNER, child("Secret", "instana-agent-config", OWNER)), SECRET)

    assert step.change == Patch(
        {"metadata": {"resourceVersion": "7", "managedFields": [applied("metacontroller")]}}
    )
    assert step.restarts == "none"


def test_metacontrollers_manager_is_a_setting() -> None:
    settings = Settings(field_manager="mc")
    found = planned(OWNER, child("Secret", "instana-agent-config", OWNER), settings=settings)

    change = step_for(found, SECRET).change
    assert isinstance(change, Patch)
    assert change.body["metadata"]["managedFields"] == [applied("mc")]


def test_entry_becomes_the_annotation_under_dynamic_apply() -> None:
    made = child("Secret", "instana-agent-config", OWNER, data={"a": "Yg=="})
    found = planned(OWNER, made, settings=Settings(Strategy.DYNAMIC_APPLY))

    change = step_for(found, SECRET).change
    assert isinstance(change, Patch)
    assert change.body["metadata"]["managedFields"] == [{}]
    assert '"data":{"a":"Yg=="}' in change.body["metadata"]["annotations"][LAST_APPLIED]


@pytest.mark.parametrize(
    "other",
    [
        child("Secret", "s", agent("another")),
        child("Secret", "s", agent(namespace="elsewhere")),
        child("Secret", "s", OWNER, managedFields=[applied("metacontroller")]),
        obj("Secret", "s", managedFields=[applied()]),
    ],
    ids=["of another", "elsewhere", "handed over", "without labels"],
)
def test_other_objects_are_left_alone(other: dict[str, object]) -> None:
    assert planned(OWNER, other).steps == ()


@pytest.mark.parametrize("record", [[applied()], []], ids=["applied", "handed over"])
def test_its_copies_for_etcd_get_the_name_of_the_resource(record: list[Any]) -> None:
    of_openshift = {"instana.io/instana-agent-name": "instana-agent"}
    copy = child("Secret", "etcd-client", OWNER, annotations=of_openshift, managedFields=record)
    change = step_for(planned(OWNER, copy), f"Secret {NAMESPACE}/etcd-client").change

    assert isinstance(change, Patch)
    assert change.body["metadata"].pop("managedFields", None) == (
        [applied("metacontroller")] if record else None
    )
    instance = {"app.kubernetes.io/instance": "instana-agent"}
    assert change.body == {"metadata": {"resourceVersion": "7", "labels": instance}}

    copy["metadata"]["labels"] |= instance
    copy["metadata"]["managedFields"] = []
    assert planned(OWNER, copy).steps == ()


def test_its_bookkeeping_is_left_to_metacontroller() -> None:
    found = planned(OWNER, child("ConfigMap", "instana-agent-dependents", OWNER))

    assert found.to_do == ()
    assert "Metacontroller deletes it" in found.steps[0].why


@pytest.mark.parametrize(
    ("finalizers", "left"),
    [
        ([FINALIZER], []),
        (["agent.instana.io/finalizer", "of.somebody/else"], ["of.somebody/else"]),
    ],
)
def test_finalizers_of_operators_are_removed(finalizers: list[str], left: list[str]) -> None:
    found = planned(agent(finalizers=finalizers))

    (step,) = found.to_do
    assert isinstance(step.change, Patch)
    metadata = step.change.body["metadata"]
    assert (metadata["resourceVersion"], metadata["finalizers"]) == ("7", left)


def test_what_the_pods_are_made_for_is_noted() -> None:
    held = agent(finalizers=[FINALIZER], generation=4)

    (step,) = planned(held).to_do
    assert isinstance(step.change, Patch)
    noted = step.change.body["metadata"]["annotations"]
    assert noted == {PODS_MADE_FOR: pods_made_for(parse_agent(held))}
    assert [line.split()[:2] for line in noted[PODS_MADE_FOR].splitlines()] == [
        ["4", "DaemonSet/instana-agent"],
        ["4", "Deployment/instana-agent-k8sensor"],
    ]


NOTE = "record the spec that its pods were created from"
BEFORE, MADE = "2026-05-31T23:59:59Z", "2026-06-01T00:00:00Z"
HELD = agent(finalizers=[FINALIZER], generation=4, creationTimestamp=MADE)
AGENTS, SENSORS = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"


def daemonset(created: str = BEFORE, *uids: str) -> dict[str, Any]:
    """Return a DaemonSet that the operator gave these owners."""
    owners: dict[str, Any] = {f'k:{{"uid":"{uid}"}}': {} for uid in uids}
    fields: dict[str, Any] = {"f:metadata": {"f:ownerReferences": owners}}
    record = [applied(**fields)] if uids else []
    rest: dict[str, Any] = {"managedFields": record, "spec": {"template": {}}}
    made = child("DaemonSet", "instana-agent", HELD, creationTimestamp=created, **rest)
    made["metadata"]["labels"][GENERATION_LABEL] = "4"
    return made


def lines(step: Step) -> list[str]:
    """Return the workloads that the note of a step names."""
    assert isinstance(step.change, Patch)
    noted = step.change.body["metadata"]["annotations"][PODS_MADE_FOR]
    return [line.split()[1] for line in noted.splitlines()]


def test_it_is_noted_first_where_workloads_are_older_than_the_resource() -> None:
    """They do not tell any more once they are handed over, should the rest be refused."""
    uid = HELD["metadata"]["uid"]
    older = planned(HELD, daemonset(BEFORE, uid)).to_do
    younger = planned(HELD, daemonset(MADE, uid)).to_do

    assert [each.obj["kind"] for each in older] == ["InstanaAgent", "DaemonSet"]
    assert [each.obj["kind"] for each in younger] == ["DaemonSet", "InstanaAgent"]
    assert older[0].what == NOTE
    assert lines(older[0]) == [AGENTS, SENSORS, AGENTS]
    assert lines(younger[1]) == [AGENTS, SENSORS]


def test_what_was_noted_stays_when_the_record_is_gone() -> None:
    there = daemonset(BEFORE, HELD["metadata"]["uid"])
    noting = planned(HELD, there).to_do[0]
    assert isinstance(noting.change, Patch)
    marked = merged(HELD, noting.change.body)

    assert NOTE not in [each.what for each in planned(marked, there).to_do]
    (last,) = planned(marked, daemonset(BEFORE)).to_do
    assert lines(last) == lines(noting)


@pytest.mark.parametrize("is_owned", [True, False])
def test_nothing_is_noted_of_what_was_made_for_another_resource(is_owned: bool) -> None:  # noqa: FBT001
    former = daemonset(BEFORE, "uid-of-another")
    if not is_owned:
        del former["metadata"]["ownerReferences"]

    of_resource = [each for each in planned(HELD, former).steps if each.obj is HELD]
    assert {tuple(lines(each)) for each in of_resource} == {(SENSORS,)}


def test_nothing_is_noted_of_an_invalid_resource() -> None:
    held = agent(finalizers=[FINALIZER], spec={"agent": {"key": 1}})

    (step,) = planned(held).to_do
    assert step.change == Patch({"metadata": {"resourceVersion": "7", "finalizers": []}})


def test_finalizers_of_others_stay() -> None:
    assert planned(agent(finalizers=["of.somebody/else"])).steps == ()


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        ({}, ["a", "b", "b"]),
        ({"namespace": "b"}, ["b", "b"]),
        ({"namespace": "b", "name": "two"}, ["b"]),
        ({"name": "one"}, ["a", "b"]),
        ({"namespace": "c"}, []),
    ],
)
def test_selection_narrows_down(selection: dict[str, Any], taken: list[str]) -> None:
    agents = [
        agent(name, namespace, finalizers=[FINALIZER])
        for namespace, name in (("a", "one"), ("b", "one"), ("b", "two"))
    ]

    found = planned(*agents, **selection)

    assert [each.partition(" ")[2].partition("/")[0] for each in places(found.to_do)] == taken
