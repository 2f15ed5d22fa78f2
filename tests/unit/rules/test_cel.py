"""CEL of the definition and the policies: the same verdict as Python's, on every example."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from hooks.contract import CHILD_SELECTOR
from hooks.kube.objects import Obj
from hooks.rules import BY_IDENTIFIER, INLINE_SECRETS, Rule, errors_of, rules_named_in
from tests.support.bounds import AROUND_BOUNDS, TOO_LONG
from tests.support.cel import (
    NotEvaluated,
    NoVerdict,
    context,
    holds,
    judged_by_policies,
    judged_by_schema,
    rules_in,
    validations_in,
)
from tests.support.resources import agent, merged
from tests.support.rules import EDGES, FURTHER_WARNINGS, example
from tests.support.variations import schema_at, variations
from tests.support.verdicts import (
    ALL_POLICIES,
    DENYING_SECRETS,
    POLICIES,
    SCHEMA,
    VALIDATOR,
    Example,
    as_stored,
    asks_for_the_stored,
    broken,
    brought,
    examples,
    found_by_cel,
    found_by_python,
    is_broken,
    is_denied_by_policy,
    is_of_the_schema,
)

EXPRESSIONS = {
    **{name: rule["rule"] for name, rule in rules_in(SCHEMA)},
    **{name: validation["expression"] for name, validation in validations_in(ALL_POLICIES)},
}
DENIED_BY_POLICY = [case for case in examples() if is_denied_by_policy(case.rule)]
ASKING_FOR_THE_STORED = [
    case for case in examples() if asks_for_the_stored(case.rule, case.place)
] + DENIED_BY_POLICY
ELSEWHERE: Obj = {"spec": {"podStatus": "Enabled"}}
WITHOUT_SPEC: Obj = {"metadata": {"name": "without-spec"}}


@pytest.mark.parametrize("case", examples(), ids=str)
def test_both_find_the_bad_example_and_not_the_good_one(case: Example) -> None:
    found, spared = found_by_cel(case.wrong), found_by_cel(case.right)

    assert is_of_the_schema(case.wrong)
    assert is_of_the_schema(case.right)
    assert case.finding in found
    assert case.finding not in spared
    assert found == found_by_python(case.wrong)
    assert spared == found_by_python(case.right)


@pytest.mark.parametrize(
    ("identifier", "spec", "fields"), FURTHER_WARNINGS, ids=[case[0] for case in FURTHER_WARNINGS]
)
def test_both_warn_of_the_same(identifier: str, spec: Obj, fields: set[str]) -> None:
    resource = example(BY_IDENTIFIER[identifier], spec)
    found = found_by_cel(resource)

    assert found == found_by_python(resource)
    assert (identifier in {rule for rule, _ in found}) is bool(fields)


@pytest.mark.parametrize(
    ("identifier", "spec", "is_broken"),
    [*EDGES, *AROUND_BOUNDS],
    ids=[case[0] for case in (*EDGES, *AROUND_BOUNDS)],
)
def test_both_agree_on_edges(identifier: str, spec: Obj, *, is_broken: bool) -> None:
    resource = example(BY_IDENTIFIER[identifier], spec)
    found = found_by_cel(resource)

    assert found == found_by_python(resource)
    assert (identifier in {rule for rule, _ in found}) is is_broken


@pytest.mark.parametrize(("identifier", "spec"), TOO_LONG, ids=[case[0] for case in TOO_LONG])
def test_both_refuse_what_is_too_long(identifier: str, spec: Obj) -> None:
    resource = example(BY_IDENTIFIER[identifier], spec)

    assert not is_of_the_schema(resource)
    assert {problem.rule for problem in errors_of(resource)} == {identifier}


@pytest.mark.parametrize(
    "case", [case for case in examples() if case.place == case.rule.places[0]], ids=str
)
def test_both_agree_next_to_the_examples(case: Example) -> None:
    schema = VALIDATOR.evolve(schema=schema_at(case.place))
    disputed = [
        value
        for value in variations(case)
        if holds_for(case.rule, value) is is_broken(case.rule, value)
        or holds_for(case.rule, value) is None
    ]

    assert [value for value in disputed if schema.is_valid(value)] == []


def holds_for(rule: Rule, value: Any) -> bool | None:
    """Tell whether the expression of a rule is true; none where it has no verdict."""
    try:
        return holds(rule.identifier, rule.cel, context(self=value))
    except NoVerdict:
        return None


def resources() -> Iterator[Obj]:
    """Yield every example, and what is no rule's of the table."""
    for case in examples():
        yield from (case.wrong, case.right)
    yield agent({"selector": CHILD_SELECTOR})
    for name in ("instana-agent", "another"):
        own = {"matchLabels": {"app.kubernetes.io/instance": name}}
        yield agent({"selector": merged(CHILD_SELECTOR, own)})
    yield agent({"selector": CHILD_SELECTOR | {"matchLabels": {"mine": "x"}}})


def test_every_expression_is_seen_true_and_false() -> None:
    verdicts = [*judged_by_schema(SCHEMA, WITHOUT_SPEC)]
    for resource in map(as_stored, resources()):
        verdicts += [
            *judged_by_schema(SCHEMA, resource),
            *judged_by_policies(ALL_POLICIES, resource),
        ]
    seen = {(verdict.name, verdict.holds) for verdict in verdicts}

    assert seen == {(name, is_true) for name in EXPRESSIONS for is_true in (True, False)}


@pytest.mark.parametrize(
    ("policies", "of_secrets"), [(POLICIES, "Warn"), (DENYING_SECRETS, "Deny")], ids=["all", "deny"]
)
def test_policies_refuse_errors_and_warn_of_the_rest(policies: list[Obj], of_secrets: str) -> None:
    actions = {
        identifier: verdict.actions
        for verdict in judged_by_policies(policies, agent())
        for identifier in rules_named_in(verdict.message)
    }

    assert actions
    assert actions == {name: (action_of(name, of_secrets),) for name in actions}


def action_of(identifier: str, of_secrets: str) -> str:
    """Return what a policy does when a rule is broken."""
    others = "Deny" if BY_IDENTIFIER[identifier].is_error else "Warn"
    return of_secrets if identifier in INLINE_SECRETS else others


# Changes.


@pytest.mark.parametrize("case", ASKING_FOR_THE_STORED, ids=str)
def test_a_change_is_refused_for_what_it_brings(case: Example) -> None:
    wrong, right = as_stored(case.wrong), as_stored(case.right)
    still_wrong = merged(wrong, ELSEWHERE)

    assert case.finding in brought(None, still_wrong)
    assert case.finding not in brought(wrong, still_wrong)
    assert case.finding not in brought(wrong, right)
    assert (case.finding in brought(right, wrong)) is not case.rule.on_create


@pytest.mark.parametrize("case", DENIED_BY_POLICY, ids=str)
def test_a_policy_spares_no_other_value_than_the_stored_one(case: Example) -> None:
    other = example(case.rule, _other(case.bad))

    assert case.finding in brought(as_stored(case.wrong), as_stored(other))


def _other(value: Any) -> Any:
    """Return a value with other texts, for each but what a requirement on nodes is about."""
    if isinstance(value, dict):
        about = {"key", "operator"} if "operator" in value else set()
        return {name: part if name in about else _other(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_other(part) for part in value]
    return f"{value}-other" if isinstance(value, str) else value


def test_policies_warn_again_with_each_change_of_the_spec_alone() -> None:
    stored = as_stored(agent({"agent": {"mode": "KUBERNETES"}}))
    labelled = merged(stored, {"metadata": {"labels": {"a": "b"}}})
    warned = {*broken(judged_by_policies(POLICIES, merged(stored, ELSEWHERE), stored))}

    assert not [*judged_by_policies(ALL_POLICIES, labelled, stored)]
    assert ("mode-kubernetes", "spec.agent.mode") in warned


@pytest.mark.parametrize(
    ("before", "blamed"), [(as_stored(agent()), {"spec"}), (WITHOUT_SPEC, set())], ids=["a", "none"]
)
def test_a_spec_is_never_taken_out_again(before: Obj, blamed: set[str]) -> None:
    verdicts = judged_by_schema(SCHEMA, WITHOUT_SPEC, before)

    assert {verdict.path for verdict in verdicts if not verdict.holds} == blamed
    assert not [*judged_by_policies(ALL_POLICIES, WITHOUT_SPEC, before)]


# Evaluating.


def test_no_character_class_is_ambiguous() -> None:
    assert not [
        name for name, expression in EXPRESSIONS.items() if re.search(r"\\[bdswBDSW]", expression)
    ]


@pytest.mark.parametrize(
    "expression", ["self.gone", "self.text > 1", "quantity(self.text) == '1'", "self.text"]
)
def test_what_is_neither_true_nor_false_is_no_verdict(expression: str) -> None:
    with pytest.raises(NoVerdict, match="an example has no verdict"):
        holds("an example", expression, context(self={"text": "ä"}))


@pytest.mark.parametrize(
    "expression",
    [
        "isQuantity('1.5Gi') && !isQuantity('1 GB')",
        "quantity('1Gi').isGreaterThan(quantity('1024Ki'))",
        "!quantity('0.5').isLessThan(quantity('500m'))",
        "duration('24h') == duration('1439m60s')",
    ],
)
def test_functions_mean_what_kubernetes_means(expression: str) -> None:
    assert holds("an example", expression, context())


def test_nothing_that_is_not_evaluated_is_passed_over() -> None:
    schema = {"x-kubernetes-validations": [{"rule": "true", "messageExpression": "'x'"}]}
    with pytest.raises(NotEvaluated, match="messageExpression"):
        list(judged_by_schema(schema, {}))
