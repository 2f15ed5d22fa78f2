"""What scheduler and kubelets do with pods, by hand: there are none where the tests run."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import requests

from hooks.kube.node_affinity import LINUX, OS
from hooks.kube.objects import Obj, labels_of
from hooks.status.pods.summary import node_of as known_node_of
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE
from tests.support.pods import healthy

Rule: TypeAlias = Callable[[Obj], Obj]
"""From a pod to the status that its kubelet reports; without one, the pod is left alone."""

QUIET_TURNS = 20
LONG_AGO = "2026-01-01T00:00:00Z"
COMPONENT = "app.kubernetes.io/component"
NODES = ("node-1", "node-2", "node-3")


def node(name: str, *, labels: dict[str, str] | None = None) -> Obj:
    """Return a node, with Linux unless its labels say otherwise."""
    metadata = {"name": name, "labels": {OS: LINUX} | (labels or {})}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}


def have_nodes(api: Api, nodes: Iterable[Obj], taints: Iterable[Obj] = ()) -> None:
    """Make the nodes, as ready ones: the API server taints each that no kubelet reported on."""
    for each in nodes:
        api.apply(each)
        api.merge(each, {"spec": {"taints": list(taints) or None}})


def all_healthy(pod: Obj) -> Obj:
    """Return the status of a pod that is ready."""
    return status_by(healthy)(pod)


def status_by(make: Callable[[str, str], Obj]) -> Rule:
    """Return the rule by which all pods have the status of those that are made so."""
    return lambda pod: make(pod["metadata"]["name"], node_of(pod))["status"]


def of_image(tag: str, then: Rule, otherwise: Rule = all_healthy) -> Rule:
    """Return the rule by which it depends on the image's tag what becomes of a pod."""
    return lambda pod: (then if _image(pod).endswith(f":{tag}") else otherwise)(pod)


def on_node(name: str, then: Rule, otherwise: Rule = all_healthy) -> Rule:
    """Return the rule by which the pods of a node have another fate."""
    return lambda pod: (then if node_of(pod) == name else otherwise)(pod)


def play(api: Api, rule: Rule) -> None:
    """Place pods, report of them, and end those that are to end, until nothing more happens."""
    quiet = 0

    def is_over() -> bool:
        nonlocal quiet
        quiet = 0 if _turn(api, rule) else quiet + 1
        return quiet > QUIET_TURNS

    wait_for(is_over, "the pods stand still", seconds=60.0)


def end_all(api: Api) -> None:
    """End every pod at once."""
    for pod in pods(api):
        end(api, pod)


def end(api: Api, pod: Obj) -> None:
    """End the pod at once."""
    response = api.session.delete(api.url(pod), json={"gracePeriodSeconds": 0})
    assert response.ok or _is_over(response), response.text


def pods(api: Api) -> list[Obj]:
    """Return the pods of agents and k8sensors."""
    return [pod for pod in api.list("Pod", "v1", NAMESPACE) if COMPONENT in labels_of(pod)]


def node_of(pod: Obj) -> str:
    """Return the node that the pod is on, or was made for; any of them where it is free."""
    return known_node_of(pod) or NODES[sum(pod["metadata"]["name"].encode()) % len(NODES)]


def _turn(api: Api, rule: Rule) -> int:
    """Do what is to be done; returns for how many pods there was anything."""
    return sum(_play_one(api, pod, rule) for pod in pods(api))


def _play_one(api: Api, pod: Obj, rule: Rule) -> bool:
    if "deletionTimestamp" in pod["metadata"]:
        end(api, pod)
        return True
    status = rule(pod)
    is_placed = _is_unplaced(status) or _place(api, pod)
    return _report(api, pod, status) or not is_placed


def _is_unplaced(status: Obj) -> bool:
    return any(each["type"] == "PodScheduled" for each in status.get("conditions", []))


def _place(api: Api, pod: Obj) -> bool:
    """Give the pod to its node as the scheduler does; tells whether it was there before."""
    if pod["spec"].get("nodeName"):
        return True
    target = {"apiVersion": "v1", "kind": "Node", "name": node_of(pod)}
    metadata = {"name": pod["metadata"]["name"], "namespace": NAMESPACE}
    binding = {"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target}
    response = api.session.post(f"{api.url(pod)}/binding", json=binding)
    assert response.ok or _is_over(response), response.text
    return False


def _report(api: Api, pod: Obj, status: Obj) -> bool:
    """Report the status as a kubelet does; tells whether it is news."""
    conditions = [{"lastTransitionTime": LONG_AGO} | each for each in status.get("conditions", [])]
    known, status = pod["status"], status | {"conditions": conditions}
    if all(_has(known.get(field), value) for field, value in status.items()):
        return False
    gone = dict.fromkeys(known.keys() - status.keys() - {"qosClass"})
    url = f"{api.url(pod)}/status"
    headers = {"Content-Type": "application/merge-patch+json"}
    response = api.session.patch(url, json={"status": gone | status}, headers=headers)
    assert response.ok or _is_over(response), response.text
    return True


def _has(known: object, wanted: object) -> bool:
    """Tell whether everything that is wanted is there; the API server adds empty fields."""
    if isinstance(known, dict) and isinstance(wanted, dict):
        return all(_has(known.get(name), value) for name, value in wanted.items())
    if isinstance(known, list) and isinstance(wanted, list):
        return len(known) == len(wanted) and all(map(_has, known, wanted))
    return known == wanted or not (known or wanted)


def _is_over(response: requests.Response) -> bool:
    """Tell whether somebody else was faster."""
    return response.status_code in {requests.codes.not_found, requests.codes.conflict}


def _image(pod: Obj) -> str:
    image: str = pod["spec"]["containers"][0]["image"]
    return image
