"""Texts of the spec that people write as numbers, and the template that makes texts of them."""

from collections.abc import Iterator
from typing import Final

import orjson

from hooks.definition.definition import schema
from hooks.kube.objects import Obj

INT_OR_STRING: Final = "x-kubernetes-int-or-string"
PORTS: Final = frozenset({"endpointPort", "proxyPort"})
EACH: Final = "*"

TEMPLATE: Final = """\
{{- /* Made by `make generate`: where the spec has quantities and ports that are texts. */}}
{{- define "instana-agent.placesOfTexts" -}}
places:
%s{{- end }}
"""


def is_quantity(field: Obj) -> bool:
    """Tell whether a field is an amount such as `500m`, or as a number `0.5`."""
    return INT_OR_STRING in field and "pattern" in field


def is_port(name: str, field: Obj) -> bool:
    """Tell whether a field is a port that the resource has as a text."""
    return name in PORTS and field.get("type") == "string"


def texts_template() -> str:
    """Return the template with the places, each a list of names; `*` is every entry or item."""
    places = (orjson.dumps(each).decode() for each in _places(schema()["properties"]["spec"], ()))
    return TEMPLATE % "".join(f"- {place}\n" for place in places)


def _places(field: Obj, path: tuple[str, ...]) -> Iterator[list[str]]:
    if path and (is_quantity(field) or is_port(path[-1], field)):
        yield list(path)
    for name, part in field.get("properties", {}).items():
        yield from _places(part, (*path, name))
    for keyword in ("items", "additionalProperties"):
        if isinstance(field.get(keyword), dict):
            yield from _places(field[keyword], (*path, EACH))
