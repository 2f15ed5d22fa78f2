"""The measure of agreement with the API server: what it makes and counts, without a server."""

from typing import Final

import pytest

from hooks.kube.objects import Obj
from hooks.kube.workloads import pod_spec
from hooks.models.parsing import without_nulls
from hooks.rules import parse_agent
from tests.cluster.agreement import (
    NO_REASON,
    Agreement,
    agreement_on,
    our_verdict,
)
from tests.cluster.touched_children import made_of, transplanted
from tests.support.pod_mistakes import Mistaken, mistaken_specs
from tests.support.pod_places import OF_THE_SERVICE, parts, sound_specs

COUNT: Final = 300
SAMPLE: Final = [*mistaken_specs(COUNT, seed=7)]
KINDS: Final = {
    *("missing", "null", "empty", "case", "name", "range", "type", "unknown", "exclusive"),
    *("key", "twice"),
}


def taken(_: Obj) -> str:
    return ""


def refused(_: Obj) -> str:
    return "no"


def test_the_same_seed_makes_the_same_specs() -> None:
    assert [*mistaken_specs(COUNT, seed=7)] == SAMPLE
    assert [*mistaken_specs(COUNT, seed=8)] != SAMPLE


def test_every_kind_of_mistake_is_made_and_every_part_has_some() -> None:
    many = [*mistaken_specs(5000, seed=1)]
    mistakes = [mistake for case in many for mistake in case.mistakes]

    assert {each.kind for each in mistakes} == KINDS
    assert {len(case.mistakes) for case in many} == {1, 2, 3}
    for part in parts():
        assert any(each.field.startswith(part.name) for each in mistakes), part.name


@pytest.mark.parametrize(("name", "spec"), [*sound_specs()])
def test_what_is_right_is_taken(name: str, spec: Obj) -> None:
    case = Mistaken(spec, ())
    is_of_the_service = tuple(name.split(".")) in OF_THE_SERVICE

    assert our_verdict(case.resource) == ""
    assert made_of(case.resource) or is_of_the_service
    assert bool(transplanted(spec)) is not is_of_the_service


def test_the_hook_finds_what_the_commands_find() -> None:
    refused_specs = [case for case in SAMPLE if our_verdict(case.resource)]

    assert 0 < len(refused_specs) < COUNT
    for case in SAMPLE:
        if case not in refused_specs:
            assert parse_agent(without_nulls(case.resource)).name == "instana-agent"


def test_both_verdicts_are_counted_by_field() -> None:
    all_taken, all_refused = agreement_on(SAMPLE, taken), agreement_on(SAMPLE, refused)
    fields = {mistake.field for case in SAMPLE for mistake in case.mistakes}

    assert all_taken.let_through == []
    assert {str(each.case.spec) for each in all_taken.held_back} == {
        str(case.spec) for case in SAMPLE if our_verdict(case.resource) and transplanted(case.spec)
    }
    assert all_refused.held_back == []
    assert {line.split()[-1] for line in all_taken.report().splitlines()[1:]} == fields


def test_what_is_refused_without_a_known_reason_shows() -> None:
    spec = {"agent": {"pod": {"volumes": [{"name": "a", "hostPath": {"path": "/a", "type": "x"}}]}}}
    found: Agreement = agreement_on([Mistaken(spec, ())], taken)

    (held_back,) = found.held_back
    assert held_back.reason == NO_REASON
    assert NO_REASON in str(held_back)
    (child,) = transplanted(spec)
    assert pod_spec(child)["volumes"][-1] == spec["agent"]["pod"]["volumes"][0]
