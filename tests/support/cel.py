"""CEL as the API server evaluates it: the rules in a definition's schema, and admission policies.

The library has CEL itself; Kubernetes' own functions are here. Types, costs and what older versions
of Kubernetes take are left to the tests with an API server. Of texts the library counts bytes where
CEL counts characters: the only text that a rule measures is a name, which has none but ASCII ones.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cel

from hooks.kube.objects import Obj
from hooks.kube.quantities import InvalidQuantity, quantity_value

KEYWORD = "x-kubernetes-validations"
POLICY = "ValidatingAdmissionPolicy"
OF_A_RULE = {"rule", "message", "fieldPath", "reason", "optionalOldSelf"}
OF_A_POLICY = {
    *("failurePolicy", "matchConstraints", "matchConditions", "paramKind"),
    *("variables", "validations"),
}
OF_A_VALIDATION = {"expression", "message", "messageExpression"}
OF_A_BINDING = {"policyName", "validationActions", "paramRef"}


class NoVerdict(AssertionError):
    """An expression is neither true nor false of what it was asked about."""

    def __init__(self, name: str, expression: str, why: object) -> None:
        """Take the name of the expression, the expression, and what came of it instead."""
        super().__init__(f"{name} has no verdict: {why}\n{expression}")


class NotEvaluated(AssertionError):
    """A rule or a policy has a field that is not evaluated here, and that could say otherwise."""

    def __init__(self, fields: Iterable[str]) -> None:
        """Take the names of the fields."""
        super().__init__(f"not evaluated here: {', '.join(sorted(fields))}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an expression says of a part of a resource.

    `name`: of the expression, by its place; `path`: of the field that it blames where it does not
    hold; `actions`: what the API server does then.
    """

    name: str
    path: str
    message: str
    holds: bool
    is_of_change: bool = False
    actions: tuple[str, ...] = ("Deny",)


def _is_quantity(text: str) -> bool:
    try:
        quantity_value(text)
    except InvalidQuantity:
        return False
    return True


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "quantity": lambda text: f"{quantity_value(text):f}",
    "isQuantity": _is_quantity,
    "isLessThan": lambda one, other: quantity_value(one) < quantity_value(other),
    "isGreaterThan": lambda one, other: quantity_value(one) > quantity_value(other),
}


@cache
def compiled(expression: str) -> cel.Program:
    """Return the expression, ready to be evaluated."""
    return cel.compile(expression)


def context(**variables: Any) -> cel.Context:
    """Return what expressions see: some variables, and Kubernetes' functions."""
    return cel.Context(variables, FUNCTIONS)


def holds(name: str, expression: str, seen: cel.Context) -> bool:
    """Tell whether an expression is true; raises NoVerdict unless it is that or false."""
    try:
        outcome = compiled(expression).execute(seen)
    except Exception as error:
        raise NoVerdict(name, expression, error) from error
    if not isinstance(outcome, bool):
        raise NoVerdict(name, expression, outcome)
    return outcome


# Rules in a schema.


def rules_in(schema: Obj, place: str = "") -> Iterator[tuple[str, Obj]]:
    """Yield the rules in a schema, each with its name."""
    for index, rule in enumerate(schema.get(KEYWORD, ())):
        yield f"{place}#{index}", rule
    for field, part in schema.get("properties", {}).items():
        yield from rules_in(part, f"{place}.{field}")
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(schema.get(keyword), dict):
            yield from rules_in(schema[keyword], place + step)


def judged_by_schema(schema: Obj, new: Any, old: Any = None) -> Iterator[Verdict]:
    """Yield what the rules in a schema say of a value; with the value before, of the change."""
    yield from _judged(schema, new, old, "", "")


def _judged(schema: Obj, new: Any, old: Any, place: str, path: str) -> Iterator[Verdict]:
    if rules := schema.get(KEYWORD):
        # What they see is made once for all of them, as that takes longer than most of them.
        asking = {rule.get("optionalOldSelf", False) for rule in rules}
        seen = {of_change: _seen_by_rules(new, old, of_change=of_change) for of_change in asking}
        for index, rule in enumerate(rules):
            shown = seen[rule.get("optionalOldSelf", False)]
            yield _by_rule(rule, shown, f"{place}#{index}", path)
    if isinstance(new, list):
        # No item is compared with one before: the lists of the resource have no rules on that.
        for index, item in enumerate(new):
            yield from _judged(
                schema.get("items", {}), item, None, f"{place}[]", f"{path}[{index}]"
            )
    elif isinstance(new, dict):
        before = old if isinstance(old, dict) else {}
        for name, part in new.items():
            of, step, in_path = _step(schema, name)
            yield from _judged(of, part, before.get(name), place + step, path + in_path)


def _step(schema: Obj, name: str) -> tuple[Obj, str, str]:
    """Return the schema of a field or an entry, and the step to it in a place and in a path."""
    properties = schema.get("properties", {})
    if name in properties:
        return properties[name], f".{name}", f".{name}"
    return schema.get("additionalProperties", {}), "{}", f"[{name}]"


def _seen_by_rules(new: Any, old: Any, *, of_change: bool) -> cel.Context:
    if not of_change:
        return context(self=new)
    before = cel.OptionalValue.none() if old is None else cel.OptionalValue.of(old)
    return context(self=new, oldSelf=before)


def _by_rule(rule: Obj, seen: cel.Context, name: str, path: str) -> Verdict:
    _check(rule, OF_A_RULE)
    return Verdict(
        name,
        (path + rule.get("fieldPath", "")).removeprefix("."),
        rule["message"],
        holds(name, rule["rule"], seen),
        rule.get("optionalOldSelf", False),
    )


# Policies.


def validations_in(manifests: Iterable[Obj]) -> Iterator[tuple[str, Obj]]:
    """Yield the validations of all policies, each with its name."""
    for policy in _of_kind(manifests, POLICY):
        for index, validation in enumerate(policy["spec"]["validations"]):
            yield f"{policy['metadata']['name']}#{index}", validation


def judged_by_policies(
    manifests: Iterable[Obj],
    new: Obj,
    old: Obj | None = None,
    groups: tuple[str, ...] = (),
    params: tuple[Obj, ...] = (),
) -> Iterator[Verdict]:
    """Yield what the policies that are bound say of an object that is created, or changed.

    Which objects a policy is about is not asked; `groups` are those of the user who writes,
    `params` the parameters of a policy that has some.
    """
    request = {"operation": "UPDATE" if old else "CREATE", "userInfo": {"groups": [*groups]}}
    seen = {"object": new, "oldObject": old, "request": request}
    policies = {each["metadata"]["name"]: each for each in _of_kind(manifests, POLICY)}
    for binding in _of_kind(manifests, f"{POLICY}Binding"):
        _check(binding["spec"], OF_A_BINDING)
        policy, actions = (
            policies[binding["spec"]["policyName"]],
            binding["spec"]["validationActions"],
        )
        for more in (
            [{"params": each} for each in params] if "paramRef" in binding["spec"] else [{}]
        ):
            yield from _by_policy(policy, seen | more, tuple(actions))


def _by_policy(policy: Obj, values: Obj, actions: tuple[str, ...]) -> Iterator[Verdict]:
    spec = policy["spec"]
    _check(spec, OF_A_POLICY)
    asked = context(**values)
    if not all(holds(each["name"], each["expression"], asked) for each in spec["matchConditions"]):
        return
    seen = context(**values, variables=_variables(spec, values))
    for name, validation in validations_in([policy]):
        _check(validation, OF_A_VALIDATION)
        message = _message(validation, seen)
        is_fine = holds(name, validation["expression"], seen)
        yield Verdict(name, message.partition(": ")[0], message, is_fine, actions=actions)


def _message(validation: Obj, seen: cel.Context) -> str:
    expression = validation.get("messageExpression")
    message: str = compiled(expression).execute(seen) if expression else validation["message"]
    return message


def _variables(spec: Obj, values: Obj) -> Obj:
    """Return the variables of a policy, each of which may be made of those before it."""
    found: Obj = {}
    for each in spec.get("variables", ()):
        seen = context(**values, variables=found)
        found = found | {each["name"]: compiled(each["expression"]).execute(seen)}
    return found


def _of_kind(manifests: Iterable[Obj], kind: str) -> list[Obj]:
    return [each for each in manifests if each["kind"] == kind]


def _check(given: Obj, known: set[str]) -> None:
    """Refuse what is not evaluated here, so that nothing is passed over; raises NotEvaluated."""
    unknown = given.keys() - known
    if unknown:
        raise NotEvaluated(unknown)
