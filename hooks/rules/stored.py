"""What rules find in an object as it was stored before, whatever else is wrong with it.

There nothing is hidden by another mistake: neither what is beyond the bounds nor a value of another
type keeps the rest from being looked at. The size of a review bounds what this takes, and the
number of problems that are compared, which no object within the bounds has.
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
"""But for the size of the answer, which is about all of a spec: none that changed had the same."""

UNFIT: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a value of another type than a rule is about leads to."""


def problems_before(resource: Obj, identifiers: Collection[str]) -> Iterator[Problem]:
    """Yield what those rules find in a stored object; of what cannot be looked at nothing."""
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
    """Return what can be made of a stored object beyond the bounds; none if it cannot be."""
    try:
        check_nesting(resource)
        agent, given = read_given(resource)
    except (InvalidResource, RecursionError):
        return None
    if problems_in(given, ERRORS, most=1):
        return None
    return None if answer_size.leads_to_too_much(as_object(given.get("spec"))) else agent


def only_children_show(identifiers: Collection[str]) -> bool:
    """Tell whether any of those rules finds nothing before children are made."""
    found = {rule.identifier for rule in _with_find(identifiers)} | OF_TYPES
    return not found.issuperset(identifiers)


def _with_find(identifiers: Collection[str]) -> Iterator[Rule]:
    return (rule for rule in WITHOUT_GATES if rule.find and rule.identifier in identifiers)


def _of_any_type(find: Find | None) -> Find:
    """Return what finds the same, and nothing in a value of another type than it is about."""

    def found(value: Any) -> Iterator[str]:
        try:
            yield from find(value) if find else ()
        except UNFIT:
            return

    return found
