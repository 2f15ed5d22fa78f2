"""Types of Kubernetes that are passed through.

The service reads no more of them than it must; the CRD's schema contains their fields.
"""

from typing import Annotated, Any

from pydantic import WithJsonSchema

Opaque = dict[str, Any]
"""A part that is passed through to Kubernetes, which checks it."""

KUBERNETES_TYPE = "x-kubernetes-type"
"""The keyword that names the type in the models' JSON schema."""


def kubernetes_type(name: str) -> WithJsonSchema:
    """Return the annotation that gives a part this type, as in the API server's OpenAPI."""
    return WithJsonSchema({KUBERNETES_TYPE: name})


Affinity = Annotated[Opaque, kubernetes_type("io.k8s.api.core.v1.Affinity")]
EnvVar = Annotated[Opaque, kubernetes_type("io.k8s.api.core.v1.EnvVar")]
Probe = Annotated[Opaque, kubernetes_type("io.k8s.api.core.v1.Probe")]
ResourceClaim = Annotated[Opaque, kubernetes_type("io.k8s.api.core.v1.ResourceClaim")]
Toleration = Annotated[Opaque, kubernetes_type("io.k8s.api.core.v1.Toleration")]
Volume = Annotated[Opaque, kubernetes_type("io.k8s.api.core.v1.Volume")]
VolumeMount = Annotated[Opaque, kubernetes_type("io.k8s.api.core.v1.VolumeMount")]
RollingUpdateDaemonSet = Annotated[
    Opaque, kubernetes_type("io.k8s.api.apps.v1.RollingUpdateDaemonSet")
]
RollingUpdateDeployment = Annotated[
    Opaque, kubernetes_type("io.k8s.api.apps.v1.RollingUpdateDeployment")
]
TopologySpreadConstraint = Annotated[
    Opaque, kubernetes_type("io.k8s.api.core.v1.TopologySpreadConstraint")
]
LabelSelector = Annotated[
    Opaque, kubernetes_type("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector")
]
Quantity = Annotated[Any, kubernetes_type("io.k8s.apimachinery.pkg.api.resource.Quantity")]
Quantities = dict[str, Quantity]
LOCAL_OBJECT_REFERENCE = kubernetes_type("io.k8s.api.core.v1.LocalObjectReference")
