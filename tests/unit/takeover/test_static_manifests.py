"""Manifests that were applied by hand: adopted like a release of Helm, or refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from hooks.takeover import Settings, Strategy
from hooks.takeover.steps import Deletion, Patch, Step
from tests.support.static_manifests import INSTALLATIONS, manifests
from tests.unit.takeover.former import (
    NAMESPACE,
    agent,
    child,
    obj,
    of_helm,
    our_bindings,
    places,
    planned,
    step_for,
)

DAEMON_SET = f"DaemonSet {NAMESPACE}/instana-agent"
SERVICE = f"Service {NAMESPACE}/instana-agent"
SECRET = f"Secret {NAMESPACE}/instana-agent"
GIVEN = {
    "app.kubernetes.io/managed-by": "instana-agent-operator",
    "app.kubernetes.io/component": "instana-agent",
    "app.kubernetes.io/instance": "instana-agent",
}
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
ADOPTED_KINDS = {"DaemonSet", "Secret", "Service", "ServiceAccount"}
DYNAMIC = Settings(Strategy.DYNAMIC_APPLY)


def stored(each: Obj, manager: str = "kubectl-client-side-apply") -> Obj:
    """Return the manifest as the API server stores it."""
    metadata = each["metadata"]
    fields: Obj = {f"f:{label}": {} for label in metadata.get("labels", {})}
    owned = {"f:metadata": {"f:annotations": {f"f:{APPLIED}": {}}, "f:labels": fields}}
    entry = {"manager": manager, "operation": "Update", "fieldsV1": owned}
    rest = {"resourceVersion": "7", "annotations": {APPLIED: "{}"}, "managedFields": [entry]}
    return each | {"metadata": metadata | rest}


def installed(name: str = "few-objects") -> dict[str, Obj]:
    """Return the objects of an installation by kind and name."""
    found = [stored(each) for each in manifests(name)]
    return {f"{each['kind']} {each['metadata']['name']}": each for each in found}


def few_objects(change: Callable[[dict[str, Obj]], Any]) -> list[Obj]:
    """Return the objects of the reported installation, changed."""
    found = installed()
    change(found)
    return list(found.values())


def ours(**rest: Any) -> Obj:
    """Return the DaemonSet once it was adopted, and its pods were replaced."""
    spec = {
        "selector": {"matchLabels": {"app": "instana-agent"}},
        "template": {"metadata": {"labels": GIVEN | {"app": "instana-agent"}}},
    }
    rest.setdefault("managedFields", [])
    status = {"observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3}
    return child(
        "DaemonSet", "instana-agent", agent(), spec=spec, status=status, generation=2, **rest
    )


def sensor() -> Obj:
    """Return the new k8sensor, available."""
    conditions = [{"type": "Available", "status": "True"}]
    status = {"observedGeneration": 1, "conditions": conditions}
    name = "instana-agent-k8sensor"
    return child(
        "Deployment", name, agent(), "k8sensor", generation=1, status=status, managedFields=[]
    )


def changed_metadata(step: Step) -> Obj:
    assert isinstance(step.change, Patch)
    metadata: Obj = step.change.body["metadata"]
    return metadata


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_installation_is_adopted_but_for_what_waits_for_the_new_pods(name: str) -> None:
    found = planned(agent(), *our_bindings(), *installed(name).values())

    adopted = [each for each in found.steps if each.change and not each.waits_for]
    assert found.blocked == ()
    assert {each.obj["kind"] for each in adopted} == ADOPTED_KINDS
    assert DAEMON_SET in places(found.to_do)
    assert {type(each.change) for each in found.waiting} <= {Deletion}
    assert len(found.steps) == len(installed(name))


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_daemonset_gets_labels_and_keeps_its_pods_until_it_is_adopted(name: str) -> None:
    step = step_for(planned(agent(), *installed(name).values()), DAEMON_SET)

    assert changed_metadata(step)["labels"] == GIVEN
    assert isinstance(step.change, Patch)
    assert step.change.body.keys() == {"metadata"}
    assert "node by node" in step.restarts


@pytest.mark.parametrize(
    "by", ["kubectl-client-side-apply", "kubectl", "before-first-apply", "argo"]
)
def test_fields_of_the_installer_change_hands(by: str) -> None:
    daemonset = stored(installed()["DaemonSet instana-agent"], by)

    step = step_for(planned(agent(), daemonset), DAEMON_SET)

    managers = [each["manager"] for each in changed_metadata(step)["managedFields"]]
    assert managers == ["metacontroller"]


@pytest.mark.parametrize("by", ["kubectl-set", "before-first-apply"])
def test_fields_that_the_label_is_none_of_change_hands_too(by: str) -> None:
    daemonset = installed()["DaemonSet instana-agent"]
    later = {"manager": by, "operation": "Update", "fieldsV1": {"f:spec": {"f:x": {}}}}
    daemonset["metadata"]["managedFields"].append(later)

    metadata = changed_metadata(step_for(planned(agent(), daemonset), DAEMON_SET))

    assert metadata["managedFields"][0]["fieldsV1"].keys() == {"f:metadata", "f:spec"}
    assert len(metadata["managedFields"]) == 1


def test_fields_of_controllers_stay_theirs() -> None:
    account = installed()["ServiceAccount instana-agent"]
    entry = {"manager": "openshift-controller-manager", "operation": "Update", "fieldsV1": {}}
    account["metadata"]["managedFields"].append(entry)

    step = step_for(planned(agent(), account), f"ServiceAccount {NAMESPACE}/instana-agent")

    assert entry in changed_metadata(step)["managedFields"]


def test_dynamic_apply_gets_its_annotation_with_what_is_to_go() -> None:
    step = step_for(planned(agent(), *installed().values(), settings=DYNAMIC), DAEMON_SET)

    metadata = changed_metadata(step)
    last = json.loads(metadata["annotations"][LAST_APPLIED])
    assert last["metadata"]["annotations"] == {APPLIED: "{}"}
    assert metadata["managedFields"] == [{}]


def test_command_can_be_repeated_with_the_right_strategy() -> None:
    daemonset = installed()["DaemonSet instana-agent"]
    metadata = changed_metadata(step_for(planned(agent(), daemonset), DAEMON_SET))
    labels = daemonset["metadata"]["labels"] | metadata["labels"]
    labelled = daemonset | {"metadata": daemonset["metadata"] | metadata | {"labels": labels}}

    assert planned(agent(), labelled).steps == ()
    again = step_for(planned(agent(), labelled, settings=DYNAMIC), DAEMON_SET)
    assert LAST_APPLIED in changed_metadata(again)["annotations"]


def test_labels_given_by_hand_are_followed_by_the_fields() -> None:
    service = stored(obj("Service", "instana-agent", labels=dict(GIVEN), spec={}))

    metadata = changed_metadata(step_for(planned(agent(), service), SERVICE))

    assert metadata["managedFields"][0]["manager"] == "metacontroller"


def test_orphans_of_metacontroller_keep_what_kubectl_set() -> None:
    """Handing over the annotation of `kubectl rollout restart` would restart the agents again."""
    entries = [
        {"manager": "metacontroller", "operation": "Apply", "fieldsV1": {"f:spec": {}}},
        {"manager": "kubectl-rollout", "operation": "Update", "fieldsV1": {"f:spec": {}}},
    ]
    orphan = ours(managedFields=entries)
    del orphan["metadata"]["ownerReferences"]
    orphan["metadata"]["labels"] |= GIVEN

    assert planned(agent(), orphan).steps == ()


def foreign_image(found: dict[str, Obj], image: str = "nginx:1") -> None:
    spec = found["DaemonSet instana-agent"]["spec"]["template"]["spec"]
    spec["containers"] = [{"name": "c", "image": image}]


def controlled(found: dict[str, Obj]) -> None:
    owner = {"kind": "Fleet", "name": "f", "uid": "u", "controller": True}
    found["DaemonSet instana-agent"]["metadata"]["ownerReferences"] = [owner]


def given_and_controlled(found: dict[str, Obj]) -> None:
    controlled(found)
    found["DaemonSet instana-agent"]["metadata"]["labels"] = dict(GIVEN)


def relabel(found: dict[str, Obj], of: str, **labels: str) -> None:
    found[of]["metadata"]["labels"] = {
        f"app.kubernetes.io/{name.replace('_', '-')}": value for name, value in labels.items()
    }


def select(found: dict[str, Obj], selector: Obj) -> None:
    found["DaemonSet instana-agent"]["spec"]["selector"] = selector


REFUSED: dict[str, tuple[str, Callable[[dict[str, Obj]], None], str, str]] = {
    "another image": (DAEMON_SET, foreign_image, "it runs nginx, not the agent", "kubectl label"),
    "an image with agent in its name": (
        DAEMON_SET,
        lambda found: foreign_image(found, "example.com/other-agent:2"),
        "not the agent",
        "kubectl label",
    ),
    "a controller": (DAEMON_SET, controlled, "it belongs to Fleet f", ""),
    "a controller, and the labels": (DAEMON_SET, given_and_controlled, "it belongs to Fleet f", ""),
    "another manager": (
        DAEMON_SET,
        lambda found: relabel(
            found, "DaemonSet instana-agent", name="instana-agent", managed_by="x"
        ),
        "x manages it",
        "kubectl label",
    ),
    "another resource's labels": (
        SECRET,
        lambda found: relabel(
            found, "Secret instana-agent", managed_by="instana-agent-operator", instance="b"
        ),
        "instana-agent-operator manages it, not this resource",
        "kubectl label --overwrite secret",
    ),
    "a service without label": (
        SERVICE,
        lambda found: relabel(found, "Service instana-agent"),
        "no label shows that it belongs to an agent",
        f"kubectl label --overwrite service -n {NAMESPACE} instana-agent "
        + " ".join(f"{name}={value}" for name, value in GIVEN.items()),
    ),
    "an agent without label": (
        DAEMON_SET,
        lambda found: relabel(found, "DaemonSet instana-agent"),
        "does not have the label of Instana's manifests",
        "instana-agent app.kubernetes.io/name=instana-agent",
    ),
    "another instance": (
        DAEMON_SET,
        lambda found: select(found, {"matchLabels": {"app.kubernetes.io/instance": "x"}}),
        "its selector cannot be changed",
        f"kubectl delete daemonset -n {NAMESPACE} instana-agent",
    ),
    "another component": (
        DAEMON_SET,
        lambda found: select(found, {"matchLabels": {"app.kubernetes.io/component": "agent"}}),
        "its selector cannot be changed",
        "kubectl delete daemonset",
    ),
    "another name": (
        DAEMON_SET,
        lambda found: select(found, {"matchLabels": {"app.kubernetes.io/name": "agent"}}),
        "its selector cannot be changed",
        "kubectl delete daemonset",
    ),
    "expressions": (
        DAEMON_SET,
        lambda found: select(found, {"matchExpressions": [{"key": "a", "operator": "Exists"}]}),
        "its selector cannot be changed",
        "kubectl delete daemonset",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_certainly_adoptable_is_refused(case: str) -> None:
    where, change, why, command = REFUSED[case]

    found = planned(agent(), *few_objects(change))

    assert places(found.blocked) == [where]
    assert found.to_do == ()
    (step,) = found.blocked
    assert why in step.why
    assert any(command in each for each in step.commands) == bool(command)
    assert bool(step.commands) == bool(command)


@pytest.mark.parametrize(
    "image",
    [
        "icr.io/instana/agent:latest",
        "mirror:5000/agent@sha256:0",
        "instana/agent",
        "agent",
        "containers.instana.io/instana/release/agent/static:1",
    ],
)
def test_agent_is_known_by_its_image(image: str) -> None:
    found = planned(agent(), *few_objects(lambda found: foreign_image(found, image)))

    assert DAEMON_SET in places(found.to_do)


def test_agent_is_known_by_the_image_of_the_resource() -> None:
    own = {
        "key": "k",
        "endpointHost": "h",
        "endpointPort": "1",
        "image": {"name": "mirror/monitor"},
    }
    objects = few_objects(lambda found: foreign_image(found, "mirror/monitor:5"))

    assert places(planned(agent(), *objects).blocked) == [DAEMON_SET]
    assert DAEMON_SET in places(planned(agent(spec={"agent": own}), *objects).to_do)


@pytest.mark.parametrize(
    "labels",
    [{"app.kubernetes.io/name": "instana-agent", "a": "b"}, {"app": "instana-agent"}],
    ids=["name", "app"],
)
def test_selector_by_other_labels_is_kept(labels: dict[str, str]) -> None:
    objects = few_objects(lambda found: select(found, {"matchLabels": labels}))

    assert DAEMON_SET in places(planned(agent(), *objects).to_do)


def test_secret_that_the_resource_names_is_nobodys_child() -> None:
    named = {"keysSecret": "instana-agent", "endpointHost": "h", "endpointPort": "1"}
    objects = few_objects(lambda found: relabel(found, "Secret instana-agent"))

    found = planned(agent(spec={"agent": named}), *objects)

    assert found.blocked == ()
    assert SECRET not in places(found.steps)


@pytest.mark.parametrize(
    "agents",
    [
        [],
        [agent("other")],
        [agent(namespace="elsewhere")],
        [agent(spec={"zones": [{"name": "a"}]})],
    ],
    ids=["none", "another name", "elsewhere", "zones"],
)
def test_daemonset_needs_a_resource_that_leads_to_it(agents: list[Obj]) -> None:
    found = planned(*agents, *installed().values())

    step = step_for(found, DAEMON_SET)
    assert step.blocks
    assert "create one called instana-agent" in step.why


def test_daemonset_of_another_program_needs_no_resource() -> None:
    assert planned(*few_objects(foreign_image)).steps == ()


def test_second_installation_needs_a_resource_of_its_own() -> None:
    second = [
        each | {"metadata": each["metadata"] | {"name": "second"}} for each in installed().values()
    ]
    both = [*installed().values(), *second]

    assert places(planned(agent(), *both).blocked) == [f"DaemonSet {NAMESPACE}/second"]
    found = planned(agent(), agent("second"), *both)
    assert found.blocked == ()
    assert f"DaemonSet {NAMESPACE}/second" in places(found.to_do)


def test_second_installation_with_its_resource_blocks_nobody_else() -> None:
    second = of_helm("DaemonSet", "second")
    objects = [*installed().values(), second, agent(), agent("second")]

    found = planned(*objects, name="instana-agent")

    assert found.blocked == ()
    assert f"DaemonSet {NAMESPACE}/second" not in places(found.steps)


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_what_was_replaced_goes_once_the_new_pods_are_there(name: str) -> None:
    left = [each for each in installed(name).values() if each["kind"] not in ADOPTED_KINDS]
    accounts = [
        each
        for place, each in installed(name).items()
        if place in ("ServiceAccount k8sensor", "ServiceAccount kubernetes-sensor")
    ]

    found = planned(agent(), ours(), sensor(), *our_bindings(), *left, *accounts)

    assert {type(each.change) for each in found.to_do} <= {Deletion}
    assert len(found.to_do) == len([*left, *accounts])


def test_nothing_goes_while_the_old_pods_are_all_there() -> None:
    old = ours()
    del old["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]

    found = planned(agent(), old, sensor(), *our_bindings(), *left_of_chart().values())

    assert found.to_do == ()
    assert {each.waits_for for each in found.waiting} == {
        "DaemonSet instana-agent to be rolled out"
    }


def left_of_chart() -> dict[str, Obj]:
    """Return what the manifests of the chart leave when the agents are adopted."""
    found = installed("k8sensor")
    return {place: each for place, each in found.items() if each["kind"] not in ADOPTED_KINDS}


def cleared(*objects: Obj, **agents: Any) -> list[str]:
    resource = agent(**agents)
    return places(planned(resource, ours(), sensor(), *our_bindings(), *objects).to_do)


def test_role_that_others_are_bound_to_stays() -> None:
    left = left_of_chart()
    reference = {"kind": "ClusterRole", "name": "k8sensor"}
    another = obj("RoleBinding", "mine") | {"roleRef": reference, "subjects": []}

    deleted = cleared(*left.values(), another)

    assert "ClusterRole k8sensor" not in deleted
    assert {"ClusterRole instana-agent", "ClusterRoleBinding k8sensor"} <= set(deleted)


def test_binding_of_another_namespace_stays_with_its_role() -> None:
    left = left_of_chart()
    left["ClusterRoleBinding k8sensor"]["subjects"] = [
        {"kind": "ServiceAccount", "name": "k8sensor", "namespace": each}
        for each in (NAMESPACE, "elsewhere")
    ]

    deleted = cleared(*left.values())

    assert not {"ClusterRole k8sensor", "ClusterRoleBinding k8sensor"} & set(deleted)
    assert "ClusterRole instana-agent" in deleted


def test_rights_stay_where_none_take_their_place() -> None:
    deleted = cleared(*left_of_chart().values(), spec={"rbac": {"create": False}})

    assert f"Deployment {NAMESPACE}/k8sensor" in deleted
    assert not [each for each in deleted if each.startswith("ClusterRole")]


@pytest.mark.parametrize(
    "stranger",
    [
        obj("ConfigMap", "mine", labels={"app.kubernetes.io/name": "instana-agent"}),
        obj("ConfigMap", "k8sensor", labels={"app": "mine"}),
        obj("ConfigMap", "k8sensor", "elsewhere", labels={"app": "instana-agent"}),
        obj("Secret", "k8sensor", labels={"app": "instana-agent"}),
        obj(
            "Deployment",
            "k8sensor",
            labels={"app": "instana-agent"},
            spec={"template": {"spec": {"containers": [{"name": "c", "image": "nginx"}]}}},
        ),
        obj(
            "ConfigMap",
            "k8sensor",
            labels={"app": "instana-agent", "app.kubernetes.io/managed-by": "x"},
        ),
        obj(
            "ConfigMap",
            "k8sensor",
            labels={"app": "instana-agent"},
            ownerReferences=[{"kind": "Fleet", "name": "f", "uid": "u", "controller": True}],
        ),
        obj("ClusterRoleBinding", "k8sensor", "", labels={"app": "instana-agent"}),
        obj("ClusterRole", "k8sensor", "", labels={"app": "instana-agent"}),
    ],
    ids=[
        "another name",
        "another label",
        "elsewhere",
        "a secret",
        "another image",
        "managed",
        "controlled",
        "bound to nobody",
        "nobody is bound to it",
    ],
)
def test_what_is_not_certainly_left_behind_stays(stranger: Obj) -> None:
    assert cleared(stranger) == []
