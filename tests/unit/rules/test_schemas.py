"""What a JSON schema says of a rule: it refuses what the rule is about, and nothing else."""

from typing import Any

import jsonschema
import pytest

from hooks.kube.objects import Obj
from hooks.rules.expression import (
    Expression,
    all_of,
    any_of,
    filled,
    given,
    has,
    if_has,
    off,
    on,
    present,
)
from hooks.rules.patterns import PORT
from hooks.rules.values import (
    at_least,
    between,
    contains,
    each,
    each_name,
    equal,
    int_or_text,
    matches,
    no_longer_than,
    one_of,
)
from tests.support.variations import variations
from tests.support.verdicts import Example, examples, is_broken

SHORT = matches("[a-c]*") & no_longer_than(2)
PERCENT = matches("[0-9]%")

CASES: list[tuple[Expression, list[Any], list[Any]]] = [
    (equal("a"), ["a"], ["b", 1]),
    (one_of("", "A"), ["", "A"], ["a"]),
    (matches("a|bc"), ["a", "bc"], ["ab", "xa"]),
    (contains("^/"), ["/a"], ["a/"]),
    (no_longer_than(2), ["ab"], ["abc"]),
    (at_least(1), [1], [0]),
    (between(1, 2), [1, 2], [0, 3]),
    (SHORT, ["", "ab"], ["abc", "d"]),
    (matches("a*") & matches("b*"), [""], ["b"]),
    (equal("") | matches("a+"), ["", "aa"], ["b"]),
    (equal("") | SHORT, ["", "ab"], ["abc"]),
    (equal("") | at_least(1), ["", 1], [0]),
    (any_of(equal("a"), equal("b"), equal("c")), ["a", "b", "c"], ["d"]),
    (int_or_text(between(0, 9), PERCENT), [9, "1%"], [10, "%"]),
    (int_or_text(equal(0), PERCENT), [0, "1%"], ["%"]),
    (each(between(1, 2)), [[], [1, 2]], [[1, 3]]),
    (each_name(no_longer_than(1)), [{}, {"a": "long"}], [{"ab": ""}]),
    (if_has("a.b", equal("x")), [{}, {"a": {}}, {"a": {"b": "x"}}], [{"a": {"b": "y"}}]),
    (has("a.b", equal("x")), [{"a": {"b": "x"}}], [{}, {"a": {}}, {"a": {"b": "y"}}]),
    (given("a.b"), [{"a": {"b": "x"}}], [{}, {"a": {"b": ""}}]),
    (filled("a"), [{"a": [1]}, {"a": {"b": 1}}], [{}, {"a": []}, {"a": {}}]),
    (present("a"), [{"a": ""}], [{}]),
    (on("a"), [{"a": True}], [{"a": False}, {}]),
    (off("a"), [{"a": False}], [{"a": True}, {}]),
    (any_of(given("a"), given("b"), filled("c")), [{"b": "x"}, {"c": [1]}], [{}, {"a": ""}]),
    (
        all_of(if_has("a", equal("x")), if_has("a", no_longer_than(3)), if_has("b", equal("y"))),
        [{}, {"a": "x", "b": "y"}],
        [{"a": "xxxx"}, {"b": "x"}],
    ),
    (
        has("a", each(if_has("b", equal("x")))) & has("a", each(if_has("c", equal("y")))),
        [{"a": []}, {"a": [{"b": "x", "c": "y"}]}],
        [{"a": [{"b": "y"}]}, {"a": [{"c": "x"}]}, {}],
    ),
]


def takes(schema: Obj, value: Any) -> bool:
    return bool(jsonschema.Draft7Validator(schema).is_valid(value))


@pytest.mark.parametrize(("expression", "right", "wrong"), CASES)
def test_schema_and_python_agree(
    expression: Expression, right: list[Any], wrong: list[Any]
) -> None:
    assert [takes(expression.schema, value) for value in right] == [True for _ in right]
    assert [takes(expression.schema, value) for value in wrong] == [False for _ in wrong]
    assert [bool(expression.holds(value)) for value in right] == [True for _ in right]
    assert [bool(expression.holds(value)) for value in wrong] == [False for _ in wrong]


@pytest.mark.parametrize("expression", [~equal("a"), equal("a") | ~equal("b"), ~given("a")])
def test_schema_says_nothing_of_what_is_not(expression: Expression) -> None:
    assert expression.schema == {}


WITH_SCHEMA = [case for case in examples() if case.rule.schema]


@pytest.mark.parametrize("case", WITH_SCHEMA, ids=str)
def test_schema_refuses_nothing_that_a_rule_takes(case: Example) -> None:
    taken = [value for value in variations(case) if not is_broken(case.rule, value)]

    assert taken
    assert [value for value in taken if not takes(case.rule.schema, value)] == []


def test_port_is_a_number_from_1_to_65535() -> None:
    texts = [str(number) for number in range(70_000)] + ["00080", "00000", "000080", "-1", "1e3"]
    found = [text for text in texts if matches(PORT).holds(text)]

    assert found == [*map(str, range(1, 65536)), "00080"]
