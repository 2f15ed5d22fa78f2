"""Warnings of what has no effect beside something else, or without it."""

from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.models.base import CA_FILE
from hooks.rules.rule import Rule, Severity, given, unless

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


def _outdone(agent: Obj) -> Iterator[str]:
    for field in VALUES:
        if agent.get(field) and agent.get(f"{field}{REFERENCE}"):
            yield f".{field}"
    for index, backend in enumerate(agent.get("additionalBackends") or ()):
        if backend.get("key") and backend.get(f"key{REFERENCE}"):
            yield f".additionalBackends[{index}].key"


def _outdone_pair(tls: Obj) -> Iterator[str]:
    pair = ("certificate", "key")
    if not tls.get("secretName") and all(tls.get(f"{field}{REFERENCE}") for field in pair):
        yield from (f".{field}" for field in pair if tls.get(field))


def _logins_for_nothing(agent: Obj) -> Iterator[str]:
    for url, fields in LOGINS.items():
        for field in fields if not agent.get(url) else ():
            yield from (f".{each}" for each in (field, f"{field}{REFERENCE}") if agent.get(each))


def _is_rolled(strategy: Obj) -> bool:
    return strategy.get("type") != "OnDelete" or not strategy.get("rollingUpdate")


def _settings_of_what_is_off(otel: Obj) -> Iterator[str]:
    is_off = otel.get("enabled") is False
    for name in PROTOCOLS:
        protocol = otel.get(name) or {}
        if is_off and protocol.get("enabled"):
            yield f".{name}.enabled"
        if protocol.get("port") is not None and (is_off or protocol.get("enabled") is False):
            yield f".{name}.port"


def _has_many_to_guard(sensor: Obj) -> bool:
    replicas = (sensor.get("deployment") or {}).get("replicas")
    is_wanted = (sensor.get("podDisruptionBudget") or {}).get("enabled")
    return not is_wanted or replicas is None or replicas > 1


def _has_one_kind_of_zones(spec: Obj) -> bool:
    return not spec.get("zones") or not (spec.get("zone") or {}).get("name")


def _off(protocol: str) -> str:
    own = f"self.{protocol}"
    is_set = f"((has({own}.enabled) && {own}.enabled) || has({own}.port))"
    is_off = f"(has({own}.enabled) && !{own}.enabled && has({own}.port))"
    return f"(!has({own}) || !((has(self.enabled) && !self.enabled) ? {is_set} : {is_off}))"


OUTDONE = " && ".join(f"!({given(each)} && has(self.{each}{REFERENCE}))" for each in VALUES)
FOR_NOTHING = " && ".join(
    f"({given(url)} || !("
    + " || ".join(f"{given(each)} || has(self.{each}{REFERENCE})" for each in fields)
    + "))"
    for url, fields in LOGINS.items()
)

RULES = (
    Rule(
        "value-and-reference",
        ("spec.agent",),
        f"a value has no effect beside its reference (the field of its name with {REFERENCE}): "
        "take the value out",
        bad={"agent": {"downloadKey": "example", f"downloadKey{REFERENCE}": ENTRY}},
        good={"agent": {f"downloadKey{REFERENCE}": ENTRY}},
        find=_outdone,
        cel=f"{OUTDONE} && (!has(self.additionalBackends) || self.additionalBackends.all(b, "
        "!(has(b.key) && b.key != '' && has(b.keySecretKeyRef))))",
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
        find=_outdone_pair,
        cel=f"{given('secretName')} || !has(self.certificateSecretKeyRef) || "
        f"!has(self.keySecretKeyRef) || !({given('certificate')} || {given('key')})",
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
        find=_logins_for_nothing,
        cel=FOR_NOTHING,
        severity=Severity.WARNING,
    ),
    Rule(
        "certificate-file-unused",
        ("spec.k8s_sensor.etcd.ca", "spec.k8s_sensor.restClient.ca"),
        "has no effect without secretName, as it is an entry of that Secret: set that, or take "
        "this out",
        bad={"k8s_sensor": {"etcd": {"ca": {"filename": "etcd.crt"}}}},
        good={"k8s_sensor": {"etcd": {"ca": {"filename": "etcd.crt", "secretName": "etcd-ca"}}}},
        find=unless(
            lambda ca: ca.get("secretName") or ca.get("filename") in (None, "", CA_FILE),
            ".filename",
        ),
        cel=f"{given('secretName')} || !{given('filename')} || self.filename == '{CA_FILE}'",
        field=".filename",
        severity=Severity.WARNING,
    ),
    Rule(
        "rolling-update-unused",
        ("spec.agent.updateStrategy",),
        "has no effect with the type OnDelete: take it out, or the type",
        bad={"agent": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {"maxSurge": 1}}}},
        good={"agent": {"updateStrategy": {"type": "OnDelete"}}},
        find=unless(_is_rolled, ".rollingUpdate"),
        cel="!has(self.type) || self.type != 'OnDelete' || !has(self.rollingUpdate) || "
        "!(has(self.rollingUpdate.maxUnavailable) || has(self.rollingUpdate.maxSurge))",
        field=".rollingUpdate",
        severity=Severity.WARNING,
    ),
    Rule(
        "account-annotations-unused",
        ("spec.serviceAccount",),
        "has no effect while create is false, as the account is not made here: annotate it "
        "yourself, or take this out",
        bad={"serviceAccount": {"create": False, "name": "mine", "annotations": {"a": "b"}}},
        good={"serviceAccount": {"annotations": {"a": "b"}}},
        find=unless(
            lambda account: account.get("create") is not False or not account.get("annotations"),
            ".annotations",
        ),
        cel="!has(self.create) || self.create || !has(self.annotations) || "
        "size(self.annotations) == 0",
        field=".annotations",
        severity=Severity.WARNING,
    ),
    Rule(
        "opentelemetry-off",
        ("spec.opentelemetry",),
        "a setting of grpc or http has no effect while that, or all of it, is switched off: take "
        "it out, or switch that on",
        bad={"opentelemetry": {"enabled": False, "grpc": {"port": 14317}}},
        good={"opentelemetry": {"grpc": {"port": 14317}, "http": {"enabled": False}}},
        find=_settings_of_what_is_off,
        cel=" && ".join(map(_off, PROTOCOLS)),
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
        find=unless(_has_many_to_guard, ".podDisruptionBudget.enabled"),
        cel="!has(self.podDisruptionBudget) || !has(self.podDisruptionBudget.enabled) || "
        "!self.podDisruptionBudget.enabled || !has(self.deployment) || "
        "!has(self.deployment.replicas) || self.deployment.replicas > 1",
        field=".podDisruptionBudget.enabled",
        severity=Severity.WARNING,
    ),
    Rule(
        "zone-and-zones",
        ("spec",),
        "has no effect beside spec.zones, whose names are told instead: take it out",
        bad={"zone": {"name": "edge"}, "zones": [{"name": "east"}]},
        good={"zones": [{"name": "east"}]},
        find=unless(_has_one_kind_of_zones, ".zone.name"),
        cel="!has(self.zones) || size(self.zones) == 0 || !has(self.zone) || "
        "!has(self.zone.name) || self.zone.name == ''",
        field=".zone.name",
        severity=Severity.WARNING,
    ),
)
