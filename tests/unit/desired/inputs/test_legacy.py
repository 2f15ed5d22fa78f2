"""The Helm generations' DaemonSet: its pods are reached, its Kubernetes sensor stays on."""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, children, stored, texts, volumes
from tests.support.resources import agent

OLD_LABELS = {"app.kubernetes.io/name": "instana-agent", "app.kubernetes.io/instance": "release"}
NEW_LABELS = {
    "app.kubernetes.io/name": "instana-agent",
    "app.kubernetes.io/instance": "instana-agent",
    "app.kubernetes.io/component": "instana-agent",
}
OURS = {"app.kubernetes.io/managed-by": "instana-agent-operator"}
FILE = "configuration-disable-kubernetes-sensor.yaml"
SERVICES = ("Service/instana-agent", "Service/instana-agent-headless")
DAEMON_SET = "DaemonSet/instana-agent"
K8SENSOR = "Deployment/instana-agent-k8sensor"
CONFIG = "Secret/instana-agent-config"


def old(**status: int) -> Obj:
    """Return the DaemonSet that a Helm release left, with all of its three pods running."""
    counts = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": "instana-agent",
            "namespace": "instana-agent",
            "generation": 1,
            "labels": OLD_LABELS,
        },
        "spec": {
            "selector": {"matchLabels": OLD_LABELS},
            "template": {"metadata": {"labels": OLD_LABELS}, "spec": {"containers": []}},
        },
        "status": {"observedGeneration": 1} | counts | status,
    }


def adopted() -> Obj:
    """Return it with the labels by which Metacontroller takes it for a child."""
    daemonset = old()
    daemonset["metadata"]["labels"] = OLD_LABELS | OURS | NEW_LABELS
    return daemonset


def followed(*observed: Obj, ready: bool = True) -> list[Obj]:
    """Return the children after the answer was carried out."""
    return stored(answer(agent(), observed=observed), ready=ready)


def selectors(answered: Obj) -> list[Any]:
    return [children(answered)[each]["spec"]["selector"] for each in SERVICES]


def test_its_selector_is_kept_and_its_new_pods_match_it() -> None:
    daemonset = children(answer(agent(), observed=[adopted()]))[DAEMON_SET]

    assert daemonset["spec"]["selector"] == {"matchLabels": OLD_LABELS}
    assert daemonset["spec"]["template"]["metadata"]["labels"].items() >= OLD_LABELS.items()


def test_services_lead_to_the_old_pods_before_it_is_adopted() -> None:
    assert selectors(answer(agent(), old())) == [OLD_LABELS, OLD_LABELS]


def test_services_lead_to_old_and_new_pods_while_these_are_replaced() -> None:
    rolling = followed(adopted(), ready=False)

    assert selectors(answer(agent(), observed=[adopted()])) == [OLD_LABELS, OLD_LABELS]
    assert selectors(answer(agent(), observed=rolling)) == [OLD_LABELS, OLD_LABELS]


def test_services_lead_to_the_new_pods_once_all_are_replaced() -> None:
    observed = followed(adopted())
    (daemonset,) = (each for each in observed if each["kind"] == "DaemonSet")
    pods = daemonset["spec"]["template"]["metadata"]["labels"]

    assert selectors(answer(agent(), observed=observed)) == [NEW_LABELS | OLD_LABELS] * 2
    assert pods.items() >= (NEW_LABELS | OLD_LABELS).items()


def test_network_policies_are_about_the_pods_that_services_lead_to() -> None:
    network = {"spec": {"template": {"spec": {"hostNetwork": None}}}}
    spec: Obj = {"networkPolicy": {"enabled": True}, "overrides": {"agentDaemonSet": network}}
    for observed in ([adopted()], followed(adopted())):
        answered = children(answer(agent(spec), observed=observed))
        selector = answered["NetworkPolicy/instana-agent"]["spec"]["podSelector"]

        assert selector == {"matchLabels": answered["Service/instana-agent"]["spec"]["selector"]}


@pytest.mark.parametrize(
    "labels",
    [{"app": "instana-agent"}, {"app.kubernetes.io/name": "instana-agent"}],
    ids=["app", "name"],
)
def test_services_lead_to_pods_of_manifests_until_these_are_replaced(
    labels: dict[str, str],
) -> None:
    before, labelled = old(), adopted()
    for each in (before, labelled):
        each["spec"]["selector"]["matchLabels"] = labels
        each["spec"]["template"]["metadata"]["labels"] = labels

    assert selectors(answer(agent(), before)) == [labels, labels]
    assert selectors(answer(agent(), observed=[labelled])) == [labels, labels]
    assert FILE not in texts(answer(agent(), observed=[labelled]), CONFIG)
    after = answer(agent(), observed=followed(labelled))
    assert selectors(after) == [NEW_LABELS, NEW_LABELS]
    pods = children(after)[DAEMON_SET]["spec"]["template"]["metadata"]["labels"]
    assert pods.items() >= (NEW_LABELS | labels).items()


def test_services_lead_to_pods_with_any_label_of_what_was_handed_over() -> None:
    labelled = adopted()
    labelled["spec"]["selector"]["matchLabels"] = {"k": "v"}

    assert selectors(answer(agent(), observed=[labelled])) == [{"k": "v"}, {"k": "v"}]


def test_the_selector_of_no_other_daemonset_counts() -> None:
    stranger = old()
    stranger["spec"]["selector"]["matchLabels"] = {"app": "something"}
    elsewhere = old()
    elsewhere["metadata"]["name"] = "other"

    assert selectors(answer(agent(), stranger, elsewhere)) == [NEW_LABELS, NEW_LABELS]


def test_the_kubernetes_sensor_stays_on_until_a_k8sensor_runs() -> None:
    waiting = followed(adopted(), ready=False)
    running = followed(*followed(adopted(), ready=False), ready=True)

    assert FILE not in texts(answer(agent(), observed=[adopted()]), CONFIG)
    assert FILE not in texts(answer(agent(), observed=waiting), CONFIG)
    assert FILE in texts(answer(agent(), observed=running), CONFIG)


def test_a_k8sensor_mounts_no_file_that_is_not_there_before_it_runs() -> None:
    answered = answer(agent(), observed=[adopted()])
    items = volumes(answered, K8SENSOR)["config"]["secret"]["items"]

    assert {each["key"] for each in items} <= texts(answered, CONFIG).keys()


def test_it_stays_off_when_the_k8sensor_is_gone_again() -> None:
    off = followed(*followed(adopted()))
    without = [each for each in off if each["kind"] != "Deployment"]

    assert FILE in texts(answer(agent(), observed=without), CONFIG)


@pytest.mark.parametrize("related", [[], [old()]], ids=["nothing", "not adopted"])
def test_it_is_off_where_no_such_daemonset_is_ours(related: list[Obj]) -> None:
    assert FILE in texts(answer(agent(), *related), CONFIG)


def test_switching_it_off_does_not_restart_the_k8sensor() -> None:
    before = answer(agent(), observed=[adopted()])
    after = answer(agent(), observed=followed(adopted()))

    assert FILE in texts(after, CONFIG)
    assert (
        children(before)[K8SENSOR]["spec"]["template"]
        == (children(after)[K8SENSOR]["spec"]["template"])
    )
