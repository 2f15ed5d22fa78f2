"""The structure of the kinds that can be patched, with how their lists are merged.

From the API server's OpenAPI: `python -m tests.cluster.kubernetes_types` remakes `kinds.json`.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Final

from hooks.kube.objects import Obj

SOURCE: Final = "kinds.json"
REFERENCE: Final = "$ref"
QUANTITY: Final = "quantity"
INT_OR_STRING: Final = "int-or-string"
ANY: Final = "any"
"""Types besides those of JSON schemas: what they stand for has several."""

TYPES: Final = {
    "DaemonSet": "io.k8s.api.apps.v1.DaemonSet",
    "Deployment": "io.k8s.api.apps.v1.Deployment",
    "Service": "io.k8s.api.core.v1.Service",
    "ServiceAccount": "io.k8s.api.core.v1.ServiceAccount",
}
STRINGS: Obj = {"type": "object", "additionalProperties": {"type": "string"}}
BUILT_IN: Final[dict[str, Obj]] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": QUANTITY},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": INT_OR_STRING},
    # Of all metadata, what is nobody's identity.
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
        "type": "object",
        "properties": {"annotations": STRINGS, "labels": STRINGS},
    },
}


@cache
def source() -> Obj:
    """Return the recorded types: the Kubernetes version they are of, and the types by name."""
    found: Obj = json.loads(files("hooks.kube").joinpath(SOURCE).read_text())
    return found


def structure_of(kind: str) -> Obj:
    """Return the structure of a kind."""
    return resolved({REFERENCE: TYPES[kind]})


def resolved(schema: Obj) -> Obj:
    """Return the schema with what it refers to; what stands at the place itself wins."""
    name = schema.get(REFERENCE)
    if name is None:
        return schema
    found: Obj = BUILT_IN.get(name) or source()["types"][name]
    return {**found, **schema}


def field_of(schema: Obj, name: str) -> Obj | None:
    """Return the structure of a field, or of an entry of a map; None if there is no such field."""
    found = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
    return resolved(found) if found else None


def items_of(schema: Obj) -> Obj:
    """Return the structure of the items of a list."""
    return resolved(schema.get("items", {"type": ANY}))


def merge_key_of(schema: Obj) -> str:
    """Return the field by which a patch finds items of a list; empty if it replaces the list."""
    strategies = schema.get("x-kubernetes-patch-strategy", "").split(",")
    key: str = schema.get("x-kubernetes-patch-merge-key", "")
    return key if "merge" in strategies else ""
