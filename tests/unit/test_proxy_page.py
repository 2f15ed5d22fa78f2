"""What docs/proxy.md shows is what agents and k8sensors get."""

import pytest
import yaml

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.kube.workloads import container, env_of
from hooks.rendering import render
from tests.support.hook import NOW
from tests.support.pages import block
from tests.support.resources import secret

CONTAINERS = {"DaemonSet": "instana-agent", "Deployment": "instana-agent"}
SECRETS = [
    secret("instana-keys", key="x"),
    secret("proxy-login", username="u", password="p"),
]


def _workloads(having: str) -> dict[str, Obj]:
    example = yaml.safe_load(block("proxy.md", "yaml", having))
    rendered = render([example, *SECRETS], Facts(), NOW)

    assert not rendered.problems
    return {each["kind"]: each for each in rendered.children if each["kind"] in CONTAINERS}


def test_k8sensors_reach_the_api_server_without_proxy() -> None:
    env = env_of(_workloads("proxyHost")["Deployment"], CONTAINERS["Deployment"])

    assert env["NO_PROXY"]["value"] == "10.0.0.0/8,.svc,.cluster.local,kubernetes.default.svc"


def test_agents_get_the_proxy_and_no_proxy_as_written() -> None:
    env = env_of(_workloads("proxyHost")["DaemonSet"], CONTAINERS["DaemonSet"])

    assert env["INSTANA_AGENT_PROXY_HOST"]["value"] == "proxy.example"
    assert env["NO_PROXY"]["value"] == "10.0.0.0/8,.svc,.cluster.local"


@pytest.mark.parametrize(
    ("kind", "variable"), [("DaemonSet", "JAVA_TOOL_OPTIONS"), ("Deployment", "SSL_CERT_DIR")]
)
def test_a_private_ca_is_where_the_variable_points(kind: str, variable: str) -> None:
    child = _workloads("private-ca")[kind]
    mounts = container(child, CONTAINERS[kind])["volumeMounts"]
    (place,) = [each["mountPath"] for each in mounts if each["name"] == "private-ca"]

    assert place in env_of(child, CONTAINERS[kind])[variable]["value"]
