"""Entries of Secrets that the resource names: each reaches what reads it, and no copy is made."""

from typing import Any

import pytest

from hooks.desired.inputs.key_store import A_LINE
from hooks.kube.objects import Obj
from tests.support.hook import answer, child, children, conditions, env, pod, stored, texts, volumes
from tests.support.resources import agent, merged, obj, secret

AGENT = "DaemonSet/instana-agent"
K8SENSOR = "Deployment/instana-agent-k8sensor"
SECOND = "Deployment/instana-agent-k8sensor-1"
CONFIG = "Secret/instana-agent-config"
OWN = "Secret/instana-agent"
PULL = "Secret/instana-agent-containers-instana-io"
FILES = [f"com.instana.agent.main.sender.Backend-{number}.cfg" for number in (1, 2)]
VALUE = "the-value"
MINE = secret("mine", entry=VALUE)
REFERENCE = {"name": "mine", "key": "entry"}
BACKEND = {"endpointHost": "second.example", "endpointPort": "444"}
PROXY = {"proxyHost": "proxy", "proxyUser": "user"}
REGISTRY = {"image": {"name": "containers.instana.io/instana/agent"}}
NOT_THERE = pytest.mark.parametrize(
    ("related", "unknown"),
    [([], ()), ([secret("mine", other="x")], ()), ([], ("Secret.v1",))],
    ids=["no Secret", "no entry", "unknown"],
)
MOUNTED = pytest.mark.parametrize("mounted", [True, False], ids=["files", "variables"])

READ_BY_AGENT = {
    "keySecretKeyRef": "INSTANA_AGENT_KEY",
    "downloadKeySecretKeyRef": "INSTANA_DOWNLOAD_KEY",
    "proxyUserSecretKeyRef": "INSTANA_AGENT_PROXY_USER",
    "proxyPasswordSecretKeyRef": "INSTANA_AGENT_PROXY_PASSWORD",
    "agentReleaseRepoMirrorUsernameSecretKeyRef": "AGENT_RELEASE_REPOSITORY_MIRROR_USERNAME",
    "agentReleaseRepoMirrorPasswordSecretKeyRef": "AGENT_RELEASE_REPOSITORY_MIRROR_PASSWORD",
    "instanaSharedRepoMirrorUsernameSecretKeyRef": "INSTANA_SHARED_REPOSITORY_MIRROR_USERNAME",
    "instanaSharedRepoMirrorPasswordSecretKeyRef": "INSTANA_SHARED_REPOSITORY_MIRROR_PASSWORD",
}
EACH = pytest.mark.parametrize(("field", "name"), READ_BY_AGENT.items())
INLINE = {
    "keySecretKeyRef": "key",
    "downloadKeySecretKeyRef": "downloadKey",
    "proxyUserSecretKeyRef": "proxyUser",
    "proxyPasswordSecretKeyRef": "proxyPassword",
    "agentReleaseRepoMirrorUsernameSecretKeyRef": "agentReleaseRepoMirrorUsername",
    "agentReleaseRepoMirrorPasswordSecretKeyRef": "agentReleaseRepoMirrorPassword",
    "instanaSharedRepoMirrorUsernameSecretKeyRef": "instanaSharedRepoMirrorUsername",
    "instanaSharedRepoMirrorPasswordSecretKeyRef": "instanaSharedRepoMirrorPassword",
}


def with_(of_agent: Obj, **spec: Any) -> Obj:
    return agent({"agent": of_agent, **spec})


def files(answered: Obj, workload: str, volume: str = "instana-secrets") -> dict[str, Obj]:
    """Return the files of a volume: the Secret and entry that each is from."""
    source = volumes(answered, workload).get(volume, {})
    secrets = [each["secret"] for each in source.get("projected", {}).get("sources", [])]
    secrets += [source["secret"]] if "secret" in source else []
    return {
        item["path"]: {"name": each.get("name") or each.get("secretName"), "key": item["key"]}
        for each in secrets
        for item in each["items"]
    }


def entries(answered: Obj, workload: str) -> dict[str, Any]:
    """Return the variables that are entries of Secrets."""
    found = env(answered, workload).items()
    return {name: each["secretKeyRef"] for name, each in found if "secretKeyRef" in each}


def checksum(answered: Obj, workload: str) -> str:
    annotations = child(answered, workload)["spec"]["template"]["metadata"]["annotations"]
    value: str = annotations["instana.io/secrets-checksum"]
    return value


@EACH
def test_the_agent_reads_the_entry_as_a_file(field: str, name: str) -> None:
    assert files(answer(with_({field: REFERENCE}), MINE), AGENT)[name] == REFERENCE


@EACH
def test_the_agent_reads_the_entry_as_a_variable(field: str, name: str) -> None:
    result = answer(with_({field: REFERENCE}, useSecretMounts=False), MINE)

    assert entries(result, AGENT)[name] == REFERENCE
    assert "instana-secrets" not in volumes(result, AGENT)


@EACH
@MOUNTED
def test_the_entry_wins_over_the_keys_secret_and_the_value(
    field: str,
    name: str,
    mounted: bool,  # noqa: FBT001
) -> None:
    store = dict.fromkeys(
        ("key", "downloadKey", "proxyUser", "proxyPassword", "mirrorReleaseRepoUsername",
         "mirrorReleaseRepoPassword", "mirrorSharedRepoUsername", "mirrorSharedRepoPassword"),
        "from-store",
    )  # fmt: skip
    parent = with_(
        {"keysSecret": "keys", INLINE[field]: "inline", field: REFERENCE}, useSecretMounts=mounted
    )
    result = answer(parent, MINE, secret("keys", **store))
    found = files(result, AGENT) if mounted else entries(result, AGENT)

    assert found[name] == REFERENCE
    assert OWN not in children(result)


@EACH
@MOUNTED
def test_no_copy_of_the_value_beside_the_entry_is_made(
    field: str,
    name: str,
    mounted: bool,  # noqa: FBT001
) -> None:
    parent = with_({INLINE[field]: "inline", field: REFERENCE}, useSecretMounts=mounted)
    result = answer(parent, MINE)
    own = texts(result, OWN) if OWN in children(result) else {}

    assert name not in own
    assert {"inline", VALUE}.isdisjoint(own.values())


def test_nothing_is_copied_that_can_be_read_where_it_is() -> None:
    fields = set(READ_BY_AGENT) - {"keySecretKeyRef"}
    parent = with_({"key": None, "keysSecret": "keys", **dict.fromkeys(fields, REFERENCE)})
    result = answer(parent, MINE, secret("keys", key="k"))

    assert OWN not in children(result)
    assert conditions(result)["ReferencesResolved"]["status"] == "True"


@EACH
@MOUNTED
@NOT_THERE
def test_pods_stay_while_the_entry_is_not_there(
    field: str,
    name: str,
    mounted: bool,  # noqa: FBT001
    related: list[Obj],
    unknown: tuple[str, ...],
) -> None:
    parent = with_({**PROXY, **REGISTRY, field: REFERENCE}, useSecretMounts=mounted)
    before = answer(parent, MINE)
    after = answer(parent, *related, observed=stored(before), unknown=unknown)

    assert name in (files(before, AGENT) | entries(before, AGENT))
    assert after["children"] == before["children"]


@EACH
@NOT_THERE
def test_the_value_stays_in_use_while_the_entry_is_not_there(
    field: str, name: str, related: list[Obj], unknown: tuple[str, ...]
) -> None:
    before = answer(with_({INLINE[field]: "inline"}))
    after = answer(
        with_({field: REFERENCE, "mode": "AWS", INLINE[field]: None, "keysSecret": "keys"}),
        secret("keys", key="k"),
        *related,
        observed=stored(before),
        unknown=unknown,
    )

    assert files(after, AGENT)[name] == {"name": "instana-agent", "key": name}
    assert texts(after, OWN)[name] == "inline"
    assert env(after, AGENT)["INSTANA_AGENT_MODE"] == "AWS"


@EACH
def test_new_pods_wait_for_the_entry(field: str, name: str) -> None:
    assert files(answer(with_({field: REFERENCE})), AGENT)[name] == REFERENCE


@EACH
@pytest.mark.parametrize(
    ("related", "message"),
    [
        ([], "Secret mine is missing"),
        ([secret("mine", other="x")], "Secret mine has no entry entry"),
        (
            [secret("mine", entry="a\nb")],
            f"entry entry of Secret mine is not {A_LINE}",
        ),
        ([secret("mine", entry="k" * 8193)], f"entry entry of Secret mine is not {A_LINE}"),
        ([secret("mine", entry="k" * 900_000)], f"entry entry of Secret mine is not {A_LINE}"),
        ([secret("mine", entry="")], f"entry entry of Secret mine is not {A_LINE}"),
    ],
)
def test_the_status_names_what_is_missing(
    field: str, name: str, related: list[Obj], message: str
) -> None:
    condition = conditions(answer(with_({field: REFERENCE}), *related))["ReferencesResolved"]

    assert name
    assert condition["status"] == "False"
    assert condition["message"] == f"spec.agent.{field}: {message}"


def test_entries_of_several_secrets_are_one_volume() -> None:
    parent = with_(
        {
            "proxyHost": "proxy",
            "proxyUserSecretKeyRef": REFERENCE,
            "proxyPasswordSecretKeyRef": {"name": "other", "key": "password"},
        }
    )
    result = answer(parent, MINE, secret("other", password="p"))

    assert files(result, AGENT) == {
        "HTTPS_PROXY": {"name": "instana-agent", "key": "HTTPS_PROXY"},
        "INSTANA_AGENT_KEY": {"name": "instana-agent", "key": "INSTANA_AGENT_KEY"},
        "INSTANA_AGENT_PROXY_USER": REFERENCE,
        "INSTANA_AGENT_PROXY_PASSWORD": {"name": "other", "key": "password"},
    }


def test_two_files_can_be_of_one_entry() -> None:
    both = ("agentReleaseRepoMirrorPassword", "instanaSharedRepoMirrorPassword")
    result = answer(with_({f"{field}SecretKeyRef": REFERENCE for field in both}), MINE)

    found = files(result, AGENT)
    assert found["AGENT_RELEASE_REPOSITORY_MIRROR_PASSWORD"] == REFERENCE
    assert found["INSTANA_SHARED_REPOSITORY_MIRROR_PASSWORD"] == REFERENCE


def test_own_secret_gives_way_to_one_of_its_name() -> None:
    parent = with_({"downloadKeySecretKeyRef": {"name": "instana-agent", "key": "d"}})
    result = answer(parent, secret("instana-agent", d="download"))

    assert OWN not in children(result)
    assert texts(result, "Secret/instana-agent-credentials")["INSTANA_AGENT_KEY"] == "agent-key"
    assert conditions(result)["Valid"]["status"] == "True"


def test_an_optional_download_key_is_of_the_secret_of_our_name() -> None:
    reference = {"name": "instana-agent", "key": "k"}
    parent = with_({"keySecretKeyRef": reference}, useSecretMounts=False)
    result = answer(parent, secret("instana-agent", k="key"))

    assert entries(result, AGENT)["INSTANA_DOWNLOAD_KEY"] == {
        "name": "instana-agent-credentials",
        "key": "downloadKey",
        "optional": True,
    }


# The keys of the backends.


def test_the_key_is_in_the_backends_file() -> None:
    result = answer(with_({"keySecretKeyRef": REFERENCE}), MINE)

    assert f"key={VALUE}\n" in texts(result, CONFIG)[FILES[0]]


@pytest.mark.parametrize("position", [0, 1])
def test_the_key_of_a_backend_is_the_same_at_any_position(position: int) -> None:
    others = [BACKEND | {"endpointHost": "other", "key": "o"}] * position
    backends = [*others, BACKEND | {"keySecretKeyRef": REFERENCE}]
    result = answer(with_({"additionalBackends": backends}), MINE)
    deployment = f"{K8SENSOR}-{position + 1}"
    file = f"com.instana.agent.main.sender.Backend-{position + 2}.cfg"

    assert (
        f"host=second.example\nport=444\nprotocol=HTTP/2\nkey={VALUE}\n"
        == (texts(result, CONFIG)[file])
    )
    assert files(result, deployment) == {f"INSTANA_AGENT_KEY-{position + 1}": REFERENCE}


@pytest.mark.parametrize("backends", [{}, {"additionalBackends": [BACKEND | {"key": "second"}]}])
def test_a_k8sensor_reads_the_key_where_it_is(backends: Obj) -> None:
    as_files = answer(with_({"keySecretKeyRef": REFERENCE, **backends}), MINE)
    as_variables = answer(
        with_({"keySecretKeyRef": REFERENCE, **backends}, useSecretMounts=False), MINE
    )

    assert files(as_files, K8SENSOR) == {"INSTANA_AGENT_KEY": REFERENCE}
    assert entries(as_variables, K8SENSOR) == {"AGENT_KEY": REFERENCE}


@NOT_THERE
def test_a_backend_stays_while_its_key_is_not_there(
    related: list[Obj], unknown: tuple[str, ...]
) -> None:
    parent = with_({"additionalBackends": [BACKEND | {"keySecretKeyRef": REFERENCE}]})
    before = answer(parent, MINE)
    after = answer(parent, *related, observed=stored(before), unknown=unknown)

    assert SECOND in children(before)
    assert after["children"] == before["children"]


@NOT_THERE
def test_the_main_backend_follows_while_the_key_of_another_is_not_there(
    related: list[Obj], unknown: tuple[str, ...]
) -> None:
    of_agent = {"additionalBackends": [BACKEND | {"keySecretKeyRef": REFERENCE}]}
    before = answer(with_(of_agent), MINE)
    after = answer(
        with_({**of_agent, "key": "new"}), *related, observed=stored(before), unknown=unknown
    )

    assert "key=new\n" in texts(after, CONFIG)[FILES[0]]
    assert texts(after, CONFIG)[FILES[1]] == texts(before, CONFIG)[FILES[1]]
    assert texts(after, OWN)["INSTANA_AGENT_KEY"] == "new"
    assert checksum(after, K8SENSOR) != checksum(before, K8SENSOR)
    assert checksum(after, SECOND) == checksum(before, SECOND)


def test_a_new_backend_whose_secret_has_no_such_entry_is_left_out() -> None:
    parent = with_({"additionalBackends": [BACKEND | {"keySecretKeyRef": REFERENCE}]})
    result = answer(parent, secret("mine", other="x"))
    path = "spec.agent.additionalBackends[0].keySecretKeyRef"

    assert SECOND not in children(result)
    assert FILES[1] not in texts(result, CONFIG)
    assert conditions(result)["ReferencesResolved"]["message"] == (
        f"{path}: Secret mine has no entry entry"
    )


def test_a_new_backend_waits_for_the_secret_with_its_key() -> None:
    parent = with_({"additionalBackends": [BACKEND | {"keySecretKeyRef": REFERENCE}]})

    assert files(answer(parent), SECOND) == {"INSTANA_AGENT_KEY-1": REFERENCE}


def test_a_rotated_key_restarts_agents_and_the_k8sensor_of_its_backend_once() -> None:
    parent = with_({"additionalBackends": [BACKEND | {"keySecretKeyRef": REFERENCE}]})
    before = answer(parent, MINE)
    after = answer(parent, secret("mine", entry="rotated"), observed=stored(before))
    settled = answer(parent, secret("mine", entry="rotated"), observed=stored(after))

    assert checksum(after, SECOND) != checksum(before, SECOND)
    assert child(after, K8SENSOR) == child(before, K8SENSOR)
    assert checksum(after, AGENT) != checksum(before, AGENT)
    assert "key=rotated\n" in texts(after, CONFIG)[FILES[1]]
    assert settled["children"] == after["children"]


# The proxy.


@pytest.mark.parametrize(
    ("field", "login"),
    [("proxyUserSecretKeyRef", f"{VALUE}:pass"), ("proxyPasswordSecretKeyRef", f"user:{VALUE}")],
)
def test_the_proxys_credentials_are_in_its_url_and_the_backends_file(
    field: str, login: str
) -> None:
    parent = with_({**PROXY, "proxyPassword": "pass", field: REFERENCE})
    result = answer(parent, MINE)
    user, password = login.split(":")

    assert texts(result, OWN)["HTTPS_PROXY"] == f"http://{login}@proxy:80"
    assert f"proxy.user={user}\nproxy.password={password}\n" in texts(result, CONFIG)[FILES[0]]


@MOUNTED
def test_a_new_k8sensor_waits_for_the_proxys_password(mounted: bool) -> None:  # noqa: FBT001
    parent = with_({**PROXY, "proxyPasswordSecretKeyRef": REFERENCE}, useSecretMounts=mounted)
    result = answer(parent)
    found = files(result, K8SENSOR) if mounted else entries(result, K8SENSOR)

    assert found["HTTPS_PROXY"] == {"name": "instana-agent", "key": "HTTPS_PROXY"}
    assert "HTTPS_PROXY" not in texts(result, OWN)
    assert FILES[0] not in texts(result, CONFIG)


def test_a_rotated_password_of_the_proxy_restarts_agents_and_k8sensors() -> None:
    parent = with_({**PROXY, "proxyPasswordSecretKeyRef": REFERENCE})
    before = answer(parent, MINE)
    after = answer(parent, secret("mine", entry="rotated"), observed=stored(before))

    assert checksum(after, K8SENSOR) != checksum(before, K8SENSOR)
    assert checksum(after, AGENT) != checksum(before, AGENT)
    assert "proxy.password=rotated\n" in texts(after, CONFIG)[FILES[0]]


@MOUNTED
def test_the_k8sensor_reads_the_proxys_url_where_it_is(mounted: bool) -> None:  # noqa: FBT001
    parent = with_({**PROXY, "httpsProxySecretKeyRef": REFERENCE}, useSecretMounts=mounted)
    before = answer(parent, MINE)
    after = answer(parent, secret("mine", entry="rotated"), observed=stored(before))
    found = files(before, K8SENSOR) if mounted else entries(before, K8SENSOR)

    assert found["HTTPS_PROXY"] == REFERENCE
    assert "HTTPS_PROXY" not in texts(before, OWN)
    assert checksum(after, K8SENSOR) != checksum(before, K8SENSOR)


def test_the_proxys_url_needs_a_proxy() -> None:
    result = answer(with_({"httpsProxySecretKeyRef": REFERENCE}), MINE)

    assert "HTTPS_PROXY" not in files(result, K8SENSOR)


# The registry.


@pytest.mark.parametrize("field", ["keySecretKeyRef", "downloadKeySecretKeyRef"])
def test_the_pull_secret_is_made_from_the_entry(field: str) -> None:
    result = answer(with_({**REGISTRY, field: REFERENCE}), MINE)

    assert child(result, PULL) == child(answer(with_({**REGISTRY, "key": VALUE})), PULL)


def test_no_pull_secret_is_made_with_another_key_than_the_one_named() -> None:
    result = answer(with_({**REGISTRY, "downloadKeySecretKeyRef": REFERENCE}))

    assert PULL not in children(result)


# TLS.

TLS = {
    "certificateSecretKeyRef": {"name": "mine", "key": "server.pem"},
    "keySecretKeyRef": {"name": "other", "key": "private.pem"},
}
PEMS = [
    obj("Secret", "mine", data={"server.pem": "YQpi"}),
    obj("Secret", "other", data={"private.pem": "YQpi"}),
]
INLINE_TLS = {"certificate": "Y2VydA==", "key": "a2V5"}


@pytest.mark.parametrize("inline", [{}, INLINE_TLS])
def test_certificate_and_key_are_files_of_the_entries(inline: Obj) -> None:
    result = answer(with_({"tls": TLS | inline}), *PEMS)

    assert files(result, AGENT, "instana-agent-tls") == {
        "tls.crt": TLS["certificateSecretKeyRef"],
        "tls.key": TLS["keySecretKeyRef"],
    }
    assert volumes(result, AGENT)["instana-agent-tls"]["projected"]["defaultMode"] == 0o440
    assert "Secret/instana-agent-tls" not in children(result)
    assert conditions(result)["ReferencesResolved"]["status"] == "True"


def test_certificate_and_key_can_be_of_one_secret() -> None:
    both = obj("Secret", "mine", data={"c": "YQ==", "k": "YQ=="})
    tls = {
        "certificateSecretKeyRef": {"name": "mine", "key": "c"},
        "keySecretKeyRef": {"name": "mine", "key": "k"},
    }

    assert volumes(answer(with_({"tls": tls}), both), AGENT)["instana-agent-tls"]["secret"] == {
        "defaultMode": 0o440,
        "items": [{"key": "c", "path": "tls.crt"}, {"key": "k", "path": "tls.key"}],
        "secretName": "mine",
    }


def test_a_whole_secret_for_tls_wins() -> None:
    result = answer(with_({"tls": TLS | {"secretName": "whole"}}))

    assert volumes(result, AGENT)["instana-agent-tls"]["secret"]["secretName"] == "whole"
    assert conditions(result)["ReferencesResolved"]["message"] == (
        "spec.agent.tls.secretName: Secret whole is missing"
    )


@pytest.mark.parametrize("there", [0, 1])
def test_the_certificate_stays_while_an_entry_is_not_there(there: int) -> None:
    before = answer(with_({"tls": INLINE_TLS}))
    after = answer(with_({"tls": TLS}), PEMS[there], observed=stored(before))

    assert pod(after, AGENT) == pod(before, AGENT)
    assert child(after, "Secret/instana-agent-tls") == child(before, "Secret/instana-agent-tls")
    missing = ["spec.agent.tls.keySecretKeyRef", "spec.agent.tls.certificateSecretKeyRef"][there]
    assert missing in conditions(after)["ReferencesResolved"]["message"]


# What is refused before.


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ({"key": "entry"}, "name"),
        ({"name": "mine"}, "key"),
        ({"name": "Not A Name", "key": "entry"}, "name"),
        ({"name": "mine", "key": ""}, "key"),
        ({"name": "mine", "key": ".."}, "key"),
        ({"name": "mine", "key": "a/b"}, "key"),
        ({"name": "mine", "key": "a\n"}, "key"),
    ],
)
@pytest.mark.parametrize("field", [*READ_BY_AGENT, "httpsProxySecretKeyRef"])
def test_a_reference_names_a_secret_and_an_entry(field: str, reference: Obj, path: str) -> None:
    condition = conditions(answer(with_({field: reference}), MINE))["Valid"]

    assert condition["status"] == "False"
    assert condition["message"].startswith(f"spec.agent.{field}.{path}: ")


@pytest.mark.parametrize("key", ["entry", ".dockerconfigjson", "a..b", "A_b-c.d", "1"])
def test_every_name_of_an_entry_will_do(key: str) -> None:
    parent = with_({"downloadKeySecretKeyRef": {"name": "mine", "key": key}})

    assert conditions(answer(parent, merged(MINE, {"data": {key: "eA=="}})))["Valid"]["status"] == (
        "True"
    )
