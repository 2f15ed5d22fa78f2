"""What a `.cfg` file of the agent's does not give back as it was written is in none."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, conditions, stored, texts
from tests.support.resources import agent, secret

CONFIG = "Secret/instana-agent-config"
ODD = ["two\\\\of", "in\\{x", "in\\}x", "in${env:HOME}", "in$[env:HOME]"]
PROXY: Obj = {"proxyHost": "proxy.example"}


@pytest.mark.parametrize("value", [*ODD, " in front", "\tin front"])
@pytest.mark.parametrize("field", ["key", "proxyUser", "proxyPassword", "proxyProtocol"])
def test_a_value_that_would_arrive_as_another_one_is_refused(field: str, value: str) -> None:
    login = {"proxyUser": "user", "proxyPassword": "password"}
    before = stored(answer(agent({"agent": PROXY | login})))
    answered = answer(agent({"agent": PROXY | login | {field: value}}), observed=before)

    valid = conditions(answered)["Valid"]
    assert (valid["status"], "(rule literal-value)" in valid["message"]) == ("False", True)
    assert len(answered["children"]) == len(before)


@pytest.mark.parametrize("value", ODD)
def test_an_entry_that_would_arrive_as_another_one_counts_as_missing(value: str) -> None:
    reference = {"key": None, "keySecretKeyRef": {"name": "mine", "key": "entry"}}
    answered = answer(agent({"agent": reference}), secret("mine", entry=value))

    resolved = conditions(answered)["ReferencesResolved"]
    assert resolved["status"] == "False"
    assert "entry entry of Secret mine has '${', '$['" in resolved["message"]
    assert value not in resolved["message"]
    assert not [name for name in texts(answered, CONFIG) if name.endswith(".cfg")]


def test_an_entry_of_the_keys_secret_that_would_arrive_as_another_one_is_told() -> None:
    spec = {"agent": {"key": None, "keysSecret": "keys"}}
    answered = answer(agent(spec), secret("keys", key="in${x}"))

    assert (
        "has no usable entry key, which has '${'"
        in (conditions(answered)["ReferencesResolved"]["message"])
    )


@pytest.mark.parametrize("entry", ["proxyUser", "proxyPassword"])
def test_a_login_of_the_keys_secret_that_would_arrive_as_another_one_is_told(entry: str) -> None:
    spec = {"agent": PROXY | {"key": None, "keysSecret": "keys"}}
    login = {"proxyUser": "x", "proxyPassword": "x", entry: "in${x}"}
    answered = answer(agent(spec), secret("keys", key="key", **login))

    assert (
        f"entry {entry} of Secret keys has '${{'"
        in (conditions(answered)["ReferencesResolved"]["message"])
    )


def test_what_only_looks_odd_arrives_as_written() -> None:
    key = "a$b{c}#d!e=f:g h%i$"
    answered = answer(agent({"agent": {"key": key}}))

    (file,) = (text for name, text in texts(answered, CONFIG).items() if name.endswith(".cfg"))
    assert f"key={key}\n" in file


def test_a_password_that_is_in_no_file_may_have_anything() -> None:
    mirror = {
        "agentReleaseRepoMirrorUrl": "https://mirror.example",
        "agentReleaseRepoMirrorUsername": "DOMAIN\\user",
        "agentReleaseRepoMirrorPassword": "in${it}",
    }

    assert conditions(answer(agent({"agent": mirror})))["Valid"]["status"] == "True"


def test_a_backslash_is_written_as_java_reads_one() -> None:
    login = {"proxyUser": "DOMAIN\\new user", "proxyPassword": "end\\"}
    answered = answer(agent({"agent": PROXY | login}))

    (file,) = (text for name, text in texts(answered, CONFIG).items() if name.endswith(".cfg"))
    assert "proxy.user=DOMAIN\\\\new user\n" in file
    assert "proxy.password=end\\\\\n" in file
