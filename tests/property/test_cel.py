"""CEL and Python say the same of every resource that is created, and of what a change brings."""

from collections.abc import Iterator

from hypothesis import assume, given

from hooks.kube.objects import Obj
from hooks.rules.walking import steps_of
from tests.property import mistakes, specs
from tests.support.rules import values_at
from tests.support.verdicts import (
    WITH_CEL,
    Finding,
    as_stored,
    asks_for_the_stored,
    brought,
    found_by_cel,
    found_by_python,
    is_broken,
    is_denied_by_policy,
    is_of_the_schema,
)


@given(mistakes.mistaken_specs() | specs.valid_specs().map(specs.with_endpoints))
def test_both_find_the_same(spec: Obj) -> None:
    resource = specs.resource(spec)
    assume(is_of_the_schema(resource))

    assert found_by_cel(resource) == found_by_python(resource)


@given(mistakes.changes())
def test_a_change_is_refused_for_what_it_brings(change: tuple[Obj, Obj]) -> None:
    before, after = map(specs.resource, change)
    assume(is_of_the_schema(before) and is_of_the_schema(after))

    assert brought(as_stored(before), as_stored(after)) == {
        *_new_in_the_definition(before, after),
        *_new_to_policies(before, after),
    }


def _new_in_the_definition(before: Obj, after: Obj) -> Iterator[Finding]:
    """Yield what is found now and was not before, if the definition's expression asks for that."""
    rules = {rule.identifier: rule for rule in WITH_CEL}
    for identifier, part in found_by_python(after) - found_by_python(before):
        if asks_for_the_stored(rules[identifier], part):
            yield identifier, part


def _new_to_policies(before: Obj, after: Obj) -> Iterator[Finding]:
    """Yield what breaks rules of policies that refuse, unless that very value is stored."""
    for rule in filter(is_denied_by_policy, WITH_CEL):
        for place in rule.places:
            stored = [*values_at(before, steps_of(place))]
            given = [each for each in values_at(after, steps_of(place)) if each not in stored]
            if any(is_broken(rule, each) for each in given):
                yield rule.identifier, place
