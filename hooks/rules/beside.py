"""Warnings of what has no effect beside something else, or without it."""

from collections.abc import Iterable

from hooks.kube.objects import Obj
from hooks.models.base import CA_FILE
from hooks.rules.expression import (
    Expression,
    all_of,
    any_of,
    filled,
    given,
    has,
    if_has,
    off,
    on,
    present,
    when,
)
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import at_least, each, equal, one_of

REFERENCE = "SecretKeyRef"
LOGINS = {
    "agentReleaseRepoMirrorUrl": (
        "agentReleaseRepoMirrorUsername",
        "agentReleaseRepoMirrorPassword",
    ),
    "instanaSharedRepoMirrorUrl": (
        "instanaSharedRepoMirrorUsername",
        "instanaSharedRepoMirrorPassword",
    ),
}
"""The fields that are about a mirror, by its own."""

VALUES = (
    "downloadKey",
    "proxyUser",
    "proxyPassword",
    *(each for two in LOGINS.values() for each in two),
)
"""Fields of the agent that have a reference beside them; the key has a rule of its own."""

PROTOCOLS = ("grpc", "http")
ENTRY: Obj = {"name": "instana-keys", "key": "entry"}


def _is_alone(field: str) -> Expression:
    """Return the expression that a value is given without its reference, if at all."""
    return ~present(f"{field}{REFERENCE}") | ~given(field)


def _is_without(fields: Iterable[str]) -> Expression:
    """Return the expression that neither values nor their references are given."""
    return all_of(*(~given(each) & ~present(f"{each}{REFERENCE}") for each in fields))


def _is_effective(protocol: str) -> Expression:
    """Return the expression that no setting of a protocol is made while it is off."""
    is_off = off("enabled") | off(f"{protocol}.enabled")
    return when(off("enabled"), ~on(f"{protocol}.enabled")) & when(
        is_off, ~present(f"{protocol}.port")
    )


RULES = (
    Rule(
        "value-and-reference",
        ("spec.agent",),
        f"a value has no effect beside its reference (the field of its name with {REFERENCE}): "
        "take the value out",
        bad={"agent": {"downloadKey": "example", f"downloadKey{REFERENCE}": ENTRY}},
        good={"agent": {f"downloadKey{REFERENCE}": ENTRY}},
        must=all_of(*map(_is_alone, VALUES), if_has("additionalBackends", each(_is_alone("key")))),
        severity=Severity.WARNING,
    ),
    Rule(
        "tls-value-and-reference",
        ("spec.agent.tls",),
        "certificate and key have no effect beside their references: take the values out",
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
    Rule(
        "mirror-url-missing",
        ("spec.agent",),
        "a login for a mirror has no effect without agentReleaseRepoMirrorUrl or "
        "instanaSharedRepoMirrorUrl, whichever it is for: set that, or take the login out",
        bad={"agent": {"agentReleaseRepoMirrorUsername": "agent"}},
        good={
            "agent": {
                "agentReleaseRepoMirrorUrl": "https://mirror.example",
                "agentReleaseRepoMirrorUsername": "agent",
            }
        },
        must=all_of(*(given(url) | _is_without(fields) for url, fields in LOGINS.items())),
        severity=Severity.WARNING,
    ),
    Rule(
        "certificate-file-unused",
        ("spec.k8s_sensor.etcd.ca", "spec.k8s_sensor.restClient.ca"),
        "has no effect without secretName, as it is an entry of that Secret: set that, or take "
        "this out",
        bad={"k8s_sensor": {"etcd": {"ca": {"filename": "etcd.crt"}}}},
        good={"k8s_sensor": {"etcd": {"ca": {"filename": "etcd.crt", "secretName": "etcd-ca"}}}},
        must=given("secretName") | if_has("filename", one_of("", CA_FILE)),
        severity=Severity.WARNING,
    ),
    Rule(
        "rolling-update-unused",
        ("spec.agent.updateStrategy",),
        "has no effect with the type OnDelete: take it out, or the type",
        bad={"agent": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {"maxSurge": 1}}}},
        good={"agent": {"updateStrategy": {"type": "OnDelete"}}},
        must=when(
            has("type", equal("OnDelete")),
            ~(present("rollingUpdate.maxUnavailable") | present("rollingUpdate.maxSurge")),
        ).at(".rollingUpdate"),
        severity=Severity.WARNING,
    ),
    Rule(
        "account-annotations-unused",
        ("spec.serviceAccount",),
        "has no effect while create is false, as the account is not made here: annotate it "
        "yourself, or take this out",
        bad={"serviceAccount": {"create": False, "name": "mine", "annotations": {"a": "b"}}},
        good={"serviceAccount": {"annotations": {"a": "b"}}},
        must=when(off("create"), ~filled("annotations")),
        severity=Severity.WARNING,
    ),
    Rule(
        "opentelemetry-off",
        ("spec.opentelemetry",),
        "a setting of grpc or http has no effect while that, or all of it, is switched off: take "
        "it out, or switch that on",
        bad={"opentelemetry": {"enabled": False, "grpc": {"port": 14317}}},
        good={"opentelemetry": {"grpc": {"port": 14317}, "http": {"enabled": False}}},
        must=all_of(*map(_is_effective, PROTOCOLS)),
        severity=Severity.WARNING,
    ),
    Rule(
        "disruption-budget-unused",
        ("spec.k8s_sensor",),
        "has no effect with fewer than two replicas, which it would keep on their nodes: take it "
        "out, or raise deployment.replicas",
        bad={
            "k8s_sensor": {"podDisruptionBudget": {"enabled": True}, "deployment": {"replicas": 1}}
        },
        good={"k8s_sensor": {"podDisruptionBudget": {"enabled": True}}},
        must=if_has("deployment.replicas", at_least(2)) | ~on("podDisruptionBudget.enabled"),
        severity=Severity.WARNING,
    ),
    Rule(
        "zone-and-zones",
        ("spec",),
        "has no effect beside spec.zones, whose names are told instead: take it out",
        bad={"zone": {"name": "edge"}, "zones": [{"name": "east"}]},
        good={"zones": [{"name": "east"}]},
        must=when(filled("zones"), ~given("zone.name")),
        severity=Severity.WARNING,
    ),
)
