"""Both Services as a whole."""

from tests.support.hook import answer, child
from tests.support.resources import agent

SELECTOR = {
    "app.kubernetes.io/name": "instana-agent",
    "app.kubernetes.io/instance": "instana-agent",
    "app.kubernetes.io/component": "instana-agent",
}
PORTS = [
    {"name": name, "port": number, "protocol": "TCP", "targetPort": number}
    for name, number in (
        ("agent-apis", 42699),
        ("otlp-grpc", 4317),
        ("otlp-legacy", 55680),
        ("otlp-http", 4318),
    )
]


def test_services_reach_agents_that_are_not_ready_too() -> None:
    answered = answer(agent({"service": {"create": True}}))
    own, headless = (
        child(answered, f"Service/{name}") for name in ("instana-agent", "instana-agent-headless")
    )

    assert (own["apiVersion"], headless["apiVersion"]) == ("v1", "v1")
    assert own["spec"] == {
        "internalTrafficPolicy": "Local",
        "ports": PORTS,
        "publishNotReadyAddresses": True,
        "selector": SELECTOR,
    }
    assert headless["spec"] == {
        "clusterIP": "None",
        "ports": PORTS,
        "publishNotReadyAddresses": True,
        "selector": SELECTOR,
    }
