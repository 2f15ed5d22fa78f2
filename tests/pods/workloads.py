"""Agents and k8sensors as they are in the cluster: which pods there are, and how they do."""

from hooks.kube.objects import Obj, labels_of
from hooks.labels import AGENT, COMPONENT, K8SENSOR
from tests.cluster.api import Api

NAME = NAMESPACE = "instana-agent"


def pods(api: Api, component: str, namespace: str = NAMESPACE) -> list[Obj]:
    """Return the pods of agents or k8sensors."""
    return api.list("Pod", "v1", namespace, labelSelector=f"{COMPONENT}={component}")


def agents(api: Api, namespace: str = NAMESPACE) -> list[Obj]:
    return pods(api, AGENT, namespace)


def sensors(api: Api) -> list[Obj]:
    return pods(api, K8SENSOR)


def daemonset(name: str = NAME) -> Obj:
    """Return what the DaemonSet is known by."""
    return known("DaemonSet", "apps/v1", name)


def known(kind: str, version: str, name: str, namespace: str = NAMESPACE) -> Obj:
    """Return what an object is known by."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def is_ready(obj: Obj) -> bool:
    """Tell whether the pod or node is, and is to stay."""
    conditions = obj.get("status", {}).get("conditions", [])
    ready = any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)
    return ready and "deletionTimestamp" not in obj["metadata"]


def how_it_is(pod: Obj) -> tuple[str, ...]:
    """Return what makes a pod not ready: its name, node, deletion, and what its status says."""
    metadata, status = pod["metadata"], pod.get("status", {})
    said = [each.get("reason", "") for each in status.get("conditions", [])]
    deleted = metadata.get("deletionTimestamp", "")
    return metadata["name"], pod["spec"].get("nodeName", ""), deleted, status["phase"], *said


def is_of(component: str, obj: Obj) -> bool:
    """Tell whether it is a pod of agents or k8sensors."""
    return obj["kind"] == "Pod" and labels_of(obj).get(COMPONENT) == component


def ready_nodes(objects: list[Obj]) -> set[str]:
    """Return the nodes on which an agent is ready."""
    return {each["spec"]["nodeName"] for each in objects if is_of(AGENT, each) and is_ready(each)}


def uids(objects: list[Obj]) -> set[str]:
    return {each["metadata"]["uid"] for each in objects}


def image(pod: Obj) -> str:
    """Return the image of the first container."""
    found: str = pod["spec"]["containers"][0]["image"]
    return found
