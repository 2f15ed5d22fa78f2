"""The rules of the table as `x-kubernetes-validations`, each at its own place in the schema.

At `spec` or below, unchanged parts are not validated again, so that what was stored before a rule
existed can still be labelled, finalised and deleted. The name is checked on creation.
"""

import re
from typing import Any

from hooks.generate.crd.structural import PRESERVED
from hooks.kube.objects import Obj
from hooks.rules import TABLE, Layer, Rule
from hooks.rules.bounds import BOUNDS
from hooks.rules.connection import LINES
from hooks.rules.walking import ITEMS, VALUES, steps_of

KEYWORD = "x-kubernetes-validations"
METADATA = "metadata"
SELF = re.compile(r"\bself\b")
SECRETS = frozenset(LINES) | {f"spec.agent.tls.{field}" for field in ("certificate", "key")}
STORED = "oldSelf.hasValue()"
WHAT_IS_STORED = "oldSelf.value()"
KEYWORDS_OF_STEPS = {ITEMS: "items", VALUES: "additionalProperties"}


def with_rules(schema: Obj) -> Obj:
    """Return the schema of the resource with the bounds and rules at their places."""
    for place, bound in BOUNDS.items():
        schema = changed(schema, steps_of(place), bound)
    for rule in TABLE:
        for place in rule.places if rule.keywords else ():
            schema = changed(schema, steps_of(place), rule.keywords or {})
        if rule.layers[0] is Layer.CEL:
            schema = _with_rule(schema, rule)
    return schema


def message_of(rule: Rule) -> str:
    """Return the API server's message for the rule."""
    return f"{rule.message} (rule {rule.identifier})"


def _with_rule(schema: Obj, rule: Rule) -> Obj:
    for place in rule.places:
        steps = steps_of(place)
        if place == METADATA:
            steps, written = [], _on_create(rule)
        elif place in SECRETS:
            field = steps.pop()
            written = _of_secret(rule, field, _at(schema, steps))
        else:
            written = _written(schema, steps, rule)
        schema = changed(schema, steps, {KEYWORD: [written]})
    return schema


def _of_secret(rule: Rule, field: str, of: Any) -> Obj:
    """Return the rule on the part around a credential: a rule on a string would show its value."""
    own = f"self.{field}"
    expression = SELF.sub(own, rule.cel)
    return {
        **_ratcheting(f"!has({own}) || ({expression})", of),
        "fieldPath": f".{field}",
        "message": message_of(rule),
    }


def _on_create(rule: Rule) -> Obj:
    expression = SELF.sub(f"self.{METADATA}", rule.cel)
    return {
        "rule": f"{STORED} || ({expression})",
        "optionalOldSelf": True,
        "fieldPath": f".{METADATA}",
        "message": f"{rule.field[1:]} {message_of(rule)}",
    }


def _written(schema: Obj, steps: list[str], rule: Rule) -> Obj:
    has_field = rule.field and _at(schema, [*steps, *rule.field[1:].split(".")]) is not None
    path = {"fieldPath": rule.field} if has_field else {}
    return {**_ratcheting(rule.cel, _at(schema, steps)), **path, "message": message_of(rule)}


def _ratcheting(expression: str, of: Any) -> Obj:
    """Return the rule by an expression that tolerates what broke it before.

    The API server does so itself, except where the part has content without a schema: that never
    counts as unchanged, so that the API server would check it again for every new label.
    """
    if not _holds_content_without_schema(of):
        return {"rule": expression}
    before = SELF.sub(WHAT_IS_STORED, expression)
    return {"rule": f"({expression}) || ({STORED} && !({before}))", "optionalOldSelf": True}


def _holds_content_without_schema(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    below = (*part.get("properties", {}).values(), part.get("items"))
    further = part.get("additionalProperties")
    return bool(part.get(PRESERVED)) or any(map(_holds_content_without_schema, (*below, further)))


def _at(schema: Obj, steps: list[str]) -> Any:
    """Return the schema of a part, None if there is none: a rule may be about different fields."""
    part: Any = schema
    for step in steps:
        keyword = KEYWORDS_OF_STEPS.get(step)
        part = part[keyword] if keyword else part.get("properties", {}).get(step)
        if part is None:
            return None
    return part


def changed(schema: Obj, steps: list[str], more: Obj) -> Obj:
    """Return the schema with more keywords at a place, and below it; lists of rules grow."""
    if not steps:
        return _joined(schema, more)
    step, rest = steps[0], steps[1:]
    keyword = KEYWORDS_OF_STEPS.get(step)
    if keyword:
        return schema | {keyword: changed(schema[keyword], rest, more)}
    properties = schema["properties"]
    return schema | {"properties": properties | {step: changed(properties[step], rest, more)}}


def _joined(schema: Obj, more: Obj) -> Obj:
    """Return the schema with further keywords; a default that they reject is dropped."""
    joined = schema | {name: _with_keyword(schema, name, part) for name, part in more.items()}
    if more.get("minLength") and joined.get("default") == "":
        del joined["default"]
    return joined


def _with_keyword(schema: Obj, name: str, part: Any) -> Any:
    """Return the value of a keyword with a part added to it."""
    given: Any = schema.get(name)
    if name == KEYWORD:
        return [*(given or ()), *part]
    if name == "required":
        return [*dict.fromkeys((*(given or ()), *part))]
    if name == "properties":
        return given | {field: _joined(given[field], below) for field, below in part.items()}
    return _joined(given, part) if name in KEYWORDS_OF_STEPS.values() else part
