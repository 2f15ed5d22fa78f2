"""ValidatingAdmissionPolicies: what the definition cannot do, made from the table of rules.

One refuses what would cost too much inside the definition, the other one warns. Both look at a
resource when it is created or its spec changes; neither is asked about status or deletion. As the
definition does, the first one lets pass what an update leaves as it was stored.
"""

from collections.abc import Callable
from itertools import takewhile

from hooks.definition.definition import GROUP, VERSION
from hooks.definition.validations import METADATA, SELF, message_of
from hooks.kube.objects import Obj
from hooks.models.instana_agent import PLURAL
from hooks.rules import TABLE, Layer, Rule
from hooks.rules.walking import ITEMS, VALUES, steps_of

API_VERSION = "admissionregistration.k8s.io/v1"
LABELS = {"app.kubernetes.io/name": "instana-agent-hooks", "app.kubernetes.io/part-of": "instana"}
ERRORS, WARNINGS = "instana-agent-errors", "instana-agent-warnings"
CREATING = "request.operation == 'CREATE'"
CHANGED = f"{CREATING} || !has(oldObject.spec) || object.spec != oldObject.spec"


def policies() -> list[Obj]:
    """Return the policies with their bindings."""
    rules = [rule for rule in TABLE if rule.layers[:1] == (Layer.POLICY,)]
    errors = [rule for rule in rules if rule.is_error]
    warnings = [rule for rule in rules if not rule.is_error]
    return [
        _policy(ERRORS, errors, failure_policy="Fail"),
        _binding(ERRORS, "Deny"),
        _policy(WARNINGS, warnings, failure_policy="Ignore"),
        _binding(WARNINGS, "Warn"),
    ]


def _policy(name: str, rules: list[Rule], failure_policy: str) -> Obj:
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "failurePolicy": failure_policy,
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [GROUP],
                        "apiVersions": [VERSION],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": [PLURAL],
                    }
                ]
            },
            "matchConditions": [
                {"name": "spec-is-there", "expression": "has(object.spec)"},
                {"name": "spec-is-new", "expression": CHANGED},
            ],
            "validations": [_validation(rule, place) for rule in rules for place in rule.places],
        },
    }


def _binding(name: str, action: str) -> Obj:
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {"policyName": name, "validationActions": [action]},
    }


def _validation(rule: Rule, place: str) -> Obj:
    expression = _at(steps_of(place), "object", lambda value: SELF.sub(value, rule.cel))
    if rule.on_create:
        expression = f"!({CREATING}) || ({expression})"
    elif rule.is_error:
        expression = f"({_is_as_stored(place)}) || {expression}"
    return {"expression": expression, "message": f"{place}{rule.field}: {message_of(rule)}"}


def _is_as_stored(place: str) -> str:
    """Return the expression that an update leaves the place as it is."""
    outside = takewhile(lambda step: step not in (ITEMS, VALUES), steps_of(place))
    path = "".join(f".?{step}" for step in outside)
    return f"!({CREATING}) && oldObject{path} == object{path}"


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
