import pytest

from hooks.kube.objects import Obj
from hooks.models.ports import ports
from hooks.rules import parse_agent
from tests.support.resources import agent


@pytest.mark.parametrize(
    ("opentelemetry", "expected"),
    [
        (
            {},
            {"agent-apis": 42699, "otlp-grpc": 4317, "otlp-legacy": 55680, "otlp-http": 4318},
        ),
        ({"enabled": False, "grpc": {"enabled": True}}, {"agent-apis": 42699}),
        ({"grpc": {"enabled": False}}, {"agent-apis": 42699, "otlp-http": 4318}),
        (
            {"http": {"enabled": False}, "grpc": {"port": 5}},
            {"agent-apis": 42699, "otlp-grpc": 5, "otlp-legacy": 55680},
        ),
    ],
)
def test_ports_follow_opentelemetry(opentelemetry: Obj, expected: dict[str, int]) -> None:
    opened = ports(parse_agent(agent({"opentelemetry": opentelemetry})).spec)

    assert {port.name: port.number for port in opened} == expected
