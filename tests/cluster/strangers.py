"""A resource, and what somebody else has at the places of its children."""

from typing import Any

from hooks.kube.objects import Obj, controller_of, describe
from tests.cluster.api import Api
from tests.cluster.cases import NAMESPACE, resource
from tests.support.resources import merged

NAME = "in-the-way"
SPEC: Obj = {
    "agent": {
        "packageCache": {"type": "PersistentVolumeClaim", "size": "1Gi"},
        "tls": {"certificate": "Y2VydA==", "key": "a2V5"},
    },
    "k8s_sensor": {"deployment": {"replicas": 2}, "podDisruptionBudget": {"enabled": True}},
    "networkPolicy": {"enabled": True},
}
AGENT = merged(resource("minimal"), {"metadata": {"name": NAME}, "spec": SPEC})
MINE = {"app": "mine"}
POD = {"metadata": {"labels": MINE}, "spec": {"containers": [{"name": "mine", "image": "mine"}]}}
WORKLOAD = {"selector": {"matchLabels": MINE}, "template": POD}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
CONTENTS: dict[str, tuple[str, Obj]] = {
    "ConfigMap": ("v1", {"data": {"mine": "precious"}}),
    "DaemonSet": ("apps/v1", {"spec": WORKLOAD}),
    "Deployment": ("apps/v1", {"spec": {"replicas": 1, **WORKLOAD}}),
    "NetworkPolicy": (
        "networking.k8s.io/v1",
        {"spec": {"podSelector": {"matchLabels": MINE}, "policyTypes": ["Ingress"]}},
    ),
    "PersistentVolumeClaim": ("v1", {"spec": CLAIM}),
    "PodDisruptionBudget": (
        "policy/v1",
        {"spec": {"minAvailable": 1, "selector": {"matchLabels": MINE}}},
    ),
    "Secret": ("v1", {"data": {"mine": "cHJlY2lvdXM="}}),
    "Service": ("v1", {"spec": {"selector": MINE, "ports": [{"name": "mine", "port": 80}]}}),
    "ServiceAccount": ("v1", {}),
}
"""What somebody else has, by kind: the version of the kind, and the rest."""

PLACES = (
    f"ConfigMap/{NAME}-namespaces",
    f"ConfigMap/{NAME}-k8sensor",
    f"DaemonSet/{NAME}",
    f"Deployment/{NAME}-k8sensor",
    f"NetworkPolicy/{NAME}-k8sensor",
    f"PersistentVolumeClaim/{NAME}-package-cache",
    f"PodDisruptionBudget/{NAME}-k8sensor",
    f"Secret/{NAME}-config",
    f"Secret/{NAME}-tls",
    f"Service/{NAME}",
    f"Service/{NAME}-headless",
    f"ServiceAccount/{NAME}",
    f"ServiceAccount/{NAME}-k8sensor",
)
"""All kinds of children."""


def at(place: str, **metadata: Any) -> Obj:
    """Return what somebody else has at a place."""
    kind, name = place.split("/")
    version, content = CONTENTS[kind]
    metadata = {"name": name, "namespace": NAMESPACE, **metadata}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **content}


OTHERS = [at(place) for place in PLACES]


def state(api: Api, objects: list[Obj]) -> dict[str, tuple[str, str]]:
    """Return UID and what no controller of Kubernetes writes of each object that is there."""
    found = {describe(each): api.get(each) for each in objects}
    return {
        place: (each["metadata"]["uid"], str(_of_owner(each)))
        for place, each in found.items()
        if each
    }


def _of_owner(obj: Obj) -> Obj:
    metadata = {
        name: obj["metadata"].get(name) for name in ("labels", "ownerReferences", "generation")
    }
    return {"metadata": metadata, "spec": obj.get("spec"), "data": obj.get("data")}


def owned(api: Api, agent: Obj = AGENT) -> dict[str, Any]:
    """Return the condition that says whose the children of a resource are."""
    status = (api.get(agent) or {}).get("status") or {}
    found = (each for each in status.get("conditions", []) if each["type"] == "ChildrenOwned")
    return next(found, {})


def owner_of(api: Api, place: str) -> str:
    """Return which InstanaAgent controls what is at a place."""
    owner = controller_of(api.get(at(place)) or at(place)) or {}
    return str(owner["name"]) if owner.get("kind") == "InstanaAgent" else ""


def is_ours(api: Api, place: str) -> bool:
    return owner_of(api, place) == NAME


def sync_errors(api: Api, agent: Obj = AGENT) -> list[Obj]:
    """Return the events in which Metacontroller said what it could not write for this resource."""
    uid = (api.get(agent) or {})["metadata"]["uid"]
    events = api.list("Event", "v1", NAMESPACE, fieldSelector="reason=SyncError")
    return [each for each in events if each["involvedObject"].get("uid") == uid]
