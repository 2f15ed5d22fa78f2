"""The agent's configuration files, each as the agent reads it."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, child, texts
from tests.support.resources import agent

CONFIG = "Secret/instana-agent-config"
SECOND = {"endpointHost": "second", "endpointPort": "444", "key": "k2"}
PROXY = {"proxyHost": "proxy", "proxyUser": "u", "proxyPassword": "p", "proxyUseDNS": True}
SENDER = "com.instana.agent.main.sender.Backend"


def test_all_files_that_a_resource_can_ask_for() -> None:
    spec = {
        "agent": {"configuration_yaml": "a: b\n", "additionalBackends": [SECOND]},
        "prometheus": {"remoteWrite": {"enabled": True}},
    }

    assert texts(answer(agent(spec)), CONFIG) == {
        "cluster_name": "cluster",
        "configuration.yaml": "a: b\n",
        "configuration-disable-kubernetes-sensor.yaml": (
            "com.instana.plugin.kubernetes:\n    enabled: false\n"
        ),
        "configuration-opentelemetry.yaml": (
            "com.instana.plugin.opentelemetry:\n    enabled: true\n"
            "    grpc:\n        enabled: true\n    http:\n        enabled: true\n"
        ),
        "configuration-prometheus-remote-write.yaml": (
            "com.instana.plugin.prometheus:\n    remote_write:\n        enabled: true\n"
        ),
        f"{SENDER}-1.cfg": "host=backend.example\nport=443\nprotocol=HTTP/2\nkey=agent-key\n",
        f"{SENDER}-2.cfg": "host=second\nport=444\nprotocol=HTTP/2\nkey=k2\n",
    }


def test_the_secret_is_an_opaque_one() -> None:
    made = child(answer(agent()), CONFIG)

    assert (made["apiVersion"], made["kind"], made["type"]) == ("v1", "Secret", "Opaque")


@pytest.mark.parametrize(
    ("of_agent", "lines"),
    [
        ({"proxyHost": "proxy"}, "proxy.type=HTTP\nproxy.host=proxy\nproxy.port=80\n"),
        (
            PROXY | {"proxyProtocol": "socks5", "proxyPort": "1080"},
            (
                "proxy.type=socks5\nproxy.host=proxy\nproxy.port=1080\n"
                "proxy.dns=true\nproxy.user=u\nproxy.password=p\n"
            ),
        ),
    ],
)
def test_a_backend_is_reached_through_the_proxy(of_agent: Obj, lines: str) -> None:
    found = texts(answer(agent({"agent": of_agent})), CONFIG)[f"{SENDER}-1.cfg"]

    assert found == f"host=backend.example\nport=443\nprotocol=HTTP/2\nkey=agent-key\n{lines}"


def test_opentelemetry_has_the_switches_and_ports_of_the_resource() -> None:
    spec = {"opentelemetry": {"grpc": {"port": 9999}, "http": {"enabled": False}}}

    assert texts(answer(agent(spec)), CONFIG)["configuration-opentelemetry.yaml"] == (
        "com.instana.plugin.opentelemetry:\n    enabled: true\n"
        "    grpc:\n        enabled: true\n        port: 9999\n"
        "    http:\n        enabled: false\n"
    )
