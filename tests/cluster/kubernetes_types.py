"""Remake the structure of Kubernetes types from an API server's OpenAPI.

`python -m tests.cluster.kubernetes_types` asks the API server that KUBECONFIG names for the kinds
that `spec.overrides` is about, with all that they consist of, and writes them to
`hooks/kube/kinds.json`: without prose, and with how their lists are merged. What the models pass
through is part of these kinds. To be done for a new version of Kubernetes; then `make generate`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hooks.kube.kinds import BUILT_IN, MERGING, REFERENCE, SOURCE, TYPES
from tests.cluster.api import Api, Obj

TARGET = Path("hooks/kube") / SOURCE
GROUPS = ("api/v1", "apis/apps/v1")
TAKEN = (
    "type",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    *MERGING,
)
FORMATS = frozenset({"int32", "int64"})


def recorded(api: Api) -> Obj:
    """Return what is to be in the file."""
    schemas: Obj = {}
    for group in GROUPS:
        schemas |= api.raw(f"openapi/v3/{group}")["components"]["schemas"]
    wanted = _reachable(set(TYPES.values()), schemas)
    return {
        "kubernetes": api.raw("version")["gitVersion"],
        "types": {name: trimmed(schemas[name]) for name in wanted},
    }


def as_text(types: Obj) -> str:
    """Return the file's content."""
    return json.dumps(types, indent=1, sort_keys=True) + "\n"


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
    """Return the structure of a schema: no prose, and no enum, which later versions extend.

    A status is no part of what is applied.
    """
    if "allOf" in schema:
        own = {keyword: schema[keyword] for keyword in MERGING if keyword in schema}
        return trimmed(schema["allOf"][0]) | own
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
            if name != "status"
        }
    return kept


def _default(field: Obj, *, is_required: bool) -> Obj:
    """Return the default, unless it is only Go's empty value of what has to be given."""
    default = field.get("default")
    return {} if is_required or default in (None, {}) else {"default": default}


if __name__ == "__main__":
    TARGET.write_text(as_text(recorded(Api.from_kubeconfig())))
