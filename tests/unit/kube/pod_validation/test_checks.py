"""Checks find places with a message, tell no value, and bear values of any type."""

import pytest

from hooks.errors import MOST_PROBLEMS
from hooks.kube.objects import Obj
from hooks.kube.pod_validation.checks import (
    NOT_EMPTY,
    at_most,
    at_most_one,
    both,
    each,
    entries,
    exactly_one,
    fields,
    must_have,
    one_of,
    optional,
    within,
)
from hooks.kube.pod_validation.names import NAME, SHORT_NAME

MODE = one_of("In", "NotIn")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("In", []),
        ("in", [("", "must be In or NotIn: did you mean In?")]),
        ("Notin", [("", "must be In or NotIn: did you mean NotIn?")]),
        ("Exists", [("", "must be In or NotIn")]),
        ("", [("", "must be In or NotIn")]),
        ("n" * 100_000, [("", "must be In or NotIn")]),
        (5, []),
    ],
)
def test_one_of_few_names_the_one_that_was_meant(value: object, found: list[object]) -> None:
    assert [*MODE(value)] == found


def test_empty_may_mean_the_default() -> None:
    with_default = one_of("HTTP", "HTTPS", or_empty=True)

    assert with_default("") == ()
    assert with_default.schema == {"enum": ["", "HTTP", "HTTPS"]}
    assert optional(SHORT_NAME)("") == ()
    assert optional(SHORT_NAME)("A") != ()


@pytest.mark.parametrize(("value", "is_fine"), [(0, False), (1, True), (100, True), (101, False)])
def test_numbers_are_within_their_range(value: int, *, is_fine: bool) -> None:
    weight = within(1, 100)

    assert (weight(value) == ()) is is_fine
    assert weight.schema == {"minimum": 1, "maximum": 100}


def test_a_number_is_at_most() -> None:
    assert at_most(5)(-7) == ()
    assert at_most(5)(6) == (("", "must be at most 5"),)


def test_places_are_those_in_the_whole() -> None:
    check = fields(
        must_have("name"),
        name=NOT_EMPTY,
        items=each(fields(mode=MODE), least=1),
        labels=entries(SHORT_NAME, NOT_EMPTY),
    )
    value: Obj = {"items": [{"mode": "In"}, {"mode": "x"}], "labels": {"A": "", "b": ""}}

    assert [place for place, _ in check(value)] == [
        ".items[1].mode",
        ".labels[A]",
        ".labels[b]",
        ".name",
    ]


def test_the_schema_is_that_of_the_parts() -> None:
    check = fields(must_have("name"), name=both(NOT_EMPTY, SHORT_NAME), modes=each(MODE, least=1))

    assert check.schema == {
        "properties": {
            "name": {
                "minLength": 1,
                "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)$",
                "maxLength": 63,
            },
            "modes": {"items": {"enum": ["In", "NotIn"]}, "minItems": 1},
        },
        "required": ["name"],
    }


@pytest.mark.parametrize("value", [None, 5, "a", [], {}, [None], {"a": None}, [[]], {"a": {}}])
def test_values_of_other_types_are_not_its_business(value: object) -> None:
    for check in (
        fields(a=fields(b=MODE)),
        each(fields(a=MODE)),
        entries(SHORT_NAME, MODE),
        NAME,
        MODE,
        within(0, 1),
    ):
        assert [message for _, message in check(value) if "nothing" in message] == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({}, "must have exactly one of a, b"),
        ({"a": None}, "must have exactly one of a, b"),
        ({"a": {}}, None),
        ({"a": {}, "b": {}}, "must not have a and b together: remove all but one"),
    ],
)
def test_one_of_several_fields_is_there(value: Obj, found: str | None) -> None:
    assert [message for _, message in exactly_one("a", "b")(value)] == ([found] if found else [])
    assert at_most_one("a", "b")({}) == ()


def test_after_very_many_mistakes_no_further_ones_are_looked_for() -> None:
    many = {str(number): "" for number in range(5 * MOST_PROBLEMS)}
    nested = each(each(MODE))

    assert len(each(MODE)([*many])) == MOST_PROBLEMS
    assert len(entries(SHORT_NAME, MODE)(many)) == MOST_PROBLEMS
    assert len(fields(**dict.fromkeys(many, MODE))(many)) == MOST_PROBLEMS
    assert len(nested([[*many]] * 9)) == MOST_PROBLEMS
