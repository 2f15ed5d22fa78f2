"""Expressions on a value itself: a text, a number, the items of a list, the names of a map."""

import re
from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.objects import Obj
from hooks.rules.expression import AND, CHOICE, OR, Expression
from hooks.rules.rule import full
from hooks.rules.schemas import both, of_items, of_names, of_one_type

LOOPS: Final = ("a", "b", "c", "d", "e", "f")
"""Names of the loop variable in CEL, one for each level of nested loops."""


def equal(expected: str | int) -> Expression:
    """Return the expression that holds if a value is this text or number."""
    return Expression(
        lambda of: f"{of} == {expected!r}",
        lambda value: value == expected,
        schema={"enum": [expected]},
    )


def one_of(*expected: str | int) -> Expression:
    """Return the expression that holds if a value is one of a few texts or numbers."""
    return Expression(
        lambda of: f"{of} in [{', '.join(map(repr, expected))}]",
        lambda value: value in expected,
        schema={"enum": [*expected]},
    )


def matches(pattern: str, in_python: str | None = None) -> Expression:
    """Return the expression that holds if a value is a text that matches a pattern as a whole.

    `in_python`: the same pattern in the form that suits Python best.
    """
    whole = f"^({pattern})$"
    return Expression(
        lambda of: f"{of}.matches(r'{whole}')",
        full(in_python or pattern),
        schema={"pattern": whole},
    )


def contains(pattern: str) -> Expression:
    """Return the expression that holds if a part of a text matches a pattern."""
    found = re.compile(pattern, re.ASCII).search
    return Expression(
        lambda of: f"{of}.matches(r'{pattern}')",
        lambda value: isinstance(value, str) and found(value),
        schema={"pattern": pattern},
    )


def no_longer_than(most: int) -> Expression:
    """Return the expression that holds if a text has at most that many characters."""
    return Expression(
        lambda of: f"size({of}) <= {most}",
        lambda value: len(value) <= most,
        schema={"maxLength": most},
    )


def at_least(least: int) -> Expression:
    """Return the expression that holds if a number is not smaller."""
    return Expression(
        lambda of: f"{of} >= {least}",
        lambda value: isinstance(value, int | float) and value >= least,
        schema={"minimum": least},
    )


def between(least: int, most: int) -> Expression:
    """Return the expression that holds if a number is in a range, including both ends."""
    return Expression(
        lambda of: f"{of} >= {least} && {of} <= {most}",
        lambda value: isinstance(value, int | float) and least <= value <= most,
        joins=AND,
        schema={"minimum": least, "maximum": most},
    )


def int_or_text(number: Expression, text: Expression) -> Expression:
    """Return the expression on a value that is a whole number or a text, such as 1 or 10%."""
    of_number, of_text = number.holds, text.holds
    return Expression(
        lambda of: (
            f"type({of}) == int ? {number.written(f'int({of})')} : {text.written(f'string({of})')}"
        ),
        lambda value: of_number(value) if isinstance(value, int) else of_text(value),
        joins=CHOICE,
        schema=both(of_one_type(number.schema), of_one_type(text.schema)),
    )


def each(expression: Expression) -> Expression:
    """Return the expression that holds if the given one holds for every item of a list."""
    holds, find = expression.holds, expression.find

    def places(items: list[Any]) -> Iterator[str]:
        for index, item in enumerate(items):
            yield from (f"[{index}]{place}" for place in find(item))

    return Expression(
        lambda of: _for_all(of, expression),
        lambda items: all(map(holds, items)),
        "",
        places,
        schema=of_items(expression.schema),
    )


def each_name(expression: Expression) -> Expression:
    """Return the expression that holds if the given one holds for every name in a map."""
    holds = expression.holds

    def places(names: Obj) -> Iterator[str]:
        yield from (f"[{name}]" for name in names if not holds(name))

    return Expression(
        lambda of: _for_all(of, expression),
        lambda names: all(map(holds, names)),
        "",
        places,
        schema=of_names(expression.schema),
    )


def _for_all(of: str, expression: Expression) -> str:
    loop = _loop_over(of)
    return f"{of}.all({loop}, {expression.written(loop)})"


def _loop_over(of: str) -> str:
    """Return a name for a loop variable that the looped-over expression does not use."""
    return next(name for name in LOOPS if not re.search(rf"\b{name}\b", of))


def none_named(*names: str) -> Expression:
    """Return the expression that holds if a map has none of these names."""
    known = frozenset(names)

    def places(value: Obj) -> Iterator[str]:
        yield from (f"[{name}]" for name in names if name in value)

    return Expression(
        lambda of: f"!{of}.exists(a, {one_of(*names).written('a')})",
        known.isdisjoint,
        "",
        places,
    )


def if_named(name: str, expression: Expression) -> Expression:
    """Return the expression that must hold for the value of a name, if a map has the name."""
    holds, written = expression.holds, expression.written
    return Expression(
        lambda of: f"!('{name}' in {of}) || " + written(f"{of}['{name}']"),
        lambda value: name not in value or holds(value[name]),
        f"[{name}]",
        joins=OR,
    )


def unique(field: str) -> Expression:
    """Return the expression that holds if no two items of a list have the same text in a field.

    Empty and missing texts do not count; the first of several equal texts is not blamed.
    """

    def texts(items: list[Obj]) -> Iterator[tuple[int, str]]:
        found = ((index, item.get(field)) for index, item in enumerate(items))
        return ((index, text) for index, text in found if text and isinstance(text, str))

    def holds(items: list[Obj]) -> bool:
        given = [text for _, text in texts(items)]
        return len({*given}) == len(given)

    def places(items: list[Obj]) -> Iterator[str]:
        seen: set[str] = set()
        for index, text in texts(items):
            if text in seen:
                yield f"[{index}].{field}"
            seen.add(text)

    return Expression(lambda of: _unique(of, field), holds, "", places)


def _unique(of: str, field: str) -> str:
    one = _loop_over(of)
    other = _loop_over(f"{of} {one}")
    return (
        f"{of}.all({one}, !has({one}.{field}) || {one}.{field} == '' || "
        f"{of}.exists_one({other}, has({other}.{field}) && {other}.{field} == {one}.{field}))"
    )
