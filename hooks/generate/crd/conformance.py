"""What the API server rejects in a resource by its schema alone, before any rule."""

import re
from collections.abc import Iterator
from typing import Any

from hooks.errors import FIELD_TYPE, QUANTITY, REQUIRED_FIELD, Problem
from hooks.generate.crd.definition import schema
from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING
from hooks.generate.crd.unknown_fields import V1BETA1, unknown_field
from hooks.generate.crd.wrong_types import wrong_type
from hooks.kube.kinds import PYTHON_TYPES
from hooks.kube.objects import Obj, as_object
from hooks.kube.places import path_of_field
from hooks.models.instana_agent import API_VERSION
from hooks.rules.runtime import SERVED_VERSION, UNKNOWN_FIELD

PRESERVED = "x-kubernetes-preserve-unknown-fields"


def departures(resource: Obj) -> Iterator[Problem]:
    """Yield where a resource departs from the schema: fields, types, and required fields."""
    if resource.get("apiVersion") != API_VERSION:
        yield Problem("apiVersion", f"must be {API_VERSION}", SERVED_VERSION)
        yield from _of_first_version(as_object(resource.get("spec")))
        return
    fields = schema()["properties"]
    yield from departures_of(resource.get("spec", {}), fields["spec"], "spec")


def _of_first_version(spec: Obj) -> Iterator[Problem]:
    """Yield the fields of the first version, recognized by their dots; for others, nothing."""
    for name in filter(V1BETA1.__contains__, spec):
        yield Problem(path_of_field("spec", name), unknown_field(name, "spec", {}), SERVED_VERSION)


def departures_of(value: Any, of: Obj, path: str) -> Iterator[Problem]:
    """Yield where the value at a path departs from a structural schema."""
    if value is None:
        return
    if not _has_type(value, of):
        yield Problem(path, wrong_type(value, of, path), FIELD_TYPE)
    elif isinstance(value, dict):
        yield from _of_object(value, of, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from departures_of(item, of.get("items", {}), f"{path}[{index}]")
    else:
        yield from _of_text(str(value), of, path)


def _of_object(value: Obj, of: Obj, path: str) -> Iterator[Problem]:
    properties, further = of.get("properties", {}), of.get("additionalProperties")
    for name in of.get("required", ()):
        if value.get(name) is None:
            yield Problem(f"{path}.{name}", "is required", REQUIRED_FIELD)
    for name, part in value.items():
        if name in properties:
            yield from departures_of(part, properties[name], path_of_field(path, name))
        elif isinstance(further, dict):
            yield from departures_of(part, further, f"{path}[{name}]")
        elif PRESERVED not in of:
            yield Problem(path_of_field(path, name), unknown_field(name, path, of), UNKNOWN_FIELD)


def _of_text(text: str, of: Obj, path: str) -> Iterator[Problem]:
    if IS_INT_OR_STRING in of and "pattern" in of and not re.search(of["pattern"], text):
        message = 'is not a Kubernetes quantity such as "500m", "1.5" or "512Mi"'
        yield Problem(path, message, QUANTITY)
    elif len(text) < of.get("minLength", 0):
        yield Problem(path, "is required", REQUIRED_FIELD)


def _has_type(value: Any, of: Obj) -> bool:
    if IS_INT_OR_STRING in of:
        return isinstance(value, int | str) and not isinstance(value, bool)
    if "type" not in of:
        return True
    is_other = isinstance(value, bool) and of["type"] != "boolean"
    return isinstance(value, PYTHON_TYPES[of["type"]]) and not is_other
