import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, child, children, conditions, env, pod, stored, texts, volumes
from tests.support.resources import agent, secret

AGENT = "DaemonSet/instana-agent"
K8SENSOR = "Deployment/instana-agent-k8sensor"
CONFIG = "Secret/instana-agent-config"
OWN = "Secret/instana-agent"
FIRST, SECOND = (f"com.instana.agent.main.sender.Backend-{number}.cfg" for number in (1, 2))
BACKEND = {"endpointHost": "second.example", "endpointPort": "444"}
PROXY = {"proxyHost": "proxy", "proxyUser": "user", "proxyPassword": "pass/word"}
FROM_STORE = {"agent": {"key": None, "keysSecret": "keys"}}


def with_store(**of_agent: object) -> Obj:
    return agent({"agent": {"key": None, "keysSecret": "keys", **of_agent}})


def files(answered: Obj, workload: str) -> list[str]:
    source = volumes(answered, workload)["instana-secrets"]
    parts = (
        [source["secret"]]
        if "secret" in source
        else [each["secret"] for each in source["projected"]["sources"]]
    )
    return [item["path"] for part in parts for item in part["items"]]


def annotation(answered: Obj, workload: str = K8SENSOR) -> str:
    template: Obj = child(answered, workload)["spec"]["template"]
    value: str = template["metadata"]["annotations"]["instana.io/secrets-checksum"]
    return value


def test_b03_user_environment_stands_once() -> None:
    parent = agent({"useSecretMounts": False, "agent": {"env": {"A": "1", "POD_NAMESPACE": "x"}}})
    variables = pod(answer(parent), K8SENSOR)["containers"][0]["env"]
    names = [each["name"] for each in variables]

    assert sorted(names) == sorted(set(names))
    assert "A" in names


def test_b19_a_backend_without_a_key_gets_no_k8sensor() -> None:
    result = answer(agent({"agent": {"additionalBackends": [BACKEND]}}))

    assert "Deployment/instana-agent-k8sensor-1" not in children(result)
    assert "additionalBackends[0].key" in conditions(result)["ReferencesResolved"]["message"]


def test_b20_every_credential_of_the_keys_secret_reaches_the_agent() -> None:
    keys = secret("keys", key="k", downloadKey="d", proxyUser="u", proxyPassword="p")
    result = answer(with_store(proxyHost="proxy"), keys)

    assert files(result, AGENT) == [
        "HTTPS_PROXY",
        "INSTANA_AGENT_KEY",
        "INSTANA_DOWNLOAD_KEY",
        "INSTANA_AGENT_PROXY_USER",
        "INSTANA_AGENT_PROXY_PASSWORD",
    ]


def test_b20_a_proxy_needs_no_entry_of_the_keys_secret() -> None:
    result = answer(with_store(proxyHost="proxy"), secret("keys", key="k"))

    assert texts(result, OWN) == {"HTTPS_PROXY": "http://proxy:80"}
    assert "HTTPS_PROXY" in files(result, K8SENSOR)


def test_b21_an_inline_key_of_a_backend_does_beside_a_keys_secret() -> None:
    parent = with_store(additionalBackends=[BACKEND | {"key": "inline"}])
    result = answer(parent, secret("keys", key="k"))

    assert "key=inline\n" in texts(result, CONFIG)[SECOND]
    assert volumes(result, f"{K8SENSOR}-1")["instana-secrets"]["secret"]["secretName"] == (
        "instana-agent"
    )


@pytest.mark.parametrize("unknown", [(), ("Secret.v1",)])
def test_b24_a_keys_secret_that_cannot_be_read_changes_no_backend(unknown: tuple[str, ...]) -> None:
    before = answer(agent(FROM_STORE), secret("keys", key="k"))
    after = answer(agent(FROM_STORE), observed=stored(before), unknown=unknown)

    assert texts(after, CONFIG) == texts(before, CONFIG)
    assert annotation(after) == annotation(before)


def test_b24_a_missing_keys_secret_is_named_in_the_status() -> None:
    condition = conditions(answer(agent(FROM_STORE)))["ReferencesResolved"]

    assert condition["status"] == "False"
    assert condition["message"] == "spec.agent.keysSecret: Secret keys is missing"


def test_b27_a_rotated_key_takes_effect() -> None:
    before = answer(agent(FROM_STORE), secret("keys", key="old"))
    after = answer(agent(FROM_STORE), secret("keys", key="new"), observed=stored(before))

    assert "key=new\n" in texts(after, CONFIG)[FIRST]
    assert annotation(after) != annotation(before)


def test_s03_no_credential_has_to_stand_in_the_resource() -> None:
    entries = {
        "key": "k",
        "key_1": "k1",
        "downloadKey": "d",
        "proxyUser": "u",
        "proxyPassword": "p",
        "mirrorReleaseRepoUsername": "ru",
        "mirrorReleaseRepoPassword": "rp",
        "mirrorSharedRepoUsername": "su",
        "mirrorSharedRepoPassword": "sp",
        "httpsProxy": "http://u:p@proxy:80",
    }
    parent = with_store(proxyHost="proxy", additionalBackends=[BACKEND])
    result = answer(parent, secret("keys", **entries))

    assert conditions(result)["ReferencesResolved"]["status"] == "True"
    assert OWN not in children(result)
    assert len(files(result, AGENT)) == len(entries) - 1


def test_s03_each_credential_can_be_an_entry_of_any_secret() -> None:
    of_agent = [
        "key",
        "downloadKey",
        "proxyUser",
        "proxyPassword",
        "httpsProxy",
        *(f"agentReleaseRepoMirror{part}" for part in ("Username", "Password")),
        *(f"instanaSharedRepoMirror{part}" for part in ("Username", "Password")),
    ]
    references = {
        f"{field}SecretKeyRef": {"name": f"secret-{number}", "key": field}
        for number, field in enumerate(of_agent)
    }
    parent = with_store(
        proxyHost="proxy",
        additionalBackends=[BACKEND | {"keySecretKeyRef": {"name": "keys", "key": "own.name"}}],
        **references,
    )
    secrets = [secret(f"secret-{number}", **{field: "x"}) for number, field in enumerate(of_agent)]
    result = answer(parent, secret("keys", **{"own.name": "k"}), *secrets)

    assert conditions(result)["ReferencesResolved"]["status"] == "True"
    assert OWN not in children(result)
    assert len(files(result, AGENT)) == len(of_agent)


@pytest.mark.parametrize("workload", [AGENT, K8SENSOR])
def test_s04_credentials_are_never_plain_text_in_a_pod(workload: str) -> None:
    mirrors = {"agentReleaseRepoMirrorPassword": "mirror", "downloadKey": "download"}
    parent = agent({"useSecretMounts": False, "agent": PROXY | mirrors})
    result = answer(parent)

    assert not [
        value
        for value in env(result, workload).values()
        if isinstance(value, str)
        for credential in ("agent-key", "download", "pass", "mirror")
        if credential in value
    ]


def test_s05_k8sensors_see_the_key_of_their_backend_only() -> None:
    parent = agent({"agent": {"additionalBackends": [BACKEND | {"key": "second"}], **PROXY}})
    result = answer(parent)
    configuration = volumes(result, K8SENSOR)["config"]["secret"]

    assert not [each for each in configuration["items"] if each["key"].endswith(".cfg")]
    assert files(result, K8SENSOR) == ["INSTANA_AGENT_KEY", "HTTPS_PROXY"]
    assert files(result, f"{K8SENSOR}-1") == ["INSTANA_AGENT_KEY-1", "HTTPS_PROXY"]


def test_s05_the_agent_sees_each_key_once() -> None:
    assert files(answer(agent()), AGENT) == ["INSTANA_AGENT_KEY"]


@pytest.mark.parametrize("field", ["key", "endpointHost", "proxyUser", "proxyPassword"])
def test_s10_a_line_break_cannot_add_lines_to_a_backend_file(field: str) -> None:
    result = answer(agent({"agent": PROXY | {field: "x\nproxy.host=evil"}}))

    assert result["children"] == []
    assert conditions(result)["Valid"]["message"].startswith(f"spec.agent.{field}: must be a ")


def test_s10_a_line_break_in_the_keys_secret_cannot_add_lines_to_a_backend_file() -> None:
    result = answer(agent(FROM_STORE), secret("keys", key="x\nproxy.host=evil"))

    assert FIRST not in texts(result, CONFIG)


def test_s10_the_login_in_the_proxys_url_is_escaped() -> None:
    result = answer(agent({"useSecretMounts": False, "agent": PROXY}))

    assert texts(result, OWN)["HTTPS_PROXY"] == "http://user:pass%2Fword@proxy:80"


@pytest.mark.parametrize("download_key", ["", "download"])
def test_s14_a_pull_secret_is_referred_to_where_it_is_made(download_key: str) -> None:
    image = {"name": "containers.instana.io/instana/agent"}
    parent = with_store(image=image)
    entries = {"downloadKey": download_key} if download_key else {}
    result = answer(parent, secret("keys", **entries))
    is_made = "Secret/instana-agent-containers-instana-io" in children(result)

    assert is_made == bool(download_key)
    assert ("imagePullSecrets" in pod(result, AGENT)) == is_made


def test_r02_k8sensors_restart_for_another_proxy() -> None:
    before, after = (answer(agent({"agent": {"proxyHost": host}})) for host in ("one", "two"))

    assert annotation(before) != annotation(after)
