"""Values that people give in another shape, and the template that says how to write them.

Helm's own message does not name the field to move them to, so the schema of the values lets them
pass.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

from hooks.generate.crd.definition import schema
from hooks.generate.crd.wrong_types import HINTS, wrong_type
from hooks.kube.objects import Obj

JSON_TYPES: Final = {dict: "object", int: "number", list: "array"}
BEGINNINGS: Final = {dict: "[{]", int: "[-0-9]", list: "[[]"}
"""How a value of the type begins as JSON."""

TEMPLATE: Final = """\
{{- /* Made by `make generate`: values in the shape of another field, and what is said of them. */}}
{{- define "instana-agent.misshapen" -}}
[
%s
]
{{- end }}
"""


class Misshapen(NamedTuple):
    """A field of the spec by its steps, the type that some people give it, and the message."""

    path: tuple[str, ...]
    given: type
    says: str


def misshapen() -> Iterator[Misshapen]:
    """Yield each field with a shape that people give it instead of its own."""
    for path, given in HINTS:
        steps = path.split(".")
        yield Misshapen(tuple(steps[1:]), given, wrong_type(given(), _at(steps), path))


def also_allowed(properties: Obj, shape: Misshapen) -> Obj:
    """Return the properties of the values' schema, with that shape allowed to reach a template."""
    return _also(properties, [*shape.path], JSON_TYPES[shape.given])


def misshapen_template() -> str:
    """Return `templates/_misshapen.tpl`: a list as JSON."""
    rows = (
        {"path": shape.path, "begins": f"^{BEGINNINGS[shape.given]}", "says": shape.says}
        for shape in misshapen()
    )
    return TEMPLATE % ",\n".join(orjson.dumps(row).decode() for row in rows)


def _at(steps: list[str]) -> Obj:
    part: Any = schema()
    for step in steps:
        part = part["properties"][step]
    found: Obj = part
    return found


def _also(properties: Obj, path: list[str], kind: str) -> Obj:
    step, *rest = path
    field = properties[step]
    if rest:
        return properties | {step: field | {"properties": _also(field["properties"], rest, kind)}}
    return properties | {step: field | {"type": [*field["type"], kind]}}
