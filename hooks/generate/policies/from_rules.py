"""ValidatingAdmissionPolicies: what the CRD cannot check, made from the table of rules.

One rejects what would cost too much to check in the CRD, another one warns, and a third one warns
of credentials. A fourth one, which is optional, rejects credentials that a resource did not have
before. All check a resource when it is created or its spec changes; none checks updates of its
status or a deletion. Like the CRD, those that reject tolerate what an update leaves as it was
stored.
"""

from collections.abc import Iterable

from hooks.generate.crd.definition import GROUP, VERSION
from hooks.generate.crd.validations import SELF, message_of
from hooks.generate.policies.places import CREATING, everywhere, where_new
from hooks.generate.policies.policy import (
    CREATE,
    DENY,
    FAIL,
    IGNORE,
    UPDATE,
    WARN,
    binding,
    policy,
    resource_rule,
)
from hooks.kube.objects import Obj
from hooks.models.instana_agent import PLURAL
from hooks.rules import INLINE_SECRETS, TABLE, Layer, Rule

ERRORS, WARNINGS = "instana-agent-errors", "instana-agent-warnings"
INLINE, NEW_INLINE = "instana-agent-inline-secrets", "instana-agent-new-inline-secrets"
CHANGED = f"{CREATING} || !has(oldObject.spec) || object.spec != oldObject.spec"


CONDITIONS = (
    {"name": "spec-is-there", "expression": "has(object.spec)"},
    {"name": "spec-is-new", "expression": CHANGED},
)
"""When a resource is checked."""

RULES = tuple(rule for rule in TABLE if rule.layers[0] is Layer.POLICY and rule.cel)
SECRETS = tuple(rule for rule in RULES if rule.identifier in INLINE_SECRETS)


def policies() -> list[Obj]:
    """Return the policies with their bindings."""
    errors = [rule for rule in RULES if rule.is_error]
    warnings = [rule for rule in RULES if not rule.is_error and rule not in SECRETS]
    return [
        _policy(ERRORS, _validations(errors), FAIL),
        binding(ERRORS, DENY),
        _policy(WARNINGS, _validations(warnings), IGNORE),
        binding(WARNINGS, WARN),
        _policy(INLINE, _validations(SECRETS), IGNORE),
        binding(INLINE, WARN),
    ]


def inline_secrets_denied() -> list[Obj]:
    """Return the policy, with its binding, that rejects credentials which were not there before."""
    validations = [_of_new(rule, place) for rule in SECRETS for place in rule.places]
    return [_policy(NEW_INLINE, validations, FAIL), binding(NEW_INLINE, DENY)]


def _policy(name: str, validations: list[Obj], failure_policy: str) -> Obj:
    return policy(
        name,
        {"resourceRules": [resource_rule(GROUP, VERSION, (CREATE, UPDATE), PLURAL)]},
        failure_policy,
        matchConditions=[*CONDITIONS],
        validations=validations,
    )


def _validations(rules: Iterable[Rule]) -> list[Obj]:
    return [_validation(rule, place) for rule in rules for place in rule.places]


def _validation(rule: Rule, place: str) -> Obj:
    if rule.is_error:
        return _of_new(rule, place)
    expression = everywhere(place, lambda value: SELF.sub(value, rule.cel))
    if rule.on_create:
        expression = f"!({CREATING}) || ({expression})"
    return _entry(rule, place, expression)


def _of_new(rule: Rule, place: str) -> Obj:
    """Return the validation that also tolerates what the stored resource has at the place."""
    return _entry(rule, place, where_new(place, lambda value: SELF.sub(value, rule.cel)))


def _entry(rule: Rule, place: str, expression: str) -> Obj:
    return {"expression": expression, "message": f"{place}{rule.field}: {message_of(rule)}"}
