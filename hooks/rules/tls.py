"""Rules on the agent's certificate: given, referenced, or issued by cert-manager or OpenShift."""

import re
from typing import Final

from hooks.kube.objects import Obj
from hooks.models.tls import DURATION
from hooks.rules.certificates import belong_together
from hooks.rules.connection import ENTRY, REFERENCE
from hooks.rules.expression import all_of, any_of, equally, given, none_of, off, on, present, when
from hooks.rules.opentelemetry import NEEDS_SERVICE
from hooks.rules.patterns import BASE64, BASE64_IN_PYTHON, DNS_NAME
from hooks.rules.rule import Rule, Severity, unless
from hooks.rules.values import matches

REFERENCES = ("certificateSecretKeyRef", "keySecretKeyRef")
VALUES = ("certificate", "key")
CERT_MANAGER = "spec.agent.tls.certManager"
TIME = r"([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?"
TEXTS = ("secretName", "certificate", "key")
NAME = rf"(\*\.)?({DNS_NAME})"
LEAST_SECONDS = 3600
UNITS = (3600, 60, 1)
LASTS = f"({given('duration').cel} ? self.duration : '{DURATION}')"
ISSUER: Obj = {"name": "internal-ca", "kind": "ClusterIssuer"}
ISSUED: Obj = {"issuerRef": ISSUER}
IS_TIME: Final = matches(TIME)
_TIME: Final = re.compile(TIME, re.ASCII)

CERTIFICATE = (
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1EQXdLYUFEQWdFQ0FnRUJNQUF3QURBQU1BQXdGekFBQXhNQU1C"
    "QUNDUURBLys0QkkwVm5pUUlEQVFBQk1BQURBUUE9Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"
)

KEY = (
    "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNQk1DQVFBQ0NRREEvKzRCSTBWbmlRSURBUUFCCi0tLS0t"
    "RU5EIFJTQSBQUklWQVRFIEtFWS0tLS0tCg=="
)

KEY_OF_ANOTHER = (
    "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNQk1DQVFBQ0NRRGV5dkFCSTBWbmlRSURBUUFCCi0tLS0t"
    "RU5EIFJTQSBQUklWQVRFIEtFWS0tLS0tCg=="
)
"""Its numbers are far too small for real use: these are only examples."""


def _is_own_key(tls: Obj) -> bool:
    certificate, key = tls.get("certificate"), tls.get("key")
    is_elsewhere = tls.get("secretName") or all(map(tls.get, REFERENCES))
    if is_elsewhere or not certificate or not key:
        return True
    return belong_together(certificate, key)


def _seconds(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if not text or not found:
        return None
    parts = zip(found.groups(), UNITS, strict=True)
    return sum(int(part[:-1]) * unit for part, unit in parts if part)


def _is_long_enough(text: str) -> bool:
    return not text or (_seconds(text) or 0) >= LEAST_SECONDS


def _is_renewed_in_time(cert_manager: Obj) -> bool:
    before, lasts = cert_manager.get("renewBefore"), cert_manager.get("duration") or DURATION
    if not before:
        return True
    early, whole = _seconds(before), _seconds(lasts)
    return early is not None and (whole is None or early < whole)


BY_CERT_MANAGER, BY_OPENSHIFT = present("certManager"), on("openshiftServingCert")

RULES = (
    Rule(
        "tls-pair",
        ("spec.agent.tls",),
        "certificate and key are required together: set both, or name a Secret of type "
        "kubernetes.io/tls in secretName",
        bad={"agent": {"tls": {"certificate": "eA=="}}},
        good={"agent": {"tls": {"certificate": "eA==", "key": "eA=="}}},
        must=any_of(
            given("secretName"),
            all_of(*map(present, REFERENCES)),
            equally(*map(present, REFERENCES)) & equally(*map(given, VALUES)),
        ),
    ),
    Rule(
        "tls-base64",
        ("spec.agent.tls.certificate", "spec.agent.tls.key"),
        "must be PEM encoded as base64, as `base64 -w0 FILE` prints it",
        bad={"agent": {"tls": {"certificate": "-----BEGIN", "key": "eA=="}}},
        good={"agent": {"tls": {"certificate": "eA==", "key": "eA=="}}},
        must=matches(BASE64, BASE64_IN_PYTHON),
    ),
    Rule(
        "tls-key-of-certificate",
        ("spec.agent.tls",),
        "is not the key of the certificate: set the key that belongs to the certificate",
        bad={"agent": {"tls": {"certificate": CERTIFICATE, "key": KEY_OF_ANOTHER}}},
        good={"agent": {"tls": {"certificate": CERTIFICATE, "key": KEY}}},
        find=unless(_is_own_key, ".key"),
        field=".key",
    ),
    Rule(
        "tls-source",
        ("spec.agent.tls",),
        "has several sources of the certificate: keep one of certManager, "
        "openshiftServingCert, secretName, the two SecretKeyRefs, or certificate and "
        "key",
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
        "must be a duration of at least one hour, such as 2160h",
        bad={"agent": {"tls": {"certManager": ISSUED | {"duration": "90d"}}}},
        good={"agent": {"tls": {"certManager": ISSUED | {"duration": "720h"}}}},
        # Written twice: only CEL has durations.
        find=unless(_is_long_enough),
        cel=f"self == '' || ({IS_TIME.cel} && duration(self) >= duration('1h'))",
    ),
    Rule(
        "certificate-renewal",
        (CERT_MANAGER,),
        "must be a duration, such as 720h, that is shorter than duration",
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
        "is issued for the agents' Service, which is not created: remove "
        "service.create, or name a Secret in spec.agent.tls.secretName",
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
    Rule(
        "tls-secret-and-pair",
        ("spec.agent.tls",),
        "takes precedence over certificate, key and their references, which have no "
        "effect: remove them",
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
    Rule(
        "tls-value-and-reference",
        ("spec.agent.tls",),
        "certificate and key have no effect because their references take precedence: "
        "remove the values",
        bad={
            "agent": {
                "tls": {
                    "key": "eA==",
                    f"certificate{REFERENCE}": ENTRY,
                    f"key{REFERENCE}": ENTRY,
                }
            }
        },
        good={"agent": {"tls": {f"certificate{REFERENCE}": ENTRY, f"key{REFERENCE}": ENTRY}}},
        must=any_of(
            given("secretName"),
            ~(present(f"certificate{REFERENCE}") & present(f"key{REFERENCE}")),
            ~given("certificate") & ~given("key"),
        ),
        severity=Severity.WARNING,
    ),
)
