"""A field of a model is a field of the definition, with all that the model says of it."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Gt
from pydantic import Field, create_model

from hooks.generate.crd.definition import schema
from hooks.generate.crd.fields import fields_of
from hooks.generate.crd.structural import NotStructural, structural
from hooks.kube.objects import Obj
from hooks.models.base import MUST_BE_GIVEN, NOT_STORED, ListOf, SpecModel
from hooks.models.instana_agent import InstanaAgentSpec
from hooks.models.kubernetes import Affinity, Probe, Quantities

SPEC = schema()["properties"]["spec"]


class Part(SpecModel):
    """A part."""

    port: int = Field(default=5, ge=1, le=9, description="Port.")


class Sample(SpecModel):
    """Fields of every kind."""

    policy: Literal["Keep", "Update"] = Field(default="Keep", description="Policy.")
    only: Literal["One"] = Field(default="One", description="Only.")
    host: str = Field(default="x", max_length=9, description="Host.", json_schema_extra=NOT_STORED)
    name: str = Field(default="", pattern="^a*$", description="Name.")
    given: str = Field(default="y", description="Given.", json_schema_extra=MUST_BE_GIVEN)
    needed: str = Field(description="Needed.")
    on: bool = Field(default=False, description="On.")
    maybe: bool | None = Field(default=None, description="Maybe.")
    share: int | str = Field(default=1, description="Share.", deprecated=True)
    other: Any = Field(default=None, description="Other.")
    part: Part = Field(default=Part(), description="Its part.")
    parts: ListOf[Part] = Field(default=(), description="Parts.")
    optional: ListOf[Affinity] | None = Field(default=None, description="Optional.")
    labels: dict[str, str] = Field(default_factory=dict, description="Labels.")
    free: dict[str, Any] = Field(default_factory=dict, description="Free.")
    amounts: Quantities = Field(default_factory=dict, description="Amounts.")


def sample() -> Obj:
    return structural(fields_of(Sample))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("policy", {"type": "string", "enum": ["Keep", "Update"], "default": "Keep"}),
        ("only", {"type": "string", "enum": ["One"]}),
        ("host", {"type": "string", "maxLength": 9}),
        ("name", {"type": "string", "pattern": "^a*$"}),
        ("given", {"type": "string"}),
        ("needed", {"type": "string"}),
        ("on", {"type": "boolean", "default": False}),
        ("maybe", {"type": "boolean"}),
        ("labels", {"type": "object", "additionalProperties": {"type": "string"}}),
        ("free", {"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
        ("other", {"x-kubernetes-preserve-unknown-fields": True}),
        (
            "share",
            {
                "anyOf": [{"type": "integer"}, {"type": "string"}],
                "x-kubernetes-int-or-string": True,
                "default": 1,
            },
        ),
    ],
)
def test_a_plain_field(name: str, expected: Obj) -> None:
    field = sample()["properties"][name]

    assert field == {"description": f"{name.title()}.", **expected}


def test_a_part_has_the_description_of_its_place() -> None:
    port = {"description": "Port.", "type": "integer", "minimum": 1, "maximum": 9, "default": 5}
    properties = sample()["properties"]

    assert properties["part"] == {
        "description": "Its part.",
        "type": "object",
        "properties": {"port": port},
    }
    assert properties["parts"]["items"]["properties"] == {"port": port}


def test_types_of_kubernetes_are_written_out() -> None:
    properties = sample()["properties"]

    assert "nodeAffinity" in properties["optional"]["items"]["properties"]
    assert properties["amounts"]["additionalProperties"]["x-kubernetes-int-or-string"] is True


def test_required_is_what_the_model_or_the_definition_requires() -> None:
    assert sample()["required"] == ["given", "needed"]


@pytest.mark.parametrize(
    ("type_", "keyword"),
    [
        (tuple[int, str], "prefixItems"),
        (Annotated[int, Gt(0)], "exclusiveMinimum"),
        (int | bool, "anyOf"),
    ],
)
def test_what_no_structural_schema_can_say_is_a_mistake(type_: Any, keyword: str) -> None:
    model = create_model("Model", __base__=SpecModel, field=(type_, Field(description="Field.")))

    with pytest.raises(NotStructural, match=keyword):
        structural(fields_of(model))


def test_a_type_of_kubernetes_that_is_not_recorded_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="Unheard"):
        structural({"x-kubernetes-type": "Unheard"})


def model_paths(model: type[SpecModel], path: str = "") -> Iterator[str]:
    """Yield the path of every field of the models, found without the JSON schema."""
    for name, field in model.model_fields.items():
        place = f"{path}.{field.alias or name}"
        yield place
        for nested in _models_in(field.annotation):
            yield from model_paths(nested, place)


def _models_in(annotation: Any) -> Iterator[type[SpecModel]]:
    if isinstance(annotation, type) and issubclass(annotation, SpecModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def field_at(path: str) -> Obj:
    field: Obj = SPEC
    for step in path.strip(".").split("."):
        field = field.get("items", field)["properties"][step]
    return field


PATHS = [path for path in model_paths(InstanaAgentSpec) if "pullSecrets." not in path]


@pytest.mark.parametrize("path", PATHS)
def test_every_field_of_the_models_is_there_with_type_and_description(path: str) -> None:
    field = field_at(path)

    assert field["description"]
    assert field.keys() & {"type", "x-kubernetes-int-or-string"}


SAID_OF_VALUES = {"enum", "maximum", "maxItems", "minimum", "minItems", "required"}
"""Keywords with which rules say what Kubernetes takes, and bounds how much."""


def _structure(schema: Any) -> Any:
    if isinstance(schema, list):
        return [*map(_structure, schema)]
    if not isinstance(schema, dict):
        return schema
    return {name: _structure(part) for name, part in schema.items() if name not in SAID_OF_VALUES}


def test_liveness_probe_has_the_fields_of_kubernetes_and_values_that_it_takes() -> None:
    class WithProbe(SpecModel):
        probe: Probe = Field(description="Probe.")

    expected = structural(fields_of(WithProbe))["properties"]["probe"]["properties"]

    ours = field_at("agent.pod.livenessProbe")["properties"]
    assert ours["httpGet"]["required"] == expected["httpGet"]["required"] == ["port"]
    assert ours["httpGet"]["properties"]["scheme"]["enum"] == ["", "HTTP", "HTTPS"]
    assert ours["exec"]["required"] == ["command"]
    assert _structure(ours) == _structure(expected)
