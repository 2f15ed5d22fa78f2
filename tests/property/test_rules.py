"""Checking any spec ends in problems of the table, and tells no secret."""

from typing import Any

from hypothesis import given

from hooks.errors import InvalidResource
from hooks.kube.objects import Obj
from hooks.rules import BY_IDENTIFIER, errors_of, parse_agent, warnings_of
from tests.property import specs

ANY_SPEC = specs.broken_specs() | specs.valid_specs() | specs.json_values()


@given(ANY_SPEC)
def test_any_spec_is_checked_without_telling_secrets(spec: Any) -> None:
    resource = specs.resource(spec)
    found = [*errors_of(resource)]
    try:
        found += warnings_of(resource)
    except InvalidResource as invalid:
        found += invalid.problems

    assert {each.rule for each in found} <= BY_IDENTIFIER.keys()
    assert specs.MARK not in "".join(map(str, found))


@given(specs.valid_specs())
def test_what_can_be_carried_out_is_not_refused(spec: Obj) -> None:
    assert parse_agent(specs.resource(spec)).name == specs.NAMES[0]
