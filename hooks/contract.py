"""What the service and Metacontroller agree on: kinds of objects, and what selects children.

The controllers in `metacontroller/` and the CRD contain the same; tests compare them.
"""

from hooks.kube.objects import Obj
from hooks.labels import AGENT, COMPONENT, INSTANCE, K8SENSOR, MANAGED_BY, OPERATOR

CERTIFICATE = "Certificate.cert-manager.io/v1"
CONFIG_MAP = "ConfigMap.v1"
DAEMON_SET = "DaemonSet.apps/v1"
DEPLOYMENT = "Deployment.apps/v1"
ENDPOINT_SLICE = "EndpointSlice.discovery.k8s.io/v1"
NAMESPACE = "Namespace.v1"
NETWORK_POLICY = "NetworkPolicy.networking.k8s.io/v1"
NODE = "Node.v1"
POD = "Pod.v1"
PERSISTENT_VOLUME_CLAIM = "PersistentVolumeClaim.v1"
POD_DISRUPTION_BUDGET = "PodDisruptionBudget.policy/v1"
SECRET = "Secret.v1"  # noqa: S105 - a kind, not a secret
SERVICE = "Service.v1"
SERVICE_ACCOUNT = "ServiceAccount.v1"

CHILD_RESOURCES = {
    CERTIFICATE: "certificates",
    CONFIG_MAP: "configmaps",
    DAEMON_SET: "daemonsets",
    DEPLOYMENT: "deployments",
    NETWORK_POLICY: "networkpolicies",
    PERSISTENT_VOLUME_CLAIM: "persistentvolumeclaims",
    POD_DISRUPTION_BUDGET: "poddisruptionbudgets",
    SECRET: "secrets",
    SERVICE: "services",
    SERVICE_ACCOUNT: "serviceaccounts",
}
"""The kinds of children, each with its resource as Metacontroller's rules name it."""

OPTIONAL_KINDS = {"certificates.cert-manager.io": CERTIFICATE}
"""Kinds of children for which Metacontroller may have a rule, by the CRD that they need."""

CHILD_KINDS = tuple(kind for kind in CHILD_RESOURCES if kind not in OPTIONAL_KINDS.values())
"""The kinds of children for which Metacontroller always has a rule."""

RELATED_KINDS = {
    "endpointslices": ENDPOINT_SLICE,
    "namespaces": NAMESPACE,
    "nodes": NODE,
    "pods": POD,
    **{resource: kind for kind, resource in CHILD_RESOURCES.items()},
}
"""The kinds of related objects, by the resource that Metacontroller's rules name."""

CHILD_SELECTOR: Obj = {
    "matchLabels": {MANAGED_BY: OPERATOR},
    "matchExpressions": [{"key": COMPONENT, "operator": "In", "values": [AGENT, K8SENSOR]}],
}
"""The labels by which every resource selects its children; its own name may be added."""

MATCHED_BY_PARENT = (MANAGED_BY, COMPONENT, INSTANCE)
"""The labels that the resource's `spec.selector` asks for; the last one only if the selector names
the resource."""
