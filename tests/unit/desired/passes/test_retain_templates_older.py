"""Workloads that are older than their resource keep their pods if these were made for it."""

from dataclasses import replace

import pytest

from hooks.desired.inputs.made_for import RESOURCE
from hooks.desired.pod import probes
from hooks.kube.objects import Obj
from hooks.labels import GENERATION_LABEL
from hooks.rules import parse_agent
from hooks.takeover import Cluster, Patch, Settings, Strategy, plan
from tests.property import applying
from tests.property.applying import Apply, Children, copied
from tests.property.clusters import CASES, all_of
from tests.support.hook import FACTS
from tests.support.resources import merged
from tests.unit.desired.passes.test_retain_templates import (
    APPLIES,
    PODS_ALIKE,
    PULL,
    after,
    changed,
    handed_over,
    keys_of,
    taken_over,
    templates,
)

LATER = "2026-06-01T00:00:00Z"
BEFORE, AFTERWARDS = "2026-05-31T23:59:59Z", "2026-06-01T00:00:00Z"
UID = "u-1"
OF_BOTH = [
    pytest.param(applying.dynamically, Strategy.DYNAMIC_APPLY, id="dynamic-apply"),
    pytest.param(applying.by_server, Strategy.SERVER_SIDE_APPLY, id="server-side-apply"),
]


def older(case: str, *owners: str, time: str = "") -> tuple[Obj, Children]:
    """Return a resource, and older children; the Go operator gave these owners, at a time."""
    parent, children = taken_over(case)
    parent = merged(parent, {"metadata": {"creationTimestamp": LATER}})
    for each in all_of(children):
        (entry,) = each["metadata"]["managedFields"]
        if time:
            entry["time"] = time
        fields: Obj = {f'k:{{"uid":"{owner}"}}': {".": {}} for owner in owners}
        entry["fieldsV1"]["f:metadata"] |= {"f:ownerReferences": fields} if fields else {}
    return parent, children


def followed(children: Children, generation: int) -> Children:
    """Return the children as the Go operator labels them when it has seen a generation."""
    labelled: Children = copied(children)
    for each in all_of(labelled):
        each["metadata"]["labels"][GENERATION_LABEL] = str(generation)
    return labelled


@pytest.mark.parametrize("apply", APPLIES)
@pytest.mark.parametrize("case", CASES)
def test_workloads_that_the_operator_adopted_keep_their_pods(case: str, apply: Apply) -> None:
    parent, before = older(case, UID)
    related = keys_of(case)
    first = after(parent, before, *related, apply=apply)
    second = after(parent, first, *related, apply=apply)

    assert templates(first) == templates(before)
    assert second == first


@pytest.mark.parametrize(
    ("owners", "time", "is_kept"),
    [
        ([UID], "", True),
        (["u-0", UID], BEFORE, True),
        (["u-0"], AFTERWARDS, False),
        ([], AFTERWARDS, True),
        ([], BEFORE, False),
        ([], "", False),
    ],
)
def test_the_owner_decides_and_else_the_time_of_the_last_write(
    owners: list[str],
    time: str,
    is_kept: bool,  # noqa: FBT001
) -> None:
    parent, before = older("minimal", *owners, time=time)

    assert (templates(after(parent, before)) == templates(before)) is is_kept


def test_a_backup_that_is_younger_than_the_resource_is_of_another_one_by_its_owner() -> None:
    parent, before = older("minimal", "u-0")
    parent["metadata"]["creationTimestamp"] = "2025-01-01T00:00:00Z"

    assert templates(after(parent, before)) != templates(before)


@pytest.mark.parametrize("spec", [PULL, {"zone": {"name": "another"}}])
def test_a_change_that_the_operator_has_not_followed_brings_our_templates(spec: Obj) -> None:
    parent, before = older("minimal", UID)

    assert templates(after(changed(parent, spec), before)) != templates(before)


def test_the_generation_counts_the_changes_of_the_new_resource() -> None:
    parent, before = older("minimal", UID)
    parent["metadata"]["generation"] = 3

    assert templates(after(parent, followed(before, 3))) == templates(before)
    assert templates(after(parent, followed(before, 2))) != templates(before)


@pytest.mark.parametrize("apply", [applying.dynamically, applying.by_server])
def test_a_newer_version_of_the_service_restarts_no_pod(
    apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator's record may be gone by then."""
    parent, before = older("minimal", UID)
    kept = after(parent, before, apply=apply)
    monkeypatch.setattr(probes, "LIVENESS_FAILURES", 7)
    newer = replace(FACTS, operator_version="9.9.9")
    upgraded = after(parent, without_record(kept), apply=apply, facts=newer)

    assert templates(upgraded) == templates(before)
    assert after(parent, upgraded, apply=apply, facts=newer) == upgraded


def without_record(children: Children) -> Children:
    """Return the children without what the Go operator applied."""
    rest: Children = copied(children)
    for each in all_of(rest):
        entries = each["metadata"].get("managedFields", [])
        left = [entry for entry in entries if entry["manager"] != applying.GO_OPERATOR]
        each["metadata"]["managedFields"] = left
    return rest


@pytest.mark.parametrize(("spec", "is_kept"), [({}, True), (PULL, False)], ids=["same", "another"])
@pytest.mark.parametrize("apply", APPLIES)
def test_a_resource_that_is_made_anew_once_more_has_the_pods_of_its_spec(
    apply: Apply,
    spec: Obj,
    is_kept: bool,  # noqa: FBT001
) -> None:
    parent, before = older("minimal", UID)
    kept = after(parent, before, apply=apply)
    anew = changed(parent, spec, parent["metadata"]["generation"])
    anew["metadata"] |= {"uid": "u-2", "creationTimestamp": "2026-07-01T00:00:00Z"}
    newer = FACTS if is_kept else replace(FACTS, operator_version="9.9.9")

    assert (templates(after(anew, kept, apply=apply, facts=newer)) == templates(before)) is is_kept


def test_the_uid_is_noted_where_age_does_not_tell_and_goes_with_the_template() -> None:
    for parent, before in (older("minimal", UID), taken_over("minimal")):
        kept = after(parent, before, apply=applying.dynamically)
        ours = after(changed(parent, PULL), kept, apply=applying.dynamically)
        noted = _notes(kept)

        assert noted == ({UID} if "creationTimestamp" in parent["metadata"] else {None})
        assert None in _notes(ours)


def _notes(children: Children) -> set[str | None]:
    daemonset = children["DaemonSet.apps/v1"]["instana-agent/instana-agent"]
    return {daemonset["metadata"]["annotations"].get(RESOURCE)}


@pytest.mark.parametrize(("apply", "strategy"), OF_BOTH)
@pytest.mark.parametrize("case", CASES)
def test_no_pod_restarts_after_the_command_handed_them_over(
    case: str, apply: Apply, strategy: Strategy
) -> None:
    parent, before = older(case, UID)
    parent, handed = by_command(parent, before, strategy)
    related = keys_of(case)
    first = after(parent, handed, *related, apply=apply)

    assert templates(first) == templates(before)
    assert after(parent, first, *related, apply=apply) == first


@pytest.mark.parametrize(("apply", "strategy"), OF_BOTH)
@pytest.mark.parametrize(
    ("spec", "is_kept"), [(PODS_ALIKE, True), (PULL, False)], ids=["elsewhere", "of the pods"]
)
def test_a_change_before_it_is_led_here_restarts_what_it_concerns(
    spec: Obj,
    is_kept: bool,  # noqa: FBT001
    apply: Apply,
    strategy: Strategy,
) -> None:
    parent, before = older("minimal", UID)
    parent, handed = by_command(parent, before, strategy)
    first = after(changed(parent, spec), handed, apply=apply)

    assert (templates(first) == templates(before)) is is_kept


@pytest.mark.parametrize(("apply", "strategy"), OF_BOTH)
def test_the_command_may_be_of_another_version_than_the_service(
    apply: Apply, strategy: Strategy, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, before = older("minimal", UID)
    parent, handed = by_command(parent, before, strategy)
    monkeypatch.setattr(probes, "LIVENESS_FAILURES", 7)
    newer = replace(FACTS, operator_version="9.9.9")

    assert templates(after(parent, handed, apply=apply, facts=newer)) == templates(before)


@pytest.mark.parametrize(("apply", "strategy"), OF_BOTH)
def test_what_was_noted_of_a_former_resource_does_not_hold_for_another_one(
    apply: Apply, strategy: Strategy
) -> None:
    parent, before = older("minimal", UID)
    parent, handed = by_command(parent, before, strategy)
    anew = changed(parent, PULL, parent["metadata"]["generation"])
    anew["metadata"]["uid"] = "u-2"

    assert templates(after(anew, handed, apply=apply)) != templates(before)


def by_command(parent: Obj, children: Children, strategy: Strategy) -> tuple[Obj, Children]:
    """Return the resource and its children as `takeover apply` leaves them, step by step."""
    there = {each["metadata"]["uid"]: each for each in [parent, *all_of(children)]}
    there = {uid: copied(each) for uid, each in there.items()}
    there[UID]["metadata"] |= {"finalizers": ["v3.agent.instana.io/finalizer"]}
    there[UID]["metadata"] |= {"resourceVersion": "1"}
    for each in there.values():
        owners = each["metadata"].get("ownerReferences", [])
        each["metadata"]["ownerReferences"] = [o | {"name": _name_of(parent)} for o in owners]
    while steps := plan(Cluster(tuple(there.values())), Settings(strategy)).to_do:
        # Of two writes to one object, the second is refused, and planned again.
        for uid, step in {each.obj["metadata"]["uid"]: each for each in reversed(steps)}.items():
            assert isinstance(step.change, Patch)
            there[uid] = merged(step.obj, step.change.body)
            fields = there[uid]["metadata"].get("managedFields")
            there[uid]["metadata"]["managedFields"] = [] if fields == [{}] else fields
    handed: Children = {kind: {} for kind in children}
    for each in there.values():
        if each["kind"] != "InstanaAgent":
            handed[applying.kind_of(each)][applying.key_of(each)] = each
    return there[UID], handed


def _name_of(obj: Obj) -> str:
    name: str = obj["metadata"]["name"]
    return name


def test_the_mark_of_another_spec_keeps_no_template() -> None:
    """A backup of the resource has it, too: of the one whose children are orphans now."""
    parent, before = older("minimal")
    backup = handed_over(parent)
    edited = changed(backup, PULL, parent["metadata"]["generation"])

    assert templates(after(backup, before)) == templates(before)
    assert templates(after(edited, before)) != templates(before)
    assert parse_agent(edited).metadata.generation == parse_agent(backup).metadata.generation
