"""The structure of the kinds that can be patched, and how their lists are merged.

From the API server's OpenAPI: `python -m tests.cluster.kubernetes_types` regenerates `kinds.json`.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Final

from hooks.kube.objects import Obj

SOURCE: Final = "kinds.json"
REFERENCE: Final = "$ref"
MERGE_KEY: Final = "x-kubernetes-patch-merge-key"
MERGE_STRATEGY: Final = "x-kubernetes-patch-strategy"
MERGING: Final = (MERGE_KEY, MERGE_STRATEGY)
"""Keywords of lists that define how a patch changes them."""
PYTHON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
"""The Python types for the types of JSON schemas; a boolean is an integer as well."""
QUANTITY_TYPE: Final = "quantity"
INT_OR_STRING_TYPE: Final = "int-or-string"
ANY: Final = "any"
"""These three types are not in JSON schemas: each stands for values of several types."""

TYPES: Final = {
    "DaemonSet": "io.k8s.api.apps.v1.DaemonSet",
    "Deployment": "io.k8s.api.apps.v1.Deployment",
    "Service": "io.k8s.api.core.v1.Service",
    "ServiceAccount": "io.k8s.api.core.v1.ServiceAccount",
}
NOTHING: Final[Obj] = {}
STRINGS: Obj = {"type": "object", "additionalProperties": {"type": "string"}}
BUILT_IN: Final[dict[str, Obj]] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": QUANTITY_TYPE},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": INT_OR_STRING_TYPE},
    # The part of the metadata that does not identify the object.
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
        "type": "object",
        "properties": {"annotations": STRINGS, "labels": STRINGS},
    },
}


@cache
def source() -> Obj:
    """Return the recorded types: the Kubernetes version they come from, and the types by name."""
    found: Obj = json.loads(files("hooks.kube").joinpath(SOURCE).read_text())
    return found


def recorded_types() -> dict[str, Obj]:
    """Return the recorded types by their names in the API server's OpenAPI."""
    types: dict[str, Obj] = source()["types"]
    return types


def structure_of(kind: str) -> Obj:
    """Return the structure of a kind, without references."""
    return _type(TYPES[kind])


def field_of(structure: Obj, name: str) -> Obj | None:
    """Return the structure of a field, or of an entry of a map; None if there is no such field."""
    found: Obj | None = structure.get("properties", NOTHING).get(name)
    return structure.get("additionalProperties") if found is None else found


def items_of(structure: Obj) -> Obj:
    """Return the structure of the items of a list."""
    found: Obj = structure.get("items", NOTHING)
    return found


@cache
def _type(name: str) -> Obj:
    return _written_out(BUILT_IN.get(name) or recorded_types()[name])


def _written_out(schema: Obj) -> Obj:
    """Return the schema with its references resolved; its own keywords take precedence."""
    written = {keyword: part for keyword, part in schema.items() if keyword != REFERENCE}
    if "properties" in schema:
        fields = schema["properties"].items()
        written["properties"] = {name: _written_out(field) for name, field in fields}
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            written[keyword] = _written_out(schema[keyword])
    return {**_type(schema[REFERENCE]), **written} if REFERENCE in schema else written


def merge_key_of(schema: Obj) -> str:
    """Return the field by which a patch finds items of a list; empty if it replaces the list."""
    strategies = schema.get(MERGE_STRATEGY, "").split(",")
    key: str = schema.get(MERGE_KEY, "")
    return key if "merge" in strategies else ""
