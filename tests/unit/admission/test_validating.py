"""`/admission/validate`: what is refused, what is warned of, and what goes through unasked."""

from pathlib import Path
from typing import Any

import pytest

from hooks.admission import InlineSecrets, default, validate
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.rules import INLINE_SECRETS, TABLE, Layer, Rule
from tests.support.files import document_in
from tests.support.rejected import OF_AGENTS, Case, Verdict
from tests.support.resources import agent, merged
from tests.support.reviews import UID, refused_by, review, warned_by
from tests.support.rules import WITH_EXAMPLES, example

GO_OPERATOR = sorted(Path("tests/fixtures/go-operator").glob("*/input.yaml"))
SAID_HERE = [rule for rule in WITH_EXAMPLES if Layer.WEBHOOK in rule.layers]
ELSEWHERE = {
    "nodes-shared",
    "object-of-installation",
    "object-overwritten",
    "served-version",
    "unknown-field",
}
ONLY_BY_SCHEMA = {"missing-endpoint-host", "quantity-float", "unknown-field"}
"""What only the API server refuses, which asks the schema first."""

BROKEN = {"agent": {"mode": "FULL"}}
SECRET = "top-s3cret"


NOTHING_KNOWN = Facts()
ALL_KNOWN = Facts(kubernetes_version="1.36", node_zones=True)


def validated(
    new: Obj,
    old: Obj | None = None,
    inline: InlineSecrets = InlineSecrets.WARN,
    facts: Facts = NOTHING_KNOWN,
    **request: Any,
) -> Obj:
    return validate(review(new, old, **request), facts, inline)


def test_nearly_every_rule_is_asked_here() -> None:
    assert {rule.identifier for rule in TABLE if Layer.WEBHOOK not in rule.layers} == ELSEWHERE


@pytest.mark.parametrize("rule", SAID_HERE, ids=lambda rule: rule.identifier)
def test_bad_example_is_told(rule: Rule) -> None:
    answer = validated(example(rule, rule.bad))

    told = refused_by(answer) if rule.is_error else warned_by(answer)
    assert rule.identifier in told
    assert rule.is_error is not answer["response"]["allowed"]


@pytest.mark.parametrize("rule", SAID_HERE, ids=lambda rule: rule.identifier)
def test_good_example_is_not(rule: Rule) -> None:
    answer = validated(example(rule, rule.good), facts=ALL_KNOWN)

    assert answer["response"]["allowed"]
    assert rule.identifier not in warned_by(answer)


@pytest.mark.parametrize("file", GO_OPERATOR, ids=lambda file: file.parent.name)
def test_what_works_with_the_go_operator_is_taken(file: Path) -> None:
    assert validated(document_in(file))["response"]["allowed"]


@pytest.mark.parametrize(
    "case", [case for case in OF_AGENTS if case.rule != "served-version"], ids=str
)
def test_recorded_mistake_has_its_verdict(case: Case) -> None:
    answer = validated(case.objects[0])

    is_told = case.verdict is Verdict.REFUSED and case.name not in ONLY_BY_SCHEMA
    assert refused_by(answer) == ({case.rule} if is_told else set())
    assert case.verdict is not Verdict.WARNED or case.rule in warned_by(answer)


# What goes through.


@pytest.mark.parametrize(
    "request_",
    [
        {"operation": "DELETE", "object": None},
        {"operation": "CONNECT"},
        {"operation": "UPDATE", "subResource": "status"},
        {"operation": "UPDATE", "oldObject": agent(BROKEN, name="before")},
        {"object": agent(BROKEN) | {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}},
    ],
    ids=["deletion", "connection", "status", "unchanged spec", "being deleted"],
)
def test_a_broken_spec_is_in_nobodys_way(request_: Obj) -> None:
    body = review(agent(BROKEN), **request_)

    for answer in (validate(body, Facts(), InlineSecrets.DENY), default(body)):
        assert answer["response"] == {"uid": UID, "allowed": True}


# Updates.


def test_what_the_stored_object_has_too_is_warned_of() -> None:
    answer = validated(agent(BROKEN | {"zone": {"name": "east"}}), agent(BROKEN))

    assert answer["response"]["allowed"]
    assert "mode" in warned_by(answer)


@pytest.mark.parametrize(
    ("before", "now", "rule"),
    [
        ({}, BROKEN, "mode"),
        (BROKEN, {"agent": {"mode": "HALF"}}, "mode"),
        (BROKEN, BROKEN | {"k8s_sensor": {"deployment": {"replicas": -1}}}, "count"),
        (
            {"zones": [{"name": "A"}, {"name": "b"}]},
            {"zones": [{"name": "A"}, {"name": "B"}]},
            "zone-name",
        ),
        ({"openshift": "yes"}, {"openshift": "no"}, "field-type"),
    ],
    ids=["new", "other value", "one more", "further item", "type"],
)
def test_what_the_update_brings_is_refused(before: Obj, now: Obj, rule: str) -> None:
    assert refused_by(validated(agent(now), agent(before))) == {rule}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"zones": [{"name": "A"}]}, {"zones": [{"name": "b"}, {"name": "A"}]}),
        (
            {"agent": {"pod": {"labels": {"a.b/c": "="}}}},
            {"agent": {"pod": {"labels": {"a.b/c": "=", "d": "e"}}}},
        ),
        (
            {"agent": {"pod": {"volumeMounts": [{"name": "repo", "mountPath": "/a"}]}}},
            {
                "agent": {"pod": {"volumeMounts": [{"name": "repo", "mountPath": "/a"}]}},
                "zone": {"name": "x"},
            },
        ),
    ],
    ids=["moved in a list", "entry of a map", "only children show it"],
)
def test_the_same_mistake_elsewhere_is_the_same(before: Obj, now: Obj) -> None:
    assert refused_by(validated(agent(before)))
    assert validated(agent(now), agent(before))["response"]["allowed"]


def test_names_are_asked_on_creation_only() -> None:
    rule = next(rule for rule in TABLE if rule.identifier == "resource-name")
    old = example(rule, rule.bad)
    new = merged(old, {"spec": {"zone": {"name": "east"}}})

    assert refused_by(validated(old)) == {"resource-name"}
    answer = validated(new, old)
    assert answer["response"]["allowed"]
    assert "resource-name" not in warned_by(answer)


# Secrets in the resource.


@pytest.mark.parametrize(
    "rule", [r for r in TABLE if r.identifier in INLINE_SECRETS], ids=lambda rule: rule.identifier
)
def test_secrets_are_allowed_warned_of_or_denied(rule: Rule) -> None:
    resource = example(rule, rule.bad)
    allowed, warned, denied = (validated(resource, None, inline) for inline in InlineSecrets)

    assert not warned_by(allowed) & INLINE_SECRETS
    assert rule.identifier in warned_by(warned)
    assert rule.identifier in refused_by(denied)
    assert (allowed["response"]["allowed"], warned["response"]["allowed"]) == (True, True)


def test_a_secret_that_stays_is_not_denied() -> None:
    backend = {"endpointHost": "a", "endpointPort": "1", "key": SECRET}
    other = {"endpointHost": "b", "endpointPort": "1", "keySecretKeyRef": {"name": "a", "key": "b"}}
    before = agent({"agent": {"key": SECRET, "additionalBackends": [backend]}})
    moved = agent({"agent": {"key": SECRET, "additionalBackends": [other, backend]}})
    changed = agent({"agent": {"key": f"{SECRET}2", "additionalBackends": [backend]}})

    answer = validated(moved, before, InlineSecrets.DENY)
    assert warned_by(answer) == {"inline-key", "inline-backend-key"}
    assert refused_by(validated(changed, before, InlineSecrets.DENY)) == {"inline-key"}


@pytest.mark.parametrize("inline", InlineSecrets)
def test_no_value_is_told(inline: InlineSecrets) -> None:
    spec = {
        "agent": {
            "key": f"{SECRET}\n",
            "mode": SECRET,
            "endpointPort": SECRET,
            "configuration_yaml": f"{SECRET}: [",
            "tls": {"certificate": SECRET, "key": f"{SECRET}!"},
            "proxyPassword": SECRET,
        }
    }

    assert SECRET not in str(validated(agent(spec), None, inline))
    assert SECRET not in str(validated(agent(spec), agent(), inline))
