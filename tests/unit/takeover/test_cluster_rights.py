"""The operator's cluster roles go once nobody needs them, and not before ours are there."""

from typing import Any

import pytest

from hooks.takeover.steps import Deletion
from tests.unit.takeover.former import (
    FINALIZER,
    agent,
    obj,
    our_bindings,
    places,
    planned,
    right,
    step_for,
)

RIGHTS = [
    right("ClusterRole", "instana-agent"),
    right("ClusterRole", "instana-agent-k8sensor"),
    right("ClusterRoleBinding", "instana-agent"),
    right("ClusterRoleBinding", "instana-agent-k8sensor"),
    right("Role", "instana-agent-k8sensor-etcd-reader", "kube-system"),
    right("RoleBinding", "instana-agent-k8sensor-etcd-reader", "kube-system"),
]
ROLE = "ClusterRole instana-agent"


def test_they_go_once_our_bindings_are_there() -> None:
    found = planned(agent(), *RIGHTS, *our_bindings())

    assert places(found.to_do) == [
        "ClusterRoleBinding instana-agent",
        "ClusterRoleBinding instana-agent-k8sensor",
        "ClusterRole instana-agent",
        "ClusterRole instana-agent-k8sensor",
        "RoleBinding kube-system/instana-agent-k8sensor-etcd-reader",
        "Role kube-system/instana-agent-k8sensor-etcd-reader",
    ]
    assert {type(each.change) for each in found.to_do} == {Deletion}


def test_those_with_the_namespace_in_front_go_too() -> None:
    names = ("tenant-a-instana-agent", "tenant-a-instana-agent-k8sensor")
    rights = [right(kind, name) for kind in ("ClusterRoleBinding", "ClusterRole") for name in names]
    others = right("ClusterRole", "tenant-b-instana-agent")

    found = planned(agent(namespace="tenant-a"), *rights, others, *our_bindings("tenant-a"))

    assert places(found.to_do) == [f"{each['kind']} {each['metadata']['name']}" for each in rights]
    assert found.waiting == ()


@pytest.mark.parametrize("missing", [0, 1])
def test_each_of_our_bindings_is_waited_for(missing: int) -> None:
    ours = our_bindings()
    name = ours.pop(missing)["metadata"]["name"]

    found = planned(agent(), *RIGHTS, *ours)

    assert found.to_do == ()
    assert {each.waits_for for each in found.waiting} == {f"ClusterRoleBinding {name}"}


def test_no_binding_is_waited_for_that_we_never_make() -> None:
    disabled = {"k8s_sensor": {"deployment": {"enabled": False}}}

    found = planned(agent(spec=disabled), *RIGHTS, our_bindings()[0])

    assert len(found.to_do) == len(RIGHTS)


def test_shared_ones_wait_for_the_other_resource_to_be_taken_over() -> None:
    other = agent(namespace="other", finalizers=[FINALIZER])
    bindings = [*our_bindings(), *our_bindings("other")]

    found = planned(agent(), other, *RIGHTS, *bindings, namespace="instana-agent")

    assert found.to_do == ()
    assert "InstanaAgent other/instana-agent" in found.waiting[0].waits_for


def test_shared_ones_wait_for_the_bindings_of_the_other_resource() -> None:
    found = planned(
        agent(), agent(namespace="other"), *RIGHTS, *our_bindings(), namespace="instana-agent"
    )

    assert found.waiting[0].waits_for == "ClusterRoleBinding instana-io-agent:other:instana-agent"


def test_shared_ones_go_with_the_last_resource() -> None:
    bindings = [*our_bindings(), *our_bindings("other")]

    found = planned(agent(), agent(namespace="other"), *RIGHTS, *bindings)

    assert len(found.to_do) == len(RIGHTS)


def test_nothing_goes_while_a_resource_is_invalid() -> None:
    invalid = agent("unclear", spec={"agent": {"mode": 7}})

    found = planned(agent(), invalid, *RIGHTS, *our_bindings())

    assert found.to_do == ()
    assert "InstanaAgent instana-agent/unclear to be valid" in found.waiting[0].waits_for


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({"rbac": {"create": False}}, "instana-agent"),
        ({"rbac": {"create": False}}, "instana-agent-instana-agent"),
        ({"serviceAccount": {"create": False}}, "default"),
    ],
    ids=["rbac.create", "rbac.create, newer operators", "account default"],
)
def test_rights_that_we_do_not_give_are_kept(spec: Any, name: str) -> None:
    found = planned(agent(spec=spec), right("ClusterRole", name), *our_bindings())

    step = step_for(found, f"ClusterRole {name}")
    assert step.change is None
    assert step.commands == (f"kubectl delete clusterrole {name}",)


@pytest.mark.parametrize(
    "stranger",
    [
        right("ClusterRole", "another"),
        obj("ClusterRole", "instana-agent", "", labels={}),
        obj(
            "ClusterRole",
            "instana-agent",
            "",
            labels={"app.kubernetes.io/managed-by": "instana-agent-operator"},
        ),
    ],
    ids=["another name", "no label", "not applied by it"],
)
def test_strangers_are_left_alone(stranger: dict[str, object]) -> None:
    assert planned(agent(), stranger, *our_bindings()).steps == ()


def test_named_account_names_the_role() -> None:
    named = agent(spec={"serviceAccount": {"name": "monitoring"}})

    found = planned(named, right("ClusterRole", "monitoring"), *RIGHTS[:1], *our_bindings())

    assert places(found.to_do) == ["ClusterRole monitoring"]
