"""`values.schema.json`: what the chart's values may be, made from the models."""

from functools import reduce
from typing import Final

import orjson

from hooks.generate.chart.controller_values import ControllerValues
from hooks.generate.chart.existing_values import EXISTING
from hooks.generate.chart.existing_values_template import admitted
from hooks.generate.chart.misshapen import also_allowed, misshapen
from hooks.generate.chart.texts import TO_BE_GIVEN, is_port, is_quantity, is_variables
from hooks.generate.crd.definition import schema as resource_schema
from hooks.generate.crd.fields import fields_of
from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING
from hooks.generate.crd.structural import PRESERVED, structural
from hooks.generate.crd.validations import SECRETS, changed
from hooks.kube.objects import Obj
from hooks.rules import TABLE, Rule
from hooks.rules.patterns import HIGHEST_PORT
from hooks.rules.schemas import EMPTY, inside, needed
from hooks.rules.walking import steps_of

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
ANY: Final = "any"
ANYTHING: Final[Obj] = {"$ref": f"#/definitions/{ANY}"}
LAST_EXACT: Final = 2**53 - 1
"""Helm reads numbers as floating-point numbers: larger ones would change on their way to the
resource."""

KEYWORDS: Final = ("description", "enum", "pattern", "minimum", "maximum", "propertyNames")
LENGTHS: Final = ("minLength", "maxLength", "minItems", "maxItems")
NAMES_OF_YAML: Final[Obj] = {"true": False, "false": False}
"""What YAML reads a name such as `on` or `no` without quotes as."""

IS_PORT: Final[Obj] = {
    "type": ["string", "integer", "null"],
    "minimum": 1,
    "maximum": HIGHEST_PORT,
}
VARIABLES: Final[Obj] = {"properties": NAMES_OF_YAML, "additionalProperties": True}
"""The templates turn numbers and booleans into strings, and report values that are neither."""


def values_schema() -> str:
    """Return the schema as JSON text."""
    return orjson.dumps(schema(), option=orjson.OPT_INDENT_2).decode() + "\n"


def schema() -> Obj:
    """Return the schema of all values: the spec, `controller`, and what Helm itself knows."""
    return {
        "$schema": DIALECT,
        "definitions": {ANY: _anything()},
        "type": "object",
        "properties": _properties(),
        "additionalProperties": False,
        "allOf": [_not_empty(rule) for rule in TABLE if rule.identifier in TO_BE_GIVEN],
    }


def _not_empty(rule: Rule) -> Obj:
    """Return the schema that requires a non-empty string once any of the rule's strings is empty.

    An empty string, such as from a variable that a shell does not have, was meant to have a value.
    Without any of the strings, the first release leaves the InstanaAgent out and says what is
    missing.
    """
    empty = [_at(name.split("."), EMPTY) for name in TO_BE_GIVEN[rule.identifier]]
    without = {"not": _at(["controller", "agent", "create"], {"enum": [False]})}
    (place,) = rule.places
    steps = reversed(steps_of(place)[1:])
    there = reduce(lambda below, step: inside(step, below), steps, rule.schema)
    return {"if": {"anyOf": empty, **without}, "then": there}


def _at(path: list[str], schema: Obj) -> Obj:
    """Return the schema of an object that has, at a path, a field with the given schema."""
    return reduce(lambda below, step: needed(step, below), reversed(path), schema)


def _properties() -> Obj:
    spec = _with_rules(resource_schema())["properties"]["spec"]
    controller = structural(fields_of(ControllerValues))
    properties: Obj = {name: _values(part, name) for name, part in spec["properties"].items()}
    for existing in EXISTING:
        properties = admitted(properties, existing)
    for shape in misshapen():
        properties = also_allowed(properties, shape)
    return properties | {
        "controller": _values(controller, "controller"),
        "enabled": {"description": "For parent charts, to use as a condition.", "type": "boolean"},
        "global": {"description": "Values of all charts; no effect.", "type": "object"},
    }


def _with_rules(resource: Obj) -> Obj:
    """Return the resource's schema with the rules on its spec, as far as a schema can express them.

    Rules on credentials are left out: if a string does not match a pattern, Helm prints its value.
    """
    for rule in TABLE:
        for place in rule.places if rule.is_error else ():
            steps = steps_of(place)
            if place not in SECRETS and steps[0] == "spec":
                resource = changed(resource, steps, rule.schema)
    return resource


def _values(field: Obj, name: str) -> Obj:
    """Return the JSON schema of a structural one; null counts as not given."""
    own = {keyword: field[keyword] for keyword in (*KEYWORDS, *LENGTHS) if keyword in field}
    if "enum" in own:
        own["enum"] = [*own["enum"], None]
    if is_quantity(field):
        return own | {"type": ["string", "number", "null"]}
    if is_port(name, field):
        return own | IS_PORT
    if IS_INT_OR_STRING in field:
        return own | {"type": ["string", "integer", "null"]}
    if "type" not in field:
        return {**ANYTHING}
    if is_variables(name, field):
        return own | {"type": ["object", "null"], **VARIABLES}
    return own | _of_type(field)


def _of_type(field: Obj) -> Obj:
    kind = field["type"]
    if kind == "object":
        return {"type": ["object", "null"]} | _of_object(field)
    if kind == "array":
        return {"type": ["array", "null"], "items": _values(field["items"], "")}
    return {"type": [kind, "null"]}


def _of_object(field: Obj) -> Obj:
    required = field.get("required", [])
    further = field.get("additionalProperties")
    properties = {
        name: _given(_values(part, name)) if name in required else _values(part, name)
        for name, part in field.get("properties", {}).items()
    }
    if isinstance(further, dict):
        return {"properties": NAMES_OF_YAML, "additionalProperties": _values(further, "")}
    if field.get(PRESERVED):
        return {"properties": properties, "additionalProperties": ANYTHING}
    return {
        **({"required": required} if required else {}),
        "properties": properties,
        "additionalProperties": False,
    }


def _given(schema: Obj) -> Obj:
    """Return the schema of a field that must be given: null does not count."""
    types = [kind for kind in schema["type"] if kind != "null"]
    return schema | {"type": types}


def _anything() -> Obj:
    return {
        "minimum": -LAST_EXACT,
        "maximum": LAST_EXACT,
        "items": ANYTHING,
        "additionalProperties": ANYTHING,
    }
