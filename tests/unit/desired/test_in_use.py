"""Children that the resource wants no more stay as long as pods name them."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, child, children, pod, stored, volumes
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
