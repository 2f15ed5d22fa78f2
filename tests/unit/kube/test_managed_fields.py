"""What is ours of an observed object, also for objects that a real API server has stored.

`stored/managed_*.json`: `applied` is what the manager `metacontroller` applied server-side to
Kubernetes 1.36, `observed` what was there after a `stranger` had added to it. Applying the
projection again left the resource version as it was.
"""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.kube.fields_v1 import MOST_KEYS
from hooks.kube.managed_fields import (
    LAST_APPLIED,
    MOST_ENTRIES,
    last_applied,
    owned_by,
    owners_applied,
    projection,
)
from hooks.kube.objects import Obj
from tests.unit.kube.dynamic_apply import merged

STORED = ("daemonset", "service", "serviceaccount")


def stored(kind: str) -> tuple[Obj, Obj]:
    """Return what was applied, and what was observed later."""
    path = Path(__file__).parent / "stored" / f"managed_{kind}.json"
    case = json.loads(path.read_text())
    return case["applied"], case["observed"]


def managed(obj: Obj, fields: Any, **entry: Any) -> Obj:
    """Return the object with one entry in its managedFields."""
    entries = [{"manager": "us", "operation": "Apply", "fieldsV1": fields, **entry}]
    return {**obj, "metadata": {**obj.get("metadata", {}), "managedFields": entries}}


def owned_spec(spec: Any, fields: Any) -> Any:
    """Return what is owned of a spec by its fields; "absent" if nothing."""
    part = owned_by(managed({"spec": spec}, {"f:spec": fields}), "us")
    assert part is not None
    return part.get("spec", "absent")


def annotated(text: str) -> Obj:
    """Return an object with that text in the last-applied annotation."""
    return {"metadata": {"name": "x", "annotations": {LAST_APPLIED: text}}}


@pytest.mark.parametrize("kind", STORED)
def test_dynamic_apply_of_a_stored_objects_projection_writes_nothing(kind: str) -> None:
    _, observed = stored(kind)
    part = projection(observed, ["metacontroller"])
    assert merged(observed, None, part) == observed


@pytest.mark.parametrize("kind", STORED)
def test_a_projection_has_all_that_was_applied(kind: str) -> None:
    applied, observed = stored(kind)
    part = projection(observed, ["metacontroller"])
    assert merged(part, None, applied) == part


@pytest.mark.parametrize("kind", STORED)
def test_a_projection_has_nothing_of_strangers(kind: str) -> None:
    _, observed = stored(kind)
    assert "stranger" not in json.dumps(projection(observed, ["metacontroller"])).lower()


@pytest.mark.parametrize("kind", ["service", "serviceaccount"])
def test_a_projection_is_what_was_applied(kind: str) -> None:
    applied, observed = stored(kind)
    assert projection(observed, ["metacontroller"]) == applied


@pytest.mark.parametrize("kind", STORED)
def test_a_projection_has_only_metadata_that_can_be_applied(kind: str) -> None:
    _, observed = stored(kind)
    metadata = projection(observed, ["metacontroller"])["metadata"]
    assert metadata.keys() <= {"name", "namespace", "labels", "annotations", "finalizers"}


@pytest.mark.parametrize("kind", STORED)
def test_the_observed_object_is_not_changed(kind: str) -> None:
    _, observed = stored(kind)
    before = deepcopy(observed)
    projection(observed, ["metacontroller"], labels=["component"])
    assert observed == before


@pytest.mark.parametrize(
    ("spec", "fields", "owned"),
    [
        ({"a": 1, "b": 2}, {"f:a": {}}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"f:a": {"f:b": {}}}, {"a": {"b": 1}}),
        ({"a": {"b": 1, "c": [2]}}, {"f:a": {}}, {"a": {"b": 1, "c": [2]}}),
        ({"a": {"b": 1}}, {"f:a": {".": {}}}, {"a": {}}),
        ({"a": [{"x": 1}]}, {"f:a": {".": {}}}, {"a": []}),
        ({"a": 0, "b": None, "c": ""}, {"f:a": {}, "f:b": {}}, {"a": 0, "b": None}),
        ({"f:a": 1, ".": 2}, {"f:f:a": {}, "f:.": {}}, {"f:a": 1, ".": 2}),
        ({"a": 1}, {"f:gone": {}}, "absent"),
        ({"a": {"b": 1}}, {"f:a": {"f:gone": {}}}, "absent"),
        ({"a": 1}, {"f:a": {"f:b": {}}}, "absent"),
        ({"a": ["x", "y", 1]}, {"f:a": {'v:"y"': {}, "v:1": {}}}, {"a": ["y", 1]}),
        ({"a": [True, 1]}, {"f:a": {"v:1": {}}}, {"a": [1]}),
        ({"a": ["x", "y"]}, {"f:a": {"i:1": {}}}, {"a": ["y"]}),
        ({"a": [{"x": 1, "y": 2}]}, {"f:a": {"i:0": {"f:x": {}}}}, {"a": [{"x": 1}]}),
    ],
)
def test_fields_are_taken_as_the_record_says(spec: Any, fields: Any, owned: Any) -> None:
    assert owned_spec(spec, fields) == owned


def test_items_are_found_by_all_their_keys() -> None:
    ports = [
        {"port": 80, "protocol": "TCP", "name": "a"},
        {"port": 80, "protocol": "UDP", "name": "b"},
    ]
    fields: Obj = {'k:{"port":80,"protocol":"UDP"}': {".": {}, "f:port": {}, "f:protocol": {}}}
    assert owned_spec(ports, fields) == [{"port": 80, "protocol": "UDP"}]


@pytest.mark.parametrize("name", ["a", 'a"b', "a\\b", '"}', 1, True, ["a"], {"b": "a"}, "[1]"])
def test_an_item_is_found_by_a_key_of_any_value(name: Any) -> None:
    path = f"k:{json.dumps({'name': name}, separators=(',', ':'))}"
    others = [{"name": "A"}, {"name": 0}, {"name": False}, {"name": [1]}, {"other": name}]

    assert owned_spec([*others, {"name": name, "value": "x"}], {path: {"f:value": {}}}) == [
        {"name": name, "value": "x"}
    ]


def test_a_list_has_few_sets_of_key_fields() -> None:
    items: list[Obj] = [{f"x{index}": 1} for index in range(1000)]
    fields: Obj = {f'k:{{"x{index}":1}}': {} for index in range(1000)}

    assert owned_spec(items, fields) == items[:MOST_KEYS]


def test_a_manager_has_few_records() -> None:
    entries = [
        {"manager": "m", "operation": "Apply", "fieldsV1": {"f:data": {f"f:e{index}": {}}}}
        for index in range(100)
    ]
    data = {f"e{index}": "x" for index in range(100)}
    found = owned_by({"metadata": {"managedFields": entries}, "data": data}, "m")

    assert found
    assert len(found["data"]) == MOST_ENTRIES


def test_items_keep_the_objects_order() -> None:
    items = [{"name": "b"}, {"name": "x"}, {"name": "a"}]
    fields: Obj = {f'k:{{"name":"{name}"}}': {".": {}, "f:name": {}} for name in "ab"}
    assert owned_spec(items, fields) == [{"name": "b"}, {"name": "a"}]


def test_an_item_without_owned_fields_has_its_keys() -> None:
    items = [{"port": 80, "protocol": "TCP", "name": "a"}]
    fields: Obj = {'k:{"port":80,"protocol":"TCP"}': {".": {}}}
    assert owned_spec(items, fields) == [{"port": 80, "protocol": "TCP"}]


def test_a_key_field_that_is_a_default_is_not_owned() -> None:
    items = [{"port": 80, "protocol": "TCP", "name": "a"}]
    fields: Obj = {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}}
    assert owned_spec(items, fields) == [{"port": 80}]


@pytest.mark.parametrize("path", ["k:{", "k:", "k:[]", "k:{}", "v:{", "i:x", "i:9", "x:y", ""])
def test_a_path_that_cannot_be_read_is_left_out(path: str) -> None:
    fields: Obj = {path: {}, 'k:{"name":"a"}': {"f:name": {}}}
    assert owned_spec([{"name": "b"}, {"name": "a"}], fields) == [{"name": "a"}]


@pytest.mark.parametrize(
    "entry",
    [
        {"manager": "them"},
        {"operation": "Update"},
        {"subresource": "status"},
    ],
)
def test_an_entry_of_another_kind_does_not_count(entry: Obj) -> None:
    assert owned_by(managed({"spec": {"a": 1}}, {"f:spec": {}}, **entry), "us") is None


def test_entries_of_one_manager_are_united() -> None:
    obj = managed({"spec": {"a": 1, "b": 2, "c": 3}}, {"f:spec": {"f:a": {}}})
    (entry,) = obj["metadata"]["managedFields"]
    obj["metadata"]["managedFields"] = [entry, {**entry, "fieldsV1": {"f:spec": {"f:b": {}}}}]
    assert owned_by(obj, "us") == {"spec": {"a": 1, "b": 2}, "metadata": {}}


@pytest.mark.parametrize("fields", [{}, None, [], "x"])
def test_an_entry_without_fields_owns_the_identity_only(fields: Any) -> None:
    obj = managed({"kind": "K", "metadata": {"name": "x"}, "spec": {"a": 1}}, fields)
    assert owned_by(obj, "us") == {"kind": "K", "metadata": {"name": "x"}}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", "[" * 100_000])
def test_a_broken_annotation_is_none(text: str) -> None:
    assert last_applied(annotated(text), LAST_APPLIED) is None


def test_the_annotation_holds_what_was_returned_last() -> None:
    assert last_applied(annotated('{"spec": {"a": 1}}'), LAST_APPLIED) == {"spec": {"a": 1}}


def test_the_annotation_goes_before_the_managers() -> None:
    obj = {**annotated('{"spec": {"a": 1}}'), "spec": {"a": 2, "b": 3}}
    part = projection(managed(obj, {"f:spec": {}}), ["us"])
    assert part == {"spec": {"a": 2}, "metadata": {"name": "x"}}


def test_values_are_the_observed_ones_on_the_paths_of_the_annotation() -> None:
    applied = {"spec": {"kept": 1, "gone": 2, "list": [{"name": "a", "v": 1}, {"name": "b"}]}}
    spec = {"kept": 9, "other": 3, "list": [{"name": "a", "v": 8, "w": 7}, {"name": "c"}]}
    obj = {**annotated(json.dumps(applied)), "spec": spec}

    assert projection(obj, [])["spec"] == {"kept": 9, "list": [{"name": "a", "v": 8}]}


def test_lists_without_a_common_key_are_taken_whole() -> None:
    applied = {"spec": {"texts": ["a"], "mixed": [{"x": 1}], "empty": []}}
    spec = {"texts": ["a", "b"], "mixed": [{"x": 1}, {"y": 2}], "empty": []}
    obj = {**annotated(json.dumps(applied)), "spec": spec}

    assert projection(obj, [])["spec"] == spec


def test_the_first_manager_with_an_entry_counts() -> None:
    obj = managed({"spec": {"a": 1, "b": 2}}, {"f:spec": {"f:a": {}}})
    obj["metadata"]["managedFields"].append(
        {"manager": "before", "operation": "Apply", "fieldsV1": {"f:spec": {}}},
    )
    assert projection(obj, ["nobody", "us", "before"])["spec"] == {"a": 1}


def test_without_a_record_only_the_identity_is_ours() -> None:
    identity: Obj = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "x", "namespace": "n"},
    }
    observed = {**identity, "data": {"a": ""}, "metadata": {**identity["metadata"], "uid": "u"}}
    assert projection(observed, ["us"]) == identity


def test_the_labels_that_select_the_child_are_kept() -> None:
    obj = {"metadata": {"name": "x", "labels": {"component": "agent", "other": "y"}}}
    part = projection(obj, [], labels=["component", "missing"])
    assert part["metadata"]["labels"] == {"component": "agent"}


def test_the_labels_join_those_that_are_ours() -> None:
    obj = {"metadata": {"labels": {"a": "1", "b": "2", "c": "3"}}}
    part = projection(managed(obj, {"f:metadata": {"f:labels": {"f:a": {}}}}), ["us"], labels=["b"])
    assert part["metadata"]["labels"] == {"a": "1", "b": "2"}


def test_other_annotations_of_ours_stay() -> None:
    last = {"metadata": {"annotations": {"note": "x", LAST_APPLIED: "{}"}}}
    obj = annotated(json.dumps(last))
    obj["metadata"]["annotations"]["note"] = "x"
    part = projection(obj, [])
    assert part["metadata"]["annotations"] == {"note": "x"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=10,
)
PATHS = st.sampled_from(
    [".", "f:a", "f:spec", "f:metadata", 'k:{"name":"a"}', "k:{", 'v:"a"', "i:0"]
)
FIELDS = st.recursive(
    st.just({}) | JSON,
    lambda inner: st.dictionaries(PATHS | st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)
NAMED = st.dictionaries(st.text(max_size=4), JSON, max_size=4).map(
    lambda values: [{"name": name, "x": value} for name, value in values.items()]
)


def fieldset(value: Any) -> Any:
    """Return the record of a manager that applied the whole value."""
    if isinstance(value, dict) and value:
        return {".": {}} | {f"f:{name}": fieldset(field) for name, field in value.items()}
    if not isinstance(value, list) or not value:
        return {}
    if all(isinstance(item, dict) and item.keys() == {"name", "x"} for item in value):
        return {f"k:{json.dumps({'name': item['name']})}": fieldset(item) for item in value}
    return {f"i:{place}": fieldset(item) for place, item in enumerate(value)}


@given(spec=st.dictionaries(st.text(max_size=4), JSON | NAMED))
def test_the_record_of_a_whole_object_gives_the_whole_object(spec: Obj) -> None:
    obj = {"apiVersion": "v1", "kind": "K", "metadata": {"name": "x"}, "spec": spec}
    assert owned_by(managed(obj, fieldset(obj)), "us") == obj


@given(spec=JSON, fields=FIELDS)
def test_no_record_of_fields_raises(spec: Any, fields: Any) -> None:
    part = owned_by(managed({"kind": "K", "spec": spec}, fields), "us")
    assert part is not None


@given(obj=st.dictionaries(st.sampled_from(["metadata", "spec", "kind"]), JSON))
def test_no_object_raises(obj: Obj) -> None:
    assert "metadata" in projection(obj, ["us"], labels=["a"])


@given(
    metadata=st.dictionaries(
        st.sampled_from(["managedFields", "annotations", "labels", "name"]), JSON | FIELDS
    )
)
def test_no_metadata_raises(metadata: Obj) -> None:
    assert "metadata" in projection({"metadata": metadata}, ["us"], labels=["a"])


@given(text=st.text() | JSON.map(json.dumps))
def test_no_annotation_raises(text: str) -> None:
    assert "metadata" in projection(annotated(text), ["us"], labels=["a"])


def test_owners_are_those_that_the_manager_applied() -> None:
    """As Kubernetes 1.36 stores what a client applied with owners."""
    owners: Obj = {".": {}, 'k:{"uid":"u-1"}': {}, 'k:{"uid":"u-2"}': {".": {}, "f:name": {}}}
    applied = managed({}, {"f:metadata": {"f:ownerReferences": owners}})
    updated = managed({}, {"f:metadata": {"f:ownerReferences": owners}}, operation="Update")

    assert owners_applied(applied, "us") == {"u-1", "u-2"}
    assert owners_applied(applied, "them") == owners_applied(updated, "us") == set()


@pytest.mark.parametrize(
    "fields",
    [
        None,
        [],
        {"f:metadata": []},
        {"f:metadata": {"f:ownerReferences": ["k"]}},
        {"f:metadata": {"f:ownerReferences": {"k:": {}, "k:[]": {}, 'v:{"uid":"u"}': {}}}},
        {"f:metadata": {"f:ownerReferences": {'k:{"uid":1}': {}, 'k:{"uid":["u"]}': {}}}},
    ],
)
def test_what_cannot_be_read_names_no_owner(fields: Any) -> None:
    assert owners_applied(managed({}, fields), "us") == set()
