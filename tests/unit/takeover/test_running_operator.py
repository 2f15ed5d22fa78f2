"""The operator is stopped first, in the way that fits how it was installed."""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from hooks.labels import OPERATOR
from hooks.takeover.running_operator import STOPPED
from hooks.takeover.steps import Patch
from tests.unit.takeover.former import (
    FINALIZER,
    HELM_ANNOTATIONS,
    NAMESPACE,
    agent,
    child,
    obj,
    operator,
    operator_pod,
    places,
    planned,
    step_for,
)

DEPLOYMENT = f"Deployment {NAMESPACE}/instana-agent-controller-manager"
OWNED_BY_VERSION = [{"kind": "ClusterServiceVersion", "name": "instana-agent-operator.v2.1.0"}]


def template(image: str = "other", **labels: str) -> Obj:
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"image": image}]}}


def test_running_operator_is_scaled_to_zero() -> None:
    step = step_for(planned(operator()), DEPLOYMENT)

    assert step.change == Patch({"metadata": {"resourceVersion": "7"}, "spec": {"replicas": 0}})
    assert not step.waits_for


def test_nothing_else_is_done_while_it_runs() -> None:
    owner = agent(finalizers=[FINALIZER])

    found = planned(operator(), owner, child("Secret", "s", owner))

    assert places(found.to_do) == [DEPLOYMENT]
    assert {each.waits_for for each in found.waiting} == {STOPPED}
    assert len(found.waiting) == 2


@pytest.mark.parametrize(
    "state",
    [
        {"replicas": 0, "status": {"replicas": 1, "observedGeneration": 1}},
        {"replicas": 0, "status": {"observedGeneration": 0}},
    ],
    ids=["pods left", "not seen by its controller"],
)
def test_its_last_pods_are_waited_for(state: Any) -> None:
    found = planned(operator(**state))

    assert found.to_do == ()
    assert step_for(found, DEPLOYMENT).waits_for == STOPPED


def test_a_pod_that_is_ending_still_writes() -> None:
    owner = agent(finalizers=[FINALIZER])
    stopped = operator(replicas=0, status={"observedGeneration": 1})
    ending = operator_pod(deletionTimestamp="2026-01-01T00:00:00Z", status={"phase": "Running"})

    found = planned(stopped, ending, owner, child("Secret", "s", owner))

    assert found.to_do == ()
    assert {each.waits_for for each in found.waiting} == {STOPPED}


@pytest.mark.parametrize(
    "pod",
    [
        operator_pod(status={"phase": "Succeeded"}),
        operator_pod("another-controller-manager-5d8f7"),
        obj("Pod", "bare"),
    ],
    ids=["ended", "of another", "of nobody"],
)
def test_other_pods_are_not_waited_for(pod: Obj) -> None:
    stopped = operator(replicas=0, status={"observedGeneration": 1})

    assert planned(stopped, pod).steps == ()


def test_stopped_operator_is_left_alone() -> None:
    assert planned(operator(replicas=0, status={"observedGeneration": 1})).steps == ()


@pytest.mark.parametrize(
    ("name", "labels", "pods", "is_one"),
    [
        ("any", {"app.kubernetes.io/name": OPERATOR}, template(), True),
        ("controller-manager", {}, template(f"icr.io/instana/{OPERATOR}:2.1"), True),
        ("controller-manager", {}, template(f"mirror:5000/{OPERATOR}@sha256:00"), True),
        (OPERATOR, {}, template(**{"app.kubernetes.io/name": OPERATOR}), True),
        ("controller-manager", {}, template("another-operator:1"), False),
        ("any", {}, template(f"icr.io/instana/{OPERATOR}:2.1"), False),
        (
            "instana-agent-hooks",
            {"app.kubernetes.io/name": "instana-agent-hooks"},
            template(),
            False,
        ),
    ],
    ids=["label", "image", "digest", "pods", "another's", "another name", "our own"],
)
def test_operator_is_told_from_others(name: str, labels: Obj, pods: Obj, is_one: bool) -> None:  # noqa: FBT001
    found = planned(operator(name, labels=labels, template=pods))

    assert bool(found.steps) == is_one


@pytest.mark.parametrize(
    "mark",
    [
        {"ownerReferences": OWNED_BY_VERSION},
        {
            "labels": {
                "app.kubernetes.io/name": OPERATOR,
                "olm.owner.kind": "ClusterServiceVersion",
                "olm.owner": "instana-agent-operator.v2.1.0",
            }
        },
    ],
    ids=["owner", "labels"],
)
def test_olm_would_start_it_again(mark: Any) -> None:
    owner = agent(finalizers=[FINALIZER])

    found = planned(operator(**mark), owner)

    (blocked,) = found.blocked
    assert found.to_do == ()
    assert any("delete subscriptions" in each for each in blocked.commands)
    assert blocked.commands[-1].endswith(f"-n {NAMESPACE} instana-agent-operator.v2.1.0")


def test_resources_of_its_helm_release_are_kept() -> None:
    made: Obj = {"annotations": HELM_ANNOTATIONS}
    secret = obj("Secret", "sh.helm.release.v1.instana-agent.v3")

    found = planned(
        operator(replicas=0, status={"observedGeneration": 1}, **made),
        agent(**made),
        obj("CustomResourceDefinition", "agents.instana.io", "", **made),
        obj("Namespace", "other", "", annotations={}),
        secret,
    )

    assert places(found.to_do) == [
        "CustomResourceDefinition agents.instana.io",
        f"InstanaAgent {NAMESPACE}/instana-agent",
    ]
    assert found.to_do[0].change == Patch(
        {
            "metadata": {
                "resourceVersion": "7",
                "annotations": {"helm.sh/resource-policy": "keep"},
            }
        }
    )


def test_helm_uninstall_is_warned_of_while_helm_knows_the_release() -> None:
    release = operator(replicas=0, status={"observedGeneration": 1}, annotations=HELM_ANNOTATIONS)
    secret = obj("Secret", "sh.helm.release.v1.instana-agent.v3")

    note = step_for(planned(release, secret), DEPLOYMENT)

    assert note.what == "never run helm uninstall instana-agent"
    assert note.commands == (
        "kubectl delete secrets -n instana-agent -l owner=helm,name=instana-agent",
    )
    assert planned(release).steps == ()


def test_annotated_resource_is_not_annotated_again() -> None:
    kept = HELM_ANNOTATIONS | {"helm.sh/resource-policy": "keep"}
    release = operator(replicas=0, status={"observedGeneration": 1}, annotations=HELM_ANNOTATIONS)

    assert planned(release, agent(annotations=kept)).to_do == ()


def test_what_else_it_leads_is_named() -> None:
    others = agent("other"), obj("InstanaAgentRemote", "far")

    found = planned(operator(), agent(), *others, name="instana-agent")

    notes = [each for each in found.steps if each.change is None]
    assert places(tuple(notes)) == [
        f"InstanaAgent {NAMESPACE}/other",
        f"InstanaAgentRemote {NAMESPACE}/far",
    ]
