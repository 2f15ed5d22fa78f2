"""Expressions on fields, and several of them: the same in Python and in CEL, and what is blamed."""

from typing import Any

import pytest
from hypothesis import given as for_each
from hypothesis import strategies as st

from hooks.kube.objects import Obj
from hooks.rules.expression import (
    HAS_ITEMS,
    Expression,
    all_of,
    any_of,
    equally,
    filled,
    given,
    has,
    if_has,
    none_of,
    off,
    on,
    present,
    when,
)
from hooks.rules.values import at_least, each, equal, matches, one_of
from tests.support.cel import context, holds


def blamed(expression: Expression, value: Any) -> list[str]:
    """Return the places that are blamed; fails if Python and CEL do not say the same."""
    found = [*expression.find(value)]
    assert bool(expression.holds(value)) is not bool(found)
    assert holds(expression.cel, expression.cel, context(self=value)) is not bool(found)
    return found


TEXT, LIST, SWITCH = given("a"), filled("a"), on("a")

FIELDS: list[tuple[Expression, Obj, list[str]]] = [
    (TEXT, {"a": "x"}, []),
    (TEXT, {"a": ""}, [".a"]),
    (TEXT, {}, [".a"]),
    (given("a.b.c"), {"a": {"b": {"c": "x"}}}, []),
    (given("a.b.c"), {"a": {"b": {"c": ""}}}, [".a.b.c"]),
    (given("a.b.c"), {"a": {"b": {}}}, [".a.b.c"]),
    (given("a.b.c"), {"a": {}}, [".a.b.c"]),
    (given("a.b.c"), {}, [".a.b.c"]),
    (present("a"), {"a": {}}, []),
    (present("a"), {"a": ""}, []),
    (present("a"), {"a": 0}, []),
    (present("a"), {}, [".a"]),
    (present("a.b"), {"a": {"b": False}}, []),
    (present("a.b"), {"a": {}}, [".a.b"]),
    (LIST, {"a": ["x"]}, []),
    (LIST, {"a": {"x": "y"}}, []),
    (LIST, {"a": []}, [".a"]),
    (LIST, {"a": {}}, [".a"]),
    (LIST, {}, [".a"]),
    (SWITCH, {"a": True}, []),
    (SWITCH, {"a": False}, [".a"]),
    (SWITCH, {}, [".a"]),
    (off("a"), {"a": False}, []),
    (off("a"), {"a": True}, [".a"]),
    (off("a"), {}, [".a"]),
    (has("a", equal("x")), {"a": "x"}, []),
    (has("a", equal("x")), {"a": "y"}, [".a"]),
    (has("a", equal("x")), {}, [".a"]),
    (has("a.b", at_least(1)), {"a": {"b": 1}}, []),
    (has("a.b", at_least(1)), {"a": {"b": 0}}, [".a.b"]),
    (has("a.b", at_least(1)), {"a": {}}, [".a.b"]),
    (if_has("a", equal("x")), {"a": "x"}, []),
    (if_has("a", equal("x")), {"a": "y"}, [".a"]),
    (if_has("a", equal("x")), {}, []),
    (if_has("a.b", at_least(1)), {"a": {"b": 0}}, [".a.b"]),
    (if_has("a.b", at_least(1)), {"a": {}}, []),
    (if_has("a.b", at_least(1)), {}, []),
    (if_has("a", has("b", equal("x"))), {"a": {}}, [".a.b"]),
    (has("a", if_has("b", equal("x"))), {"a": {}}, []),
    (has("a", if_has("b", equal("x"))), {}, [".a.b"]),
    (if_has("a", each(given("b"))), {"a": [{}, {"b": "x"}, {"b": ""}]}, [".a[0].b", ".a[2].b"]),
    (has("a", each(given("b"))), {}, [".a"]),
]


@pytest.mark.parametrize(("expression", "value", "places"), FIELDS)
def test_a_field_is_what_is_blamed(expression: Expression, value: Obj, places: list[str]) -> None:
    assert blamed(expression, value) == places


def test_what_has_items_is_no_field() -> None:
    assert blamed(HAS_ITEMS, ["x"]) == []
    assert blamed(HAS_ITEMS, []) == [""]


A, B, C = given("a"), given("b"), given("c")

SEVERAL: list[tuple[Expression, Obj, list[str]]] = [
    (A & B, {"a": "x", "b": "x"}, []),
    (A & B, {"a": "x"}, [".b"]),
    (A & B, {}, [".a", ".b"]),
    (A | B, {"a": "x"}, []),
    (A | B, {"b": "x"}, []),
    (A | B, {}, [".b"]),
    (any_of(A, B, C), {"c": "x"}, []),
    (any_of(A, B, C), {}, [".c"]),
    (any_of(A, each_of_b := if_has("b", each(equal("x")))), {"b": ["x", "y"]}, [".b[1]"]),
    (~A, {}, []),
    (~A, {"a": "x"}, [".a"]),
    (~(A & B), {"a": "x", "b": "x"}, [""]),
    (~(A | B), {"b": "x"}, [".b"]),
    (~each_of_b, {"b": ["x"]}, [".b"]),
    (none_of(A, B), {}, []),
    (none_of(A, B, C), {"a": "x", "c": "x"}, [".a", ".c"]),
    (when(A, B), {}, []),
    (when(A, B), {"a": "x"}, [".b"]),
    (when(A, B), {"a": "x", "b": "x"}, []),
    (equally(A, B), {}, []),
    (equally(A, B), {"a": "x", "b": "x"}, []),
    (equally(A, B), {"a": "x"}, [".b"]),
    (equally(A, B), {"b": "x"}, [".a"]),
    ((A & B).at(".d"), {}, [".d"]),
    ((A & B).shown_at(".d"), {}, [".a", ".b"]),
    (any_of(A, B).at(""), {}, [""]),
    (has("a", matches("x*") & one_of("x", "xx")), {"a": "y"}, [".a"]),
]


@pytest.mark.parametrize(("expression", "value", "places"), SEVERAL)
def test_of_several_what_does_not_hold_is_blamed(
    expression: Expression, value: Obj, places: list[str]
) -> None:
    assert blamed(expression, value) == places


@pytest.mark.parametrize(
    ("expression", "field"),
    [
        (A, ".a"),
        (given("a.b"), ".a.b"),
        (~A, ".a"),
        (A & B, ""),
        (has("a", equal("x")) & if_has("a", ~equal("y")), ".a"),
        (A | B, ".b"),
        (when(A, B), ".b"),
        (equally(A, B), ".b"),
        (if_has("a", each(given("b"))), ".a"),
        (if_has("a", given("b") & given("c")), ".a"),
        ((A & B).at(".d"), ".d"),
        ((A & B).shown_at(".d"), ".d"),
    ],
)
def test_one_field_is_blamed_where_only_one_can_be(expression: Expression, field: str) -> None:
    assert expression.field == field


LEAVES = [
    A,
    B,
    present("c"),
    if_has("a", equal("x")),
    has("d.e", at_least(1)),
    off("f"),
    filled("g"),
]
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from(["", "x", "y"]),
        "b": st.sampled_from(["", "x"]),
        "c": st.sampled_from(["", "x"]),
        "d": st.fixed_dictionaries({}, optional={"e": st.integers(0, 2)}),
        "f": st.booleans(),
        "g": st.lists(st.just("x"), max_size=1),
    },
)
EXPRESSIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.builds(lambda one: ~one, inner),
        st.builds(lambda one, other: one & other, inner, inner),
        st.builds(lambda one, other: one | other, inner, inner),
        st.builds(all_of, inner, inner, inner),
        st.builds(any_of, inner, inner, inner),
        st.builds(equally, inner, inner),
        st.builds(when, inner, inner),
    ),
    max_leaves=12,
)


@for_each(EXPRESSIONS, VALUES)
def test_brackets_are_where_they_have_to_be(expression: Expression, value: Obj) -> None:
    assert bool(expression.holds(value)) is not bool(blamed(expression, value))
