"""Rules on OpenTelemetry: its ports, its switches, and the Service that it needs."""

from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.models.instana_agent import OpenTelemetry
from hooks.models.ports import AGENT_API, OTLP_GRPC, OTLP_HTTP, OTLP_LEGACY, Port, opened
from hooks.rules.expression import Expression, all_of, if_has, off, on, present, when
from hooks.rules.patterns import HIGHEST_PORT
from hooks.rules.rule import Place, Rule, Severity
from hooks.rules.values import between

PREFIX = "spec.opentelemetry"
OWNERS = {
    "agent-apis": f"the agent's own API (always {AGENT_API})",
    "otlp-legacy": f"older senders of OTLP over gRPC ({OTLP_LEGACY}, while gRPC is enabled)",
    "otlp-grpc": f"OTLP over gRPC ({PREFIX}.grpc.port, default {OTLP_GRPC})",
    "otlp-http": f"OTLP over HTTP ({PREFIX}.http.port, default {OTLP_HTTP})",
}
"""What uses a port, by the port's name."""


def _ports(otel: Obj) -> tuple[Port, ...]:
    """Return the open ports; none if all of them are defaults."""
    protocols = (otel.get("grpc") or {}, otel.get("http") or {})
    if all(protocol.get("port") is None for protocol in protocols):
        return ()
    return opened(OpenTelemetry.model_validate(otel))


def _taken(otel: Obj) -> Iterator[Place]:
    """Yield each port that the resource sets to one that is already used, and name its user."""
    ports = _ports(otel)
    for port in ports:
        others = [other for other in ports if other.number == port.number and other is not port]
        if others and _is_set(otel, port):
            message = f"is already the port of {OWNERS[others[0].name]}: choose another port"
            yield Place(port.path.removeprefix(PREFIX), message)


def _is_set(otel: Obj, port: Port) -> bool:
    protocol = port.path.removeprefix(f"{PREFIX}.").partition(".")[0]
    return (otel.get(protocol) or {}).get("port") is not None


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


def _is_port(protocol: str) -> Expression:
    """Return the expression that holds if a protocol's port is valid, or the protocol is off."""
    return off(f"{protocol}.enabled") | if_has(f"{protocol}.port", between(1, HIGHEST_PORT))


NEEDS_SERVICE = ~off("opentelemetry.enabled") | on("prometheus.remoteWrite.enabled")
"""Holds if the agents' Service is made whatever its own settings are."""

PROTOCOLS = ("grpc", "http")


def _is_effective(protocol: str) -> Expression:
    """Return the expression that holds if a protocol that is off has no other settings."""
    is_off = off("enabled") | off(f"{protocol}.enabled")
    return when(off("enabled"), ~on(f"{protocol}.enabled")) & when(
        is_off, ~present(f"{protocol}.port")
    )


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
        f"is a port that the agent already uses for something else ({AGENT_API} for its "
        f"own API, {OTLP_LEGACY} with gRPC): choose another port",
        bad={"opentelemetry": {"http": {"port": 42699}}},
        good={"opentelemetry": {"grpc": {"port": 5000}, "http": {"port": 5001}}},
        # Written twice: no expression compares fields with each other, and with defaults.
        find=_taken,
        cel=f"!{ON} || ({DISTINCT})",
    ),
    Rule(
        "opentelemetry-switch",
        ("spec",),
        "is the deprecated switch for both protocols: use opentelemetry.grpc.enabled "
        "and opentelemetry.http.enabled (keep it with service.create: false, which "
        "still needs it)",
        bad={"opentelemetry": {"enabled": False}},
        good={"opentelemetry": {"grpc": {"enabled": False}, "http": {"enabled": False}}},
        must=off("service.create") | ~off("opentelemetry.enabled"),
        severity=Severity.WARNING,
    ),
    Rule(
        "service-wanted",
        ("spec",),
        "has no effect while OpenTelemetry or Prometheus remote write is enabled, "
        "because they need the Service: disable them, or remove this",
        bad={"service": {"create": False}},
        good={"service": {"create": False}, "opentelemetry": {"enabled": False}},
        must=when(NEEDS_SERVICE, ~off("service.create")),
        severity=Severity.WARNING,
    ),
    Rule(
        "opentelemetry-off",
        ("spec.opentelemetry",),
        "a field of grpc or http has no effect while the protocol, or OpenTelemetry, "
        "is disabled: enable it, or remove the field",
        bad={"opentelemetry": {"enabled": False, "grpc": {"port": 14317}}},
        good={"opentelemetry": {"grpc": {"port": 14317}, "http": {"enabled": False}}},
        must=all_of(*map(_is_effective, PROTOCOLS)),
        severity=Severity.WARNING,
    ),
)
