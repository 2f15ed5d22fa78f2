"""The ownership of fields after a rollback."""

import json
from typing import Any

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from hooks.takeover.fields_back import as_operators, given_back
from tests.unit.takeover.former import applied, obj

OPERATOR = "instana-agent-operator"
METACONTROLLER = "metacontroller"


def holding(*entries: Obj, **metadata: Any) -> Obj:
    return obj("ConfigMap", "a", managedFields=[*entries], **metadata)


def written(**fields: Any) -> Obj:
    return applied(METACONTROLLER, **fields)


def fields_of(entries: list[Obj] | None) -> dict[str, Any]:
    return {entry["manager"]: entry["fieldsV1"] for entry in entries or ()}


def test_what_is_as_before_does_not_change() -> None:
    assert given_back(holding(applied()), [applied()]) is None


def test_fields_written_since_go_to_the_operator() -> None:
    owned: dict[str, Any] = {"f:data": {"f:a": {}}}
    former = applied(**owned)

    back = given_back(holding(written(**{"f:data": {"f:b": {}}})), [former])

    assert fields_of(back) == {OPERATOR: {"f:data": {"f:a": {}, "f:b": {}}}}


def test_the_operator_that_writes_again_keeps_its_entry() -> None:
    owned: dict[str, Any] = {"f:data": {"f:now": {}}}
    now = applied(**owned)

    back = given_back(holding(now, written(**{"f:data": {"f:b": {}}})), [applied()])

    assert fields_of(back) == {OPERATOR: {"f:data": {"f:now": {}, "f:b": {}}}}


def test_who_only_updated_gets_nothing_more() -> None:
    helm = {"manager": "helm", "operation": "Update", "fieldsV1": {"f:data": {}}}

    assert given_back(holding(written(**{"f:data": {"f:b": {}}})), [helm]) == [helm]


def test_who_applied_by_hand_gets_it() -> None:
    by_hand = applied("kubectl")

    back = given_back(holding(written(**{"f:metadata": {}})), [by_hand])

    assert fields_of(back) == {"kubectl": {"f:data": {}, "f:metadata": {}}}


def test_entries_of_others_stay() -> None:
    other = {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:x": {}}}
    of_status = written() | {"subresource": "status"}

    back = given_back(holding(other, of_status), [applied()])

    assert back == [applied(), other, of_status]


def test_what_only_the_annotation_has_goes_to_the_operator() -> None:
    """The API server tracks nobody's updates of an object without entries."""
    last = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "a", "labels": {"l": "1"}},
        "spec": {
            "publishNotReadyAddresses": True,
            "ports": [{"port": 1}],
            "empty": {},
            "x": {"y": []},
        },
    }
    annotations = {LAST_APPLIED: json.dumps(last)}

    back = given_back(holding(annotations=annotations), [applied()])

    assert fields_of(back) == {
        OPERATOR: {
            "f:data": {},
            "f:metadata": {"f:labels": {"f:l": {}}},
            "f:spec": {"f:publishNotReadyAddresses": {}, "f:empty": {}},
        }
    }


def test_an_annotation_with_nothing_new_changes_nothing() -> None:
    owned: dict[str, Any] = {"f:metadata": {"f:labels": {"f:l": {}}}, "f:data": {"f:a": {}}}
    last = {"metadata": {"labels": {"l": "1"}}, "data": {"a": "1"}}
    annotations = {LAST_APPLIED: json.dumps(last)}

    back = given_back(holding(annotations=annotations), [applied(**owned)])

    assert fields_of(back) == {OPERATOR: owned}


def test_what_is_owned_as_a_whole_stays_so() -> None:
    selector: dict[str, Any] = {"f:spec": {"f:selector": {}, "f:ports": {".": {}}}}
    last = {"spec": {"selector": {"a": "b"}, "type": "ClusterIP"}}
    annotations = {LAST_APPLIED: json.dumps(last)}

    back = given_back(holding(annotations=annotations), [applied(**selector)])

    spec: dict[str, Any] = {"f:selector": {}, "f:ports": {".": {}}, "f:type": {}}
    assert fields_of(back) == {OPERATOR: {"f:spec": spec}}


def test_nothing_is_left_of_metacontroller_alone() -> None:
    assert given_back(holding(written()), [written()]) == [{}]


def test_metacontroller_under_the_operators_name_keeps_its_entry() -> None:
    assert given_back(holding(applied()), [applied()], {METACONTROLLER, OPERATOR}) is None
    assert as_operators(holding(applied()), {METACONTROLLER, OPERATOR}) is None


def test_a_child_of_metacontroller_becomes_the_operators() -> None:
    update = written() | {"operation": "Update", "time": "t"}

    assert as_operators(holding(update)) == [applied() | {"time": "t"}]
    assert as_operators(holding(applied())) is None
