"""The fields of the models as one JSON schema, without references and without null.

Two keywords are our own: `x-kubernetes-type` names the Kubernetes type of a part that is passed
through, and `x-not-stored` marks a default that the API server must not write into resources.
"""

from typing import Any

from hooks.kube.objects import Obj
from hooks.models.base import MUST_BE_GIVEN, SpecModel

DEFINITIONS = "$defs"
REFERENCE = "$ref"
DROPPED = {DEFINITIONS, "title", "deprecated", "examples"}
NULL = {"type": "null"}


def fields_of(model: type[SpecModel]) -> Obj:
    """Return the JSON schema of a model, with all nested models written out in their places."""
    schema = model.model_json_schema(by_alias=True)
    return _resolved(schema, schema.get(DEFINITIONS, {}))


def _resolved(schema: Obj, definitions: Obj) -> Obj:
    """Return the schema with its references resolved; keywords beside a reference win."""
    plain = {name: value for name, value in schema.items() if name not in {REFERENCE, "anyOf"}}
    base = _base(schema, definitions)
    return _with_required(_inner({**base, **plain}, definitions))


def _base(schema: Obj, definitions: Obj) -> Obj:
    if REFERENCE in schema:
        found: Obj = definitions[schema[REFERENCE].rpartition("/")[2]]
        return found
    options = [option for option in schema.get("anyOf", ()) if option != NULL]
    if len(options) > 1:
        return {"anyOf": options}
    return _resolved(options[0], definitions) if options else {}


def _inner(schema: Obj, definitions: Obj) -> Obj:
    parts: Obj = {}
    if "properties" in schema:
        properties = schema["properties"].items()
        parts["properties"] = {name: _resolved(field, definitions) for name, field in properties}
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            parts[keyword] = _resolved(schema[keyword], definitions)
    return {name: value for name, value in schema.items() if name not in DROPPED} | parts


def _with_required(schema: Obj) -> Obj:
    """Return the schema in which `required` also names what only the CRD requires."""
    properties: dict[str, Any] = schema.get("properties", {})
    required = [
        name
        for name, field in properties.items()
        if name in schema.get("required", ()) or MUST_BE_GIVEN.keys() <= field.keys()
    ]
    if not required:
        return schema
    without_defaults = {
        name: _without_default(field) if name in required else field
        for name, field in properties.items()
    }
    return schema | {"properties": without_defaults, "required": required}


def _without_default(field: Obj) -> Obj:
    dropped = {"default", *MUST_BE_GIVEN}
    return {keyword: value for keyword, value in field.items() if keyword not in dropped}
