"""White space at the ends of what pods read from Secrets: named in the status, never its value."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, conditions, stored
from tests.support.resources import agent, secret

KEY = "AGENT_KEY_1"
KEYS = {"agent": {"key": None, "keysSecret": "keys"}}
LOGIN = {"name": "login", "key": "password"}
PROXY = {"proxyHost": "proxy.example", "proxyUser": "me", "proxyPasswordSecretKeyRef": LOGIN}
URL = {"httpsProxySecretKeyRef": {"name": "login", "key": "url"}}
VARIABLE = [{"name": "TOKEN", "valueFrom": {"secretKeyRef": LOGIN}}]
OPTIONAL = [{"name": "T", "valueFrom": {"secretKeyRef": LOGIN | {"optional": True}}}]


def told(spec: Obj, *related: Obj) -> Obj | None:
    """Return the condition of a resource with a spec, if there is one."""
    return conditions(answer(agent(spec), *related)).get("SecretsTrimmed")


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (f"{KEY}\n", "ends in a line break"),
        (f"{KEY}\r\n", "ends in a line break"),
        (f" {KEY} \n ", "ends in a line break"),
        (f"{KEY}\t", "ends in white space"),
        (f" {KEY}", "begins with white space"),
        (f"{KEY}\u00a0", "ends in white space"),
    ],
)
def test_white_space_at_the_ends_is_named(key: str, what: str) -> None:
    found = told(KEYS, secret("keys", key=key))

    assert found is not None
    assert (found["status"], found["reason"]) == ("False", "WhiteSpaceAtEnds")
    assert found["message"].startswith(f"entry key of Secret keys {what}: ")
    assert KEY not in found["message"]


def test_agents_are_ready_all_the_same() -> None:
    keys = secret("keys", key=f"{KEY}\n")
    observed = stored(answer(agent(KEYS), keys))
    found = conditions(answer(agent(KEYS), keys, observed=observed))

    assert (found["SecretsTrimmed"]["status"], found["Ready"]["status"]) == ("False", "True")


@pytest.mark.parametrize(
    ("spec", "entry"),
    [
        ({"agent": PROXY}, "password"),
        ({"agent": PROXY | URL}, "url"),
        ({"agent": {"pod": {"env": VARIABLE}}}, "password"),
        ({"k8s_sensor": {"deployment": {"pod": {"env": VARIABLE}}}}, "password"),
    ],
    ids=["proxy", "url", "variable", "sensor-variable"],
)
def test_every_line_that_pods_read_is_looked_at(spec: Obj, entry: str) -> None:
    found = told(spec, secret("login", **{"password": "p", "url": "u", entry: "x\n"}))

    assert found is not None
    assert f"entry {entry} of Secret login ends in a line break" in found["message"]


@pytest.mark.parametrize(
    ("spec", "entries"),
    [
        (KEYS, {"key": KEY}),
        (KEYS, {"key": KEY, "unused": "x\n"}),
        (KEYS, {"key": f"{KEY}\nmore\n"}),
        (KEYS, {"key": "\n"}),
        ({"agent": {"pod": {"env": VARIABLE}}}, {"password": "two\nlines\n"}),
        ({"agent": {"pod": {"env": OPTIONAL}}}, {"password": "x\n"}),
        ({"agent": URL}, {"url": "x\n"}),
        ({"agent": {"tls": {"secretName": "tls"}}}, {"tls.crt": "c\n", "tls.key": "k\n"}),
    ],
    ids=["none", "unused", "two", "empty", "lines", "optional", "no-proxy", "certificate"],
)
def test_there_is_no_condition_without_such_an_entry(spec: Obj, entries: dict[str, str]) -> None:
    names = ("keys", "login", "tls")

    assert told(spec, *(secret(name, **entries) for name in names)) is None


def test_a_paused_resource_says_it_too() -> None:
    parent = agent(KEYS)
    parent["metadata"]["annotations"] = {"instana.io/paused": "true"}

    assert "SecretsTrimmed" in conditions(answer(parent, secret("keys", key=f"{KEY}\n")))
