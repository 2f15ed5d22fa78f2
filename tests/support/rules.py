"""The examples of the rules as whole resources."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from hooks.kube.objects import Obj
from hooks.rules import TABLE, Rule
from hooks.rules.walking import ITEMS, VALUES, steps_of
from tests.support.resources import agent, merged

WITH_EXAMPLES = [rule for rule in TABLE if rule.bad]
"""Of a rule without, no example is small enough, or none of the resource's version."""

ENTRY = {"name": "instana-keys", "key": "entry"}
BACKEND = {"endpointHost": "second.example", "endpointPort": "443", "key": "second"}
WITH_REFERENCES = (
    "downloadKey",
    "proxyUser",
    "proxyPassword",
    "agentReleaseRepoMirrorUsername",
    "agentReleaseRepoMirrorPassword",
    "instanaSharedRepoMirrorUsername",
    "instanaSharedRepoMirrorPassword",
)

FURTHER_WARNINGS: list[tuple[str, Obj, set[str]]] = [
    *(
        (
            "value-and-reference",
            {"agent": {field: "example", f"{field}SecretKeyRef": ENTRY}},
            {f"spec.agent.{field}"},
        )
        for field in WITH_REFERENCES
    ),
    (
        "value-and-reference",
        {"agent": {"additionalBackends": [BACKEND, BACKEND | {"keySecretKeyRef": ENTRY}]}},
        {"spec.agent.additionalBackends[1].key"},
    ),
    *(
        (
            "mirror-url-missing",
            {"agent": {f"{field}{ending}": value}},
            {f"spec.agent.{field}{ending}"},
        )
        for field in WITH_REFERENCES[3:]
        for ending, value in (("", "example"), ("SecretKeyRef", ENTRY))
    ),
    *(
        (
            "mirror-url-missing",
            {
                "agent": {
                    f"{mirror}MirrorUrl": "https://mirror.example",
                    "agentReleaseRepoMirrorUsername": "agent",
                }
            },
            missing,
        )
        for mirror, missing in (
            ("agentReleaseRepo", set()),
            ("instanaSharedRepo", {"spec.agent.agentReleaseRepoMirrorUsername"}),
        )
    ),
    *(
        ("proxy-host-missing", {"agent": {field: value}}, {f"spec.agent.{field}"})
        for field, value in (
            ("proxyPort", "3128"),
            ("proxyProtocol", "socks5"),
            ("proxyUser", "agent"),
            ("proxyPassword", "example"),
            ("proxyUserSecretKeyRef", ENTRY),
            ("proxyPasswordSecretKeyRef", ENTRY),
            ("httpsProxySecretKeyRef", ENTRY),
            ("proxyUseDNS", True),
        )
    ),
    ("proxy-host-missing", {"agent": {"proxyUseDNS": False}}, set()),
    *(
        ("proxy-protocol", {"agent": {"proxyProtocol": protocol}}, fields)
        for protocol, fields in (
            *((each, set()) for each in ("", "http", "HTTPS", "socks4", "SOCKS5")),
            *((each, {"spec.agent.proxyProtocol"}) for each in ("socks", "socks5h", "http://")),
        )
    ),
    *(
        ("white-space", {"agent": {field: text}}, {f"spec.agent.{field}"} if is_odd else set())
        for field in ("downloadKey", "proxyPassword")
        for text, is_odd in (("a\t", True), ("a ", True), ("a b", False), ("", False))
    ),
    ("white-space", {"agent": {"downloadKey": "a\n"}}, {"spec.agent.downloadKey"}),
    *(
        ("amount-unit", {"agent": {"pod": {field: {name: amount}}}}, fields)
        for field in ("requests", "limits")
        for name, amount, is_odd in (
            ("memory", 512, True),
            ("memory", "1048575", True),
            ("memory", "512m", True),
            ("memory", "1Mi", False),
            ("memory", 0, False),
            ("ephemeral-storage", "100", True),
            ("ephemeral-storage", "1G", False),
            ("cpu", 500, True),
            ("cpu", "128001m", True),
            ("cpu", "128", False),
            ("cpu", "1m", False),
        )
        for fields in ({f"spec.agent.pod.{field}[{name}]"} if is_odd else set(),)
    ),
    *(
        ("placeholder", {part: {field: text}}, {f"spec.{part}.{field}"} if is_one else set())
        for part, field, text, is_one in (
            ("agent", "key", "replace-key", True),
            ("agent", "key", "<your-agent-key>", True),
            ("agent", "key", "YOUR_AGENT_KEY", True),
            ("agent", "key", "xxxx", True),
            ("agent", "downloadKey", "${DOWNLOAD_KEY}", True),
            ("agent", "downloadKey", "$DOWNLOAD_KEY", True),
            ("agent", "keysSecret", "replace-me", True),
            ("agent", "proxyPassword", "changeme", True),
            ("cluster", "name", "{{ .Values.cluster }}", True),
            ("cluster", "name", "prod-${REGION}", True),
            ("cluster", "name", "prod-$REGION", False),
            ("cluster", "name", "replacement-site", False),
            ("cluster", "name", "your", False),
            ("cluster", "name", "my-cluster", False),
            ("cluster", "name", "a < b > c", False),
            ("zone", "name", "edited-zone", True),
            ("zone", "name", "Edited_Zone", True),
            ("zone", "name", "xx", False),
        )
    ),
    *(
        ("image-latest", {part: {"image": image}}, {f"spec.{part}.image.tag"})
        for part in ("agent", "k8s_sensor")
        for image in ({"tag": "latest"}, {"name": "mine", "tag": ""}, {"name": "mine"})
    ),
    ("image-latest", {}, set()),
    ("image-latest", {"agent": {"image": {"pullPolicy": "IfNotPresent"}}}, set()),
    ("certificate-file-unused", {"k8s_sensor": {"etcd": {"ca": {"filename": "ca.crt"}}}}, set()),
    (
        "tls-value-and-reference",
        {
            "agent": {
                "tls": {
                    "certificate": "eA==",
                    "key": "eA==",
                    "keySecretKeyRef": ENTRY,
                    "certificateSecretKeyRef": ENTRY,
                }
            }
        },
        {"spec.agent.tls.certificate", "spec.agent.tls.key"},
    ),
    *(
        (
            "tls-secret-and-pair",
            {"agent": {"tls": {"secretName": "tls", field: ENTRY}}},
            {"spec.agent.tls.secretName"},
        )
        for field in ("certificateSecretKeyRef", "keySecretKeyRef")
    ),
    (
        "certificate-file-unused",
        {"k8s_sensor": {"restClient": {"ca": {"filename": "a", "mountPath": "/a"}}}},
        {"spec.k8s_sensor.restClient.ca.filename"},
    ),
    (
        "opentelemetry-off",
        {"opentelemetry": {"enabled": False, "grpc": {"enabled": True}, "http": {"port": 5000}}},
        {"spec.opentelemetry.grpc.enabled", "spec.opentelemetry.http.port"},
    ),
    (
        "opentelemetry-off",
        {"opentelemetry": {"http": {"enabled": False, "port": 5000}}},
        {"spec.opentelemetry.http.port"},
    ),
    (
        "opentelemetry-off",
        {"opentelemetry": {"enabled": False, "grpc": {"port": 0}}},
        {"spec.opentelemetry.grpc.port"},
    ),
    ("opentelemetry-off", {"opentelemetry": {"enabled": False, "grpc": {"enabled": False}}}, set()),
    ("opentelemetry-switch", {"opentelemetry": {"enabled": True}}, set()),
    (
        "opentelemetry-switch",
        {"opentelemetry": {"enabled": False}, "service": {"create": False}},
        set(),
    ),
    (
        "rolling-update-unused",
        {"agent": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {}}}},
        set(),
    ),
    ("account-annotations-unused", {"serviceAccount": {"create": False, "annotations": {}}}, set()),
]
"""Specs, and the fields in them of which the rule warns."""

ISSUER = {"issuerRef": {"name": "internal-ca"}}
FIELD = {"fieldRef": {"fieldPath": "metadata.name"}}

EDGES: list[tuple[str, Obj, bool]] = [
    *(
        ("backend-repeated", {"agent": {"additionalBackends": both}}, is_broken)
        for both, is_broken in (
            ([BACKEND, BACKEND | {"endpointPort": ""}], True),
            ([BACKEND | {"endpointPort": ""}, BACKEND | {"endpointPort": "8443"}], False),
        )
    ),
    *(
        ("certificate-renewal", {"agent": {"tls": {"certManager": ISSUER | times}}}, is_broken)
        for times, is_broken in (
            ({"renewBefore": "2160h"}, True),
            ({"renewBefore": "2160h", "duration": ""}, True),
            ({"renewBefore": "2159h", "duration": ""}, False),
            ({"renewBefore": "2160h", "duration": "2161h"}, False),
        )
    ),
    *(
        ("variable-value", {"agent": {"pod": {"env": [{"name": "X"} | both]}}}, is_broken)
        for both, is_broken in (
            ({"value": "x", "valueFrom": {}}, True),
            ({"value": "", "valueFrom": FIELD}, False),
        )
    ),
    *(
        (rule, {"agent": {"pod": {part: 2 * [{field: ""}]}}}, False)
        for rule, part, field in (
            ("variable-repeated", "env", "name"),
            ("volume-repeated", "volumes", "name"),
            ("mount-path-repeated", "volumeMounts", "mountPath"),
        )
    ),
    *(
        ("tls-base64", {"agent": {"tls": {"certificate": f"eA=={blank}"}}}, is_broken)
        for blank, is_broken in ((" \t\r\n\v\f", False), ("\u00a0", True), ("\u2028", True))
    ),
    ("tls-base64", {"agent": {"tls": {"certificate": "e}=="}}}, True),
    *(
        ("image-name", {"agent": {"image": {"name": f"a{blank}b"}}}, is_broken)
        for blank, is_broken in (("\v", True), (" ", True), ("\u00a0", False))
    ),
]
"""Specs on which engines and readers of a rule could disagree, and whether they break it."""


def example(rule: Rule, difference: Obj) -> Obj:
    """Return the smallest resource with an example's difference, as a user writes it."""
    resource = agent()
    resource["metadata"] = {"name": "instana-agent", "namespace": "instana-agent"}
    root = rule.places[0].partition(".")[0]
    return resource | {root: merged(resource[root], difference)}


BESIDES: dict[str, Obj] = {
    "spec.agent.additionalBackends": BACKEND,
    "spec.zones": {"name": "east"},
}
"""What an item of a list has besides."""


def at_place(rule: Rule, kind: str, home: str, place: str) -> Obj:
    """Return the `bad` or `good` example of a rule on several places, moved from one to another.

    A bad one goes beside the good one, so that nothing else is wrong.
    """
    difference: Obj = getattr(rule, kind)
    if place == home:
        return difference
    source, target = steps_of(home)[1:], steps_of(place)[1:]
    shared = _shared_ending(source, target)
    value = next(values_at(difference, source[: len(source) - shared]), None)
    moved: Obj = _made(target[: len(target) - shared], value, "spec")
    return merged(rule.good, moved)


def _shared_ending(one: list[str], other: list[str]) -> int:
    """Return how many of the last steps are the same, less than all of either."""
    pairs = zip(reversed(one[1:]), reversed(other[1:]), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def values_at(value: Any, steps: list[str]) -> Iterator[Any]:
    """Yield what there is at a place."""
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step == ITEMS:
        parts = list(value)
    else:
        parts = list(value.values()) if step == VALUES else [value[step]] if step in value else []
    for part in parts:
        yield from values_at(part, rest)


def _made(steps: list[str], value: Any, path: str) -> Any:
    """Return what has the value at a place below a path."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if step != ITEMS:
        return {step: _made(rest, value, f"{path}.{step}")}
    item = _made(rest, value, path)
    return [{**BESIDES[path], **item} if path in BESIDES else item]
