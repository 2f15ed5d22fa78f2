"""The reference of the resource's fields, made from the models."""

from collections.abc import Iterator

from hooks.generate.crd.fields import fields_of
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND, PLURAL, InstanaAgentSpec
from hooks.models.kubernetes import KUBERNETES_TYPE

HEADER = f"""# Fields of {KIND}

Generated from the models by `make generate`; `{API_VERSION}`, plural `{PLURAL}`. An empty string or
`null` counts as not given. A type with a capital letter is Kubernetes' own type of that name, and
passed through to it.

| Field | Type | Default | Description |
| --- | --- | --- | --- |
"""
REQUIRED = "**required**"


def api_reference() -> str:
    """Return the page as Markdown: one row per field, in the order of the models."""
    return HEADER + "".join(_rows(fields_of(InstanaAgentSpec), "spec"))


def _rows(schema: Obj, path: str) -> Iterator[str]:
    for name, field in schema["properties"].items():
        place = f"{path}.{name}[]" if "items" in field else f"{path}.{name}"
        default = REQUIRED if name in schema.get("required", ()) else _default(field)
        yield f"| `{place}` | {_type(field)} | {default} | {field['description']} |\n"
        nested = field.get("items", field)
        if "properties" in nested:
            yield from _rows(nested, place)


def _type(field: Obj) -> str:
    if "items" in field:
        return f"list of {_several(field['items'])}"
    values = field.get("additionalProperties")
    if isinstance(values, dict):
        return f"map of {_several(values)}"
    if "anyOf" in field:
        return " or ".join(option["type"] for option in field["anyOf"])
    name: str = field.get(KUBERNETES_TYPE) or field.get("type", "any")
    return name.rpartition(".")[2]


def _several(field: Obj) -> str:
    name = _type(field)
    return name if KUBERNETES_TYPE in field else f"{name}s"


def _default(field: Obj) -> str:
    default = field.get("default")
    if default in (None, "") or isinstance(default, dict | list):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
