"""Children that the resource wants no more stay as long as pods name them."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, child, children, env, pod, stored, texts, volumes
from tests.support.resources import agent, obj, secret

INLINE_TLS = {"tls": {"certificate": "Y2VydA==", "key": "a2V5"}}
REGISTRY = {"image": {"name": "containers.instana.io/agent"}}
AGENT = "DaemonSet/instana-agent"


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (
            {"agent": INLINE_TLS},
            {"agent": {"tls": {"secretName": "instana-agent-tls"}}},
            "Secret/instana-agent-tls",
        ),
        (
            {"agent": REGISTRY},
            {
                "agent": {
                    "image": {
                        "name": "containers.instana.io/agent",
                        "pullSecrets": [{"name": "instana-agent-containers-instana-io"}],
                    }
                }
            },
            "Secret/instana-agent-containers-instana-io",
        ),
        (
            {},
            {"serviceAccount": {"create": False, "name": "instana-agent"}},
            "ServiceAccount/instana-agent",
        ),
    ],
)
def test_child_that_is_referred_to_by_name_stays(before: Obj, after: Obj, kept: str) -> None:
    observed = stored(answer(agent(before)))
    for _ in range(3):
        answered = answer(agent(after), observed=observed)
        observed = stored(answered)

    assert kept in children(answered)


def test_a_claim_that_pods_still_write_to_stays() -> None:
    made = {"agent": {"packageCache": {"type": "PersistentVolumeClaim", "size": "10240Mi"}}}
    before = stored(answer(agent(made)))
    after = answer(agent(), observed=before)
    settled = answer(agent(), observed=stored(answer(agent(), observed=stored(after))))

    assert "PersistentVolumeClaim/instana-agent-package-cache" in children(after)
    assert "PersistentVolumeClaim/instana-agent-package-cache" not in children(settled)


def test_child_that_nobody_names_goes() -> None:
    observed = stored(answer(agent({"prometheus": {"remoteWrite": {"enabled": True}}})))
    stray = obj("Secret", "stray", data={"a": "YQ=="}, metadata={"labels": {}})

    assert "Secret/stray" not in children(answer(agent(), observed=[*observed, stray]))


def test_account_of_a_workload_that_goes_too_is_not_kept() -> None:
    zones = {"zones": [{"name": "a"}], "serviceAccount": {"name": "mine"}}
    observed = stored(answer(agent()))
    answered = answer(agent(zones), observed=observed)

    assert "ServiceAccount/instana-agent" not in children(answered)
    assert AGENT not in children(answered)


@pytest.mark.parametrize("mounts", [True, False])
def test_keys_secret_without_a_key_changes_nothing_that_runs(mounts: bool) -> None:  # noqa: FBT001
    settled = answer(agent({"useSecretMounts": mounts}))
    parent = agent({"useSecretMounts": mounts, "agent": {"key": None, "keysSecret": "mine"}})
    answered = answer(parent, secret("mine", agentKey="x"), observed=stored(settled))

    for workload in (AGENT, "Deployment/instana-agent-k8sensor"):
        assert pod(answered, workload) == pod(settled, workload)
    assert child(answered, "Secret/instana-agent") == child(settled, "Secret/instana-agent")
    assert child(answered, "Secret/instana-agent-config") == child(
        settled, "Secret/instana-agent-config"
    )


def test_proxy_login_of_a_missing_keys_secret_stays() -> None:
    parent = agent({"agent": {"key": None, "keysSecret": "mine", "proxyHost": "proxy"}})
    mine = secret("mine", key="k", proxyUser="u", proxyPassword="p")
    settled = answer(parent, mine)
    answered = answer(parent, observed=stored(settled))

    assert child(answered, "Secret/instana-agent") == child(settled, "Secret/instana-agent")
    assert volumes(answered, AGENT) == volumes(settled, AGENT)


def test_account_stays_until_the_roll_out_is_through() -> None:
    before, after = agent({"serviceAccount": {"name": "old"}}), agent()
    changed = answer(after, observed=stored(answer(before)))
    rolling = answer(after, observed=stored(changed, ready=False))
    done = answer(after, observed=stored(rolling))

    assert "ServiceAccount/old" in children(rolling)
    assert "ServiceAccount/old" not in children(done)


@pytest.mark.parametrize(
    ("mounted", "entry"), [(True, "HTTPS_PROXY"), (False, "INSTANA_AGENT_PROXY_USER")]
)
def test_entries_stay_as_long_as_templates_name_them(mounted: bool, entry: str) -> None:  # noqa: FBT001
    proxy = {"proxyHost": "proxy", "proxyUser": "u", "proxyPassword": "p"}
    without = agent({"useSecretMounts": mounted})
    before = answer(agent({"agent": proxy, "useSecretMounts": mounted}))
    changed = answer(without, observed=stored(before))
    settled = answer(without, observed=stored(changed))

    assert entry in texts(changed, "Secret/instana-agent")
    assert entry not in texts(settled, "Secret/instana-agent")


@pytest.mark.parametrize("mounted", [True, False])
def test_an_entry_in_use_gets_its_new_value(mounted: bool) -> None:  # noqa: FBT001
    observed = stored(answer(agent({"useSecretMounts": mounted})))
    parent = agent({"useSecretMounts": mounted, "agent": {"key": "new"}})
    own = texts(answer(parent, observed=observed), "Secret/instana-agent")

    assert set(own.values()) == {"new"}


BACKENDS = {
    "agent": {
        "additionalBackends": [
            {"endpointHost": "a.example", "endpointPort": "1", "key": "ka"},
            {"endpointHost": "b.example", "endpointPort": "1"},
        ]
    }
}
SECOND = "Deployment/instana-agent-k8sensor-1"


def test_backend_that_lost_its_key_goes_on_and_follows_the_rest() -> None:
    with_key = answer(agent(BACKENDS))
    backends = [{"endpointHost": "a.example", "endpointPort": "1"}]
    changes = {
        "agent": {"additionalBackends": backends},
        "k8s_sensor": {"image": {"tag": "1.2.3"}},
    }
    answered = answer(agent(changes), observed=stored(with_key))

    assert (
        volumes(answered, SECOND)["instana-secrets"] == volumes(with_key, SECOND)["instana-secrets"]
    )
    assert pod(answered, SECOND)["containers"][0]["image"].endswith(":1.2.3")
    assert "INSTANA_AGENT_KEY-1" in texts(answered, "Secret/instana-agent")


def test_key_of_a_removed_backend_never_meets_the_next_one() -> None:
    before = answer(agent(BACKENDS))
    next_one = [{"endpointHost": "b.example", "endpointPort": "1"}]
    answered = answer(agent({"agent": {"additionalBackends": next_one}}), observed=stored(before))

    assert SECOND not in children(answered)
    assert not any("ka" in text for text in texts(answered, "Secret/instana-agent-config").values())


def test_pull_secrets_stay_while_the_wanted_one_is_missing() -> None:
    before = answer(agent({"agent": REGISTRY}))
    missing = {"agent": {"image": {"pullSecrets": [{"name": "nope"}]}}}
    answered = answer(agent(missing), observed=stored(before))

    for workload in (AGENT, "Deployment/instana-agent-k8sensor"):
        assert pod(answered, workload)["imagePullSecrets"] == [
            {"name": "instana-agent-containers-instana-io"}
        ]
    assert "Secret/instana-agent-containers-instana-io" in children(answered)


def test_host_identity_that_was_switched_off_does_not_come_back() -> None:
    off = {
        "agent": {"pod": {"env": [{"name": "INSTANA_PERSIST_HOST_UNIQUE_ID", "value": "false"}]}}
    }
    answered = answer(agent(), observed=stored(answer(agent(off))))

    assert "INSTANA_PERSIST_HOST_UNIQUE_ID" not in env(answered, AGENT)


@pytest.mark.parametrize("wrong", [" ", 7, None, [], {"secretName": [], "name": {}}])
def test_nonsense_in_what_is_passed_through_is_none_of_our_mistakes(wrong: object) -> None:
    projected = {"name": "p", "projected": {"sources": [{"secret": wrong}, wrong]}}
    variable = {"name": "V", "valueFrom": {"secretKeyRef": wrong}}
    spec = {"agent": {"pod": {"volumes": [projected], "env": [variable]}}}
    observed = stored(answer(agent()))

    assert AGENT in children(answer(agent(spec), observed=observed))


def test_own_secret_that_nobody_says_is_ours_is_no_mistake() -> None:
    observed = stored(answer(agent()))
    for each in observed:
        each["metadata"].pop("annotations")
    parent = agent({"agent": {"key": None, "keysSecret": "mine"}})
    answered = answer(parent, observed=observed)

    assert "Secret/instana-agent" in children(answered)
    assert "INSTANA_AGENT_KEY" in texts(answered, "Secret/instana-agent")
