"""Where pods find each credential: in the keys Secret by these names, else in our own."""

from hooks.kube.objects import Obj
from tests.support.hook import answer, env, texts, volumes
from tests.support.resources import agent, secret

AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
SECOND = f"{SENSOR}-1"
ENTRIES = {
    "INSTANA_AGENT_KEY": "key",
    "INSTANA_DOWNLOAD_KEY": "downloadKey",
    "INSTANA_AGENT_PROXY_USER": "proxyUser",
    "INSTANA_AGENT_PROXY_PASSWORD": "proxyPassword",
    "AGENT_RELEASE_REPOSITORY_MIRROR_USERNAME": "mirrorReleaseRepoUsername",
    "AGENT_RELEASE_REPOSITORY_MIRROR_PASSWORD": "mirrorReleaseRepoPassword",
    "INSTANA_SHARED_REPOSITORY_MIRROR_USERNAME": "mirrorSharedRepoUsername",
    "INSTANA_SHARED_REPOSITORY_MIRROR_PASSWORD": "mirrorSharedRepoPassword",
}
KEYS = secret("keys", **dict.fromkeys(ENTRIES.values(), "x"))
NAMED: Obj = {"agent": {"key": None, "keysSecret": "keys"}}
BACKEND = {"endpointHost": "second", "endpointPort": "444", "key": "k2"}
WITH_BACKEND: Obj = {"agent": NAMED["agent"] | {"additionalBackends": [BACKEND]}}


def test_entries_of_the_keys_secret_are_variables_of_the_agent() -> None:
    found = env(answer(agent(NAMED | {"useSecretMounts": False}), KEYS), AGENT)
    references = {
        name: found[name]["secretKeyRef"] | {"optional": None} for name in ENTRIES if name in found
    }

    assert references == {
        name: {"name": "keys", "key": entry, "optional": None} for name, entry in ENTRIES.items()
    }


def test_entries_of_the_keys_secret_are_files_of_the_agent() -> None:
    mounted = volumes(answer(agent(NAMED), KEYS), AGENT)["instana-secrets"]["secret"]

    assert mounted["secretName"] == "keys"
    assert {each["path"]: each["key"] for each in mounted["items"]} == ENTRIES


def test_a_backends_key_in_the_resource_counts_where_the_keys_secret_has_none() -> None:
    mounted = volumes(answer(agent(WITH_BACKEND), KEYS), SECOND)["instana-secrets"]["secret"]

    assert mounted["secretName"] == "instana-agent"
    assert mounted["items"] == [{"key": "INSTANA_AGENT_KEY-1", "path": "INSTANA_AGENT_KEY-1"}]


def test_it_is_looked_for_in_a_keys_secret_that_is_still_to_come() -> None:
    mounted = volumes(answer(agent(WITH_BACKEND)), SECOND)["instana-secrets"]["secret"]

    assert mounted["secretName"] == "keys"
    assert mounted["items"] == [{"key": "key-1", "path": "INSTANA_AGENT_KEY-1"}]


def test_pods_wait_for_the_main_key_in_the_keys_secret() -> None:
    mounted = volumes(answer(agent(NAMED), secret("keys", other="x")), SENSOR)["instana-secrets"]

    assert mounted["secret"]["secretName"] == "keys"
    assert mounted["secret"]["items"] == [{"key": "key", "path": "INSTANA_AGENT_KEY"}]


def test_the_url_of_the_proxy_waits_for_the_login() -> None:
    user = {"proxyUserSecretKeyRef": {"name": "login", "key": "user"}}
    parent = agent({"agent": {"proxyHost": "proxy", "proxyPassword": "p"} | user})

    assert "HTTPS_PROXY" not in texts(answer(parent), "Secret/instana-agent")
    own = texts(answer(parent, secret("login", user="u")), "Secret/instana-agent")
    assert own["HTTPS_PROXY"] == "http://u:p@proxy:80"
