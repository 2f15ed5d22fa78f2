"""Each field of the agent that is a variable of its container is that one."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, env, stored
from tests.support.resources import agent

AGENT = "DaemonSet/instana-agent"
HOST_ID = "INSTANA_PERSIST_HOST_UNIQUE_ID"
ALWAYS: Obj = {
    "CONFIG_PATH": "/opt/instana/agent/etc/instana-config-yml",
    "ENTRYPOINT_SKIP_BACKEND_TEMPLATE_GENERATION": "true",
    "INSTANA_AGENT_ENDPOINT": "backend.example",
    "INSTANA_AGENT_ENDPOINT_PORT": "443",
    "INSTANA_AGENT_ID_FILE_PATH": "/var/lib/instana/instana-agent-id",
    "INSTANA_AGENT_POD_NAME": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}},
    "INSTANA_KUBERNETES_CLUSTER_NAME": "cluster",
    "INSTANA_PERSIST_HOST_UNIQUE_ID": "true",
    "K8S_SERVICE_DOMAIN": "instana-agent-headless.instana-agent.svc",
    "NAMESPACES_DETAILS_PATH": "/opt/instana/agent/etc/namespaces/namespaces.yaml",
    "NODE_NAME": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}},
    "POD_IP": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}},
}
SWITCHES: Obj = {
    "agent": {
        "mode": "AWS",
        "proxyHost": "proxy",
        "proxyProtocol": "socks5",
        "proxyUseDNS": True,
        "serviceMesh": {"enabled": True},
    },
    "zone": {"name": "z"},
    "useSecretMounts": False,
}
SWITCHED: Obj = {
    "ENABLE_AGENT_SOCKET": "true",
    "INSTANA_AGENT_KEY": {"secretKeyRef": {"key": "key", "name": "instana-agent"}},
    "INSTANA_AGENT_MODE": "AWS",
    "INSTANA_AGENT_PROXY_HOST": "proxy",
    "INSTANA_AGENT_PROXY_PROTOCOL": "socks5",
    "INSTANA_AGENT_PROXY_USE_DNS": "true",
    "INSTANA_DOWNLOAD_KEY": {
        "secretKeyRef": {"key": "downloadKey", "name": "instana-agent", "optional": True}
    },
    "INSTANA_ZONE": "z",
}


@pytest.mark.parametrize(
    ("spec", "expected"), [({}, ALWAYS), (SWITCHES, ALWAYS | SWITCHED)], ids=["smallest", "more"]
)
def test_the_whole_environment_is_this(spec: Obj, expected: Obj) -> None:
    assert env(answer(agent(spec)), AGENT) == expected


@pytest.mark.parametrize(("before", "is_kept"), [("true", True), ("false", False)])
def test_an_agent_keeps_its_identity_where_it_did_before(before: str, is_kept: bool) -> None:  # noqa: FBT001
    switched = {"agent": {"pod": {"env": [{"name": HOST_ID, "value": before}]}}}
    after = env(answer(agent(), observed=stored(answer(agent(switched)))), AGENT)

    assert (HOST_ID in after) is is_kept


@pytest.mark.parametrize(
    ("field", "variable"),
    [
        ("agentReleaseRepoMirrorUrl", "AGENT_RELEASE_REPOSITORY_MIRROR_URL"),
        ("instanaMvnRepoFeaturesPath", "INSTANA_MVN_REPOSITORY_FEATURES_PATH"),
        ("instanaMvnRepoSharedPath", "INSTANA_MVN_REPOSITORY_SHARED_PATH"),
        ("instanaMvnRepoUrl", "INSTANA_MVN_REPOSITORY_URL"),
        ("instanaSharedRepoMirrorUrl", "INSTANA_SHARED_REPOSITORY_MIRROR_URL"),
        ("listenAddress", "INSTANA_AGENT_HTTP_LISTEN"),
        ("proxyHost", "INSTANA_AGENT_PROXY_HOST"),
        ("proxyPort", "INSTANA_AGENT_PROXY_PORT"),
        ("redactKubernetesSecrets", "INSTANA_KUBERNETES_REDACT_SECRETS"),
    ],
)
def test_a_field_is_its_variable(field: str, variable: str) -> None:
    value = "8080" if field == "proxyPort" else "example"
    given = env(answer(agent({"agent": {field: value}})), AGENT)

    assert given[variable] == value
    assert variable not in env(answer(agent()), AGENT)
