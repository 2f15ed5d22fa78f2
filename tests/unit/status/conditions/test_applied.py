"""A child that the API server does not take is told of in the status, once it is certain."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from hooks.desired.inputs.context import Context
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj, describe
from hooks.kube.workloads import WORKLOADS
from hooks.status.conditions import applied
from hooks.status.conditions.applied import MOST_COMPARED
from tests.support.hook import FACTS, answer, conditions, stored
from tests.support.resources import agent, obj, secret

AGENT, CONFIG = "DaemonSet/instana-agent", "Secret/instana-agent-config"
SENSOR = "Deployment/instana-agent-k8sensor"
LONG_AGO = "2025-01-01T00:00:00Z"
CHANGED = "2026-01-01T12:00:00Z"
SOON, LATE = "2026-01-01T12:00:29Z", "2026-01-01T12:00:30Z"
MUCH_LATER = "2026-01-01T12:10:00Z"
KNOWN = {"observedGeneration": 1, "operatorVersion": FACTS.operator_version}
BEING_APPLIED = ("False", "BeingApplied")
NOT_APPLIED = ("False", "ChildrenNotApplied")
APPLIED = ("True", "AllChildrenApplied")


def written(obj: Obj, time: str, **more: str) -> Obj:
    obj["metadata"]["managedFields"] = [{"manager": "anyone", "time": time, **more}]
    return obj


def without(which: str) -> list[Obj]:
    return [each for each in stored(answer(agent())) if describe(each) != which]


def with_other(which: str, change: Callable[[Obj], object]) -> list[Obj]:
    children = stored(answer(agent()))
    change(next(each for each in children if describe(each) == which))
    return children


def relabelled(each: Obj) -> None:
    each["metadata"]["labels"]["app.kubernetes.io/version"] = "0"


def with_other_pods(each: Obj) -> None:
    each["spec"]["template"]["spec"]["serviceAccountName"] = "other"


def after(first: Obj, spec: Obj | None = None, **metadata: object) -> Obj:
    """Return the resource with the status of an earlier answer."""
    resource = agent(spec, status=deepcopy(first["status"]))
    resource["metadata"] |= metadata
    return resource


def said(answered: Obj) -> tuple[str, str]:
    condition = conditions(answered)["ChildrenApplied"]
    return condition["status"], condition["reason"]


def message(answered: Obj) -> str:
    text: str = conditions(answered)["ChildrenApplied"]["message"]
    return text


def tried(observed: list[Obj], *related: Obj, spec: Obj | None = None) -> Obj:
    """Return the answer after which the API server was asked for the first time."""
    resource = agent(spec, status=deepcopy(KNOWN))
    return answer(resource, *related, observed=observed, now=CHANGED)


def missed(observed: list[Obj], now: str = LATE) -> Obj:
    """Return the answer where children are as they were when they were asked for."""
    return answer(after(tried(observed)), observed=observed, now=now)


@pytest.mark.parametrize(("now", "expected"), [(SOON, BEING_APPLIED), (LATE, NOT_APPLIED)])
@pytest.mark.parametrize(
    "observed",
    [
        [],
        without(CONFIG),
        without(AGENT),
        with_other(CONFIG, relabelled),
        with_other(AGENT, relabelled),
        with_other(AGENT, with_other_pods),
        with_other(SENSOR, lambda each: each["spec"].update(replicas=9)),
        [*stored(answer(agent())), secret("left")],
    ],
    ids=["all", "secret", "agents", "label", "of-agents", "spec", "replicas", "deletion"],
)
def test_what_is_not_there_after_a_while(
    observed: list[Obj], now: str, expected: tuple[str, str]
) -> None:
    assert said(missed(observed, now)) == expected


def test_what_is_refused_is_named_with_where_to_look() -> None:
    answered = missed(without(CONFIG))

    assert message(answered) == (
        f"not as desired after 30 s: {CONFIG} does not exist; the events SyncError have the API "
        "server's error messages: kubectl describe agents.instana.io instana-agent "
        "--namespace instana-agent"
    )
    assert conditions(answered)["Ready"]["reason"] == "ChildrenNotApplied"
    assert conditions(answered)["Stalled"]["status"] == "True"


def test_what_differs_and_what_is_left_are_named_too() -> None:
    observed = [*with_other(AGENT, relabelled), secret("left")]

    assert f": {AGENT} differs; Secret/left is not deleted yet; " in message(missed(observed))


def test_a_child_that_is_on_its_way_is_no_trouble() -> None:
    answered = tried(without(CONFIG))

    assert said(answered) == BEING_APPLIED
    assert conditions(answered)["Ready"]["status"] == "True"
    assert conditions(answered)["Stalled"]["status"] == "False"


@pytest.mark.parametrize(
    ("now", "seconds"), [(CHANGED, 30), ("2026-01-01T12:00:10Z", 20), (SOON, 5)]
)
def test_it_is_looked_at_again_in_time(now: str, seconds: int) -> None:
    assert missed(without(CONFIG), now)["resyncAfterSeconds"] == seconds


def test_trouble_of_long_ago_delays_no_look() -> None:
    """Who is not ready for an hour is looked at each 5 minutes, but for what was just tried."""
    observed = with_other(CONFIG, relabelled)
    for each in observed:
        each.get("status", {}).pop("numberAvailable", None)
    long_unready = {"type": "Ready", "status": "False", "lastTransitionTime": LONG_AGO}
    resource = agent(status=KNOWN | {"conditions": [long_unready]})

    assert answer(resource, observed=observed, now=CHANGED)["resyncAfterSeconds"] == 30


def test_the_message_does_not_change_with_the_time() -> None:
    first = missed(without(CONFIG))
    later = answer(after(first), observed=without(CONFIG), now=MUCH_LATER)

    assert later["status"] == first["status"]


def test_a_child_that_somebody_deletes_is_no_refusal() -> None:
    """It is made again with the very answer that says so, however old everything else is."""
    at_rest = answer(agent(status=deepcopy(KNOWN)), observed=stored(answer(agent())), now=LONG_AGO)
    answered = answer(after(at_rest), observed=without(CONFIG), now=LATE)

    assert said(at_rest) == APPLIED
    assert said(answered) == BEING_APPLIED
    assert conditions(answered)["Ready"]["status"] == "True"


def test_a_child_that_is_being_deleted_is_waited_for() -> None:
    going = secret("left")
    going["metadata"]["deletionTimestamp"] = LONG_AGO

    assert said(missed([*stored(answer(agent())), going])) == APPLIED


def test_a_change_of_the_resource_is_given_time_of_its_own() -> None:
    observed = with_other(AGENT, relabelled)
    resource = written(after(tried(observed)), SOON)

    assert said(answer(resource, observed=observed, now=LATE)) == BEING_APPLIED
    assert said(answer(resource, observed=observed, now=MUCH_LATER)) == NOT_APPLIED


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_no_write_of_anything_else_delays_it(kind: str) -> None:
    other = {**written(secret("any"), LATE), "kind": kind}
    answered = answer(after(tried(without(CONFIG))), other, observed=without(CONFIG), now=LATE)

    assert said(answered) == NOT_APPLIED


def test_no_other_condition_delays_it() -> None:
    first = tried(without(CONFIG))
    for each in first["status"]["conditions"]:
        if each["type"] != "ChildrenApplied":
            each["lastTransitionTime"] = LATE

    assert said(answer(after(first), observed=without(CONFIG), now=LATE)) == NOT_APPLIED


@pytest.mark.parametrize(
    "status", [{}, KNOWN | {"observedGeneration": 0}, KNOWN | {"operatorVersion": "0.0.9"}]
)
def test_what_was_never_asked_for_cannot_be_refused(status: Obj) -> None:
    refused = missed(without(CONFIG))["status"]
    answered = answer(agent(status=refused | status), observed=without(CONFIG), now=MUCH_LATER)

    assert said(answered) == (BEING_APPLIED if status else NOT_APPLIED)
    assert said(answer(agent(status=status), observed=without(CONFIG), now=LATE)) == BEING_APPLIED


def test_a_pause_counts_for_nothing() -> None:
    paused = agent(status=deepcopy(KNOWN))
    paused["metadata"]["annotations"] = {"instana.io/paused": "true"}
    first = answer(paused, observed=without(CONFIG), now=LONG_AGO)

    assert said(first) == ("Unknown", "Paused")
    assert said(answer(after(first), observed=without(CONFIG), now=LATE)) == BEING_APPLIED


def test_what_was_refused_stays_so_until_it_is_taken() -> None:
    refused = missed(without(CONFIG))
    annotated = written(after(refused), MUCH_LATER)

    assert said(answer(annotated, observed=without(CONFIG), now=MUCH_LATER)) == NOT_APPLIED
    assert said(answer(annotated, observed=stored(answer(agent())), now=MUCH_LATER)) == APPLIED


def _by_server(child: Obj) -> None:
    """Let the API server have noted what was applied, instead of Metacontroller."""
    applied = child["metadata"]["annotations"].pop(LAST_APPLIED)
    assert applied
    spec = child["spec"]["template"]["spec"]["containers"][0]
    names: Obj = {f'k:{{"name":"{each["name"]}"}}': {"f:name": {}} for each in spec["env"]}
    containers = {f'k:{{"name":"{spec["name"]}"}}': {"f:name": {}, "f:env": names}}
    fields = {"f:spec": {"f:template": {"f:spec": {"f:containers": containers}}}}
    child["metadata"]["managedFields"] = [
        {"manager": "metacontroller", "operation": "Apply", "time": LONG_AGO, "fieldsV1": fields}
    ]


@pytest.mark.parametrize("as_stored", [lambda _: None, _by_server], ids=["dynamic", "server"])
def test_what_has_to_go_and_stays_is_missed(as_stored: Callable[[Obj], None]) -> None:
    """A variable that is taken away: the API server has all that is asked for, and more."""
    former = {"agent": {"env": {"EXTRA": "1"}}}
    running = stored(answer(agent(former)))
    as_stored(next(each for each in running if describe(each) == AGENT))
    first = answer(after(answer(agent(former)), generation=2), observed=running, now=CHANGED)
    answered = answer(after(first, generation=2), observed=running, now=LATE)

    assert said(first) == BEING_APPLIED
    assert said(answered) == NOT_APPLIED
    assert f": {AGENT} differs;" in message(answered)


def test_few_of_many_workloads_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    zones = {"zones": [{"name": f"z{index}"} for index in range(MOST_COMPARED + 4)]}
    observed = stored(answer(agent(zones)))
    compared: list[str] = []

    def noted(_: Context, child: Obj) -> Obj:
        compared.append(child["kind"])
        return child

    monkeypatch.setattr(applied, "retained", noted)
    answer(agent(zones), observed=observed)

    assert sum(kind in WORKLOADS for kind in compared) == MOST_COMPARED


def test_fields_that_others_added_are_no_difference() -> None:
    observed = with_other(AGENT, lambda each: each["metadata"]["labels"].update({"more": "x"}))
    answered = answer(after(answer(agent())), observed=observed, now=LATE)

    assert said(answered) == APPLIED
    assert "resyncAfterSeconds" not in answered


def test_a_service_without_a_version_of_its_own_tells_what_is_refused() -> None:
    """A build of a branch has none that the status could tell."""
    facts = Facts(operator_version="main")
    first = answer(agent(), observed=without(CONFIG), facts=facts, now=CHANGED)
    later = answer(after(first), observed=without(CONFIG), facts=facts, now=MUCH_LATER)

    assert "operatorVersion" not in first["status"]
    assert said(later) == NOT_APPLIED


def test_what_is_in_the_way_of_a_workload_is_no_refusal() -> None:
    """Another child is refused; nobody asked the API server for the DaemonSet."""
    stranger = obj("DaemonSet", "instana-agent", apiVersion="apps/v1", spec={})
    observed = [each for each in without(CONFIG) if describe(each) != AGENT]
    first = tried(observed, stranger)
    answered = answer(after(first), stranger, observed=observed, now=LATE)

    assert f"{CONFIG} does not exist; the events" in message(answered)
    assert conditions(answered)["AgentsAvailable"]["message"] == f"{AGENT} does not exist yet"


@pytest.mark.parametrize("which", [AGENT, SENSOR])
def test_workloads_say_that_they_are_not_as_asked_for(which: str) -> None:
    type_ = "AgentsAvailable" if which == AGENT else "SensorsAvailable"
    said_of = {
        why: conditions(missed(observed))[type_]
        for why, observed in {
            "not there": without(which),
            "other spec": with_other(which, with_other_pods),
        }.items()
    }

    for each in said_of.values():
        assert each["message"] == f"{which} is not as desired, see the condition ChildrenApplied"
    assert said_of["other spec"]["reason"] == "RolloutStuck"
    assert said_of["not there"]["reason"].startswith("NotAllDesired")
