"""Warnings of what has no effect: doubles, and fields of former versions."""

from hooks.kube.objects import Obj
from hooks.rules.rule import Rule, Severity, unless


def _unused(identifier: str, place: str, instead: str, bad: Obj, good: Obj) -> Rule:
    """Return the warning that a field of former versions is used, with what replaces it."""
    parent, _, field = place.rpartition(".")
    return Rule(
        identifier,
        (parent,),
        f"has no effect: {instead}",
        bad=bad,
        good=good,
        find=unless(lambda given: given.get(field) is None, f".{field}"),
        cel=f"!has(self.{field})",
        field=f".{field}",
        severity=Severity.WARNING,
    )


def needs_service(spec: Obj) -> bool:
    """Tell whether the agents' Service is made whatever is said of it."""
    telemetry = (spec.get("opentelemetry") or {}).get("enabled", True)
    remote_write = ((spec.get("prometheus") or {}).get("remoteWrite") or {}).get("enabled")
    return bool(telemetry or remote_write)


def _is_service_optional(spec: Obj) -> bool:
    return (spec.get("service") or {}).get("create") is not False or not needs_service(spec)


def _key_is_single(agent: Obj) -> bool:
    return not (agent.get("key") and (agent.get("keysSecret") or agent.get("keySecretKeyRef")))


def _tls_is_single(tls: Obj) -> bool:
    return not tls.get("secretName") or not any(map(tls.get, OF_TLS))


def _is_switched_anew(spec: Obj) -> bool:
    is_off = (spec.get("opentelemetry") or {}).get("enabled") is False
    return not is_off or (spec.get("service") or {}).get("create") is False


OF_TLS = ("certificate", "key", "certificateSecretKeyRef", "keySecretKeyRef")
NEEDS_SERVICE = (
    "((!has(self.opentelemetry) || !has(self.opentelemetry.enabled) || "
    "self.opentelemetry.enabled) || (has(self.prometheus) && has(self.prometheus.remoteWrite) "
    "&& has(self.prometheus.remoteWrite.enabled) && self.prometheus.remoteWrite.enabled))"
)
HAS_KEY = "has(self.key) && self.key != ''"

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
        find=unless(_is_switched_anew, ".opentelemetry.enabled"),
        cel="!has(self.opentelemetry) || !has(self.opentelemetry.enabled) || "
        "self.opentelemetry.enabled || (has(self.service) && has(self.service.create) && "
        "!self.service.create)",
        field=".opentelemetry.enabled",
        severity=Severity.WARNING,
    ),
    Rule(
        "service-wanted",
        ("spec",),
        "has no effect while OpenTelemetry or Prometheus remote write is on, which need the "
        "Service: switch them off, or take this out",
        bad={"service": {"create": False}},
        good={"service": {"create": False}, "opentelemetry": {"enabled": False}},
        find=unless(_is_service_optional, ".service.create"),
        cel="!has(self.service) || !has(self.service.create) || self.service.create || "
        f"!{NEEDS_SERVICE}",
        field=".service.create",
        severity=Severity.WARNING,
    ),
    Rule(
        "key-and-keys-secret",
        ("spec.agent",),
        "has no effect beside keySecretKeyRef, or where the Secret of keysSecret has an entry "
        "`key`: take it out",
        bad={"agent": {"key": "example", "keysSecret": "instana-keys"}},
        good={"agent": {"key": None, "keysSecret": "instana-keys"}},
        find=unless(_key_is_single, ".key"),
        cel=f"!({HAS_KEY}) || (!has(self.keySecretKeyRef) && "
        "(!has(self.keysSecret) || self.keysSecret == ''))",
        field=".key",
        severity=Severity.WARNING,
    ),
    Rule(
        "tls-secret-and-pair",
        ("spec.agent.tls",),
        "wins over certificate, key and their references, which have no effect beside it: take "
        "those out",
        bad={"agent": {"tls": {"secretName": "tls", "certificate": "eA==", "key": "eA=="}}},
        good={"agent": {"tls": {"secretName": "tls"}}},
        find=unless(_tls_is_single, ".secretName"),
        cel="!has(self.secretName) || self.secretName == '' || "
        f"!((has(self.certificate) && self.certificate != '') || ({HAS_KEY}) || "
        "has(self.certificateSecretKeyRef) || has(self.keySecretKeyRef))",
        field=".secretName",
        severity=Severity.WARNING,
    ),
)
