"""Rules on certificates that somebody issues: cert-manager, or OpenShift."""

import re
from typing import Final

from hooks.kube.objects import Obj
from hooks.models.tls import DURATION
from hooks.rules.expression import any_of, given, none_of, off, on, present, when
from hooks.rules.patterns import DNS_NAME
from hooks.rules.rule import Rule, unless
from hooks.rules.values import matches
from hooks.rules.without_effect import NEEDS_SERVICE

CERT_MANAGER = "spec.agent.tls.certManager"
TIME = r"([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?"
TEXTS = ("secretName", "certificate", "key")
REFERENCES = ("certificateSecretKeyRef", "keySecretKeyRef")
NAME = rf"(\*\.)?({DNS_NAME})"
LEAST_SECONDS = 3600
UNITS = (3600, 60, 1)
LASTS = f"({given('duration').cel} ? self.duration : '{DURATION}')"
ISSUER: Obj = {"name": "internal-ca", "kind": "ClusterIssuer"}
ISSUED: Obj = {"issuerRef": ISSUER}

IS_TIME: Final = matches(TIME)
_TIME: Final = re.compile(TIME, re.ASCII)


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


BY_CERT_MANAGER, BY_OPENSHIFT = present("certManager"), on("openshiftServingCert")

RULES = (
    Rule(
        "tls-source",
        ("spec.agent.tls",),
        "there are several sources of the certificate: keep one of certManager, "
        "openshiftServingCert, secretName, the two SecretKeyRefs, or certificate and key",
        bad={"agent": {"tls": {"certManager": ISSUED, "secretName": "agent-tls"}}},
        good={"agent": {"tls": {"certManager": ISSUED}}},
        must=any_of(
            ~(BY_CERT_MANAGER | BY_OPENSHIFT),
            ~(BY_CERT_MANAGER & BY_OPENSHIFT)
            & none_of(*map(given, TEXTS), *map(present, REFERENCES)),
        ).at(""),
    ),
    Rule(
        "certificate-duration",
        (f"{CERT_MANAGER}.duration",),
        "must be at least an hour, in hours, minutes and seconds such as 2160h",
        bad={"agent": {"tls": {"certManager": ISSUED | {"duration": "90d"}}}},
        good={"agent": {"tls": {"certManager": ISSUED | {"duration": "720h"}}}},
        # Written twice: only CEL has durations.
        find=unless(_is_long_enough),
        cel=f"self == '' || ({IS_TIME.cel} && duration(self) >= duration('1h'))",
    ),
    Rule(
        "certificate-renewal",
        (CERT_MANAGER,),
        "must be less than the duration, in hours, minutes and seconds such as 720h",
        bad={"agent": {"tls": {"certManager": ISSUED | {"duration": "24h", "renewBefore": "24h"}}}},
        good={"agent": {"tls": {"certManager": ISSUED | {"duration": "24h", "renewBefore": "8h"}}}},
        # Written twice: the same.
        find=unless(_is_renewed_in_time, ".renewBefore"),
        cel="!has(self.renewBefore) || self.renewBefore == '' || "
        f"({IS_TIME.written('self.renewBefore')} && (!{IS_TIME.written(LASTS)} || "
        f"duration(self.renewBefore) < duration({LASTS})))",
        field=".renewBefore",
    ),
    Rule(
        "certificate-name",
        (f"{CERT_MANAGER}.dnsNames[]",),
        "must be a DNS name such as agent.example.com or *.example.com",
        bad={"agent": {"tls": {"certManager": ISSUED | {"dnsNames": ["https://agent"]}}}},
        good={"agent": {"tls": {"certManager": ISSUED | {"dnsNames": ["*.example.com"]}}}},
        must=matches(NAME),
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
        must=when(on("agent.tls.openshiftServingCert"), ~off("service.create") | NEEDS_SERVICE).at(
            ".agent.tls.openshiftServingCert"
        ),
    ),
)
