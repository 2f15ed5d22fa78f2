"""The status says whose the children are, and what to do about it."""

from dataclasses import replace
from typing import Any

import pytest

from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from tests.support.hook import FACTS, answer, conditions, stored
from tests.support.resources import agent

EARLIER, LATER = "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"
COMMAND = "python -m hooks takeover apply --namespace instana-agent --name instana-agent"
DYNAMICALLY = f"{COMMAND} --apply-strategy dynamic-apply"
NAMED = "Deployment/instana-agent-k8sensor"


def entry(manager: str, time: str = EARLIER, operation: str = "Apply", **more: Any) -> Obj:
    fields: Obj = {"f:data": {}}
    return {"manager": manager, "operation": operation, "time": time, "fieldsV1": fields, **more}


def observed(*entries: Obj, spec: Obj | None = None) -> list[Obj]:
    """Return the children at rest, one of them with the managers' entries."""
    children = stored(answer(agent(spec)))
    deployment = next(each for each in children if each["metadata"]["name"].endswith("-k8sensor"))
    deployment["metadata"]["managedFields"] = list(entries)
    return children


def found(condition: str, *args: Any, facts: Facts = FACTS, **kwargs: Any) -> tuple[str, str, str]:
    each = conditions(answer(*args, facts=facts, **kwargs))[condition]
    return each["status"], each["reason"], each["message"]


OPERATOR = entry("instana-agent-operator")
INVALID = {"k8s_sensor": {"pollrate": "often"}}


@pytest.mark.parametrize("spec", [{}, INVALID], ids=["valid", "invalid"])
def test_children_that_the_go_operator_still_owns_too(spec: Obj) -> None:
    children = observed(OPERATOR, entry("metacontroller", LATER))
    status, reason, message = found("ChildrenOwned", agent(spec), observed=children)

    assert (status, reason) == ("False", "SharedWithGoOperator")
    assert NAMED in message
    assert message.endswith(DYNAMICALLY)


def test_the_command_says_how_this_metacontroller_writes() -> None:
    """With another manager or strategy the former owner's record would be lost, not handed over."""
    children = observed(OPERATOR)
    facts = replace(FACTS, field_manager="our manager")
    told = found("ChildrenOwned", agent(), observed=children, facts=facts)[2]
    for child in children:
        del child["metadata"]["annotations"][LAST_APPLIED]
    by_server = found("ChildrenOwned", agent(), observed=children)[2]

    assert told.endswith(f"{DYNAMICALLY} --field-manager 'our manager'")
    assert by_server.endswith(COMMAND)


def test_sharing_them_does_not_make_a_running_agent_unready() -> None:
    assert found("Ready", agent(), observed=observed(OPERATOR))[0] == "True"


@pytest.mark.parametrize(
    "other",
    [
        entry("instana-agent-operator", operation="Update"),
        entry("instana-agent-operator", subresource="status"),
        entry("kubectl"),
        entry("metacontroller"),
    ],
)
def test_other_entries_are_no_sharing(other: Obj) -> None:
    assert found("ChildrenOwned", agent(), observed=observed(other))[0] == "True"


def test_a_metacontroller_under_the_go_operators_name_owns_them_alone() -> None:
    facts = replace(FACTS, field_manager="instana-agent-operator")
    children = observed(OPERATOR)

    assert found("ChildrenOwned", agent(), observed=children, facts=facts)[0] == "True"
    assert found("SoleController", agent(), observed=children, facts=facts)[0] == "True"


@pytest.mark.parametrize("ours", [{}, {"operation": "Update"}], ids=["apply", "update"])
def test_a_later_write_of_the_go_operator(ours: Obj) -> None:
    children = observed(
        entry("instana-agent-operator", LATER), entry("metacontroller", EARLIER, **ours)
    )
    status, reason, message = found("SoleController", agent(), observed=children)

    assert (status, reason) == ("False", "GoOperatorWrites")
    assert NAMED in message
    assert found("Ready", agent(), observed=children)[:2] == ("False", "GoOperatorWrites")


@pytest.mark.parametrize(
    "entries",
    [
        [OPERATOR],
        [OPERATOR, entry("metacontroller", EARLIER)],
        [OPERATOR, entry("metacontroller", LATER)],
        [entry("instana-agent-operator", LATER, subresource="status"), entry("metacontroller")],
        [entry("instana-agent-operator", None), entry("metacontroller")],  # type: ignore[arg-type]
    ],
    ids=["before the first sync", "same second", "before ours", "status", "no time"],
)
def test_no_later_write(entries: list[Obj]) -> None:
    assert found("SoleController", agent(), observed=observed(*entries))[0] == "True"


@pytest.mark.parametrize(
    "finalizer", ["v3.agent.instana.io/finalizer", "agent.instana.io/finalizer"]
)
def test_a_finalizer_that_nobody_removes(finalizer: str) -> None:
    parent = agent()
    parent["metadata"]["finalizers"] = ["example.com/other", finalizer]
    status, reason, message = found("ChildrenOwned", parent, observed=observed())

    assert (status, reason) == ("False", "FinalizerLeft")
    assert message.startswith(f"finalizer {finalizer} would block the deletion of the resource: ")
    assert "example.com" not in message
    assert message.endswith(DYNAMICALLY)
    assert found("Ready", parent, observed=observed())[0] == "True"


@pytest.mark.parametrize("finalizers", [None, [], ["example.com/other"], "x", 5])
def test_other_finalizers_are_nothing_to_us(finalizers: Any) -> None:
    parent = agent()
    parent["metadata"]["finalizers"] = finalizers

    assert found("ChildrenOwned", parent, observed=observed())[0] == "True"


def test_a_daemonset_of_another_installation_is_in_the_way() -> None:
    other = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "instana-agent", "namespace": "instana-agent"},
        "spec": {"selector": {"matchLabels": {"app": "older"}}},
    }
    children = [each for each in observed() if each["kind"] != "DaemonSet"]
    status, reason, message = found("ChildrenOwned", agent(), other, observed=children)

    assert (status, reason) == ("False", "ObjectInTheWay")
    assert "DaemonSet/instana-agent" in message
    assert f"; if this is an older installation of the agent: {DYNAMICALLY}; otherwise " in message
    pointed = f"{message}; docs/troubleshooting.md#objectintheway"
    assert found("Ready", agent(), other, observed=children) == ("False", reason, pointed)


def test_a_daemonset_of_another_name_is_in_nobodys_way() -> None:
    other = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "fluentd", "namespace": "instana-agent"},
    }

    assert found("ChildrenOwned", agent(), other, observed=observed())[0] == "True"


def test_kept_templates_are_told() -> None:
    children = observed()
    daemonset = next(each for each in children if each["kind"] == "DaemonSet")
    daemonset["metadata"]["labels"]["agent.instana.io/generation"] = "1"
    del daemonset["spec"]["template"]["metadata"]["annotations"]  # which only ours has
    status, _, message = found("ChildrenOwned", agent(), observed=children)

    assert status == "True"
    assert message == (
        "the Go operator's pod template is retained until the next change that concerns the pods: "
        "DaemonSet/instana-agent"
    )
