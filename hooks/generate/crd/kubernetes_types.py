"""Structural schemas of the Kubernetes types that are passed through, without descriptions."""

from typing import Any

from hooks.kube.kinds import MERGING, REFERENCE, STRINGS, recorded_types
from hooks.kube.objects import Obj

LEFT_OUT = frozenset({REFERENCE, *MERGING})

QUANTITY = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
    r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)
IS_INT_OR_STRING = "x-kubernetes-int-or-string"
INT_OR_STRING: Obj = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    IS_INT_OR_STRING: True,
}

BUILT_IN: dict[str, Obj] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {**INT_OR_STRING, "pattern": QUANTITY},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": INT_OR_STRING,
    # All that Kubernetes allows in the template of a claim.
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
        "type": "object",
        "properties": {"annotations": STRINGS, "labels": STRINGS},
    },
}
"""Types whose OpenAPI schema is not structural, or allows more than is useful in a resource."""

NOT_REQUIRED: dict[str, tuple[str, ...]] = {
    "io.k8s.api.core.v1.HTTPHeader": ("value",),
    "io.k8s.api.core.v1.ISCSIVolumeSource": ("lun",),
    "io.k8s.api.core.v1.PreferredSchedulingTerm": ("preference",),
}
"""Fields that OpenAPI says are required, but the API server does not require: it stores the
empty value."""


def kubernetes_type(name: str) -> Obj:
    """Return the schema of a type, named as in the API server's OpenAPI, without references."""
    written: Obj = _written_out(BUILT_IN.get(name) or recorded_types()[name])
    optional = NOT_REQUIRED.get(name, ())
    required = [field for field in written.get("required", ()) if field not in optional]
    return written | {"required": required} if optional else written


def _written_out(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_written_out(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    rest = {name: _written_out(part) for name, part in schema.items() if name not in LEFT_OUT}
    return {**kubernetes_type(schema[REFERENCE]), **rest} if REFERENCE in schema else rest
