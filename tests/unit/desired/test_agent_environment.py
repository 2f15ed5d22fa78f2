"""Each field of the agent that is a variable of its container is that one."""

import pytest

from tests.support.hook import answer, env
from tests.support.resources import agent

AGENT = "DaemonSet/instana-agent"


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
