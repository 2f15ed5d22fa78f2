"""The JSON schema of the resource for editors, made from the CRD's schema and the rules.

The dialect is draft 7, which `yaml-language-server` and most other programs read. A schema accepts
more than the service: `validate` finds the rest.
"""

from functools import cache
from typing import Any, Final

import orjson

from hooks.generate.crd.definition import schema as crd_schema
from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING
from hooks.generate.crd.structural import PRESERVED
from hooks.generate.crd.validations import changed
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rules import TABLE, Rule
from hooks.rules.walking import steps_of

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
FILE: Final = "agents.instana.io.schema.json"
ALL_OF: Final = "allOf"
NULL: Final = "null"

COPIED: Final = (
    *("description", "default", "pattern", "minimum", "maximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    ALL_OF,
)
"""Keywords that mean the same in both kinds of schemas, and those of the rules."""

METADATA: Final[Obj] = {
    "description": "Name, namespace, labels and annotations of the resource.",
    "type": "object",
    "required": ["name"],
}


def resource_schema_text() -> str:
    """Return the schema as JSON text."""
    return orjson.dumps(resource_schema(), option=orjson.OPT_INDENT_2).decode() + "\n"


@cache
def resource_schema() -> Obj:
    """Return the schema of a resource as people write it."""
    properties = _with_rules(crd_schema())["properties"]
    return {
        "$schema": DIALECT,
        "title": KIND,
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": {"enum": [API_VERSION]},
            "kind": {"enum": [KIND]},
            "metadata": METADATA | _of_rules(properties["metadata"]),
            "spec": _converted(properties["spec"]) | {"type": "object"},
            "status": {"description": "What the service reports; not for you to write."},
        },
        "additionalProperties": False,
    }


def _with_rules(schema: Obj) -> Obj:
    """Return the schema with what rules require, each at its places, as far as schemas can say."""
    for rule in TABLE:
        for place in rule.places if rule.is_error and rule.schema else ():
            schema = changed(schema, steps_of(place), _required_by(rule, schema, steps_of(place)))
    return schema


def _required_by(rule: Rule, schema: Obj, steps: list[str]) -> Obj:
    """Return the keyword with the requirements of a place so far, and with those of the rule."""
    before = _at(schema, steps).get(ALL_OF, [])
    return {ALL_OF: [*before, _or_null(rule.schema)]}


def _at(schema: Any, steps: list[str]) -> Obj:
    for step in steps:
        keyword = {"[]": "items", "{}": "additionalProperties"}.get(step)
        schema = schema[keyword] if keyword else schema["properties"][step]
    found: Obj = schema
    return found


def _or_null(part: Any) -> Any:
    """Return a part of a schema that also accepts null, which counts as not given."""
    if isinstance(part, list):
        return [*map(_or_null, part)]
    if not isinstance(part, dict):
        return part
    return {name: _keyword_or_null(name, value) for name, value in part.items()}


def _keyword_or_null(name: str, value: Any) -> Any:
    return [*value, None] if name == "enum" and isinstance(value, list) else _or_null(value)


def _of_rules(field: Obj) -> Obj:
    return {ALL_OF: field[ALL_OF]} if ALL_OF in field else {}


def _converted(field: Obj) -> Obj:
    """Return the JSON schema of a structural one; null counts as not given."""
    own: Obj = {keyword: field[keyword] for keyword in COPIED if keyword in field}
    if "enum" in field:
        own["enum"] = [*field["enum"], None]
    if IS_INT_OR_STRING in field:
        return own | {"type": ["integer", "string", NULL]}
    if "type" not in field:
        return own
    return own | {"type": [field["type"], NULL]} | _inside(field)


def _inside(field: Obj) -> Obj:
    if "items" in field:
        return {"items": _converted(field["items"])}
    return _of_object(field) if field["type"] == "object" else {}


def _of_object(field: Obj) -> Obj:
    required, further = field.get("required", []), field.get("additionalProperties")
    properties = {
        name: _given(_converted(part)) if name in required else _converted(part)
        for name, part in field.get("properties", {}).items()
    }
    if isinstance(further, dict):
        return {"additionalProperties": _converted(further)}
    closed = {} if field.get(PRESERVED) else {"additionalProperties": False}
    return {**({"required": required} if required else {}), "properties": properties, **closed}


def _given(schema: Obj) -> Obj:
    """Return the schema of a field that must be given: null does not count."""
    types = [kind for kind in schema.get("type", ()) if kind != NULL]
    return schema | ({"type": types} if types else {})
