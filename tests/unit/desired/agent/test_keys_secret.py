"""The Secret with the credentials of the resource: all of its entries, and no former ones."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, child, children, stored, texts
from tests.support.resources import NAME, agent, secret

OWN = "Secret/instana-agent"
INLINE: Obj = {
    "key": "k1",
    "downloadKey": "d",
    "additionalBackends": [{"endpointHost": "second", "endpointPort": "444", "key": "k2"}],
    "proxyHost": "proxy",
    "proxyUser": "u",
    "proxyPassword": "p",
    "agentReleaseRepoMirrorUsername": "ru",
    "agentReleaseRepoMirrorPassword": "rp",
    "instanaSharedRepoMirrorUsername": "su",
    "instanaSharedRepoMirrorPassword": "sp",
}
BY_PLAIN_NAME = {"key": "k1", "key-1": "k2", "downloadKey": "d"}
BY_VARIABLE = {
    "INSTANA_AGENT_PROXY_USER": "u",
    "INSTANA_AGENT_PROXY_PASSWORD": "p",
    "AGENT_RELEASE_REPOSITORY_MIRROR_USERNAME": "ru",
    "AGENT_RELEASE_REPOSITORY_MIRROR_PASSWORD": "rp",
    "INSTANA_SHARED_REPOSITORY_MIRROR_USERNAME": "su",
    "INSTANA_SHARED_REPOSITORY_MIRROR_PASSWORD": "sp",
    "HTTPS_PROXY": "http://u:p@proxy:80",
}
KEYS_BY_VARIABLE = {
    "INSTANA_AGENT_KEY": "k1",
    "INSTANA_AGENT_KEY-1": "k2",
    "INSTANA_DOWNLOAD_KEY": "d",
}


@pytest.mark.parametrize(
    ("mounted", "entries"),
    [
        (True, BY_PLAIN_NAME | KEYS_BY_VARIABLE | BY_VARIABLE),
        (False, BY_PLAIN_NAME | BY_VARIABLE),
    ],
)
def test_it_has_an_entry_for_each_credential(mounted: bool, entries: Obj) -> None:  # noqa: FBT001
    answered = answer(agent({"agent": INLINE, "useSecretMounts": mounted}))

    assert texts(answered, OWN) == entries
    assert child(answered, OWN)["type"] == "Opaque"


def test_a_credential_that_was_taken_out_goes_with_the_pods_that_read_it() -> None:
    before = answer(agent({"agent": {"downloadKey": "d"}}))
    after = answer(agent(), observed=stored(before))
    settled = answer(agent(), observed=stored(after))
    left = {"key": "agent-key", "INSTANA_AGENT_KEY": "agent-key"}

    assert texts(before, OWN) == left | {"downloadKey": "d", "INSTANA_DOWNLOAD_KEY": "d"}
    assert texts(after, OWN) == left | {"INSTANA_DOWNLOAD_KEY": "d"}
    assert texts(settled, OWN) == left


@pytest.mark.parametrize(
    "by",
    [{"keysSecret": NAME}, {"downloadKeySecretKeyRef": {"name": NAME, "key": "download"}}],
    ids=["keysSecret", "reference"],
)
def test_it_has_another_name_where_the_users_secret_has_its_name(by: Obj) -> None:
    made = children(answer(agent({"agent": by}), secret(NAME, download="d")))

    assert OWN not in made
    assert f"{OWN}-credentials" in made


def test_there_is_none_where_the_users_secret_has_all() -> None:
    parent = agent({"agent": {"key": None, "keysSecret": "keys"}})

    assert OWN not in children(answer(parent, secret("keys", key="k")))
