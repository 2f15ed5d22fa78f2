"""Rules on certificates that somebody issues: cert-manager, or OpenShift."""

import re
from typing import Final

from hooks.kube.objects import Obj
from hooks.models.tls import DURATION
from hooks.rules.patterns import DNS_NAME
from hooks.rules.rule import Rule, full, given, matching, unless
from hooks.rules.without_effect import NEEDS_SERVICE, needs_service

CERT_MANAGER = "spec.agent.tls.certManager"
TIME = r"([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?"
TEXTS = ("secretName", "certificate", "key")
REFERENCES = ("certificateSecretKeyRef", "keySecretKeyRef")
LEAST_SECONDS = 3600
UNITS = (3600, 60, 1)
LASTS = f"({given('duration')} ? self.duration : '{DURATION}')"
ISSUER: Obj = {"name": "internal-ca", "kind": "ClusterIssuer"}
ISSUED: Obj = {"issuerRef": ISSUER}

_TIME: Final = re.compile(TIME, re.ASCII)
_is_name = full(rf"(\*\.)?({DNS_NAME})")


def _seconds(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if not text or not found:
        return None
    parts = zip(found.groups(), UNITS, strict=True)
    return sum(int(part[:-1]) * unit for part, unit in parts if part)


def _is_long_enough(text: str) -> bool:
    return not text or (_seconds(text) or 0) >= LEAST_SECONDS


def _is_renewed_in_time(wanted: Obj) -> bool:
    before, lasts = wanted.get("renewBefore"), wanted.get("duration") or DURATION
    if not before:
        return True
    early, whole = _seconds(before), _seconds(lasts)
    return early is not None and (whole is None or early < whole)


def _has_one_source(tls: Obj) -> bool:
    issued = [tls.get("certManager") is not None, bool(tls.get("openshiftServingCert"))]
    others = any(tls.get(field) for field in (*TEXTS, *REFERENCES))
    return sum(issued) + others <= 1 or not any(issued)


def _has_service(spec: Obj) -> bool:
    tls = (spec.get("agent") or {}).get("tls") or {}
    is_made = (spec.get("service") or {}).get("create") is not False
    return not tls.get("openshiftServingCert") or is_made or needs_service(spec)


RULES = (
    Rule(
        "tls-source",
        ("spec.agent.tls",),
        "there are several sources of the certificate: keep one of certManager, "
        "openshiftServingCert, secretName, the two SecretKeyRefs, or certificate and key",
        bad={"agent": {"tls": {"certManager": ISSUED, "secretName": "agent-tls"}}},
        good={"agent": {"tls": {"certManager": ISSUED}}},
        find=unless(_has_one_source),
        cel="!(has(self.certManager) || (has(self.openshiftServingCert) && "
        "self.openshiftServingCert)) || (!(has(self.certManager) && "
        "has(self.openshiftServingCert) && self.openshiftServingCert) && "
        + " && ".join(f"(!has(self.{field}) || self.{field} == '')" for field in TEXTS)
        + " && "
        + " && ".join(f"!has(self.{field})" for field in REFERENCES)
        + ")",
    ),
    Rule(
        "certificate-duration",
        (f"{CERT_MANAGER}.duration",),
        "must be at least an hour, in hours, minutes and seconds such as 2160h",
        bad={"agent": {"tls": {"certManager": ISSUED | {"duration": "90d"}}}},
        good={"agent": {"tls": {"certManager": ISSUED | {"duration": "720h"}}}},
        find=unless(_is_long_enough),
        cel=f"self == '' || ({matching(TIME)} && duration(self) >= duration('1h'))",
    ),
    Rule(
        "certificate-renewal",
        (CERT_MANAGER,),
        "must be less than the duration, in hours, minutes and seconds such as 720h",
        bad={"agent": {"tls": {"certManager": ISSUED | {"duration": "24h", "renewBefore": "24h"}}}},
        good={"agent": {"tls": {"certManager": ISSUED | {"duration": "24h", "renewBefore": "8h"}}}},
        find=unless(_is_renewed_in_time, ".renewBefore"),
        cel="!has(self.renewBefore) || self.renewBefore == '' || "
        f"({matching(TIME, 'self.renewBefore')} && (!{matching(TIME, LASTS)} || "
        f"duration(self.renewBefore) < duration({LASTS})))",
        field=".renewBefore",
    ),
    Rule(
        "certificate-name",
        (f"{CERT_MANAGER}.dnsNames[]",),
        "must be a DNS name such as agent.example.com or *.example.com",
        bad={"agent": {"tls": {"certManager": ISSUED | {"dnsNames": ["https://agent"]}}}},
        good={"agent": {"tls": {"certManager": ISSUED | {"dnsNames": ["*.example.com"]}}}},
        find=unless(_is_name),
        cel=matching(rf"(\*\.)?({DNS_NAME})"),
    ),
    Rule(
        "serving-certificate-service",
        ("spec",),
        "is issued for the agents' Service, which is not made: take out service.create, or name a "
        "Secret in spec.agent.tls.secretName",
        bad={
            "agent": {"tls": {"openshiftServingCert": True}},
            "service": {"create": False},
            "opentelemetry": {"enabled": False},
        },
        good={"agent": {"tls": {"openshiftServingCert": True}}},
        find=unless(_has_service, ".agent.tls.openshiftServingCert"),
        cel="!has(self.agent.tls) || !has(self.agent.tls.openshiftServingCert) || "
        "!self.agent.tls.openshiftServingCert || !has(self.service) || !has(self.service.create) "
        f"|| self.service.create || {NEEDS_SERVICE}",
        field=".agent.tls.openshiftServingCert",
    ),
)
