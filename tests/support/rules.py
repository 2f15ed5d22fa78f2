"""The examples of the rules as whole resources."""

from hooks.kube.objects import Obj
from hooks.rules import TABLE, Rule
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


def example(rule: Rule, difference: Obj) -> Obj:
    """Return the smallest resource with an example's difference, as a user writes it."""
    resource = agent()
    resource["metadata"] = {"name": "instana-agent", "namespace": "instana-agent"}
    root = rule.places[0].partition(".")[0]
    return resource | {root: merged(resource[root], difference)}
