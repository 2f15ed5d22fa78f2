"""Remake the structure of Kubernetes types from an API server's OpenAPI.

`python -m tests.cluster.kubernetes_types` asks the API server that KUBECONFIG names for the types
that the models pass through, with all that they consist of, and writes them without prose to
`hooks/generate/crd/kubernetes_types.json`; and for the kinds that `spec.overrides` is about, also
with how their lists are merged, to `hooks/kube/kinds.json`. To be done for a new version of
Kubernetes; then `make generate`.
"""

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from hooks.generate.crd.fields import fields_of
from hooks.generate.crd.kubernetes_types import BUILT_IN, REFERENCE, SOURCE
from hooks.kube import kinds
from hooks.models.instana_agent import InstanaAgentSpec
from hooks.models.kubernetes import KUBERNETES_TYPE
from tests.cluster.api import Api, Obj

TARGET = Path("hooks/generate/crd") / SOURCE
TARGET_OF_KINDS = Path("hooks/kube") / kinds.SOURCE
GROUPS = ("api/v1", "apis/apps/v1")
TAKEN = (
    "type",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
)
MERGING = ("x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy")
FORMATS = frozenset({"int32", "int64"})


def recorded_types(api: Api) -> Obj:
    """Return what is to be in the file."""
    return _recorded(api, set(_named(fields_of(InstanaAgentSpec))), BUILT_IN.keys(), ())


def recorded_kinds(api: Api) -> Obj:
    """Return what is to be in the file about whole kinds."""
    return _recorded(api, set(kinds.TYPES.values()), kinds.BUILT_IN.keys(), MERGING)


def _recorded(api: Api, names: set[str], known: AbstractSet[str], further: tuple[str, ...]) -> Obj:
    schemas: Obj = {}
    for group in GROUPS:
        schemas |= api.raw(f"openapi/v3/{group}")["components"]["schemas"]
    wanted = _reachable(names, schemas, known)
    return {
        "kubernetes": api.raw("version")["gitVersion"],
        "types": {name: trimmed(schemas[name], further) for name in wanted},
    }


def as_text(types: Obj) -> str:
    """Return the file's content."""
    return json.dumps(types, indent=1, sort_keys=True) + "\n"


def _named(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get(KUBERNETES_TYPE), str):
            yield schema[KUBERNETES_TYPE]
        for part in schema.values():
            yield from _named(part)


def _reachable(names: set[str], schemas: Obj, known: AbstractSet[str]) -> list[str]:
    found: set[str] = set()
    while names := names - found - known:
        found |= names
        names = {each for name in names for each in _references(trimmed(schemas[name]))}
    return sorted(found)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if REFERENCE in schema:
            yield schema[REFERENCE]
        for part in schema.values():
            yield from _references(part)


def trimmed(schema: Obj, further: tuple[str, ...] = ()) -> Obj:
    """Return the structure of a schema: no prose, and no enum, which later versions extend.

    `further` are keywords that are taken over as well. A status is no part of what is applied.
    """
    if "allOf" in schema:
        own = {keyword: schema[keyword] for keyword in further if keyword in schema}
        return trimmed(schema["allOf"][0], further) | own
    if REFERENCE in schema:
        return {REFERENCE: schema[REFERENCE].rpartition("/")[2]}
    kept = {keyword: schema[keyword] for keyword in (*TAKEN, *further) if keyword in schema}
    if schema.get("format") in FORMATS:
        kept["format"] = schema["format"]
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            kept[keyword] = trimmed(schema[keyword], further)
    if "properties" in schema:
        required = schema.get("required", ())
        kept["properties"] = {
            name: trimmed(field, further) | _default(field, is_required=name in required)
            for name, field in schema["properties"].items()
            if name != "status"
        }
    return kept


def _default(field: Obj, *, is_required: bool) -> Obj:
    """Return the default, unless it is only Go's empty value of what has to be given."""
    default = field.get("default")
    return {} if is_required or default in (None, {}) else {"default": default}


if __name__ == "__main__":
    server = Api.from_kubeconfig()
    TARGET.write_text(as_text(recorded_types(server)))
    TARGET_OF_KINDS.write_text(as_text(recorded_kinds(server)))
