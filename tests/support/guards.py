"""Objects of others, and what the policies of `deploy/guards` say of writing to them."""

from hooks.definition import guards
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND
from tests.support.cel import Verdict, judged_by_policies
from tests.support.resources import NAME, merged, obj

GUARDS = guards()
OURS = {"app.kubernetes.io/managed-by": "instana-agent-operator"}
THE_INSTALLATIONS = {"app.kubernetes.io/name": "instana-agent-hooks"}
LABELS = {"app": "strangers"}
TEMPLATE: Obj = {
    "metadata": {"labels": LABELS},
    "spec": {"containers": [{"name": "main", "image": "strangers.example/app:1"}]},
}
WORKLOAD: Obj = {"selector": {"matchLabels": LABELS}, "template": TEMPLATE}
CLAIM: Obj = {
    "accessModes": ["ReadWriteOnce"],
    "resources": {"requests": {"storage": "1Gi"}},
    "storageClassName": "strangers",
}
ISSUED: Obj = {"secretName": "strangers", "issuerRef": {"name": "strangers"}}
OBJECTS: tuple[Obj, ...] = (
    obj("ConfigMap", NAME, data={"of": "strangers"}),
    obj("PersistentVolumeClaim", NAME, spec=CLAIM),
    obj("Secret", NAME, data={"of": "c3RyYW5nZXJz"}),
    obj("Service", NAME, spec={"selector": LABELS, "ports": [{"port": 80}]}),
    obj("ServiceAccount", "strangers"),
    obj("DaemonSet", NAME, spec=WORKLOAD) | {"apiVersion": "apps/v1"},
    obj("Deployment", NAME, spec=WORKLOAD) | {"apiVersion": "apps/v1"},
    obj("NetworkPolicy", NAME, spec={"podSelector": {"matchLabels": LABELS}})
    | {"apiVersion": "networking.k8s.io/v1"},
    obj(
        "PodDisruptionBudget",
        NAME,
        spec={"minAvailable": 1, "selector": {"matchLabels": LABELS}},
    )
    | {"apiVersion": "policy/v1"},
    obj("Certificate", NAME, spec=ISSUED) | {"apiVersion": "cert-manager.io/v1"},
)
"""One of each kind of children, as an application would have it."""


def owner(name: str = NAME, uid: str = "uid-of-the-agent", **more: object) -> Obj:
    """Return the reference by which an InstanaAgent owns a child."""
    reference = {"apiVersion": API_VERSION, "kind": KIND, "name": name, "uid": uid}
    return reference | {"controller": True, "blockOwnerDeletion": True} | more


def with_metadata(original: Obj, **metadata: object) -> Obj:
    """Return an object with further metadata."""
    return merged(original, {"metadata": metadata})


def refused(new: Obj, old: Obj | None) -> list[Verdict]:
    """Return what the guards have against a change."""
    return [each for each in judged_by_policies(GUARDS, new, old) if not each.holds]
