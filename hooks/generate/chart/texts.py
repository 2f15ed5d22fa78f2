"""Strings of the spec that people write as numbers, and the template that converts them."""

from collections.abc import Iterator
from typing import Final

import orjson

from hooks.generate.chart.controller_values import ControllerValues
from hooks.generate.crd.definition import schema
from hooks.generate.crd.fields import fields_of
from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING, QUANTITY
from hooks.generate.crd.validations import message_of
from hooks.kube.objects import Obj
from hooks.rules import TABLE

PORTS: Final = frozenset({"endpointPort", "proxyPort"})
VARIABLES: Final = frozenset({"env", "settings"})
EACH: Final = "*"
TO_BE_GIVEN: Final = {
    "key-source": ("agent.key", "agent.keysSecret"),
    "cluster-name": ("cluster.name", "zone.name"),
}
"""Strings of which one must be given, by their rule."""

SAID: Final = (*TO_BE_GIVEN, "cluster-name-of-zones")
"""The rules whose messages the templates print."""

TEMPLATE: Final = """\
{{- /* Made by `make generate`. What is said of an InstanaAgent that lacks what it must have. */}}
{{- define "instana-agent.messagesOfRules" -}}
%s{{- end }}

{{- /* Where the spec has texts that people write as numbers. `*` is every entry or item.
Fractions become texts; ports and variables do whatever they are. */}}
{{- define "instana-agent.placesOfTexts" -}}
ports:
%squantities:
%svariables:
%s{{- end }}
"""


def is_quantity(field: Obj) -> bool:
    """Return whether a field is an amount such as `500m`, or as a number `0.5`."""
    return IS_INT_OR_STRING in field and field.get("pattern") == QUANTITY


def is_port(name: str, field: Obj) -> bool:
    """Return whether a field is a port that the resource has as a string."""
    return name in PORTS and field.get("type") == "string"


def is_variables(name: str, field: Obj) -> bool:
    """Return whether a field is a map of variables, whose values people may leave unquoted."""
    return name in VARIABLES and "additionalProperties" in field


def texts_template() -> str:
    """Return the template with the places, each a list of names."""
    spec = schema()["properties"]["spec"]
    found = list(_places(spec, ()))
    ports = [path for path, field in found if is_port(path[-1], field)]
    quantities = [path for path, field in found if is_quantity(field)]
    found += _places(fields_of(ControllerValues), ("controller",))
    variables = [(*path, EACH) for path, field in found if is_variables(path[-1], field)]
    return TEMPLATE % (_messages(), *map(_lines, (ports, quantities, variables)))


def _messages() -> str:
    """Return the messages of the rules that templates apply, one line of YAML each."""
    said = {rule.identifier: message_of(rule) for rule in TABLE if rule.identifier in SAID}
    return "".join(f"{name}: {orjson.dumps(text).decode()}\n" for name, text in said.items())


def _lines(paths: list[tuple[str, ...]]) -> str:
    return "".join(f"- {orjson.dumps(path).decode()}\n" for path in paths)


def _places(field: Obj, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Obj]]:
    if path:
        yield path, field
    for name, part in field.get("properties", {}).items():
        yield from _places(part, (*path, name))
    for keyword in ("items", "additionalProperties"):
        if isinstance(field.get(keyword), dict):
            yield from _places(field[keyword], (*path, EACH))
