"""Warnings of what has no effect: doubles, and fields of former versions."""

from hooks.kube.objects import Obj
from hooks.rules.expression import given, none_of, off, on, present, when
from hooks.rules.rule import Rule, Severity


def _unused(identifier: str, place: str, instead: str, bad: Obj, good: Obj) -> Rule:
    """Return the warning that a field of former versions is used, with what replaces it."""
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


NEEDS_SERVICE = ~off("opentelemetry.enabled") | on("prometheus.remoteWrite.enabled")
"""That the agents' Service is made whatever is said of it."""

RULES = (
    _unused(
        "kubernetes-unused",
        "spec.kubernetes",
        "the k8sensor replaces what it was about, see spec.k8s_sensor.deployment",
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
        "Kubernetes has no pod security policies any more, so take it out",
        bad={"podSecurityPolicy": {"enabled": True}},
        good={"rbac": {"create": True}},
    ),
    _unused(
        "pinned-chart-version-unused",
        "spec.pinnedChartVersion",
        "set the images by spec.agent.image and spec.k8s_sensor.image, and take it out",
        bad={"pinnedChartVersion": "1.2.45"},
        good={"agent": {"image": {"tag": "1.300"}}},
    ),
    _unused(
        "feature-flags-unused",
        "spec.k8s_sensor.featureFlags",
        "the k8sensor watches what it can, so take it out",
        bad={"k8s_sensor": {"featureFlags": {"crdMonitoring": True}}},
        good={"k8s_sensor": {"pollrate": "10s"}},
    ),
    Rule(
        "opentelemetry-switch",
        ("spec",),
        "is the former switch of both protocols: use opentelemetry.grpc.enabled and "
        "opentelemetry.http.enabled (it is still needed beside service.create: false)",
        bad={"opentelemetry": {"enabled": False}},
        good={"opentelemetry": {"grpc": {"enabled": False}, "http": {"enabled": False}}},
        must=off("service.create") | ~off("opentelemetry.enabled"),
        severity=Severity.WARNING,
    ),
    Rule(
        "service-wanted",
        ("spec",),
        "has no effect while OpenTelemetry or Prometheus remote write is on, which need the "
        "Service: switch them off, or take this out",
        bad={"service": {"create": False}},
        good={"service": {"create": False}, "opentelemetry": {"enabled": False}},
        must=when(NEEDS_SERVICE, ~off("service.create")),
        severity=Severity.WARNING,
    ),
    Rule(
        "key-and-keys-secret",
        ("spec.agent",),
        "has no effect beside keySecretKeyRef, or where the Secret of keysSecret has an entry "
        "`key`: take it out",
        bad={"agent": {"key": "example", "keysSecret": "instana-keys"}},
        good={"agent": {"key": None, "keysSecret": "instana-keys"}},
        must=(~present("keySecretKeyRef") & ~given("keysSecret")) | ~given("key"),
        severity=Severity.WARNING,
    ),
    Rule(
        "tls-secret-and-pair",
        ("spec.agent.tls",),
        "wins over certificate, key and their references, which have no effect beside it: take "
        "those out",
        bad={"agent": {"tls": {"secretName": "tls", "certificate": "eA==", "key": "eA=="}}},
        good={"agent": {"tls": {"secretName": "tls"}}},
        must=none_of(
            given("certificate"),
            given("key"),
            present("certificateSecretKeyRef"),
            present("keySecretKeyRef"),
        )
        | ~given("secretName"),
        severity=Severity.WARNING,
    ),
)
