"""Ownership handed over: nothing is lost, nothing of others is touched, twice is once."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.kube.managed_fields import LAST_APPLIED, last_applied, owned_by
from hooks.kube.objects import Obj
from hooks.takeover.field_ownership import Entry, Strategy, handed_over, merged
from tests.unit.kube.dynamic_apply import merged as dynamically_merged

STORED = Path("tests/unit/kube/stored")
KINDS = ("daemonset", "service", "serviceaccount")
MANAGER = "metacontroller"
FORMER = "former"
SSA, DYNAMIC = Strategy.SERVER_SIDE_APPLY, Strategy.DYNAMIC_APPLY


def is_former(entry: Entry) -> bool:
    return bool(entry["manager"] == FORMER)


def left_by_former(kind: str) -> Obj:
    """Return a stored object of which the former manager applied what Metacontroller did."""
    text = (STORED / f"managed_{kind}.json").read_text()
    observed: Obj = json.loads(text)["observed"]
    entries = observed["metadata"]["managedFields"]
    observed["metadata"]["managedFields"] = [
        each | {"manager": FORMER} if each["manager"] == MANAGER else each for each in entries
    ]
    return observed


def after(obj: Obj, changes: Obj) -> Obj:
    """Return the object with the changes of its metadata, as a merge patch makes them."""
    metadata = obj["metadata"]
    annotations = metadata.get("annotations", {}) | changes.get("annotations", {})
    entries = [each for each in changes["managedFields"] if each]
    return obj | {"metadata": metadata | {"annotations": annotations, "managedFields": entries}}


def hand_over(obj: Obj, strategy: Strategy) -> Obj:
    changes = handed_over(obj, is_former, strategy, MANAGER)
    assert changes is not None
    return after(obj, changes)


def managers(obj: Obj) -> list[tuple[str, str]]:
    entries = obj["metadata"]["managedFields"]
    return [(each["manager"], each["operation"]) for each in entries]


def with_entries(*entries: Obj) -> Obj:
    metadata = {"name": "x", "namespace": "ns", "managedFields": list(entries)}
    labels = {"one": "1", "two": "2", "three": "3"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata | {"labels": labels}}


def entry(manager: str, *labels: str, operation: str = "Apply", **more: Any) -> Obj:
    fields: Obj = {"f:metadata": {"f:labels": {f"f:{label}": {} for label in labels}}}
    return {"manager": manager, "operation": operation, "fieldsV1": fields, **more}


@pytest.mark.parametrize("kind", KINDS)
def test_metacontroller_owns_all_that_the_former_manager_owned(kind: str) -> None:
    before = left_by_former(kind)

    assert owned_by(hand_over(before, SSA), MANAGER) == owned_by(before, FORMER)


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_was_applied_counts_as_returned_last(kind: str) -> None:
    before = left_by_former(kind)

    assert last_applied(hand_over(before, DYNAMIC), LAST_APPLIED) == owned_by(before, FORMER)


@pytest.mark.parametrize("kind", KINDS)
def test_dynamic_apply_takes_away_what_is_wanted_no_more(kind: str) -> None:
    before = left_by_former(kind)
    returned = last_applied(hand_over(before, DYNAMIC), LAST_APPLIED)

    left = dynamically_merged(before, returned, {"metadata": {"name": "mf"}})

    assert not left.keys() & {"spec", "imagePullSecrets"}


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("kind", KINDS)
def test_entries_of_others_stay(kind: str, strategy: Strategy) -> None:
    before = left_by_former(kind)
    others = [each for each in managers(before) if each[0] != FORMER]

    left = managers(hand_over(before, strategy))

    assert [each for each in left if each[0] != MANAGER] == others


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("kind", KINDS)
def test_once_handed_over_there_is_nothing_to_hand_over(kind: str, strategy: Strategy) -> None:
    done = hand_over(left_by_former(kind), strategy)

    assert handed_over(done, is_former, strategy, MANAGER) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_strategy_can_be_set_right(kind: str) -> None:
    before = left_by_former(kind)
    wrong = hand_over(before, SSA)

    assert last_applied(hand_over(wrong, DYNAMIC), LAST_APPLIED) == owned_by(before, FORMER)


def test_former_manager_is_merged_into_metacontrollers_own_entry() -> None:
    obj = with_entries(entry(MANAGER, "one"), entry(FORMER, "two"), entry("other", "three"))

    done = hand_over(obj, SSA)

    assert managers(done) == [(MANAGER, "Apply"), ("other", "Apply")]
    assert (owned_by(done, MANAGER) or {})["metadata"]["labels"] == {"one": "1", "two": "2"}


def test_what_an_older_tool_wrote_by_updates_becomes_applied() -> None:
    obj = with_entries(entry(FORMER, "one", operation="Update"), entry(FORMER, "two"))

    assert managers(hand_over(obj, SSA)) == [(MANAGER, "Apply")]


def test_metacontrollers_own_updates_stay_apart() -> None:
    obj = with_entries(entry(MANAGER, "one", operation="Update"), entry(FORMER, "two"))

    assert managers(hand_over(obj, SSA)) == [(MANAGER, "Apply"), (MANAGER, "Update")]


def test_entry_that_is_metacontrollers_already_stays() -> None:
    """Also where a manager of that name made it, or what it holds looks like another's."""
    obj = with_entries(entry(MANAGER, "one"))

    assert handed_over(obj, lambda _: True, SSA, MANAGER) is None


@pytest.mark.parametrize("strategy", Strategy)
def test_status_that_the_former_manager_wrote_is_not_handed_over(strategy: Strategy) -> None:
    obj = with_entries(entry(FORMER, "one", subresource="status"))

    assert handed_over(obj, is_former, strategy, MANAGER) is None


def test_last_entry_is_taken_away_by_an_empty_one() -> None:
    """The API server takes an empty list for "as it is"."""
    changes = handed_over(with_entries(entry(FORMER, "one")), is_former, DYNAMIC, MANAGER)

    assert changes is not None
    assert changes["managedFields"] == [{}]


@pytest.mark.parametrize("strategy", Strategy)
def test_an_empty_part_of_one_manager_takes_nothing_from_others(strategy: Strategy) -> None:
    """As an empty `securityContext` that one tool wrote and others filled."""
    empty = entry(FORMER) | {"fieldsV1": {"f:metadata": {"f:labels": {}}}}
    obj = with_entries(empty, entry(FORMER, "one", operation="Update"), entry("other", "two"))

    done = hand_over(obj, strategy)

    ours = last_applied(done, LAST_APPLIED) if strategy is DYNAMIC else owned_by(done, MANAGER)
    assert (ours or {})["metadata"]["labels"] == {"one": "1"}


def test_own_annotation_is_completed_and_keeps_its_values() -> None:
    obj = with_entries(entry(FORMER, "one", "two"))
    own = {"metadata": {"labels": {"two": "ours", "gone": "by hand"}}}
    obj["metadata"]["annotations"] = {LAST_APPLIED: json.dumps(own)}

    returned = last_applied(hand_over(obj, DYNAMIC), LAST_APPLIED)

    assert returned is not None
    assert returned["metadata"]["labels"] == {"one": "1", "two": "ours", "gone": "by hand"}


@pytest.mark.parametrize(
    ("theirs", "own", "both"),
    [
        ([{"name": "a"}], [{"name": "b"}], [{"name": "b"}, {"name": "a"}]),
        (
            [{"name": "a", "value": "1"}],
            [{"name": "a", "valueFrom": {}}],
            [{"name": "a", "value": "1", "valueFrom": {}}],
        ),
        (["a"], ["b"], ["b"]),
        ([{"key": "a"}], [{"key": "b"}], [{"key": "b"}]),
        ([], [], []),
        ([{"name": "a"}], "text", "text"),
    ],
    ids=["by name", "within an item", "values", "no key", "empty", "another kind"],
)
def test_lists_are_merged_as_dynamic_apply_does(theirs: Any, own: Any, both: Any) -> None:
    assert merged({"list": theirs}, {"list": own}) == {"list": both}


def test_annotation_is_written_as_go_writes_json() -> None:
    obj = with_entries(entry(FORMER, "one"))
    obj["metadata"]["labels"]["one"] = "<&>ü"

    text = hand_over(obj, DYNAMIC)["metadata"]["annotations"][LAST_APPLIED]

    assert text.endswith(
        '"metadata":{"labels":{"one":"\\u003c\\u0026\\u003eü"},"name":"x","namespace":"ns"}}'
    )


Owners = dict[tuple[str, str], set[str]]
LABELS = st.sets(st.sampled_from(["one", "two", "three"]), min_size=1)
OPERATIONS = st.sampled_from(["Apply", "Update"])
OF_OTHERS = st.dictionaries(st.tuples(st.sampled_from([MANAGER, "other"]), OPERATIONS), LABELS)
OF_FORMER = st.dictionaries(st.tuples(st.just(FORMER), OPERATIONS), LABELS, min_size=1)
OF_ALL = st.builds(lambda others, former: others | former, OF_OTHERS, OF_FORMER)
"""Drawn, and not filtered: most of all owners would be thrown away."""


def owned_by_former(owners: Owners) -> set[str]:
    return {
        label for (manager, _), labels in owners.items() if manager == FORMER for label in labels
    }


def owned(owners: Owners) -> Obj:
    return with_entries(
        *(entry(manager, *labels, operation=how) for (manager, how), labels in owners.items())
    )


@given(owners=OF_OTHERS)
def test_where_the_former_owned_nothing_only_our_own_is_handed_over(owners: Owners) -> None:
    before = owned(owners)
    ours = owners.get((MANAGER, "Apply"), set())

    assert handed_over(before, is_former, SSA, MANAGER) is None
    assert (handed_over(before, is_former, DYNAMIC, MANAGER) is None) == (not ours)


@given(owners=OF_ALL)
def test_whoever_owned_what_nothing_is_lost(owners: Owners) -> None:
    before = owned(owners)
    theirs = owned_by_former(owners)
    ours = owners.get((MANAGER, "Apply"), set())

    applied, annotated = (hand_over(before, each) for each in (SSA, DYNAMIC))

    assert (owned_by(applied, MANAGER) or {})["metadata"]["labels"].keys() == ours | theirs
    returned = last_applied(annotated, LAST_APPLIED) or {}
    assert returned["metadata"]["labels"].keys() == ours | theirs
    for done, strategy in ((applied, SSA), (annotated, DYNAMIC)):
        assert handed_over(done, is_former, strategy, MANAGER) is None
        kept = {each for each in managers(done) if each[0] == "other"}
        assert kept == {each for each in owners if each[0] == "other"}
