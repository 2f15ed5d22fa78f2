"""ValidatingAdmissionPolicies: what the definition cannot do, made from the table of rules.

One refuses what would cost too much inside the definition, another one warns, a third one warns of
secrets. A fourth one, which is a choice, refuses secrets that a resource did not have before. All
look at a resource when it is created or its spec changes; none is asked about status or deletion.
As the definition does, those that refuse let pass what an update leaves as it was stored.
"""

from collections.abc import Callable, Iterable

from hooks.definition.definition import GROUP, VERSION
from hooks.definition.policy import (
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
from hooks.definition.validations import METADATA, SELF, message_of
from hooks.kube.objects import Obj
from hooks.models.instana_agent import PLURAL
from hooks.rules import INLINE_SECRETS, TABLE, Layer, Rule
from hooks.rules.walking import ITEMS, VALUES, steps_of

ERRORS, WARNINGS = "instana-agent-errors", "instana-agent-warnings"
INLINE, NEW_INLINE = "instana-agent-inline-secrets", "instana-agent-new-inline-secrets"
CREATING = f"request.operation == '{CREATE}'"
CHANGED = f"{CREATING} || !has(oldObject.spec) || object.spec != oldObject.spec"


CONDITIONS = (
    {"name": "spec-is-there", "expression": "has(object.spec)"},
    {"name": "spec-is-new", "expression": CHANGED},
)
"""When a resource is looked at."""

RULES = tuple(rule for rule in TABLE if rule.layers[0] is Layer.POLICY)
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
    """Return the policy, with its binding, that refuses secrets which were not there before."""
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
    expression = _at(steps_of(place), "object", lambda value: SELF.sub(value, rule.cel))
    if rule.on_create:
        expression = f"!({CREATING}) || ({expression})"
    return _told(rule, place, expression)


def _of_new(rule: Rule, place: str) -> Obj:
    """Return the validation that spares what the stored resource has at the place, too."""
    steps = steps_of(place)

    def holds(value: str) -> str:
        is_stored = f"!({CREATING}) && {_exists(steps, value)}"
        return f"({is_stored}) || ({SELF.sub(value, rule.cel)})"

    return _told(rule, place, _at(steps, "object", holds))


def _told(rule: Rule, place: str, expression: str) -> Obj:
    return {"expression": expression, "message": f"{place}{rule.field}: {message_of(rule)}"}


def _exists(steps: list[str], wanted: str, value: str = "oldObject") -> str:
    """Return the expression that the stored resource has a value at a place, in any item of it."""
    if not steps:
        return f"{value} == {wanted}"
    step, rest = steps[0], steps[1:]
    if step == ITEMS:
        return f"{value}.exists(old, {_exists(rest, wanted, 'old')})"
    return f"has({value}.{step}) && {_exists(rest, wanted, f'{value}.{step}')}"


def _at(steps: list[str], value: str, expression: Callable[[str], str], depth: int = 0) -> str:
    """Return the expression for what there is at a place; nothing there is fine."""
    if not steps:
        return f"({expression(value)})"
    step, rest = steps[0], steps[1:]
    if step == ITEMS:
        each = f"item{depth}"
        return f"{value}.all({each}, {_at(rest, each, expression, depth + 1)})"
    if step == VALUES:
        each = f"key{depth}"
        return f"{value}.all({each}, {_at(rest, f'{value}[{each}]', expression, depth + 1)})"
    inner = _at(rest, f"{value}.{step}", expression, depth)
    is_there = step in (METADATA, "spec") and value == "object"
    return inner if is_there else f"(!has({value}.{step}) || {inner})"
