"""What a resource names and is not there: running workloads keep what they have of it."""

import pytest

from hooks.desired.inputs.key_store import A_LINE
from hooks.kube.objects import Obj
from tests.support.hook import (
    answer,
    child,
    children,
    conditions,
    env,
    mounts,
    pod,
    stored,
    texts,
    volumes,
)
from tests.support.resources import agent, obj, secret

AGENT = "DaemonSet/instana-agent"
K8SENSOR = "Deployment/instana-agent-k8sensor"
SECOND = "Deployment/instana-agent-k8sensor-1"
CONFIG = "Secret/instana-agent-config"
OWN = "Secret/instana-agent"
PULL = "Secret/instana-agent-containers-instana-io"
TLS = "Secret/instana-agent-tls"
INLINE_TLS = {"certificate": "Y2VydA==", "key": "a2V5"}
KEYS = secret("keys", key="k", downloadKey="d", proxyUser="u", proxyPassword="p")
UNREADABLE = pytest.mark.parametrize("unknown", [(), ("Secret.v1",)], ids=["missing", "unknown"])
WITH_SECOND = {"additionalBackends": [{"endpointHost": "second", "endpointPort": "1"}]}


def from_store(**more: object) -> Obj:
    """Return an InstanaAgent with its keys in a Secret."""
    return agent({"agent": {"key": None, "keysSecret": "keys"}, **more})


def args(answered: Obj) -> list[str]:
    found: list[str] = pod(answered, K8SENSOR)["containers"][0]["args"]
    return found


@UNREADABLE
@pytest.mark.parametrize("mounted", [True, False])
def test_pods_stay_while_the_keys_secret_is_not_there(
    mounted: bool,  # noqa: FBT001
    unknown: tuple[str, ...],
) -> None:
    parent = from_store(useSecretMounts=mounted)
    before = answer(parent, KEYS)
    after = answer(parent, observed=stored(before), unknown=unknown)

    assert after["children"] == before["children"]


def test_new_pods_wait_for_the_keys_secret() -> None:
    result = answer(from_store())

    for workload in (AGENT, K8SENSOR):
        assert volumes(result, workload)["instana-secrets"]["secret"] == {
            "defaultMode": 0o400,
            "items": [{"key": "key", "path": "INSTANA_AGENT_KEY"}],
            "secretName": "keys",
        }


def test_nothing_new_needs_a_secret_while_nobody_has_looked_for_any() -> None:
    result = answer(from_store(), unknown=("Secret.v1",))

    assert {each["kind"] for each in result["children"]}.isdisjoint(
        {"Secret", "DaemonSet", "Deployment"}
    )


def test_a_new_config_has_no_backend_while_the_key_is_not_known() -> None:
    result = answer(from_store())

    assert not [file for file in texts(result, CONFIG) if file.endswith(".cfg")]


@UNREADABLE
@pytest.mark.parametrize("mounted", [True, False])
def test_the_way_of_secrets_stays_while_the_keys_secret_is_not_there(
    mounted: bool,  # noqa: FBT001
    unknown: tuple[str, ...],
) -> None:
    before = answer(from_store(useSecretMounts=mounted), KEYS)
    after = answer(
        from_store(useSecretMounts=not mounted), observed=stored(before), unknown=unknown
    )

    for workload in (AGENT, K8SENSOR):
        assert pod(after, workload) == pod(before, workload)


@pytest.mark.parametrize("mounted", [True, False])
def test_the_way_of_secrets_changes_once_the_keys_secret_is_there(mounted: bool) -> None:  # noqa: FBT001
    before = answer(from_store(useSecretMounts=mounted), KEYS)
    after = answer(from_store(useSecretMounts=not mounted), KEYS, observed=stored(before))

    assert after["children"] == answer(from_store(useSecretMounts=not mounted), KEYS)["children"]
    assert ("instana-secrets" in volumes(after, AGENT)) != mounted
    assert ("AGENT_KEY" in env(after, K8SENSOR)) == mounted


@UNREADABLE
def test_everything_else_follows_while_the_keys_secret_is_not_there(
    unknown: tuple[str, ...],
) -> None:
    before = answer(from_store(), KEYS)
    changed = from_store(cluster={"name": "renamed"}, k8s_sensor={"pollrate": "5s"})
    after = answer(changed, observed=stored(before), unknown=unknown)

    assert env(after, AGENT)["INSTANA_KUBERNETES_CLUSTER_NAME"] == "renamed"
    assert args(after)[:2] == ["-pollrate", "5s"]
    assert args(after)[2:] == args(before)[2:]


@UNREADABLE
def test_the_inline_key_stays_while_the_keys_secret_is_not_there(unknown: tuple[str, ...]) -> None:
    before = answer(agent())
    after = answer(from_store(), observed=stored(before), unknown=unknown)

    assert pod(after, AGENT) == pod(before, AGENT)
    assert pod(after, K8SENSOR) == pod(before, K8SENSOR)
    assert texts(after, OWN) == texts(before, OWN)
    assert texts(after, CONFIG) == texts(before, CONFIG)


def test_the_inline_key_goes_once_no_pod_names_it() -> None:
    before = answer(from_store(), KEYS, observed=stored(answer(agent())))
    after = answer(from_store(), KEYS, observed=stored(before))

    assert volumes(before, AGENT)["instana-secrets"]["secret"]["secretName"] == "keys"
    assert OWN in children(before)
    assert OWN not in children(after)


def test_the_inline_key_replaces_the_keys_secret_at_once() -> None:
    before = answer(from_store(), KEYS)
    after = answer(agent(), observed=stored(before))

    assert after["children"] == answer(agent())["children"]


@UNREADABLE
def test_the_pull_secret_stays_while_the_keys_secret_is_not_there(
    unknown: tuple[str, ...],
) -> None:
    image = {"name": "containers.instana.io/instana/agent"}
    parent = agent({"agent": {"key": None, "keysSecret": "keys", "image": image}})
    before = answer(parent, KEYS)
    after = answer(parent, observed=stored(before), unknown=unknown)

    assert child(after, PULL) == child(before, PULL)
    assert pod(after, AGENT)["imagePullSecrets"] == pod(before, AGENT)["imagePullSecrets"]


def test_there_is_no_new_pull_secret_while_the_keys_secret_is_not_there() -> None:
    image = {"name": "containers.instana.io/instana/agent"}
    parent = agent({"agent": {"key": None, "keysSecret": "keys", "image": image}})
    result = answer(parent)

    assert PULL not in children(result)
    assert "imagePullSecrets" not in pod(result, AGENT)


@UNREADABLE
def test_a_tls_volume_stays_while_its_new_secret_is_not_there(unknown: tuple[str, ...]) -> None:
    before = answer(agent({"agent": {"tls": INLINE_TLS}}))
    after = answer(
        agent({"agent": {"tls": {"secretName": "mine"}}}),
        observed=stored(before),
        unknown=unknown,
    )

    assert pod(after, AGENT) == pod(before, AGENT)
    assert child(after, TLS) == child(before, TLS)


@UNREADABLE
def test_a_running_agent_gets_no_tls_volume_of_a_secret_that_is_not_there(
    unknown: tuple[str, ...],
) -> None:
    observed = stored(answer(agent()))
    parent = agent({"agent": {"tls": {"secretName": "mine"}}})
    after = answer(parent, observed=observed, unknown=unknown)

    assert "instana-agent-tls" not in volumes(after, AGENT)


def test_a_new_agent_waits_for_its_tls_secret() -> None:
    result = answer(agent({"agent": {"tls": {"secretName": "mine"}}}))

    assert volumes(result, AGENT)["instana-agent-tls"]["secret"]["secretName"] == "mine"


def test_the_inline_tls_secret_goes_once_no_pod_names_it() -> None:
    inline = answer(agent({"agent": {"tls": INLINE_TLS}}))
    parent = agent({"agent": {"tls": {"secretName": "mine"}}})
    mine = obj("Secret", "mine", data={"tls.crt": "YQ==", "tls.key": "YQ=="})
    before = answer(parent, mine, observed=stored(inline))
    after = answer(parent, mine, observed=stored(before))

    assert volumes(before, AGENT)["instana-agent-tls"]["secret"]["secretName"] == "mine"
    assert TLS in children(before)
    assert TLS not in children(after)


@UNREADABLE
@pytest.mark.parametrize(
    ("field", "volume", "variable"),
    [
        ("etcd", "etcd-ca", "ETCD_CA_FILE"),
        ("restClient", "control-plane-ca", "CONTROL_PLANE_CA_FILE"),
    ],
)
def test_a_ca_stays_while_its_new_secret_is_not_there(
    field: str, volume: str, variable: str, unknown: tuple[str, ...]
) -> None:
    old = {"k8s_sensor": {field: {"ca": {"secretName": "old", "mountPath": "/old"}}}}
    new = {"k8s_sensor": {field: {"ca": {"secretName": "new", "mountPath": "/new"}}}}
    before = answer(agent(old), secret("old", ca="x"))
    after = answer(agent(new), observed=stored(before), unknown=unknown)

    assert volumes(after, K8SENSOR)[volume] == volumes(before, K8SENSOR)[volume]
    assert mounts(after, K8SENSOR)[volume] == "/old"
    assert env(after, K8SENSOR)[variable] == "/old/ca.crt"


@UNREADABLE
def test_a_running_k8sensor_gets_no_ca_of_a_secret_that_is_not_there(
    unknown: tuple[str, ...],
) -> None:
    parent = agent({"k8s_sensor": {"restClient": {"ca": {"secretName": "ca"}}}})
    after = answer(parent, observed=stored(answer(agent())), unknown=unknown)

    assert "control-plane-ca" not in volumes(after, K8SENSOR)
    assert "CONTROL_PLANE_CA_FILE" not in env(after, K8SENSOR)


def test_a_new_k8sensor_waits_for_its_ca() -> None:
    parent = agent({"k8s_sensor": {"etcd": {"ca": {"secretName": "ca", "filename": "root.pem"}}}})

    assert volumes(answer(parent), K8SENSOR)["etcd-ca"]["secret"] == {
        "defaultMode": 0o440,
        "items": [{"key": "root.pem", "path": "ca.crt"}],
        "secretName": "ca",
    }


def test_an_additional_backend_without_a_key_is_left_out() -> None:
    parent = agent({"agent": {"key": None, "keysSecret": "keys", **WITH_SECOND}})
    result = answer(parent, KEYS)
    condition = conditions(result)["ReferencesResolved"]

    assert SECOND not in children(result)
    assert child(result, "ConfigMap/instana-agent-k8sensor")["data"]["backend-1"] == "second:1"
    assert condition["message"] == (
        f"spec.agent.keysSecret: Secret keys has no usable entry key-1, {A_LINE}"
    )


def test_an_additional_backend_without_a_key_stays_if_it_runs() -> None:
    parent = agent({"agent": {"key": None, "keysSecret": "keys", **WITH_SECOND}})
    before = answer(parent, secret("keys", key="k", key_1="k1"))
    after = answer(parent, secret("keys", key="k"), observed=stored(before))

    assert child(after, SECOND) == child(before, SECOND)
    assert texts(after, CONFIG) == texts(before, CONFIG)
    assert conditions(after)["ReferencesResolved"]["reason"] == "ReferenceMissing"


def test_an_additional_backend_that_is_not_wanted_any_more_goes() -> None:
    parent = agent({"agent": {"key": None, "keysSecret": "keys", **WITH_SECOND}})
    before = answer(parent, secret("keys", key="k", key_1="k1"))
    after = answer(from_store(), KEYS, observed=stored(before))

    assert SECOND not in children(after)


@pytest.mark.parametrize("entry", ["\n", "a\nb", "\x00"])
def test_a_key_that_is_no_single_line_is_none(entry: str) -> None:
    result = answer(from_store(), secret("keys", key=entry))

    assert "entry key," in conditions(result)["ReferencesResolved"]["message"]


@pytest.mark.parametrize("value", ["%%%", "/w==", 5, None])
def test_a_key_that_is_no_text_is_none(value: object) -> None:
    keys = KEYS | {"data": {"key": value}}
    result = answer(from_store(), keys)

    assert "entry key," in conditions(result)["ReferencesResolved"]["message"]


def test_a_line_break_after_a_key_is_not_copied() -> None:
    with_break, without = (
        answer(from_store(), secret("keys", key=key))["children"] for key in ("k\n", "k")
    )
    copies = [each for each in without if each["kind"] == "Secret"]

    assert copies
    assert [each for each in with_break if each["kind"] == "Secret"] == copies
