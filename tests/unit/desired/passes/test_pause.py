"""A paused resource leaves its children alone, and says what it would do."""

from copy import deepcopy

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from tests.support.hook import FACTS, LATER, answer, child, children, conditions, stored
from tests.support.resources import agent

AGENT = "DaemonSet/instana-agent"
CONFIG = "Secret/instana-agent-config"
WITH_PODS = Facts(operator_version=FACTS.operator_version, pod_status=True)
INVALID = {"k8s_sensor": {"pollrate": "often"}}


def paused(spec: Obj | None = None, value: str = "true") -> Obj:
    parent = agent(spec)
    parent["metadata"]["annotations"] = {"instana.io/paused": value}
    return parent


def observed() -> list[Obj]:
    return stored(answer(agent()))


def by_hand(running: list[Obj]) -> list[Obj]:
    """Return the children after somebody has changed the agent's image."""
    changed = deepcopy(running)
    daemonset = next(each for each in changed if describe(each) == AGENT)
    daemonset["spec"]["template"]["spec"]["containers"][0]["image"] = "mine:1"
    return changed


def test_at_rest_nothing_is_different() -> None:
    answered = answer(paused(), observed=observed())

    assert children(answered) == children(answer(agent()))
    assert conditions(answered)["Paused"]["status"] == "True"
    assert conditions(answered)["Paused"]["message"].endswith("no change is pending")


def test_a_paused_resource_tells_all_that_others_tell() -> None:
    labelled = {"agentDaemonSet": {"metadata": {"labels": {"team": "monitoring"}}}}
    spec = {"podStatus": "Enabled", "agent": {"keysSecret": "keys"}, "overrides": labelled}
    running = answer(agent(spec), observed=observed(), facts=WITH_PODS)["status"]
    waiting = answer(paused(spec), observed=observed(), facts=WITH_PODS)["status"]
    differing = dict.fromkeys(("conditions", "rollout"))

    assert {"effective", "references", "overrides", "pods", "daemonset"} <= waiting.keys()
    assert waiting | differing == running | differing


def test_a_paused_resource_has_every_condition() -> None:
    found = conditions(answer(paused(), observed=observed()))
    settled = conditions(answer(agent(), observed=observed()))

    assert found.keys() == settled.keys() | {"Paused"}
    assert {name for name in settled if found[name] != settled[name]} == {
        "Ready",
        "ChildrenApplied",
    }
    assert found["ChildrenApplied"]["status"] == "Unknown"
    assert found["Ready"]["message"] == "paused; 3 of 3 agents are available"
    assert (found["Paused"]["status"], found["Paused"]["reason"]) == ("True", "PausedByAnnotation")
    assert "annotation instana.io/paused keeps" in found["Paused"]["message"]


def test_what_was_changed_by_hand_stays() -> None:
    answered = answer(paused(), observed=by_hand(observed()))

    image = child(answered, AGENT)["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == "mine:1"
    assert conditions(answered)["Paused"]["message"].endswith(f"remove it to apply: change {AGENT}")


def test_what_was_deleted_by_hand_stays_away() -> None:
    rest = [each for each in observed() if describe(each) != CONFIG]
    answered = answer(paused(), observed=rest)

    assert CONFIG not in children(answered)
    assert conditions(answered)["Paused"]["message"].endswith(
        f"remove it to apply: create {CONFIG}"
    )


def test_a_changed_spec_waits() -> None:
    spec = {"agent": {"image": {"tag": "9"}}, "k8s_sensor": {"deployment": {"enabled": False}}}
    answered = answer(paused(spec), observed=observed())

    assert children(answered) == children(answer(agent()))
    message = conditions(answered)["Paused"]["message"]
    assert f"change {AGENT}" in message
    assert "delete Deployment/instana-agent-k8sensor" in message


def test_a_new_resource_that_is_paused_has_no_children() -> None:
    answered = answer(paused())

    assert answered["children"] == []
    assert f"create {AGENT}" in conditions(answered)["Paused"]["message"]


def test_the_agents_that_run_are_still_told_of() -> None:
    answered = conditions(answer(paused(), observed=by_hand(observed())))
    waiting = conditions(answer(paused(), observed=stored(answer(agent()), ready=False)))

    assert (answered["Ready"]["status"], answered["Ready"]["reason"]) == ("True", "Paused")
    assert waiting["Ready"]["status"] == "False"


def test_since_when_it_is_paused() -> None:
    first = answer(paused(), observed=observed())
    again = answer(paused() | {"status": first["status"]}, observed=observed(), now=LATER)

    assert again == first


def test_an_invalid_resource_is_told_to_be_paused_too() -> None:
    answered = answer(paused(INVALID), observed=observed())

    assert children(answered) == children(answer(agent()))
    assert conditions(answered)["Valid"]["status"] == "False"
    assert conditions(answered)["Paused"]["status"] == "True"


@pytest.mark.parametrize("value", ["false", "", "no"])
def test_any_other_value_is_no_pause(value: str) -> None:
    answered = answer(paused(value=value), observed=by_hand(observed()))

    assert "Paused" not in conditions(answered)
    assert children(answered) == children(answer(agent()))
