"""From the models' fields to a structural schema, as a CustomResourceDefinition requires it."""

from typing import Any

from hooks.generate.crd.kubernetes_types import INT_OR_STRING, kubernetes_type
from hooks.kube.objects import Obj
from hooks.models.base import NOT_STORED
from hooks.models.kubernetes import KUBERNETES_TYPE

PRESERVED = "x-kubernetes-preserve-unknown-fields"
KEYWORDS = (
    "description",
    "type",
    "format",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
    PRESERVED,
)
"""Keywords that are copied as they are; one that is neither here nor handled is an error."""

HANDLED = frozenset(
    {"anyOf", "const", "default", "properties", "items", "additionalProperties", KUBERNETES_TYPE}
    | NOT_STORED.keys()
)


class NotStructural(TypeError):
    """A field's type has no structural schema."""

    def __init__(self, keywords: object) -> None:
        """Take the keywords of the JSON schema that a structural schema cannot express."""
        super().__init__(f"no structural schema can say {keywords}")


def structural(field: Obj) -> Obj:
    """Return the structural schema of a field; raises NotStructural if there is none."""
    _check(field)
    described = {"description": field["description"]} if "description" in field else {}
    own = {keyword: field[keyword] for keyword in KEYWORDS if keyword in field}
    return described | _kind(field) | own | _default(field) | _inner(field)


def _kind(field: Obj) -> Obj:
    """Return the keywords that give the type of a field, other than `type`."""
    if KUBERNETES_TYPE in field:
        return kubernetes_type(field[KUBERNETES_TYPE])
    if "anyOf" not in field:
        return {} if "type" in field else {PRESERVED: True}
    if sorted(map(str, field["anyOf"])) != sorted(map(str, INT_OR_STRING["anyOf"])):
        raise NotStructural(["anyOf"])
    return INT_OR_STRING


def _check(field: Obj) -> None:
    unknown = sorted(field.keys() - HANDLED - set(KEYWORDS))
    if unknown:
        raise NotStructural(unknown)


def _default(field: Obj) -> Obj:
    """Return the default, if it may be written into resources.

    Only non-empty scalars may: the parts of an object have their own defaults, and a default that
    is not part of the resource's meaning is marked in the model.
    """
    default = field.get("default")
    is_stored = isinstance(default, bool | int | float) or (isinstance(default, str) and default)
    if not is_stored or NOT_STORED.keys() <= field.keys() or "const" in field:
        return {}
    return {"default": default}


def _inner(field: Obj) -> Obj:
    inner: Obj = {}
    if "const" in field:
        inner["enum"] = [field["const"]]
    if "properties" in field:
        inner["properties"] = {name: structural(p) for name, p in field["properties"].items()}
    if "items" in field:
        inner["items"] = structural(field["items"])
    return inner | _further_properties(field.get("additionalProperties"))


def _further_properties(schema: Any) -> Obj:
    if schema is True:
        return {PRESERVED: True}
    return {"additionalProperties": structural(schema)} if isinstance(schema, dict) else {}
