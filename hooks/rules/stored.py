"""What rules find in an object as it was stored before, whatever other problems it has.

No problem hides another one there: neither a part beyond the bounds nor a value of the wrong type
keeps the rest from being checked. The cost is limited by the size of a review, and by the number of
compared problems, which no object within the bounds reaches.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from hooks.errors import ALL_PROBLEMS, FIELD_TYPE, REQUIRED_FIELD, InvalidResource, Problem
from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import InstanaAgent
from hooks.models.parsing import check_nesting, problems_of_types, read_given, without_nulls
from hooks.rules import answer_size, bounds
from hooks.rules.checking import ERRORS, OF_SIZE
from hooks.rules.rule import Find, Rule
from hooks.rules.table import TABLE
from hooks.rules.walking import problems_in, tree_of

OF_TYPES: Final = frozenset({FIELD_TYPE, REQUIRED_FIELD})
WITHOUT_GATES: Final = (
    *bounds.ALL_COUNTS,
    *bounds.ALL_LENGTHS,
    *(rule for rule in TABLE if rule not in OF_SIZE),
)
"""All rules except the size of the response, which depends on the whole spec: after any change it
is another problem."""

UNFIT: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""The errors that a rule raises for a value of the wrong type."""


def problems_before(resource: Obj, identifiers: Collection[str]) -> Iterator[Problem]:
    """Yield what these rules find in a stored object; nothing for parts that cannot be checked."""
    rules = (
        replace(rule, must=None, find=_of_any_type(rule.find)) for rule in _with_find(identifiers)
    )
    try:
        given = without_nulls(resource)
        if not OF_TYPES.isdisjoint(identifiers):
            yield from islice(problems_of_types(given), ALL_PROBLEMS)
        yield from problems_in(given, tree_of(rules), ALL_PROBLEMS)
    except RecursionError:
        return


def agent_before(resource: Obj) -> InstanaAgent | None:
    """Return the model of a stored object, even beyond the bounds; None if it has errors."""
    try:
        check_nesting(resource)
        agent, given = read_given(resource)
    except (InvalidResource, RecursionError):
        return None
    if problems_in(given, ERRORS, most=1):
        return None
    return None if answer_size.leads_to_too_much(as_object(given.get("spec"))) else agent


def only_children_show(identifiers: Collection[str]) -> bool:
    """Return whether any of these rules finds nothing before children are made."""
    found = {rule.identifier for rule in _with_find(identifiers)} | OF_TYPES
    return not found.issuperset(identifiers)


def _with_find(identifiers: Collection[str]) -> Iterator[Rule]:
    return (rule for rule in WITHOUT_GATES if rule.find and rule.identifier in identifiers)


def _of_any_type(find: Find | None) -> Find:
    """Return the same function, which finds nothing in a value of the wrong type."""

    def found(value: Any) -> Iterator[str]:
        try:
            yield from find(value) if find else ()
        except UNFIT:
            return

    return found
