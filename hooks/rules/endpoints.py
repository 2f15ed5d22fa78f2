"""Rules on what the agent opens: ports and TLS."""

from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.models.instana_agent import OpenTelemetry
from hooks.models.ports import AGENT_API, OTLP_GRPC, OTLP_HTTP, OTLP_LEGACY, Port, opened
from hooks.rules.certificates import belong_together
from hooks.rules.expression import Expression, all_of, any_of, equally, given, if_has, off, present
from hooks.rules.patterns import BASE64, BASE64_IN_PYTHON, HIGHEST_PORT
from hooks.rules.rule import Rule, unless
from hooks.rules.values import between, matches

PREFIX = "spec.opentelemetry"
REFERENCES = ("certificateSecretKeyRef", "keySecretKeyRef")
VALUES = ("certificate", "key")


def _ports(otel: Obj) -> tuple[Port, ...]:
    """Return the ports that are open; none where only defaults are."""
    protocols = (otel.get("grpc") or {}, otel.get("http") or {})
    if all(protocol.get("port") is None for protocol in protocols):
        return ()
    return opened(OpenTelemetry.model_validate(otel))


def _taken(otel: Obj) -> Iterator[str]:
    """Yield each port that is another one's too, of those that the resource sets."""
    ports = _ports(otel)
    numbers = [port.number for port in ports]
    for port in ports:
        if port.path and numbers.count(port.number) > 1:
            yield port.path.removeprefix(PREFIX)


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
DISTINCT = (
    f"(!{_is_on('grpc')} || !({GRPC} in [{AGENT_API}, {OTLP_LEGACY}])) && "
    f"(!{_is_on('http')} || {HTTP} != {AGENT_API}) && "
    f"(!{_is_on('grpc')} || !{_is_on('http')} || ({HTTP} != {OTLP_LEGACY} && {GRPC} != {HTTP}))"
)

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


def _is_port(protocol: str) -> Expression:
    """Return the expression that the port of a protocol is one, unless that is off."""
    return off(f"{protocol}.enabled") | if_has(f"{protocol}.port", between(1, HIGHEST_PORT))


RULES = (
    Rule(
        "opentelemetry-port",
        (PREFIX,),
        f"must be between 1 and {HIGHEST_PORT}",
        bad={"opentelemetry": {"grpc": {"port": 0}}},
        good={"opentelemetry": {"grpc": {"port": 14317}}},
        must=off("enabled") | all_of(*map(_is_port, ("grpc", "http"))),
    ),
    Rule(
        "port-taken",
        (PREFIX,),
        f"is a port that the agent opens for something else already ({AGENT_API} is its own, "
        f"{OTLP_LEGACY} goes with gRPC): choose another one",
        bad={"opentelemetry": {"http": {"port": 42699}}},
        good={"opentelemetry": {"grpc": {"port": 5000}, "http": {"port": 5001}}},
        # Written twice: no expression compares fields with one another, and with defaults.
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
        must=any_of(
            given("secretName"),
            all_of(*map(present, REFERENCES)),
            equally(*map(present, REFERENCES)) & equally(*map(given, VALUES)),
        ),
    ),
    Rule(
        "tls-base64",
        ("spec.agent.tls.certificate", "spec.agent.tls.key"),
        "must be base64 of a PEM text, such as `base64 -w0 FILE` writes it",
        bad={"agent": {"tls": {"certificate": "-----BEGIN", "key": "eA=="}}},
        good={"agent": {"tls": {"certificate": "eA==", "key": "eA=="}}},
        must=matches(BASE64, BASE64_IN_PYTHON),
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
