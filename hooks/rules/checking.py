"""From the observed object to the model, or to all of its problems."""

import re
from dataclasses import dataclass
from typing import Final

from hooks.errors import MOST_PROBLEMS, InvalidResource, Problem
from hooks.kube.objects import Obj
from hooks.models.instana_agent import InstanaAgent
from hooks.models.parsing import check_nesting, read_given
from hooks.rules import answer_size, bounds
from hooks.rules.table import BY_IDENTIFIER, TABLE
from hooks.rules.walking import problems_in, tree_of

OF_SIZE: Final = (*bounds.RULES, *answer_size.RULES)
SIZES: Final = (
    tree_of(bounds.OF_COUNTS, of_gates=True),
    tree_of(bounds.OF_LENGTHS),
    tree_of(answer_size.RULES),
)
"""These are checked first, one after the other: all other checks expect a resource within the
bounds."""
ALL_SIZES: Final = (
    tree_of(bounds.ALL_COUNTS),
    tree_of(bounds.ALL_LENGTHS),
    tree_of(answer_size.RULES),
)
ERRORS: Final = tree_of(
    rule for rule in TABLE if rule.is_error and not rule.applied_anyway and rule not in OF_SIZE
)
ALL: Final = tree_of(rule for rule in TABLE if rule not in OF_SIZE)

IDENTIFIER: Final = re.compile(r" \(rule ([a-z0-9-]+)\)(?:;|$)")


def parse_agent(resource: Obj) -> InstanaAgent:
    """Return the InstanaAgent with its defaults; raises InvalidResource with all problems found.

    Takes the object as the API server stores it. Messages name field paths and what is expected
    there, never a value.
    """
    agent, given = _read_within_bounds(resource)
    problems = tuple(problems_in(given, ERRORS))
    if problems:
        raise InvalidResource(problems)
    return agent


def read_agent(resource: Obj) -> InstanaAgent:
    """Return the InstanaAgent if it is within the bounds, and its fields have the right types.

    Raises InvalidResource otherwise, and checks no other rule.
    """
    agent, _ = _read_within_bounds(resource)
    return agent


def _read_within_bounds(resource: Obj, most: int = MOST_PROBLEMS) -> tuple[InstanaAgent, Obj]:
    """Return the InstanaAgent, and the object it was read from; raises InvalidResource.

    The bounds are checked first: parts beyond them are not read item by item.
    """
    check_nesting(resource)
    for tree in SIZES if most <= MOST_PROBLEMS else ALL_SIZES:
        problems = problems_in(resource, tree, most)
        if problems:
            raise InvalidResource(tuple(problems))
    return read_given(resource, most)


@dataclass(frozen=True, slots=True)
class Findings:
    """All problems that the rules find in a resource, and its model, unless it cannot be read."""

    agent: InstanaAgent | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def look_at(resource: Obj, most: int = MOST_PROBLEMS) -> Findings:
    """Return every problem of a resource, including those that block nothing else."""
    try:
        agent, given = _read_within_bounds(resource, most)
    except InvalidResource as invalid:
        return Findings(None, invalid.problems)
    found = [
        (problem, BY_IDENTIFIER[problem.rule].is_error) for problem in problems_in(given, ALL, most)
    ]
    return Findings(
        agent,
        errors=tuple(problem for problem, is_error in found if is_error),
        warnings=tuple(problem for problem, is_error in found if not is_error),
    )


def errors_of(resource: Obj) -> tuple[Problem, ...]:
    """Return the errors of a resource."""
    return look_at(resource).errors


def warnings_of(resource: Obj) -> tuple[Problem, ...]:
    """Return the warnings about a resource; empty if it cannot be read."""
    return look_at(resource).warnings


def rules_named_in(message: str) -> tuple[str, ...]:
    """Return the identifiers of the rules in the message of a condition."""
    found = dict.fromkeys(IDENTIFIER.findall(message))
    return tuple(identifier for identifier in found if identifier in BY_IDENTIFIER)
