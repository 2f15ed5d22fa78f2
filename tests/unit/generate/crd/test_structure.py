"""The rules of the API server for structural schemas, at every place of ours."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooks.generate.crd.definition import schema
from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING, kubernetes_type
from hooks.kube.canonical import canonical_env, canonical_probe, canonical_volumes
from hooks.kube.kinds import recorded_types, source
from hooks.kube.objects import Obj
from tests.cluster.kubernetes_types import TARGET, as_text, trimmed
from tests.support.schema import stored

SCALARS = {"boolean": bool, "integer": int, "string": str}
PRESERVED = "x-kubernetes-preserve-unknown-fields"
NEVER = {"$ref", "$defs", "allOf", "oneOf", "not", "nullable", "title", "const", "definitions"}


def places(field: Obj, path: str = "") -> Iterator[tuple[str, Obj]]:
    """Yield every schema within a schema, with its path."""
    yield path, field
    for name, part in field.get("properties", {}).items():
        yield from places(part, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if keyword in field:
            yield from places(field[keyword], f"{path}[]")


PLACES = list(places(schema()))


def where(violates: Any) -> list[str]:
    return [path for path, field in PLACES if violates(field)]


def test_there_are_many_places() -> None:
    assert len(PLACES) > 1000


def test_every_place_has_a_type() -> None:
    assert where(lambda f: "type" not in f and IS_INT_OR_STRING not in f) == []


def test_nothing_is_referred_to_or_combined() -> None:
    assert where(lambda f: NEVER & f.keys()) == []


def test_fields_are_either_named_or_alike() -> None:
    assert where(lambda f: {"properties", "additionalProperties"} <= f.keys()) == []


def test_lists_have_items() -> None:
    assert where(lambda f: (f.get("type") == "array") != ("items" in f)) == []


def test_objects_say_what_is_in_them() -> None:
    inside = {"properties", "additionalProperties", PRESERVED}

    assert where(lambda f: f.get("type") == "object" and not inside & f.keys()) == [".metadata"]


def test_required_fields_are_there_and_have_no_default() -> None:
    def violates(field: Obj) -> bool:
        parts = field.get("properties", {})
        return any("default" in parts.get(n, {"default": 0}) for n in field.get("required", ()))

    assert where(violates) == []
    assert where(lambda f: "required" in f)


def test_keys_of_lists_are_required_or_have_a_default() -> None:
    def violates(field: Obj) -> bool:
        item = field.get("items", {})
        keys = field.get("x-kubernetes-list-map-keys", ())
        return any(
            key not in item.get("required", ()) and "default" not in item["properties"][key]
            for key in keys
        )

    assert where(violates) == []
    assert where(lambda f: f.get("x-kubernetes-list-type") == "map")


def test_defaults_are_of_the_field_s_type() -> None:
    def violates(field: Obj) -> bool:
        default, kind = field.get("default"), SCALARS.get(field.get("type", ""))
        return default is not None and kind is not None and type(default) is not kind

    assert where(violates) == []
    assert where(lambda f: "default" in f and f.get("type", "") in SCALARS)


def test_defaults_stand_at_fields_only() -> None:
    assert [path for path, field in PLACES if path.endswith("[]") and "default" in field] == []


VOLUMES: list[Obj] = [
    {"azureDisk": {"diskName": "a", "diskURI": "b"}},
    {"iscsi": {"targetPortal": "a", "iqn": "b", "lun": 0, "secretRef": {}}},
    {"rbd": {"monitors": ["a"], "image": "b", "secretRef": {}}},
    {"scaleIO": {"gateway": "a", "system": "b", "secretRef": {}}},
    {"cephfs": {"monitors": ["a"], "secretRef": {}}},
    {"cinder": {"volumeID": "a", "secretRef": {}}},
    {"configMap": {"optional": True}},
    {"csi": {"driver": "a", "nodePublishSecretRef": {}}},
    {"flexVolume": {"driver": "a", "secretRef": {}}},
    {"storageos": {"volumeName": "a", "secretRef": {}}},
    {"projected": {"sources": [{"configMap": {}}, {"secret": {}}]}},
]
SOURCES: list[Obj] = [
    {"configMapKeyRef": {"key": "a"}},
    {"secretKeyRef": {"key": "a"}},
    {"fileKeyRef": {"volumeName": "a", "path": "b", "key": "c"}},
]
DEFAULTED: list[tuple[str, Any, Obj]] = [
    *(("Volume", canonical_volumes, {"name": "a", **each}) for each in VOLUMES),
    *(("EnvVar", canonical_env, {"name": "A", "valueFrom": each}) for each in SOURCES),
    ("Probe", canonical_probe, {"grpc": {"port": 1}}),
]


@pytest.mark.parametrize(("name", "canonical", "value"), DEFAULTED)
def test_defaults_of_kubernetes_are_those_of_the_canonical_form(
    name: str, canonical: Any, value: Obj
) -> None:
    kept = stored(kubernetes_type(f"io.k8s.api.core.v1.{name}"), value)
    as_written = [value] if isinstance(canonical([], ""), list) else value
    as_kept = [kept] if isinstance(as_written, list) else kept

    assert kept != value
    assert canonical(as_kept, "") == canonical(as_written, "")


def test_types_of_kubernetes_have_no_prose() -> None:
    described = [
        name
        for name in recorded_types()
        for _, field in places(kubernetes_type(name))
        if "description" in field
    ]

    assert described == []


def test_the_recorded_types_are_written_as_they_are_recorded() -> None:
    assert TARGET.read_text() == as_text(source())


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ({"type": "string", "description": "Prose.", "enum": ["A"]}, {"type": "string"}),
        ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int32"}),
        ({"type": "string", "format": "date-time"}, {"type": "string"}),
        ({"description": "x", "allOf": [{"$ref": "#/c/s/io.T"}]}, {"$ref": "io.T"}),
        (
            {
                "type": "object",
                "required": ["key"],
                "properties": {
                    "key": {"type": "string", "default": ""},
                    "name": {"type": "string", "default": ""},
                    "spec": {"default": {}, "allOf": [{"$ref": "#/c/s/io.S"}]},
                },
            },
            {
                "type": "object",
                "required": ["key"],
                "properties": {
                    "key": {"type": "string"},
                    "name": {"type": "string", "default": ""},
                    "spec": {"$ref": "io.S"},
                },
            },
        ),
        (
            {"type": "array", "items": {"type": "string", "default": ""}},
            {"type": "array", "items": {"type": "string"}},
        ),
        (
            {"type": "object", "additionalProperties": {"type": "string", "default": ""}},
            {"type": "object", "additionalProperties": {"type": "string"}},
        ),
    ],
)
def test_published_types_are_trimmed_to_their_structure(published: Obj, expected: Obj) -> None:
    assert trimmed(published) == expected
