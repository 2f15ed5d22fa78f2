"""With `rollout.policy: Manual` a pod template changes when exactly that change is approved."""

import json
from pathlib import Path

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from hooks.sync import sync
from tests.support.hook import LATER, answer, child, conditions, stored, texts
from tests.support.resources import agent, merged

AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
MANUAL = {"rollout": {"policy": "Manual"}}
NEW_IMAGE = {"agent": {"image": {"tag": "2"}}}
APPROVE = "instana.io/approve"
AT_REST = sorted(
    path.parent.name
    for path in Path("tests/fixtures/sync").glob("*/request.json")
    if "DaemonSet.apps/v1" in path.read_text() and path.parent.name.startswith("healthy")
)


def manual(spec: Obj | None = None, approve: str = "", generation: int = 1) -> Obj:
    parent = agent(merged(MANUAL, spec or {}))
    parent["metadata"] |= {"generation": generation, "annotations": {APPROVE: approve}}
    return parent


def observed() -> list[Obj]:
    return stored(answer(agent(MANUAL)))


def held(answered: Obj) -> dict[str, Obj]:
    return {
        each["workload"]: each for each in answered["status"].get("rollout", {}).get("held", [])
    }


def image(answered: Obj) -> str:
    container: Obj = child(answered, AGENT)["spec"]["template"]["spec"]["containers"][0]
    return str(container["image"])


def test_nothing_is_held_at_first() -> None:
    answered = answer(manual(NEW_IMAGE))

    assert held(answered) == {}
    assert image(answered).endswith(":2")
    told = conditions(answered)["RolloutHeld"]
    assert (told["status"], told["reason"]) == ("False", "NothingHeld")


def test_a_change_of_the_template_is_held() -> None:
    answered = answer(manual(NEW_IMAGE), observed=observed())

    assert child(answered, AGENT) == child(answer(manual()), AGENT)
    (change,) = held(answered).values()
    assert change["changes"] == ["template.spec.containers[instana-agent].image"]
    assert (change["workload"], change["pods"]) == (AGENT, 3)
    condition = conditions(answered)["RolloutHeld"]
    assert (condition["status"], condition["reason"]) == ("True", "ChangeNeedsApproval")
    assert condition["message"].startswith(
        f"the changes in status.rollout for {AGENT} (3 pods) wait"
    )
    assert condition["message"].endswith(
        "kubectl annotate agents.instana.io instana-agent --namespace instana-agent --overwrite "
        f"{APPROVE}={change['approval']}"
    )
    assert conditions(answered)["Ready"]["status"] == "True"


def test_a_template_of_which_nothing_is_ours_stays_with_who_has_it() -> None:
    there = observed()
    for each in there:
        del each["metadata"]["annotations"]
    answered = answer(manual(NEW_IMAGE), observed=there)

    assert AGENT in held(answered)
    assert "template" not in child(answered, AGENT)["spec"]


def test_an_approved_change_is_made() -> None:
    waiting = held(answer(manual(NEW_IMAGE), observed=observed()))
    approved = answer(
        manual(NEW_IMAGE, f"other, {waiting[AGENT]['approval']}"), observed=observed()
    )

    assert image(approved).endswith(":2")
    assert held(approved) == {}


def test_an_approval_is_for_no_other_change() -> None:
    approval = held(answer(manual(NEW_IMAGE), observed=observed()))[AGENT]["approval"]
    other = {"agent": {"image": {"tag": "3"}}}
    back = stored(answer(manual(NEW_IMAGE)))

    assert held(answer(manual(other, approval), observed=observed()))
    assert held(answer(manual(approve=approval), observed=back))


def told(answered: Obj) -> tuple[str, str, str]:
    found = conditions(answered)["RolloutHeld"]
    return found["status"], found["reason"], found["message"]


def after(answered: Obj, spec: Obj, approve: str, generation: int = 2) -> Obj:
    """Return the resource with the status of an answer."""
    return manual(spec, approve, generation) | {"status": answered["status"]}


def test_an_approval_that_matches_nothing_is_reported() -> None:
    waiting = answer(manual(NEW_IMAGE, "0123456789abcdef,typo"), observed=observed())
    at_rest = answer(manual(approve="x" * 100), observed=observed())

    assert told(waiting)[:2] == ("True", "ChangeNeedsApproval")
    unmatched = (
        "; the annotation instana.io/approve names 0123456789abcdef, typo, but there is no such "
        "change"
    )
    assert told(waiting)[2].endswith(unmatched)
    assert told(at_rest)[:2] == ("False", "ApprovalMatchesNothing")
    assert f"names {'x' * 64}, but" in told(at_rest)[2]
    assert conditions(at_rest)["Ready"]["status"] == "True"


@pytest.mark.parametrize("approve", ["", " ,, "])
def test_no_approval_is_none_that_matches_nothing(approve: str) -> None:
    assert told(answer(manual(approve=approve), observed=observed()))[1] == "NothingHeld"


def test_an_approval_that_was_carried_out_is_not_reported() -> None:
    """It stays on the resource, and its change is not there to be named any more."""
    waiting = answer(manual(NEW_IMAGE, generation=2), observed=observed())
    name = held(waiting)[AGENT]["approval"]
    approved = answer(after(waiting, NEW_IMAGE, name), observed=observed())
    done = answer(after(approved, NEW_IMAGE, name), observed=stored(approved))
    late = answer(after(waiting, NEW_IMAGE, name), observed=stored(approved))
    other = merged(NEW_IMAGE, {"agent": {"image": {"tag": "3"}}})
    further = answer(after(done, other, name, generation=3), observed=stored(approved))
    next_name = held(further)[AGENT]["approval"]
    again = answer(after(further, other, f"{name},{next_name}", 3), observed=stored(approved))

    for each in (approved, done, late):
        assert told(each) == ("False", "NothingHeld", "no change waits for approval")
    assert "no change is called so" not in told(further)[2]
    assert told(again)[2].endswith(
        f"; the annotation instana.io/approve names {name}, but there is no such change"
    )


def test_workloads_are_approved_one_by_one() -> None:
    spec = {"agent": {"pod": {"annotations": {"team": "monitoring"}}}}
    changes = held(answer(manual(spec), observed=observed()))
    answered = answer(manual(spec, changes[SENSOR]["approval"]), observed=observed())

    assert set(changes) == {AGENT, SENSOR}
    message = conditions(answer(manual(spec), observed=observed()))["RolloutHeld"]["message"]
    assert f" for {AGENT} (3 pods), {SENSOR} (3 pods) wait for approval; " in message
    approvals = ",".join(changes[each]["approval"] for each in (AGENT, SENSOR))
    assert message.endswith(f" {APPROVE}={approvals}")
    assert set(held(answered)) == {AGENT}
    template = child(answered, SENSOR)["spec"]["template"]
    assert template["metadata"]["annotations"]["team"] == "monitoring"


def test_all_else_goes_through() -> None:
    rolling = {"rollingUpdate": {"maxUnavailable": 5}}
    more = {"agent": {"configuration_yaml": "new: true", "updateStrategy": rolling}}
    sensor = {"k8s_sensor": {"deployment": {"replicas": 7}}}
    spec = merged(merged(NEW_IMAGE, more), sensor)
    answered = answer(manual(spec), observed=observed())

    assert "new: true" in "".join(texts(answered, "Secret/instana-agent-config").values())
    assert child(answered, SENSOR)["spec"]["replicas"] == 7
    strategy = child(answered, AGENT)["spec"]["updateStrategy"]
    assert strategy["rollingUpdate"]["maxUnavailable"] == 5
    assert not image(answered).endswith(":2")


def test_a_workload_that_is_wanted_no_more_goes() -> None:
    off = {"k8s_sensor": {"deployment": {"enabled": False}}}
    answered = answer(manual(off), observed=observed())

    assert SENSOR not in {describe(each) for each in answered["children"]}


def test_without_the_policy_nothing_is_held() -> None:
    answered = answer(agent(NEW_IMAGE), observed=observed())

    assert image(answered).endswith(":2")
    assert "held" not in answered["status"]["rollout"]
    assert "RolloutHeld" not in conditions(answered)


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        ({"observedGeneration": 1, "operatorVersion": "1.2.3"}, "generation 2 of the resource"),
        ({"observedGeneration": 2, "operatorVersion": "1.2.2"}, "version 1.2.3 of the service"),
        (
            {"observedGeneration": 2, "operatorVersion": "1.2.3"},
            "an object that the resource names, or a change of the workload by hand",
        ),
    ],
)
def test_why_a_change_came_up_is_told_as_long_as_it_waits(before: Obj, cause: str) -> None:
    parent = manual(NEW_IMAGE, generation=2)
    first = answer(parent | {"status": before}, observed=observed())
    again = answer(parent | {"status": first["status"]}, observed=observed(), now=LATER)

    assert held(first)[AGENT]["cause"] == cause
    assert again == first


@pytest.mark.parametrize("case", AT_REST)
def test_nothing_is_held_of_what_metacontroller_applied(case: str) -> None:
    """The recorded children are those of a real API server, under either apply strategy."""
    request = json.loads(Path(f"tests/fixtures/sync/{case}/request.json").read_text())
    request["parent"]["spec"] |= MANUAL

    answered = sync(request, Facts(), LATER)

    assert conditions(answered)["RolloutHeld"]["status"] == "False"


@pytest.mark.parametrize(("count", "more"), [(10, []), (11, ["and 1 more"]), (20, ["and 10 more"])])
def test_many_changes_are_counted(count: int, more: list[str]) -> None:
    names = {f"variable-{number:02}": "x" for number in range(count)}
    answered = answer(manual({"agent": {"env": names}}), observed=observed())

    changes = held(answered)[AGENT]["changes"]
    path = "template.spec.containers[instana-agent].env[variable-{:02}]"
    assert changes == [*map(path.format, range(10)), *more]
