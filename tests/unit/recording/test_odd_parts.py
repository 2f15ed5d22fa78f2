"""Whatever a call holds in an odd place or form, no value of it is in the recording."""

import json
from base64 import b64encode
from typing import Any

import pytest

from hooks.errors import UnreadableRequest
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.recording.comparison import differences
from hooks.recording.recording import Exchange, recorded
from hooks.recording.responses import hook_of
from hooks.recording.stand_ins import Numbers
from hooks.recording.words import MOST_KNOWN
from hooks.recording.yaml_texts import TOO_DEEP, masked_configuration, masked_yaml
from hooks.rules.bounds import LONGEST_CREDENTIAL
from tests.support.hook import NOW, request
from tests.support.resources import agent as resource

SECRET = "hunter2-of-acme"


def _base64(text: str | bytes) -> str:
    return b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def _recorded(related: Obj, parent: Obj | None = None) -> Obj:
    """Return the request of the recording of a call that failed, with more related objects."""
    asked = request(parent or resource({}))
    asked["related"] |= related
    found: Obj = recorded(Exchange("sync", asked, Facts(), NOW, {}, "500"))["request"]
    return found


def _related(kind: str, obj: Any) -> Any:
    return _recorded({f"{kind}.v1": {"instana-agent/odd": obj}})["related"][f"{kind}.v1"][
        "instana-agent/odd"
    ]


def _odd(kind: str, **fields: Any) -> Obj:
    metadata = {"namespace": "instana-agent", "name": "odd"}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"stringData": {"a": SECRET, "b": 5}}, {"stringData": {"a": "secret-2", "b": 3}}),
        ({"stringData": [SECRET]}, {"stringData": ["secret-2"]}),
        ({"data": [SECRET]}, {"data": ["secret-2"]}),
        ({"data": {"a": {"b": SECRET}}}, {"data": {"a": {"b": "secret-2"}}}),
        ({"metadata": {"annotations": [SECRET]}}, {"metadata": {"annotations": ["secret-2"]}}),
        (
            {"metadata": {"annotations": {"a": {"b": SECRET}}}},
            {"metadata": {"annotations": {"a": {"b": "secret-2"}}}},
        ),
        (
            {"metadata": {"annotations": {"x/last-applied-configuration": f"{{{SECRET}"}}},
            {"metadata": {"annotations": {"x/last-applied-configuration": "secret-2"}}},
        ),
    ],
)
def test_odd_parts_of_a_secret(fields: Obj, expected: Obj) -> None:
    found = _related("Secret", _odd("Secret") | fields)

    assert {name: found[name] for name in expected} == expected


def test_a_secret_that_is_no_object() -> None:
    assert _related("Secret", [SECRET]) == ["secret-2"]


def test_bytes_that_are_no_text_stay_no_text() -> None:
    found = _related("Secret", _odd("Secret", data={"a": _base64(b"\xff" + SECRET.encode())}))

    assert found["data"]["a"] != _base64(b"\xff" + SECRET.encode())
    assert SECRET not in json.dumps(found)


@pytest.mark.parametrize(
    "text",
    [
        _base64(f"user:{SECRET}"),  # It ends in what looks like the value of a property.
        SECRET,
        f"{SECRET}=x",
        f"key={SECRET}",
    ],
)
def test_the_file_of_a_backend_that_is_not_ours(text: str) -> None:
    name = "com.instana.agent.main.sender.Backend-1.cfg"
    found = json.dumps(_related("Secret", _odd("Secret", data={name: _base64(f"{text}\n")})))

    assert text not in found
    assert _base64(f"{text}\n") not in found


@pytest.mark.parametrize(
    "text",
    [
        "no JSON " + SECRET,
        json.dumps({"auths": {"x": {"auth": _base64(f"_:{SECRET}")}}}),
        json.dumps({"auths": {"x": {"auth": SECRET}}}),
        json.dumps([SECRET]),
    ],
)
def test_a_docker_configuration_of_any_form(text: str) -> None:
    data = {".dockerconfigjson": _base64(text), "several": _base64(f"first line\n{SECRET}\n")}
    found = json.dumps(_related("Secret", _odd("Secret", data=data)))

    assert not any(value in found for value in data.values())


def test_values_of_a_config_map_of_the_user_are_replaced() -> None:
    found = _related("ConfigMap", _odd("ConfigMap", data={"a": SECRET, "b": [SECRET]}))

    assert found["data"] == {"a": "secret-2", "b": ["secret-2"]}


def test_the_last_words_of_a_container_are_replaced() -> None:
    ended = {"state": {"terminated": {"exitCode": 1, "message": f"cannot log in: {SECRET}"}}}
    found = _related("Pod", _odd("Pod", status={"containerStatuses": [ended]}))

    assert found["status"]["containerStatuses"][0]["state"]["terminated"] == {
        "exitCode": 1,
        "message": "secret-2",
    }


@pytest.mark.parametrize(
    "spec",
    [
        [SECRET],
        {"agent": [SECRET]},
        {"agent": {"tls": [SECRET]}},
        {"agent": {"configuration_yaml": [SECRET]}},
        {"agent": {"additionalBackends": [SECRET]}},
        {"overrides": {"agentDaemonSet": {"$patch": SECRET}}},
        {"overrides": {"agentDaemonSet": {"spec": [{"args": [{"a": SECRET}]}]}}},
        {"agent": {"pod": {"env": [SECRET, {"name": "A", "value": {"b": SECRET}}]}}},
        {"agent": {"pod": {"env": f"TOKEN={SECRET}"}}},
        {"agent": {"env": f"TOKEN={SECRET}"}},
        {"agent": {"env": [f"TOKEN={SECRET}"]}},
        {"overrides": {"agentDaemonSet": {"args": f"--token={SECRET}"}}},
        {"agent": {"pod": {"volumes": [{"csi": {"volumeAttributes": [SECRET]}}]}}},
    ],
)  # fmt: skip
def test_a_resource_of_any_form(spec: Any) -> None:
    parent = resource({}) | {"spec": spec}
    found = _recorded({}, parent)["parent"]

    text = json.dumps(found["spec"])
    assert SECRET not in text
    assert "secret-" in text


@pytest.mark.parametrize("name", [None, 0, {}, []])
@pytest.mark.parametrize("field", ["env", "volumes", "volumeMounts"])
def test_a_broken_part_of_a_pod_does_not_end_the_recording(name: Any, field: str) -> None:
    pod = {field: [{"name": "a"}, {"name": name}, {}]}
    spec = {"agent": {"pod": pod}, "k8s_sensor": {"deployment": {"pod": pod}}}
    parent = resource({"agent": {"key": SECRET}, "cluster": {"name": "c"}} | spec)
    found = _recorded({}, parent)["parent"]["spec"]

    assert found["agent"]["pod"] == pod
    assert found["k8s_sensor"] == {"deployment": {"pod": pod}}


def test_a_resource_without_a_spec_stays_without() -> None:
    parent = resource({})
    del parent["spec"]

    assert "spec" not in _recorded({}, parent)["parent"]


def test_too_many_values_are_not_recorded() -> None:
    data = {f"a{number}": _base64(f"value-{number}") for number in range(MOST_KNOWN + 1)}

    with pytest.raises(UnreadableRequest, match="secret values"):
        _related("Secret", _odd("Secret", data=data))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (f"{SECRET}\nmore", "\nsecret-1"),
        (f"{SECRET}${{HOME}}", "$["),
        ("x" * (LONGEST_CREDENTIAL + 1), "." * LONGEST_CREDENTIAL),
        ("<your key>", ">"),
    ],
)
def test_a_stand_in_is_of_the_kind_of_the_value(value: str, kind: str) -> None:
    assert kind in Numbers().stand_in(value)


@pytest.mark.parametrize(
    ("text", "is_replaced"), [(" \n", False), (f"a: [{SECRET}", True), (f"\x01{SECRET}", True)]
)
def test_yaml_that_is_none(text: str, is_replaced: bool) -> None:  # noqa: FBT001
    found = masked_yaml(Numbers(), text)

    assert SECRET not in found
    assert (found != text) is is_replaced


def test_yaml_that_is_too_deep() -> None:
    assert masked_yaml(Numbers(), "[" * 1_000 + "]" * 1_000) == TOO_DEEP


def test_a_configuration_has_stand_ins_for_texts_and_numbers() -> None:
    given = {"a": [SECRET, 1.5, True, None, ""], "b": {"c": 7}}

    assert masked_configuration(Numbers(), given) == {
        "a": ["secret-1", "secret-2", True, None, ""],
        "b": {"c": "secret-3"},
    }


@pytest.mark.parametrize(
    ("asked", "hook"),
    [
        ({"parent": {}, "children": {}}, "sync"),
        ({"parent": {}}, "customize"),
        ({"object": {}}, "cluster-rbac-sync"),
    ],
)
def test_the_hook_of_a_bare_request(asked: Obj, hook: str) -> None:
    assert hook_of(asked) == hook


def test_no_hook_takes_such_a_request() -> None:
    with pytest.raises(UnreadableRequest, match="it has no parent"):
        hook_of({})


def test_secrets_of_odd_form_are_compared_as_they_are() -> None:
    before, after = (
        {"children": [_odd("Secret", data={"a": value, "b": 1})]} for value in ("%%%", "%%")
    )

    assert list(map(str, differences(before, after))) == ["Secret/odd: data.a: %%% → %%"]
