"""What CEL and what Python find in a resource, in terms of rules, so that both can be compared."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from hooks.errors import Problem
from hooks.generate.crd import agents_crd, departures
from hooks.generate.policies import inline_secrets_denied, policies
from hooks.kube.objects import Obj
from hooks.rules import BY_IDENTIFIER, INLINE_SECRETS, TABLE, Layer, Rule, look_at, rules_named_in
from tests.support.cel import Verdict, judged_by_policies, judged_by_schema, rules_in
from tests.support.rules import at_place, example
from tests.support.schema import stored

SCHEMA: Obj = agents_crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
POLICIES = policies()
DENYING_SECRETS = inline_secrets_denied()
ALL_POLICIES = [*POLICIES, *DENYING_SECRETS]
WITH_CEL = [rule for rule in TABLE if rule.cel and rule.layers[0] in (Layer.CEL, Layer.POLICY)]
IN_A_LIST = re.compile(r"\[\d*\]")

ASKING = {
    identifier
    for _, each in rules_in(SCHEMA)
    if "optionalOldSelf" in each
    for identifier in rules_named_in(each["message"])
}
"""Rules of which an expression in the definition asks for what was there before."""

LARGEST = 2**63 - 1
INDEX = re.compile(r"\[\d+\]")

Finding: TypeAlias = tuple[str, str]
"""A rule, and the part that breaks it: one of its places, with positions where CEL tells them."""


def _pattern_of_go(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:
    """Yield that a text is not of a pattern, whose end is the text's: no line break may follow."""
    if isinstance(text, str) and not re.search(pattern.replace("$", r"\Z"), text):
        yield ValidationError(f"not of the pattern {pattern}")


VALIDATOR = extend(Draft202012Validator, {"pattern": _pattern_of_go})(SCHEMA["properties"]["spec"])


def as_stored(resource: Obj) -> Obj:
    """Return the resource as the API server keeps it."""
    return resource | {"spec": stored(SCHEMA["properties"]["spec"], resource["spec"])}


def is_of_the_schema(resource: Obj) -> bool:
    """Tell whether the API server gets as far as evaluating rules on a resource."""
    kept = as_stored(resource)
    has_types = not any(departures(kept)) and _has_int64(kept["spec"])
    return has_types and VALIDATOR.is_valid(kept["spec"])


def _has_int64(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(map(_has_int64, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, int) or -LARGEST <= value <= LARGEST


def found_by_cel(resource: Obj) -> set[Finding]:
    """Return what definition and policies find in a resource that is created."""
    kept = as_stored(resource)
    return {*broken(judged_by_schema(SCHEMA, kept)), *broken(judged_by_policies(POLICIES, kept))}


def found_by_python(resource: Obj) -> set[Finding]:
    """Return what the service finds in a resource, of that for which there is an expression."""
    found = look_at(resource)
    assert found.agent, found.errors
    problems: Iterable[Problem] = (*found.errors, *found.warnings)
    rules = {rule.identifier for rule in WITH_CEL}
    return {finding(each.rule, each.path) for each in problems if each.rule in rules}


def broken(verdicts: Iterable[Verdict]) -> Iterator[Finding]:
    """Yield the rules that do not hold."""
    for verdict in verdicts:
        if not verdict.holds:
            (rule,) = rules_named_in(verdict.message)
            yield finding(rule, verdict.path)


def finding(identifier: str, path: str) -> Finding:
    """Return what is found at a path."""
    rule = BY_IDENTIFIER[identifier]
    (part,) = (found[0] for place in rule.places if (found := _pattern(place).match(path)))
    return identifier, part if rule.layers[0] is Layer.CEL else INDEX.sub("[]", part)


def place_of(found: Finding) -> str:
    """Return the place of its rule at which something is found."""
    identifier, part = found
    (place,) = (each for each in BY_IDENTIFIER[identifier].places if _pattern(each).match(part))
    return place


@cache
def _pattern(place: str) -> re.Pattern[str]:
    written = re.escape(place).replace(r"\[\]", r"\[\d*\]").replace(r"\{\}", r"\[.*\]")
    return re.compile(rf"{written}(?=[.\[]|$)", re.DOTALL)


class Example(NamedTuple):
    """The examples of a rule at one of its places."""

    rule: Rule
    place: str
    bad: Obj
    good: Obj

    def __str__(self) -> str:
        return f"{self.rule.identifier}-{self.place}"

    @property
    def finding(self) -> Finding:
        """Return what is found in the bad one."""
        path = self.place.replace("[]", "[0]").replace("{}", "[owner]")
        return finding(self.rule.identifier, path)

    @property
    def wrong(self) -> Obj:
        """Return the bad one as a resource."""
        return example(self.rule, self.bad)

    @property
    def right(self) -> Obj:
        """Return the good one as a resource."""
        return example(self.rule, self.good)


@cache
def examples() -> tuple[Example, ...]:
    """Return the examples of all rules that have an expression, at all places of each."""
    return tuple(each for rule in WITH_CEL for each in _examples_of(rule))


def _examples_of(rule: Rule) -> Iterator[Example]:
    found = found_by_python(example(rule, rule.bad))
    (home,) = (place_of(each) for each in found if each[0] == rule.identifier)
    for place in rule.places:
        bad, good = (at_place(rule, kind, home, place) for kind in ("bad", "good"))
        yield Example(rule, place, bad, good)


def brought(old: Obj | None, new: Obj) -> set[Finding]:
    """Return what is refused of a change, by the expressions that see what was there before.

    Of the other ones the API server spares what they find unchanged by itself.
    """
    by_schema = judged_by_schema(SCHEMA, new, old)
    by_policies = judged_by_policies(ALL_POLICIES, new, old)
    refused = [
        *(each for each in by_schema if each.is_of_change),
        *(each for each in by_policies if "Deny" in each.actions),
    ]
    return {*broken(refused)}


def asks_for_the_stored(rule: Rule, place: str) -> bool:
    """Tell whether the expression on a place sees what was there before, in the definition."""
    return rule.identifier in ASKING and not IN_A_LIST.search(place)


def is_denied_by_policy(rule: Rule) -> bool:
    """Tell whether a policy refuses what breaks a rule, be it one that is a choice."""
    is_refused = rule.is_error or rule.identifier in INLINE_SECRETS
    return rule.layers[0] is Layer.POLICY and is_refused


def is_broken(rule: Rule, value: Any) -> bool:
    """Tell whether the Python of a rule finds something in the value of a place."""
    return bool(rule.find and [*rule.find(value)])
