"""Warnings about credentials in the resource itself, where everyone who can read it sees them."""

from hooks.kube.objects import Obj
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import equal

REASON = "is a credential that everyone who may read the resource can read"


def _inline(identifier: str, place: str, instead: str, bad: Obj, good: Obj) -> Rule:
    """Return the warning about a credential at a place, with what to use instead."""
    return Rule(
        identifier,
        (place,),
        f"{REASON}: {instead}",
        bad=bad,
        good=good,
        must=equal(""),
        severity=Severity.WARNING,
    )


def _entry(identifier: str, field: str, entry: str) -> Rule:
    return _inline(
        identifier,
        f"spec.agent.{field}",
        f"move it to a Secret and name its entry in {field}SecretKeyRef, or add it as "
        f"entry {entry} to the Secret that keysSecret names",
        bad={"agent": {field: "example"}},
        good={"agent": {"key": None, "keySecretKeyRef": {"name": "instana-keys", "key": "key"}}},
    )


RULES = (
    _entry("inline-key", "key", "key"),
    _entry("inline-download-key", "downloadKey", "downloadKey"),
    _entry("inline-proxy-password", "proxyPassword", "proxyPassword"),
    _entry(
        "inline-release-mirror-password",
        "agentReleaseRepoMirrorPassword",
        "mirrorReleaseRepoPassword",
    ),
    _entry(
        "inline-shared-mirror-password",
        "instanaSharedRepoMirrorPassword",
        "mirrorSharedRepoPassword",
    ),
    _inline(
        "inline-backend-key",
        "spec.agent.additionalBackends[].key",
        "move it to a Secret and name its entry in the backend's keySecretKeyRef",
        bad={
            "agent": {
                "additionalBackends": [
                    {"endpointHost": "second.example", "endpointPort": "443", "key": "example"}
                ]
            }
        },
        good={
            "agent": {
                "keysSecret": "instana-keys",
                "additionalBackends": [
                    {
                        "endpointHost": "second.example",
                        "endpointPort": "443",
                        "keySecretKeyRef": {"name": "instana-keys", "key": "second"},
                    }
                ],
            }
        },
    ),
    _inline(
        "inline-tls-key",
        "spec.agent.tls.key",
        "move it with its certificate to a Secret of type kubernetes.io/tls and name "
        "that in secretName, or name the entries in keySecretKeyRef and "
        "certificateSecretKeyRef",
        bad={"agent": {"tls": {"certificate": "eA==", "key": "eA=="}}},
        good={"agent": {"tls": {"secretName": "agent-tls"}}},
    ),
)
IDENTIFIERS = frozenset(rule.identifier for rule in RULES)
