"""Remake the structure of Kubernetes types from an API server's OpenAPI.

`python -m tests.cluster.kubernetes_types` asks the API server that KUBECONFIG names for the types
that the models pass through, with all that they consist of, and writes them without prose to
`hooks/definition/kubernetes_types.json`. To be done for a new version of Kubernetes; then
`make generate`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hooks.definition.fields import fields_of
from hooks.definition.kubernetes_types import BUILT_IN, REFERENCE, SOURCE
from hooks.models.instana_agent import InstanaAgentSpec
from hooks.models.kubernetes import KUBERNETES_TYPE
from tests.cluster.api import Api, Obj

TARGET = Path("hooks/definition") / SOURCE
GROUPS = ("api/v1", "apis/apps/v1")
TAKEN = (
    "type",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
)
FORMATS = frozenset({"int32", "int64"})


def recorded_types(api: Api) -> Obj:
    """Return what is to be in the file."""
    schemas: Obj = {}
    for group in GROUPS:
        schemas |= api.raw(f"openapi/v3/{group}")["components"]["schemas"]
    wanted = _reachable(set(_named(fields_of(InstanaAgentSpec))), schemas)
    version = api.raw("version")["gitVersion"]
    return {"kubernetes": version, "types": {name: trimmed(schemas[name]) for name in wanted}}


def as_text(types: Obj) -> str:
    """Return the file's content."""
    return json.dumps(types, indent=1, sort_keys=True) + "\n"


def _named(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get(KUBERNETES_TYPE), str):
            yield schema[KUBERNETES_TYPE]
        for part in schema.values():
            yield from _named(part)


def _reachable(names: set[str], schemas: Obj) -> list[str]:
    found: set[str] = set()
    while names := names - found - BUILT_IN.keys():
        found |= names
        names = {each for name in names for each in _references(trimmed(schemas[name]))}
    return sorted(found)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if REFERENCE in schema:
            yield schema[REFERENCE]
        for part in schema.values():
            yield from _references(part)


def trimmed(schema: Obj) -> Obj:
    """Return the structure of a schema: no prose, and no enum, which later versions extend."""
    if "allOf" in schema:
        return trimmed(schema["allOf"][0])
    if REFERENCE in schema:
        return {REFERENCE: schema[REFERENCE].rpartition("/")[2]}
    kept = {keyword: schema[keyword] for keyword in TAKEN if keyword in schema}
    if schema.get("format") in FORMATS:
        kept["format"] = schema["format"]
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            kept[keyword] = trimmed(schema[keyword])
    if "properties" in schema:
        required = schema.get("required", ())
        kept["properties"] = {
            name: trimmed(field) | _default(field, is_required=name in required)
            for name, field in schema["properties"].items()
        }
    return kept


def _default(field: Obj, *, is_required: bool) -> Obj:
    """Return the default, unless it is only Go's empty value of what has to be given."""
    default = field.get("default")
    return {} if is_required or default in (None, {}) else {"default": default}


if __name__ == "__main__":
    TARGET.write_text(as_text(recorded_types(Api.from_kubeconfig())))
