"""The TCP ports that an agent opens; its container and both Services list the same."""

from dataclasses import dataclass

from hooks.models.instana_agent import InstanaAgentSpec, OpenTelemetry, OpenTelemetryProtocol

AGENT_API = 42699
OTLP_GRPC = 4317
OTLP_LEGACY = 55680
OTLP_HTTP = 4318


@dataclass(frozen=True, slots=True)
class Port:
    """A named port and the field that sets its number (empty if no field does)."""

    name: str
    number: int
    path: str = ""


def ports(spec: InstanaAgentSpec) -> tuple[Port, ...]:
    """Return the ports in the order in which objects list them."""
    return opened(spec.opentelemetry)


def opened(otel: OpenTelemetry) -> tuple[Port, ...]:
    """Return the ports of an agent that receives this OpenTelemetry data."""
    found = [Port("agent-apis", AGENT_API)]
    if not otel.enabled:
        return tuple(found)
    if otel.is_on(otel.grpc):
        found.append(_otlp("grpc", otel.grpc, OTLP_GRPC))
        found.append(Port("otlp-legacy", OTLP_LEGACY))
    if otel.is_on(otel.http):
        found.append(_otlp("http", otel.http, OTLP_HTTP))
    return tuple(found)


def _otlp(name: str, protocol: OpenTelemetryProtocol, default: int) -> Port:
    number = default if protocol.port is None else protocol.port
    return Port(f"otlp-{name}", number, f"spec.opentelemetry.{name}.port")
