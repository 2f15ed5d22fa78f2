"""A child that the API server does not take is told of in the status, once it is certain."""

from collections.abc import Callable

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from tests.support.hook import FACTS, answer, conditions, stored
from tests.support.pods import healthy
from tests.support.resources import agent, secret

AGENT, CONFIG = "DaemonSet/instana-agent", "Secret/instana-agent-config"
LONG_AGO = "2025-01-01T00:00:00Z"
WRITTEN = "2026-01-01T12:00:00Z"
SOON, LATE = "2026-01-01T12:00:59Z", "2026-01-01T12:01:00Z"
MUCH_LATER = "2026-01-01T12:10:00Z"
KNOWN = {"observedGeneration": 1, "operatorVersion": FACTS.operator_version}


def written(obj: Obj, time: str, **more: str) -> Obj:
    obj["metadata"]["managedFields"] = [{"manager": "anyone", "time": time, **more}]
    return obj


def parent(time: str = WRITTEN, status: Obj | None = None, spec: Obj | None = None) -> Obj:
    return written(agent(spec, status=KNOWN if status is None else status), time)


def without(which: str) -> list[Obj]:
    return [each for each in stored(answer(agent())) if describe(each) != which]


def with_other(which: str, change: Callable[[Obj], object]) -> list[Obj]:
    children = stored(answer(agent()))
    change(next(each for each in children if describe(each) == which))
    return children


def applied(now: str, resource: Obj, *related: Obj, observed: list[Obj]) -> tuple[str, str]:
    condition = conditions(answer(resource, *related, observed=observed, now=now))
    return condition["ChildrenApplied"]["status"], condition["ChildrenApplied"]["message"]


@pytest.mark.parametrize(("now", "status"), [(SOON, "True"), (LATE, "False")])
def test_a_child_that_is_not_there_a_minute_after_the_change(now: str, status: str) -> None:
    assert applied(now, parent(), observed=without(CONFIG))[0] == status


def test_what_is_refused_is_named_with_what_to_do() -> None:
    answered = answer(parent(), observed=without(CONFIG), now=LATE)
    condition = conditions(answered)["ChildrenApplied"]

    assert condition["reason"] == "ChildrenNotApplied"
    assert condition["message"].startswith(f"for more than 60 s not as asked for: {CONFIG}; ")
    command = "kubectl describe agents.instana.io instana-agent --namespace instana-agent"
    assert command in condition["message"]
    assert conditions(answered)["Ready"]["reason"] == "ChildrenNotApplied"
    assert conditions(answered)["Stalled"]["status"] == "True"


def test_the_message_does_not_change_with_the_time() -> None:
    assert (
        len(
            {
                applied(at, parent(), observed=without(CONFIG))
                for at in (LATE, "2027-01-01T00:00:00Z")
            }
        )
        == 1
    )


@pytest.mark.parametrize("which", [AGENT, CONFIG])
def test_a_child_that_is_not_as_asked_for(which: str) -> None:
    def change(each: Obj) -> None:
        written(each, LONG_AGO)
        each["metadata"]["labels"]["app.kubernetes.io/version"] = "0"

    status, message = applied(LATE, parent(), observed=with_other(which, change))

    assert (status, which in message) == ("False", True)


def test_a_child_that_was_just_changed_by_hand_is_on_its_way_back() -> None:
    def change(each: Obj) -> None:
        written(each, LATE)
        each["metadata"]["labels"]["app.kubernetes.io/version"] = "0"

    assert applied(LATE, parent(), observed=with_other(AGENT, change))[0] == "True"


def test_a_write_of_a_status_is_no_change() -> None:
    def change(each: Obj) -> None:
        written(each, LATE, subresource="status")
        each["metadata"]["labels"]["app.kubernetes.io/version"] = "0"

    assert applied(LATE, parent(), observed=with_other(AGENT, change))[0] == "False"


def test_a_rotated_secret_is_on_its_way() -> None:
    spec = {"agent": {"key": None, "keysSecret": "keys"}}
    before, rotated = secret("keys", key="one"), written(secret("keys", key="two"), LATE)
    children = stored(answer(agent(spec), before))

    assert applied(LATE, parent(spec=spec), rotated, observed=children)[0] == "True"
    written(rotated, LONG_AGO)
    assert applied(LATE, parent(spec=spec), rotated, observed=children)[0] == "False"


def test_a_write_of_a_pod_changes_no_child() -> None:
    running = written(healthy("a", "n"), LATE)

    assert applied(LATE, parent(), running, observed=without(CONFIG))[0] == "False"


@pytest.mark.parametrize(("times", "status"), [([], "True"), ([LONG_AGO], "False")])
def test_a_resource_without_a_time_counts_for_nothing(times: list[str], status: str) -> None:
    related = [written(secret("any"), time) for time in times]

    assert applied(LATE, agent(status=KNOWN), *related, observed=without(CONFIG))[0] == status


@pytest.mark.parametrize(
    "status", [{}, KNOWN | {"observedGeneration": 0}, KNOWN | {"operatorVersion": "0.0.9"}]
)
def test_what_was_never_asked_for_cannot_be_refused(status: Obj) -> None:
    assert applied(LATE, parent(status=status), observed=without(CONFIG))[0] == "True"


def since(type_: str, status: str, time: str) -> Obj:
    return KNOWN | {"conditions": [{"type": type_, "status": status, "lastTransitionTime": time}]}


def test_after_a_while_without_the_service_the_minute_begins_with_its_first_answer() -> None:
    fresh = parent(LONG_AGO, since("Ready", "False", SOON))

    assert applied(LATE, fresh, observed=without(CONFIG))[0] == "True"


def test_what_was_refused_stays_so_until_it_is_taken() -> None:
    refused = parent(LONG_AGO, since("ChildrenApplied", "False", SOON))

    assert applied(LATE, refused, observed=without(CONFIG))[0] == "False"
    assert applied(LATE, refused, observed=stored(answer(agent())))[0] == "True"


def test_it_is_looked_at_again() -> None:
    waiting = answer(parent(), observed=without(CONFIG), now=SOON)

    assert conditions(waiting)["Ready"]["status"] == "True"
    assert waiting["resyncAfterSeconds"] == 60


def test_fields_that_others_added_are_no_difference() -> None:
    children = with_other(AGENT, lambda each: each["metadata"]["labels"].update({"more": "x"}))

    answered = answer(parent(LONG_AGO), observed=children, now=LATE)

    assert conditions(answered)["ChildrenApplied"]["status"] == "True"
    assert "resyncAfterSeconds" not in answered


def test_a_service_without_a_version_of_its_own_tells_what_is_refused() -> None:
    """A build of a branch has none that the status could tell."""
    facts = Facts(operator_version="main")
    status = answer(parent(), observed=without(CONFIG), facts=facts, now=SOON)["status"]
    later = answer(parent(status=status), observed=without(CONFIG), facts=facts, now=MUCH_LATER)

    assert "operatorVersion" not in status
    assert conditions(later)["ChildrenApplied"]["status"] == "False"
