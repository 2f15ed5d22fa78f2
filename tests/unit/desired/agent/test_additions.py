"""The user's volumes and variables, while what they refer to is not there."""

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, conditions, env, mounts, pod, stored, volumes
from tests.support.resources import agent, merged, obj, secret

AGENT = "DaemonSet/instana-agent"
VOLUME = {"name": "mine", "secret": {"secretName": "wanted", "items": [{"key": "a", "path": "a"}]}}
MOUNT = {"name": "mine", "mountPath": "/mine"}
VARIABLE = {
    "name": "MINE",
    "valueFrom": {"configMapKeyRef": {"name": "wanted", "key": "a"}},
}
WITH_ADDITIONS = {
    "agent": {"pod": {"volumes": [VOLUME], "volumeMounts": [MOUNT], "env": [VARIABLE]}}
}
SECRET = secret("wanted", a="1")
CONFIG = obj("ConfigMap", "wanted", data={"a": "1"})


def test_new_agent_gets_them_and_waits() -> None:
    answered = answer(agent(WITH_ADDITIONS))

    assert "mine" in volumes(answered, AGENT)
    assert mounts(answered, AGENT)["mine"] == "/mine"
    assert "MINE" in env(answered, AGENT)


@pytest.mark.parametrize("unknown", [(), ("Secret.v1", "ConfigMap.v1")], ids=["missing", "unknown"])
def test_running_agent_goes_on_without_them(unknown: tuple[str, ...]) -> None:
    settled = answer(agent())
    answered = answer(agent(WITH_ADDITIONS), observed=stored(settled), unknown=unknown)

    assert volumes(answered, AGENT) == volumes(settled, AGENT)
    assert mounts(answered, AGENT) == mounts(settled, AGENT)
    assert env(answered, AGENT) == env(settled, AGENT)


def test_running_agent_gets_them_once_all_is_there() -> None:
    answered = answer(agent(WITH_ADDITIONS), SECRET, CONFIG, observed=stored(answer(agent())))

    assert volumes(answered, AGENT)["mine"] == VOLUME
    assert env(answered, AGENT)["MINE"] == VARIABLE["valueFrom"]
    assert conditions(answered)["ReferencesResolved"]["status"] == "True"


@pytest.mark.parametrize("lacking", [secret("wanted", b="1"), None])
def test_running_agent_keeps_those_it_has(lacking: Obj | None) -> None:
    settled = answer(agent(WITH_ADDITIONS), SECRET, CONFIG)
    related = [lacking] if lacking else []
    answered = answer(agent(WITH_ADDITIONS), *related, observed=stored(settled))

    assert volumes(answered, AGENT) == volumes(settled, AGENT)
    assert mounts(answered, AGENT) == mounts(settled, AGENT)
    assert env(answered, AGENT) == env(settled, AGENT)


def test_missing_entry_is_named() -> None:
    answered = answer(agent(WITH_ADDITIONS), secret("wanted", b="1"), CONFIG)

    assert conditions(answered)["ReferencesResolved"]["message"] == (
        "spec.agent.pod.volumes[0].secret.secretName: Secret wanted has no entry a"
    )


def test_new_mount_of_a_held_volume_waits_too() -> None:
    settled = answer(agent(WITH_ADDITIONS), SECRET, CONFIG)
    more = {"agent": {"pod": {"volumeMounts": [{"name": "mine", "mountPath": "/other"}]}}}
    answered = answer(agent(merged(WITH_ADDITIONS, more)), observed=stored(settled))

    assert conditions(answered)["Valid"]["status"] == "True"
    assert mounts(answered, AGENT) == mounts(settled, AGENT)


def test_last_variable_of_a_name_counts() -> None:
    plain = {"name": "MINE", "value": "1"}
    spec = {"agent": {"pod": {"env": [VARIABLE, plain]}}}
    answered = answer(agent(spec), observed=stored(answer(agent())))

    assert env(answered, AGENT)["MINE"] == "1"


@pytest.mark.parametrize("field", ["volumes", "volumeMounts"])
@pytest.mark.parametrize("name", [None, "", [], {"a": 1}])
def test_addition_without_a_name_is_a_problem(field: str, name: object) -> None:
    answered = answer(agent({"agent": {"pod": {field: [{"name": name, "mountPath": "/a"}]}}}))

    message = conditions(answered)["Valid"]["message"]
    assert message.startswith(f"spec.agent.pod.{field}[0].name: ")


def test_an_odd_quantity_is_told_with_its_place() -> None:
    source = {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "a few"}}
    answered = answer(agent({"agent": {"pod": {"env": [{"name": "CPU", "valueFrom": source}]}}}))

    place = "spec.agent.pod.env[0].valueFrom.resourceFieldRef.divisor: "
    assert conditions(answered)["Valid"]["message"].startswith(place)


def test_a_volume_that_is_mounted_twice_keeps_both_places() -> None:
    other = {"name": "mine", "mountPath": "/other", "subPath": "a"}
    spec = merged(WITH_ADDITIONS, {"agent": {"pod": {"volumeMounts": [MOUNT, other]}}})
    settled = answer(agent(spec), SECRET, CONFIG)
    answered = answer(agent(spec), observed=stored(settled))
    found = pod(answered, AGENT)["containers"][0]

    assert conditions(answered)["Valid"]["status"] == "True"
    assert [each for each in found["volumeMounts"] if each["name"] == "mine"] == [MOUNT, other]
