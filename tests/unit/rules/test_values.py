"""Expressions on texts, numbers, lists and maps: Python and CEL say the same, and what to blame."""

from typing import Any

import pytest

from hooks.rules.expression import Expression, given, has, if_has
from hooks.rules.values import (
    at_least,
    between,
    contains,
    each,
    each_name,
    equal,
    if_named,
    int_or_text,
    matches,
    no_longer_than,
    none_named,
    one_of,
    unique,
)
from tests.support.cel import context, holds

SHARE = int_or_text(between(0, 9), matches("[0-9]{1,2}%"))
SHORT_NAMES = each_name(no_longer_than(2))
NOT_X = none_named("x", "y")
LINUX = if_named("os", equal("linux"))
NESTED = each(if_has("items", each(has("name", one_of("a", "b")))))
OF_SAME = each(if_has("items", unique("name")))

CASES: list[tuple[Expression, Any, list[str]]] = [
    (equal(""), "", []),
    (equal(""), "x", [""]),
    (equal(0), 0, []),
    (equal(0), 1, [""]),
    (one_of("", "a'b"), "a'b", []),
    (one_of("", "a"), "b", [""]),
    (one_of(0, 1), 1, []),
    (one_of(0, 1), 2, [""]),
    (matches("a|bc"), "bc", []),
    (matches("a|bc"), "ac", [""]),
    (matches("a|bc"), "a\n", [""]),
    (matches("a*", "a*+"), "aaa", []),
    (matches("a*", "a*+"), "ab", [""]),
    (contains("^/"), "/a", []),
    (contains("^/"), "a/", [""]),
    (~contains(r"\.\."), "a..b", [""]),
    (no_longer_than(2), "ab", []),
    (no_longer_than(2), "abc", [""]),
    (at_least(1), 1, []),
    (at_least(1), 0, [""]),
    (between(1, 2), 2, []),
    (between(1, 2), 3, [""]),
    (between(1, 2), 0, [""]),
    (SHARE, 9, []),
    (SHARE, 10, [""]),
    (SHARE, "10%", []),
    (SHARE, "10", [""]),
    (each(given("a")), [], []),
    (each(given("a")), [{"a": "x"}, {}], ["[1].a"]),
    (each(at_least(1)), [0, 1, -1], ["[0]", "[2]"]),
    (SHORT_NAMES, {"ab": ""}, []),
    (SHORT_NAMES, {"abc": "", "a": "", "def": ""}, ["[abc]", "[def]"]),
    (NOT_X, {"z": ""}, []),
    (NOT_X, {"y": "", "z": "", "x": ""}, ["[x]", "[y]"]),
    (LINUX, {}, []),
    (LINUX, {"os": "linux"}, []),
    (LINUX, {"os": "windows"}, ["[os]"]),
    (unique("a"), [{"a": "x"}, {"a": "y"}], []),
    (unique("a"), [{"a": ""}, {"a": ""}, {}, {}], []),
    (unique("a"), [{"a": "x"}, {"b": "x"}, {"a": "x"}, {"a": "x"}], ["[2].a", "[3].a"]),
    (NESTED, [{}, {"items": [{"name": "a"}]}], []),
    (NESTED, [{"items": [{"name": "c"}, {"name": "b"}, {}]}], ["[0].items[0].name",
                                                              "[0].items[2].name"]),
    (OF_SAME, [{"items": [{"name": "a"}]}, {"items": [{"name": "a"}]}], []),
    (OF_SAME, [{}, {"items": [{"name": "a"}, {"name": "a"}]}], ["[1].items[1].name"]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value", "places"), CASES)
def test_python_and_cel_find_the_same(
    expression: Expression, value: Any, places: list[str]
) -> None:
    assert [*expression.find(value)] == places
    assert bool(expression.holds(value)) is (places == [])
    assert holds(expression.cel, expression.cel, context(self=value)) is (places == [])


@pytest.mark.parametrize(
    "expression",
    [equal("x"), one_of("x"), matches("x"), contains("x"), at_least(1), between(1, 2), SHARE],
)
@pytest.mark.parametrize("value", [None, [], {}, [3], "y", -1])
def test_a_value_of_another_type_is_blamed(expression: Expression, value: Any) -> None:
    assert [*expression.find(value)] == [""]
