"""The Helm-based generations: what is needed is adopted, what is replaced goes at the end."""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.takeover.steps import Deletion, Patch, place
from tests.support.helm_era import STATES, recorded_state
from tests.unit.takeover.former import (
    HELM_ANNOTATIONS,
    NAMESPACE,
    agent,
    obj,
    of_helm,
    our_bindings,
    places,
    planned,
    step_for,
)

OLD_PODS = {"labels": {"helm.sh/chart": "instana-agent-1.2.74"}}
SELECTOR = {"matchLabels": {"app.kubernetes.io/name": "instana-agent"}}
DAEMON_SET = f"DaemonSet {NAMESPACE}/instana-agent"
RELEASE = obj("Secret", "sh.helm.release.v1.instana-agent.v1")
LEFT = (
    of_helm("Deployment", "k8sensor"),
    of_helm("ServiceAccount", "k8sensor"),
    of_helm("ConfigMap", "k8sensor"),
    of_helm("ConfigMap", "instana-agent"),
    of_helm("ClusterRoleBinding", "k8sensor", ""),
    of_helm("ClusterRole", "k8sensor", ""),
)
ADOPTABLE = ("Service", "instana-agent"), ("Service", "instana-agent-headless")
ADOPTED = (
    *ADOPTABLE,
    ("DaemonSet", "instana-agent"),
    ("Secret", "instana-agent"),
    ("ServiceAccount", "instana-agent"),
)
LABELS = {
    "app.kubernetes.io/managed-by": "instana-agent-operator",
    "app.kubernetes.io/component": "instana-agent",
    "app.kubernetes.io/instance": "instana-agent",
}


def daemonset(name: str = "instana-agent", **rest: Any) -> Obj:
    """Return the old DaemonSet."""
    spec = {
        "selector": SELECTOR,
        "template": {"metadata": OLD_PODS, "spec": {"containers": [{"name": "instana-agent"}]}},
    }
    return of_helm("DaemonSet", name, spec=spec, **rest)


def rolled_out() -> Obj:
    """Return the DaemonSet once it was adopted and its pods were replaced."""
    spec = {"selector": SELECTOR, "template": {"metadata": {"labels": LABELS}}}
    status = {"observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3}
    return obj("DaemonSet", "instana-agent", labels=LABELS, spec=spec, status=status, generation=2)


def sensor(status: str = "True", seen: int = 1) -> Obj:
    """Return the new k8sensor, available or not."""
    conditions = [{"type": "Available", "status": status}]
    return obj(
        "Deployment",
        "instana-agent-k8sensor",
        labels=LABELS | {"app.kubernetes.io/component": "k8sensor"},
        generation=1,
        status={"observedGeneration": seen, "conditions": conditions},
    )


@pytest.mark.parametrize("state", STATES)
def test_recorded_state_is_adopted_but_for_what_waits_for_the_new_pods(state: str) -> None:
    """The API server adds what no recorded object has: its resourceVersion."""
    stored = [
        each | {"metadata": each["metadata"] | {"resourceVersion": "7"}}
        for each in recorded_state(state)
    ]
    found = planned(agent(), *our_bindings(), *stored, RELEASE)

    adopted = {f"{kind} {NAMESPACE}/{name}" for kind, name in ADOPTED}
    assert set(places(found.to_do)) == adopted
    assert set(places(found.waiting)) == {*map(place, [*stored, RELEASE])} - adopted
    assert found.blocked == ()


def test_daemonset_is_labelled_and_its_fields_are_handed_over() -> None:
    step = step_for(planned(agent(), daemonset()), DAEMON_SET)

    assert isinstance(step.change, Patch)
    metadata = step.change.body["metadata"]
    assert metadata["labels"] == LABELS
    assert [(each["manager"], each["operation"]) for each in metadata["managedFields"]] == [
        ("metacontroller", "Apply")
    ]
    assert "spec" not in step.change.body
    assert "node by node" in step.restarts


@pytest.mark.parametrize(
    ("kind", "name"), [*ADOPTABLE, ("ServiceAccount", "instana-agent"), ("Secret", "instana-agent")]
)
def test_what_has_the_name_of_a_child_is_adopted(kind: str, name: str) -> None:
    found = planned(agent(), daemonset(), of_helm(kind, name))

    change = step_for(found, f"{kind} {NAMESPACE}/{name}").change
    assert isinstance(change, Patch)
    assert change.body["metadata"]["labels"] == LABELS


def test_secret_that_the_resource_refers_to_stays_the_users() -> None:
    spec = {"agent": {"keysSecret": "instana-agent", "endpointHost": "h", "endpointPort": "1"}}

    found = planned(agent(spec=spec), daemonset(), of_helm("Secret", "instana-agent"))

    assert f"Secret {NAMESPACE}/instana-agent" not in places(found.steps)


def test_nothing_is_labelled_that_the_service_would_delete() -> None:
    found = planned(agent(), daemonset(), *LEFT)

    assert places(found.to_do) == [DAEMON_SET]


@pytest.mark.parametrize(
    ("present", "awaited"),
    [
        ([daemonset()], "DaemonSet instana-agent to be rolled out"),
        ([rolled_out()], "Deployment instana-agent-k8sensor to be available"),
        ([rolled_out(), sensor("False")], "Deployment instana-agent-k8sensor to be available"),
        ([rolled_out(), sensor(seen=0)], "Deployment instana-agent-k8sensor to be available"),
        (
            [rolled_out(), sensor()],
            "ClusterRoleBinding instana-io-agent:instana-agent:instana-agent",
        ),
    ],
    ids=["old pods", "no sensor", "not available", "changed just now", "no binding"],
)
def test_old_sensor_goes_only_once_the_new_one_is_there(present: list[Obj], awaited: str) -> None:
    found = planned(agent(), *present, RELEASE, *LEFT)

    deletions = [each for each in found.steps if isinstance(each.change, Deletion)]
    assert len(deletions) == len(LEFT) + 1
    assert {each.waits_for for each in deletions} == {awaited}


def test_old_objects_go_the_release_first() -> None:
    found = planned(agent(), rolled_out(), sensor(), *our_bindings(), RELEASE, *reversed(LEFT))

    assert places(found.to_do) == [
        f"Secret {NAMESPACE}/sh.helm.release.v1.instana-agent.v1",
        f"Deployment {NAMESPACE}/k8sensor",
        f"ServiceAccount {NAMESPACE}/k8sensor",
        f"ConfigMap {NAMESPACE}/instana-agent",
        f"ConfigMap {NAMESPACE}/k8sensor",
        "ClusterRoleBinding k8sensor",
        "ClusterRole k8sensor",
    ]


def test_resource_without_sensor_waits_for_none() -> None:
    disabled = agent(spec={"k8s_sensor": {"deployment": {"enabled": False}}})

    found = planned(disabled, rolled_out(), our_bindings()[0], *LEFT)

    assert len(found.to_do) == len(LEFT)


@pytest.mark.parametrize(
    ("spec", "kept"),
    [
        ({"serviceAccount": {"create": False, "name": "k8sensor"}}, "ServiceAccount"),
        (
            {
                "agent": {
                    "key": "k",
                    "endpointHost": "h",
                    "endpointPort": "1",
                    "pod": {"volumes": [{"name": "v", "configMap": {"name": "k8sensor"}}]},
                }
            },
            "ConfigMap",
        ),
    ],
    ids=["account", "volume"],
)
def test_what_the_new_pods_name_stays(spec: Obj, kept: str) -> None:
    found = planned(agent(spec=spec), daemonset(), *LEFT)

    assert f"{kept} {NAMESPACE}/k8sensor" not in places(found.steps)
    assert f"Deployment {NAMESPACE}/k8sensor" in places(found.steps)


def test_other_releases_are_left_alone() -> None:
    other = obj("Secret", "sh.helm.release.v1.other.v1")
    newer = of_helm("Deployment", "operator")
    newer["metadata"]["labels"]["helm.sh/chart"] = "instana-agent-2.0.48"
    elsewhere = of_helm("Deployment", "k8sensor", "elsewhere")

    found = planned(
        agent(), rolled_out(), sensor(), *our_bindings(), other, newer, elsewhere, LEFT[0]
    )

    assert places(found.steps) == [f"Deployment {NAMESPACE}/k8sensor"]


@pytest.mark.parametrize("spec", [{}, {"agent": {}}], ids=["not rolled out", "an invalid resource"])
def test_releases_of_one_namespace_are_cleared_together(spec: Obj) -> None:
    """What one resource does not need, the other may."""
    other = [
        of_helm("Deployment", "k8sensor-b"),
        of_helm("ServiceAccount", "b"),
        of_helm("Service", "b"),
        obj("Secret", "sh.helm.release.v1.b.v1"),
    ]
    for each in other[:3]:
        each["metadata"]["annotations"] = HELM_ANNOTATIONS | {"meta.helm.sh/release-name": "b"}
    old = [] if spec else [daemonset("b")]

    found = planned(
        agent(), rolled_out(), sensor(), *our_bindings(), agent("b", spec=spec), *old, *other
    )

    deletions = [each for each in found.steps if isinstance(each.change, Deletion)]
    deleted = places(tuple(deletions))
    assert all(each.waits_for for each in deletions)
    assert len(set(deleted)) == len(deleted)
    assert f"Deployment {NAMESPACE}/k8sensor-b" in deleted
    if not spec:
        assert not {f"Service {NAMESPACE}/b", f"ServiceAccount {NAMESPACE}/b"} & set(deleted)


@pytest.mark.parametrize(
    "agents",
    [
        [],
        [agent("other-name")],
        [agent(namespace="elsewhere")],
        [agent(spec={"zones": [{"name": "a"}]})],
        [agent(spec={"agent": {}})],
    ],
    ids=["none", "another name", "elsewhere", "zones", "invalid"],
)
def test_daemonset_needs_a_resource_that_leads_to_it(agents: list[Obj]) -> None:
    found = planned(*agents, daemonset(), RELEASE, *LEFT)

    assert places(found.blocked) == [DAEMON_SET]
    assert found.to_do == ()


def test_daemonset_of_a_namespace_that_is_not_asked_for_blocks_nothing() -> None:
    assert planned(daemonset(), namespace="elsewhere").steps == ()


def test_labelled_daemonset_is_not_labelled_again_while_it_waits_for_metacontroller() -> None:
    old = daemonset()
    step = step_for(planned(agent(), old), DAEMON_SET)
    assert isinstance(step.change, Patch)
    metadata = old["metadata"]
    labels = metadata["labels"] | LABELS
    adopted = old | {"metadata": metadata | step.change.body["metadata"] | {"labels": labels}}

    assert planned(agent(), adopted).to_do == ()


def test_once_adopted_nothing_is_left_to_do() -> None:
    assert planned(agent(), rolled_out(), sensor(), *our_bindings()).steps == ()
