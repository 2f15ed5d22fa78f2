"""What stands for secret values: numbers, in the form of what they replace."""

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.recording.recording import Exchange, recorded
from hooks.recording.stand_ins import Numbers
from hooks.recording.words import Words
from tests.support.hook import NOW, answer, by_kind, request
from tests.support.resources import agent as resource

SECRET = "hunter2-of-acme"
OTHER = "another-one-of-acme"


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _decoded(text: str) -> str:
    return b64decode(text, validate=True).decode()


def _secret(**data: str) -> Obj:
    metadata = {"namespace": "instana-agent", "name": "theirs"}
    encoded = {name: _base64(text) for name, text in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded}


def _recorded(spec: Obj, *related: Obj) -> Obj:
    """Return the request of a recording."""
    parent = resource(spec)
    asked = request(parent, *related)
    exchange = Exchange("sync", asked, Facts(), NOW, answer(parent, *related))
    found: Obj = recorded(exchange)
    return found


def _agent(recording: Obj) -> Obj:
    found: Obj = recording["request"]["parent"]["spec"]["agent"]
    return found


def _data(recording: Obj) -> Obj:
    (found,) = recording["request"]["related"]["Secret.v1"].values()
    data: Obj = found["data"]
    return data


def test_equal_values_have_one_number_in_the_order_of_their_appearance() -> None:
    agent = {"key": OTHER, "downloadKey": SECRET, "proxyUser": "u", "proxyPassword": OTHER}
    found = _agent(_recorded({"agent": agent | {"proxyHost": "p.example"}}))

    assert [found[name] for name in agent] == ["secret-1", "secret-2", "secret-3", "secret-1"]


@pytest.mark.parametrize("length", [1, 20, 2000])
def test_the_length_of_a_value_does_not_show(length: int) -> None:
    assert _agent(_recorded({"agent": {"key": "k" * length}}))["key"] == "secret-1"


def test_a_secret_stays_base64() -> None:
    found = _data(_recorded({"agent": {"key": None, "keysSecret": "theirs"}}, _secret(key=SECRET)))

    assert _decoded(found["key"]) == "secret-1"


def test_white_space_at_the_ends_stays_as_the_service_warns_of_it() -> None:
    found = _data(
        _recorded({"agent": {"key": None, "keysSecret": "theirs"}}, _secret(key=f"{SECRET}\n"))
    )

    assert _decoded(found["key"]) == "secret-1\n"


def test_a_docker_configuration_stays_one() -> None:
    login = {"auth": _base64(f"_:{SECRET}"), "password": SECRET}
    text = json.dumps({"auths": {"registry.example": login}})
    found = _data(_recorded({"agent": {"key": SECRET}}, _secret(**{".dockerconfigjson": text})))
    read = json.loads(_decoded(found[".dockerconfigjson"]))["auths"]["registry.example"]

    assert _decoded(read["auth"]) == "_:secret-1"
    assert read["password"] == "secret-1"


def test_what_is_no_base64_stays_none() -> None:
    garbage = _secret() | {"data": {"key": "%%%"}}
    found = _data(_recorded({"agent": {"key": None, "keysSecret": "theirs"}}, garbage))

    with pytest.raises(ValueError, match="base64"):
        b64decode(found["key"], validate=True)


def test_a_login_in_the_url_of_the_proxy_is_replaced_there() -> None:
    agent = {"key": "k", "proxyHost": "p.example", "proxyUser": "me", "proxyPassword": "a/b@c"}
    response = _recorded({"agent": agent})["response"]
    data = next(
        each["data"]
        for each in response["children"]
        if (each["kind"], each["metadata"]["name"]) == ("Secret", "instana-agent")
    )

    assert _decoded(data["HTTPS_PROXY"]) == "http://secret-2:secret-3@p.example:80"


def test_the_file_of_a_backend_keeps_its_address() -> None:
    response = _recorded({"agent": {"key": SECRET, "endpointHost": "b.example"}})["response"]
    data = next(
        each["data"]
        for each in response["children"]
        if each["metadata"]["name"] == "instana-agent-config"
    )

    assert _decoded(data["com.instana.agent.main.sender.Backend-1.cfg"]).splitlines() == [
        "host=b.example",
        "port=443",
        "protocol=HTTP/2",
        "key=secret-1",
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"env": {"A": SECRET}}, {"env": {"A": "secret-2"}}),
        ({"configuration": {"a": [SECRET, True]}}, {"configuration": {"a": ["secret-2", True]}}),
        (
            {"configuration_yaml": f"a: {SECRET} # {SECRET}"},
            {"configuration_yaml": "a: secret-2\n"},
        ),
        (
            {"pod": {"env": [{"name": "A", "value": SECRET}]}},
            {"pod": {"env": [{"name": "A", "value": "secret-2"}]}},
        ),
        (
            {"pod": {"annotations": {"example.com/a": SECRET}}},
            {"pod": {"annotations": {"example.com/a": "secret-2"}}},
        ),
        (
            {"tls": {"certificate": "eA==", "key": _base64(SECRET)}},
            {"tls": {"certificate": _base64("secret-2"), "key": _base64("secret-3")}},
        ),
    ],
)
def test_values_that_a_user_wrote_are_replaced(fields: Obj, expected: Obj) -> None:
    found = _agent(_recorded({"agent": {"key": "k", **fields}}))

    assert {name: found[name] for name in expected} == expected


def test_an_override_keeps_names_and_loses_values() -> None:
    container = {
        "name": "instana-agent",
        "image": "registry.example/agent:1",
        "args": [f"--token={SECRET}", "-v"],
        "env": [{"name": "A", "value": SECRET}],
    }
    patch = {"spec": {"template": {"spec": {"containers": [container]}}}}
    spec = _recorded({"agent": {"key": "k"}, "overrides": {"agentDaemonSet": patch}})["request"]
    template = spec["parent"]["spec"]["overrides"]["agentDaemonSet"]["spec"]["template"]

    assert template["spec"]["containers"] == [
        container
        | {"args": ["--token=secret-2", "-v"], "env": [{"name": "A", "value": "secret-2"}]}
    ]


def test_an_override_loses_the_name_that_none_may_set() -> None:
    patch = {"metadata": {"name": SECRET, "namespace": SECRET, "labels": {"team": "own"}}}
    overrides = {"agentService": patch}
    asked = _recorded({"agent": {"key": "k"}, "overrides": overrides})["request"]

    found = asked["parent"]["spec"]["overrides"]["agentService"]["metadata"]
    assert found == {"name": "secret-2", "namespace": "secret-2", "labels": {"team": "own"}}


def test_what_somebody_applied_is_replaced_in_the_annotation() -> None:
    applied = {"metacontroller.k8s.io/last-applied-configuration": json.dumps(_secret(key=SECRET))}
    secret = _secret(key=SECRET)
    secret["metadata"]["annotations"] = applied
    recording = _recorded({"agent": {"key": None, "keysSecret": "theirs"}}, secret)
    (found,) = recording["request"]["related"]["Secret.v1"].values()
    (text,) = found["metadata"]["annotations"].values()

    assert json.loads(text)["data"] == found["data"] == {"key": _base64("secret-1")}


def test_a_resource_as_it_was_applied_goes_as_a_whole() -> None:
    name = "kubectl.kubernetes.io/last-applied-configuration"
    parent = resource({"agent": {"key": "k"}})
    parent["metadata"]["annotations"] = {name: json.dumps({"spec": {"agent": {"typo": SECRET}}})}
    exchange = Exchange("sync", request(parent), Facts(), NOW, answer(parent))

    found = recorded(exchange)["request"]["parent"]["metadata"]["annotations"]
    assert found == {name: "secret-1"}


def test_no_checksum_of_the_original_stays() -> None:
    parent = resource({"agent": {"key": SECRET}})
    first = answer(parent)
    again = request(parent, observed=first["children"])
    response = answer(parent, observed=first["children"])
    found = json.dumps(recorded(Exchange("sync", again, Facts(), NOW, response)))
    checksums = {
        text
        for each in response["children"]
        for name, text in _annotations(each).items()
        if name == "instana.io/secrets-checksum"
    }

    assert checksums
    assert not [each for each in checksums if each in found]


def _annotations(child: Obj) -> Obj:
    template = child.get("spec", {}).get("template", {})
    found: Obj = template.get("metadata", {}).get("annotations", {})
    return found


def test_a_password_that_is_a_common_word_spoils_nothing() -> None:
    agent = {"key": "k", "proxyHost": "p", "proxyUser": "instana-agent", "proxyPassword": "agents"}
    names = {
        each["metadata"]["name"] for each in _recorded({"agent": agent})["response"]["children"]
    }

    assert "instana-agent-config" in names


@pytest.mark.parametrize(
    "text",
    [
        f"before {SECRET} after",
        f"https://me:{SECRET}@host.example/path",
        f"Authorization: Basic {_base64(f'me:{SECRET}')}",
        json.dumps({"text": f"a\n{SECRET}"}),
    ],
)
def test_a_known_value_is_found_within_any_text(text: str) -> None:
    found = Words(Numbers(), [SECRET]).text(text)

    assert SECRET not in found
    assert _base64(f"me:{SECRET}") not in found


@pytest.mark.parametrize("value", [5, None, ["a"], {"a": SECRET}, True])
def test_odd_values_in_the_place_of_a_key_are_replaced(value: Any) -> None:
    asked = request(resource({"agent": {"key": value}}))
    found = recorded(Exchange("sync", asked, Facts(), NOW, {}, "500"))

    assert SECRET not in json.dumps(found)


def test_garbage_among_secrets_is_replaced() -> None:
    asked = request(resource({"agent": {"key": "k"}})) | {
        "children": {"Secret.v1": {"a": [SECRET], "b": {"data": SECRET}}},
        "related": by_kind([], ["Secret.v1"]),
    }
    found = recorded(Exchange("sync", asked, Facts(), NOW, {}, "400"))

    assert SECRET not in json.dumps(found)
