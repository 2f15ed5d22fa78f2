"""The reference of the resource's fields, made from the models."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from hooks.models.base import SpecModel
from hooks.models.instana_agent import API_VERSION, KIND, PLURAL, InstanaAgentSpec

HEADER = f"""# Fields of {KIND}

Made from the models by `make generate`; `{API_VERSION}`, plural `{PLURAL}`. An empty string or
`null` counts as not given. What is of type `object` or `list of objects` is passed through to
Kubernetes, which defines it.

| Field | Type | Default | Description |
| --- | --- | --- | --- |
"""
NAMES = {bool: "boolean", int: "integer", str: "string", dict: "object"}


def api_reference() -> str:
    """Return the page as Markdown: one row per field, in the order of the models."""
    return HEADER + "".join(_rows(InstanaAgentSpec, "spec"))


def _rows(model: type[SpecModel], path: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        place = f"{path}.{field.alias or name}"
        nested = _model(field.annotation)
        many = get_origin(_inner(field.annotation)) is tuple
        yield (
            f"| `{place}{'[]' if many else ''}` | {_type(field.annotation)} "
            f"| {_default(field)} | {field.description} |\n"
        )
        if nested:
            yield from _rows(nested, f"{place}[]" if many else place)


def _inner(annotation: Any) -> Any:
    """Return the annotation without its being optional."""
    if get_origin(annotation) in (Union, UnionType):
        return next(each for each in get_args(annotation) if each is not NoneType)
    return annotation


def _model(annotation: Any) -> type[SpecModel] | None:
    inner = _inner(annotation)
    if get_origin(inner) is tuple:
        inner = get_args(inner)[0]
    return inner if isinstance(inner, type) and issubclass(inner, SpecModel) else None


def _type(annotation: Any) -> str:
    inner = _inner(annotation)
    if get_origin(inner) is tuple:
        return f"list of {_type(get_args(inner)[0])}s"
    if get_origin(inner) is dict:
        return "map of strings" if get_args(inner)[1] is str else "object"
    return NAMES.get(inner, "object")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if isinstance(field.default, SpecModel) or field.default in (PydanticUndefined, None, "", ()):
        return ""
    text = str(field.default)
    return f"`{text.lower() if isinstance(field.default, bool) else text}`"
