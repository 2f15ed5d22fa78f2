"""Expressions on a value of a resource, each written once: for the service and for the API server.

An expression such as `when(filled("zones"), given("cluster.name"))` provides a predicate in Python,
the same expression in CEL, as much of it as a JSON schema can express, and the places to blame if
it does not hold. `hooks.rules.values` has the expressions on a value itself; this module combines
expressions and applies them to fields.

The place to blame belongs to the expression: it is its field, also if the expression is negated.
`any_of` blames its last member, `all_of` the members that do not hold; `at` sets another place.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from functools import reduce
from typing import Any, Final, TypeAlias

from hooks.kube.objects import Obj
from hooks.rules.rule import Find, Place
from hooks.rules.schemas import ANYTHING, both, either, inside, needed

AND: Final = "&&"
OR: Final = "||"
CHOICE: Final = "?:"

Written: TypeAlias = Callable[[str], str]
"""Takes the value's name in CEL, returns the expression in CEL."""

Holds: TypeAlias = Callable[[Any], object]
"""Takes the value, returns something true if the expression holds.

It is a separate closure because every resource is checked with it: finding places takes far longer.
"""


@dataclass(frozen=True, slots=True)
class Expression:
    """What a value must be.

    `field`: the place to blame if only one can be blamed, such as `.cluster.name`; empty for the
    whole value. `places`: the exact places to blame, in a value for which it does not hold.
    `joins`: the outermost operator of its CEL, if it joins expressions. `schema`: as much of it as
    a JSON schema can express, see `hooks.rules.schemas`.
    """

    written: Written
    holds: Holds
    field: str = ""
    places: Find | None = None
    joins: str = ""
    schema: Obj = field_of(default_factory=dict, compare=False)

    @property
    def cel(self) -> str:
        """Return the expression in CEL, on `self`."""
        return self.written("self")

    @property
    def find(self) -> Find:
        """Return a function that finds the places to blame in a value."""
        holds, broken = self.holds, self.broken
        return lambda value: () if holds(value) else broken(value)

    @property
    def broken(self) -> Find:
        """Return a function that finds the places to blame in a value that is known to be wrong."""
        wrong = (self.field,)
        return self.places or (lambda _: wrong)

    def at(self, field: str) -> "Expression":
        """Return the same expression that always blames this field."""
        return replace(self, field=field, places=None)

    def shown_at(self, field: str) -> "Expression":
        """Return the same expression that blames this field where only one can be blamed."""
        return replace(self, field=field, places=self.broken)

    def saying(self, message: str) -> "Expression":
        """Return the same expression with its own message for when it does not hold.

        The API server returns the message of the rule. If `all_of` combines this expression with
        others, its message stays.
        """
        broken = self.broken
        return replace(
            self, places=lambda value: [Place(place, message) for place in broken(value)]
        )

    def __and__(self, other: "Expression") -> "Expression":
        return all_of(self, other)

    def __or__(self, other: "Expression") -> "Expression":
        return any_of(self, other)

    def __invert__(self) -> "Expression":
        written, holds = self.written, self.holds
        return Expression(
            lambda of: f"!{_single(written(of))}", lambda value: not holds(value), self.field
        )


def _single(text: str) -> str:
    return f"({text})" if " " in text else text


def _within(joins: str, expression: Expression, of: str) -> str:
    """Return the CEL of an expression as a member of an expression that an operator joins."""
    text = expression.written(of)
    return text if expression.joins in ("", joins) else f"({text})"


# Several expressions.


def all_of(*expressions: Expression) -> Expression:
    """Return the expression that holds if all of these hold."""

    def written(of: str) -> str:
        return f" {AND} ".join(_within(AND, member, of) for member in expressions)

    def places(value: Any) -> Iterator[str]:
        for member in expressions:
            yield from member.find(value)

    holds = reduce(_both_hold, reversed([member.holds for member in expressions]))
    schema = both(*(member.schema for member in expressions))
    fields = {member.field for member in expressions}
    if len(fields) > 1:
        return Expression(written, holds, "", places, AND, schema)
    blamed = places if any(member.places for member in expressions) else None
    return Expression(written, holds, expressions[0].field, blamed, AND, schema)


def _both_hold(second: Holds, first: Holds) -> Holds:
    return lambda value: first(value) and second(value)


def any_of(*expressions: Expression) -> Expression:
    """Return the expression that holds if any of these holds; it blames the last one."""

    def written(of: str) -> str:
        return f" {OR} ".join(_within(OR, member, of) for member in expressions)

    last = expressions[-1]
    holds = reduce(_either_holds, reversed([member.holds for member in expressions]))
    schema = either(*(member.schema for member in expressions))
    return Expression(written, holds, last.field, last.places, OR, schema)


def _either_holds(second: Holds, first: Holds) -> Holds:
    return lambda value: first(value) or second(value)


def none_of(*expressions: Expression) -> Expression:
    """Return the expression that holds if none of these holds."""
    return all_of(*(~expression for expression in expressions))


def when(expression: Expression, then: Expression) -> Expression:
    """Return the expression that the second one must hold if the first one does."""
    return any_of(~expression, then)


def equally(one: Expression, other: Expression) -> Expression:
    """Return the expression that holds if both hold or neither; it blames the one that does not."""

    def written(of: str) -> str:
        return f"{_single(one.written(of))} == {_single(other.written(of))}"

    def holds(value: Any) -> bool:
        return bool(one.holds(value)) is bool(other.holds(value))

    def places(value: Any) -> Iterable[str]:
        return (other if one.holds(value) else one).broken(value)

    return Expression(written, holds, other.field, places)


# Expressions on fields.

HAS_ITEMS: Final = Expression(
    lambda of: f"size({of}) > 0", bool, schema={"minItems": 1, "minProperties": 1}
)
"""For a list or a map."""


def present(path: str) -> Expression:
    """Return the expression that holds if the field is present.

    The path may lead to a nested field, such as `rollingUpdate.maxSurge`.
    """
    parent, _, step = path.rpartition(".")
    expression = Expression(
        lambda of: f"has({of}.{step})",
        lambda value: value.get(step) is not None,
        f".{step}",
        schema=needed(step, ANYTHING),
    )
    return has(parent, expression) if parent else expression


def has(path: str, expression: Expression) -> Expression:
    """Return the expression that holds if the field is present and the expression holds for it."""
    steps = reversed(path.split("."))
    return reduce(lambda below, step: _in_field(step, below), steps, expression)


def if_has(path: str, expression: Expression) -> Expression:
    """Return the expression that holds if the field is missing or the expression holds for it."""
    steps = reversed(path.split("."))
    return reduce(lambda below, step: _if_in_field(step, below), steps, expression)


def _in_field(step: str, expression: Expression) -> Expression:
    below = _below(
        step,
        expression,
        lambda of: f"has({of}.{step}) && {_within(AND, expression, f'{of}.{step}')}",
        _holds_in(step, expression.holds),
    )
    return replace(below, joins=AND, schema=needed(step, expression.schema))


def _if_in_field(step: str, expression: Expression) -> Expression:
    holds = expression.holds
    below = _below(
        step,
        expression,
        lambda of: f"!has({of}.{step}) || {_within(OR, expression, f'{of}.{step}')}",
        lambda value: (part := value.get(step)) is None or holds(part),
    )
    return replace(below, joins=OR, schema=inside(step, expression.schema))


def _holds_in(step: str, holds: Holds) -> Holds:
    """Return the predicate for a field; it is false for a missing field as for an empty one."""
    if holds is bool:
        return lambda value: value.get(step)
    return lambda value: (part := value.get(step)) is not None and holds(part)


def _below(step: str, expression: Expression, written: Written, holds: Holds) -> Expression:
    """Return the expression on a field, which blames places below it."""
    within = expression.places

    def places(value: Any) -> Iterator[str]:
        part = value.get(step)
        found = ("",) if part is None or within is None else within(part)
        yield from (f".{step}{place}" for place in found)

    field = f".{step}{expression.field}"
    return Expression(written, holds, field, places if within else None)


def given(path: str) -> Expression:
    """Return the expression that holds if the text is present and not empty."""
    return has(path, Expression(lambda of: f"{of} != ''", bool, schema={"minLength": 1}))


def filled(path: str) -> Expression:
    """Return the expression that holds if the list or map is present and not empty."""
    return has(path, HAS_ITEMS)


def on(path: str) -> Expression:
    """Return the expression that holds if the switch is present and on."""
    return has(path, Expression(lambda of: of, bool, schema={"enum": [True]}))


def off(path: str) -> Expression:
    """Return the expression that holds if the switch is present and off."""
    return has(
        path,
        Expression(lambda of: f"!{of}", lambda value: value is False, schema={"enum": [False]}),
    )
