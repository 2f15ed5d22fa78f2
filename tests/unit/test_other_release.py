"""Two releases of the service at once, as in each upgrade: the controller says which decides."""

from copy import deepcopy
from dataclasses import replace

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.sync import sync
from tests.support.hook import FACTS, LATER, NOW, children, conditions, request, stored
from tests.support.resources import agent

OLD = replace(FACTS, operator_version="1.0.0", release="1.0.0")
NEW = replace(FACTS, operator_version="1.1.0", release="1.1.0")
URL = "https://instana-agent-hooks.instana-agent.svc/sync?credentials=7&release="
CHANGED = {"agent": {"image": {"tag": "latest"}}}
INVALID = {"agent": {"key": None}}


def asked(parent: Obj, named: str, observed: list[Obj] | None = None) -> Obj:
    """Return a request of a controller that names a release."""
    webhook = {"url": URL + named}
    controller = {"spec": {"hooks": {"sync": {"webhook": webhook}}}}
    return request(parent, observed=observed or ()) | {"controller": controller}


def settled(facts: Facts = OLD, spec: Obj | None = None) -> tuple[Obj, list[Obj]]:
    """Return a resource with its status, and its children as stored."""
    parent = agent(spec)
    first = sync(request(parent), facts, NOW)
    observed = stored(first)
    answered = sync(request(parent, observed=observed), facts, NOW)
    return parent | {"status": answered["status"]}, observed


def test_children_stay_as_the_named_release_made_them() -> None:
    parent, observed = settled(OLD)
    by_new = sync(asked(parent, "1.1.0", observed), NEW, LATER)

    by_old = sync(asked(parent, "1.1.0", stored(by_new)), OLD, LATER)

    assert children(by_new) != children(sync(asked(parent, "", observed), OLD, LATER))
    assert children(by_old) == children(by_new)


def test_the_release_before_the_upgrade_holds_once_another_is_named() -> None:
    parent, observed = settled(OLD)
    changed = agent(CHANGED) | {"status": parent["status"]}
    before = sync(asked(parent, "1.0.0", observed), OLD, LATER)

    held = sync(asked(changed, "1.1.0", observed), OLD, LATER)

    assert children(held) == children(before)
    assert children(sync(asked(changed, "1.1.0", observed), NEW, LATER)) != children(before)


def test_a_downgrade_holds_what_the_newer_release_would_change() -> None:
    parent, observed = settled(OLD)

    by_new = sync(asked(parent, "1.0.0", observed), NEW, LATER)

    assert children(by_new) == children(sync(asked(parent, "1.0.0", observed), OLD, LATER))


@pytest.mark.parametrize("named", ["", "not a release!", "x" * 200])
def test_a_controller_that_names_no_release_waits_for_none(named: str) -> None:
    parent, observed = settled(OLD)
    expected = sync(request(parent, observed=observed), NEW, LATER)

    assert sync(asked(parent, named, observed), NEW, LATER) == expected


def test_a_service_that_is_not_told_its_release_decides() -> None:
    parent, observed = settled(FACTS)
    expected = sync(request(parent, observed=observed), FACTS, LATER)

    assert sync(asked(parent, "7.7.7", observed), FACTS, LATER) == expected


@pytest.mark.parametrize("webhook", [None, {"url": 7}, {"url": "http://[/sync?release=2"}, []])
def test_a_controller_of_another_shape_names_no_release(webhook: object) -> None:
    parent, observed = settled(OLD)
    call = request(parent, observed=observed)
    call["controller"] = {"spec": {"hooks": {"sync": {"webhook": webhook}}}}

    assert sync(call, OLD, LATER) == sync(request(parent, observed=observed), OLD, LATER)


def test_a_new_resource_gets_its_children_from_any_release() -> None:
    answered = sync(asked(agent(), "1.1.0"), OLD, NOW)

    assert "DaemonSet/instana-agent" in children(answered)
    assert conditions(answered)["Upgrading"]["status"] == "True"


@pytest.mark.parametrize(
    "spec", [INVALID, CHANGED, {"k8s_sensor": {"deployment": {"enabled": False}}}]
)
def test_no_child_goes_or_comes_while_another_decides(spec: Obj) -> None:
    parent, observed = settled(OLD)
    parent = agent(spec) | {"status": parent["status"]}

    answered = sync(asked(parent, "1.1.0", observed), OLD, LATER)

    assert set(children(answered)) == {
        f"{each['kind']}/{each['metadata']['name']}" for each in observed
    }


def test_the_status_stays_but_for_who_decides() -> None:
    parent, observed = settled(OLD)
    answered = sync(asked(parent, "1.1.0", observed), OLD, LATER)
    status = answered["status"]
    found = conditions(answered)

    assert found["Upgrading"]["message"] == (
        "the controller names release 1.1.0 of the service, but this is 1.0.0: all children are "
        "retained until 1.1.0 responds"
    )
    assert found["Reconciling"]["status"] == "True"
    assert found["Ready"] == conditions({"status": parent["status"]})["Ready"]
    assert {**status, "conditions": 0} == {**parent["status"], "conditions": 0}
    assert answered["resyncAfterSeconds"] == 5


def test_the_status_is_a_fixed_point() -> None:
    parent, observed = settled(OLD)
    first = sync(asked(parent, "1.1.0", observed), OLD, LATER)
    again = parent | {"status": deepcopy(first["status"])}

    assert sync(asked(again, "1.1.0", observed), OLD, LATER) == first


def test_what_lasts_needs_somebody() -> None:
    parent, observed = settled(OLD)
    first = sync(asked(parent, "1.1.0", observed), OLD, "2026-02-02T00:00:00Z")
    parent = parent | {"status": first["status"]}

    soon = sync(asked(parent, "1.1.0", observed), OLD, "2026-02-02T00:09:59Z")
    later = sync(asked(parent, "1.1.0", observed), OLD, "2026-02-02T00:10:00Z")

    assert conditions(soon)["Stalled"]["status"] == "False"
    assert conditions(later)["Stalled"]["status"] == "True"
    assert conditions(later)["Stalled"]["message"] == (
        "the controller names release 1.1.0 of the service, but this is 1.0.0: apply the "
        "Deployment and the controllers of one release; "
        "docs/troubleshooting.md#otherreleasedecides"
    )
    assert later["resyncAfterSeconds"] == 300


def test_the_named_release_takes_the_condition_away() -> None:
    parent, observed = settled(OLD)
    held = sync(asked(parent, "1.1.0", observed), OLD, LATER)

    answered = sync(asked(parent | {"status": held["status"]}, "1.1.0", observed), NEW, LATER)

    assert "Upgrading" not in conditions(answered)


def test_a_status_of_somebody_else_is_kept_whatever_it_is() -> None:
    parent, observed = settled(OLD)
    foreign = {"conditions": [7, {"type": "Theirs", "status": "True"}], "other": "x"}

    answered = sync(asked(parent | {"status": foreign}, "1.1.0", observed), OLD, LATER)

    assert answered["status"]["other"] == "x"
    assert {"Theirs", "Upgrading"} <= set(conditions(answered))
