"""`values.schema.json`: what the chart's values may be, made from the models."""

from typing import Final

import orjson

from hooks.generate.chart.controller_values import ControllerValues
from hooks.generate.chart.existing_values import EXISTING
from hooks.generate.chart.existing_values_template import admitted
from hooks.generate.chart.texts import is_port, is_quantity, is_variables
from hooks.generate.crd.definition import schema as resource_schema
from hooks.generate.crd.fields import fields_of
from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING
from hooks.generate.crd.structural import PRESERVED, structural
from hooks.kube.objects import Obj

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
ANY: Final = "any"
ANYTHING: Final[Obj] = {"$ref": f"#/definitions/{ANY}"}
LAST_EXACT: Final = 2**53 - 1
"""Helm reads numbers as floating-point ones: larger ones would be others in the resource."""

KEYWORDS: Final = ("description", "enum", "pattern", "minimum", "maximum")
LENGTHS: Final = ("minLength", "maxLength", "minItems", "maxItems")
NAMES_OF_YAML: Final[Obj] = {"true": False, "false": False}
"""What a name such as `on` or `no` without quotes is read as."""

VARIABLES: Final[Obj] = {"properties": NAMES_OF_YAML, "additionalProperties": True}
"""The templates make texts of numbers and truth values, and say which values are neither."""


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
    }


def _properties() -> Obj:
    spec = resource_schema()["properties"]["spec"]
    controller = structural(fields_of(ControllerValues))
    properties: Obj = {name: _values(part, name) for name, part in spec["properties"].items()}
    for existing in EXISTING:
        properties = admitted(properties, existing)
    return properties | {
        "controller": _values(controller, "controller"),
        "enabled": {"description": "For parent charts, as a condition.", "type": "boolean"},
        "global": {"description": "Values of all charts; without effect.", "type": "object"},
    }


def _values(field: Obj, name: str) -> Obj:
    """Return the JSON schema of a structural one; null counts as not given."""
    own = {keyword: field[keyword] for keyword in (*KEYWORDS, *LENGTHS) if keyword in field}
    if "enum" in own:
        own["enum"] = [*own["enum"], None]
    if is_quantity(field):
        return own | {"type": ["string", "number", "null"]}
    if IS_INT_OR_STRING in field or is_port(name, field):
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
    """Return the schema of something that must be given: null is nothing."""
    types = [each for each in schema["type"] if each != "null"]
    return schema | {"type": types}


def _anything() -> Obj:
    return {
        "minimum": -LAST_EXACT,
        "maximum": LAST_EXACT,
        "items": ANYTHING,
        "additionalProperties": ANYTHING,
    }
