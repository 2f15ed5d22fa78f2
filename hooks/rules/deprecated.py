"""Warnings about fields of earlier versions, which have no effect."""

from hooks.kube.objects import Obj
from hooks.rules.expression import present
from hooks.rules.rule import Rule, Severity


def _unused(identifier: str, place: str, instead: str, bad: Obj, good: Obj) -> Rule:
    """Return the warning that a field of earlier versions is used, and what replaces it."""
    parent, _, field = place.rpartition(".")
    return Rule(
        identifier,
        (parent,),
        f"has no effect: {instead}",
        bad=bad,
        good=good,
        must=~present(field),
        severity=Severity.WARNING,
    )


RULES = (
    _unused(
        "kubernetes-unused",
        "spec.kubernetes",
        "the k8sensor replaced the Kubernetes sensor, so use spec.k8s_sensor.deployment",
        bad={"kubernetes": {"deployment": {"enabled": True}}},
        good={"k8s_sensor": {"deployment": {"enabled": True}}},
    ),
    _unused(
        "service-mesh-unused",
        "spec.serviceMesh",
        "use spec.agent.serviceMesh.enabled",
        bad={"serviceMesh": {"enabled": True}},
        good={"agent": {"serviceMesh": {"enabled": True}}},
    ),
    _unused(
        "pod-security-policy-unused",
        "spec.podSecurityPolicy",
        "Kubernetes no longer has PodSecurityPolicies, so remove it",
        bad={"podSecurityPolicy": {"enabled": True}},
        good={"rbac": {"create": True}},
    ),
    _unused(
        "pinned-chart-version-unused",
        "spec.pinnedChartVersion",
        "set the images in spec.agent.image and spec.k8s_sensor.image, and remove it",
        bad={"pinnedChartVersion": "1.2.45"},
        good={"agent": {"image": {"tag": "1.300"}}},
    ),
    _unused(
        "feature-flags-unused",
        "spec.k8s_sensor.featureFlags",
        "the k8sensor watches every kind that it may, so remove it",
        bad={"k8s_sensor": {"featureFlags": {"crdMonitoring": True}}},
        good={"k8s_sensor": {"pollrate": "10s"}},
    ),
)
