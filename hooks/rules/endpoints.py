"""Rules on what the agent opens: ports and TLS."""

from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.models.instana_agent import OpenTelemetry
from hooks.models.ports import AGENT_API, OTLP_GRPC, OTLP_HTTP, OTLP_LEGACY, Port, opened
from hooks.rules.certificates import belong_together
from hooks.rules.patterns import BASE64, BASE64_IN_PYTHON, HIGHEST_PORT
from hooks.rules.rule import Rule, full, matching, unless

PREFIX = "spec.opentelemetry"
REFERENCES = ("certificateSecretKeyRef", "keySecretKeyRef")
VALUES = ("certificate", "key")

_is_base64 = full(BASE64_IN_PYTHON)


def _ports(otel: Obj) -> tuple[Port, ...]:
    """Return the ports that are open; none where only defaults are."""
    protocols = (otel.get("grpc") or {}, otel.get("http") or {})
    if all(protocol.get("port") is None for protocol in protocols):
        return ()
    return opened(OpenTelemetry.model_validate(otel))


def _outside(otel: Obj) -> Iterator[str]:
    for port in _ports(otel):
        if not 0 < port.number <= HIGHEST_PORT:
            yield port.path.removeprefix(PREFIX)


def _taken(otel: Obj) -> Iterator[str]:
    """Yield each port that is another one's too, of those that the resource sets."""
    ports = _ports(otel)
    numbers = [port.number for port in ports]
    for port in ports:
        if port.path and numbers.count(port.number) > 1:
            yield port.path.removeprefix(PREFIX)


def _unpaired(tls: Obj) -> Iterator[str]:
    if tls.get("secretName"):
        return
    for certificate, key in (REFERENCES, VALUES):
        if tls.get(certificate) and tls.get(key):
            return
        if tls.get(certificate) or tls.get(key):
            yield f".{key}" if tls.get(certificate) else f".{certificate}"


def _is_own_key(tls: Obj) -> bool:
    certificate, key = tls.get("certificate"), tls.get("key")
    is_elsewhere = tls.get("secretName") or all(map(tls.get, REFERENCES))
    if is_elsewhere or not certificate or not key:
        return True
    return belong_together(certificate, key)


def _is_on(protocol: str) -> str:
    own = f"self.{protocol}"
    return f"(!has({own}) || !has({own}.enabled) || {own}.enabled)"


def _port(protocol: str, default: int) -> str:
    own = f"self.{protocol}"
    return f"(has({own}) && has({own}.port) ? {own}.port : {default})"


ON = "(!has(self.enabled) || self.enabled)"
GRPC, HTTP = _port("grpc", OTLP_GRPC), _port("http", OTLP_HTTP)
IN_RANGE = " && ".join(
    f"(!{_is_on(protocol)} || ({port} > 0 && {port} <= {HIGHEST_PORT}))"
    for protocol, port in (("grpc", GRPC), ("http", HTTP))
)
DISTINCT = (
    f"(!{_is_on('grpc')} || !({GRPC} in [{AGENT_API}, {OTLP_LEGACY}])) && "
    f"(!{_is_on('http')} || {HTTP} != {AGENT_API}) && "
    f"(!{_is_on('grpc')} || !{_is_on('http')} || ({HTTP} != {OTLP_LEGACY} && {GRPC} != {HTTP}))"
)
GIVEN = {name: f"(has(self.{name}) && self.{name} != '')" for name in ("certificate", "key")}
HAS_NAME = "(has(self.secretName) && self.secretName != '')"

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
"""Of numbers far too small to be of use: examples alone."""

RULES = (
    Rule(
        "opentelemetry-port",
        (PREFIX,),
        f"must be between 1 and {HIGHEST_PORT}",
        bad={"opentelemetry": {"grpc": {"port": 0}}},
        good={"opentelemetry": {"grpc": {"port": 14317}}},
        find=_outside,
        cel=f"!{ON} || ({IN_RANGE})",
    ),
    Rule(
        "port-taken",
        (PREFIX,),
        f"is a port that the agent opens for something else already ({AGENT_API} is its own, "
        f"{OTLP_LEGACY} goes with gRPC): choose another one",
        bad={"opentelemetry": {"http": {"port": 42699}}},
        good={"opentelemetry": {"grpc": {"port": 5000}, "http": {"port": 5001}}},
        find=_taken,
        cel=f"!{ON} || ({DISTINCT})",
    ),
    Rule(
        "tls-pair",
        ("spec.agent.tls",),
        "certificate and key are required together: give both, or name a Secret of type "
        "kubernetes.io/tls in secretName",
        bad={"agent": {"tls": {"certificate": "eA=="}}},
        good={"agent": {"tls": {"certificate": "eA==", "key": "eA=="}}},
        find=_unpaired,
        cel=f"{HAS_NAME} || (has(self.certificateSecretKeyRef) && has(self.keySecretKeyRef)) || "
        "(!has(self.certificateSecretKeyRef) && !has(self.keySecretKeyRef) && "
        f"{GIVEN['certificate']} == {GIVEN['key']})",
    ),
    Rule(
        "tls-base64",
        ("spec.agent.tls.certificate", "spec.agent.tls.key"),
        "must be base64 of a PEM text, such as `base64 -w0 FILE` writes it",
        bad={"agent": {"tls": {"certificate": "-----BEGIN", "key": "eA=="}}},
        good={"agent": {"tls": {"certificate": "eA==", "key": "eA=="}}},
        find=unless(_is_base64),
        cel=matching(BASE64),
    ),
    Rule(
        "tls-key-of-certificate",
        ("spec.agent.tls",),
        "is not the key of the certificate: give the pair that was made together",
        bad={"agent": {"tls": {"certificate": CERTIFICATE, "key": KEY_OF_ANOTHER}}},
        good={"agent": {"tls": {"certificate": CERTIFICATE, "key": KEY}}},
        find=unless(_is_own_key, ".key"),
        field=".key",
    ),
)
