"""The table of existing values in the form that the chart's templates read."""

from collections.abc import Iterable
from typing import Any, Final

import orjson

from hooks.generate.chart.existing_values import EXISTING, ExistingValue, Form, Verdict, of_verdict
from hooks.generate.crd.definition import schema as resource_schema
from hooks.generate.crd.structural import PRESERVED
from hooks.kube.objects import Obj, present

HEADER: Final = "{{- /* Generated from the table of existing values by `make generate`. */}}\n"
DEFINE: Final = """\
{{- define "instana-agent.existingValues.%s" -}}
[
%s
]
{{- end -}}
"""


def existing_values_template() -> str:
    """Return `templates/_existing-values.tpl`: the parts of the table, each a list as JSON."""
    parts = {
        "formed": map(_formed, (existing for existing in EXISTING if existing.form)),
        "noted": map(_noted, of_verdict(Verdict.EFFECTIVE, Verdict.IGNORED)),
        "refused": map(_refused, of_verdict(Verdict.REFUSED)),
        "free": free_parts(),
    }
    return HEADER + "".join(_define(name, rows) for name, rows in parts.items())


def free_parts() -> list[str]:
    """Return the parts of the spec that may have any content, even null, as paths with dots."""
    spec = resource_schema()["properties"]["spec"]
    return sorted(_free(spec, ()))


def admitted(properties: Obj, existing: ExistingValue) -> Obj:
    """Return the properties of the values' schema, which then lets the value reach a template."""
    changed: Obj = _admitted({"properties": properties}, existing.path, existing)["properties"]
    return changed


def _define(name: str, rows: Iterable[Any]) -> str:
    lines = ",\n".join(orjson.dumps(row).decode() for row in rows)
    return DEFINE % (name, lines)


def _formed(existing: ExistingValue) -> Obj:
    return {"path": existing.path, "form": existing.form}


def _noted(existing: ExistingValue) -> Obj:
    return {
        "path": existing.path,
        "says": existing.remedy,
        "usual": _json(existing.usual),
        "only": "" if existing.only is None else _json(existing.only),
        "beside": existing.beside,
    }


def _refused(existing: ExistingValue) -> Obj:
    return present(path=existing.path, says=existing.remedy, below=existing.below)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _free(field: Obj, path: tuple[str, ...]) -> Iterable[str]:
    if field.get(PRESERVED):
        yield ".".join(path)
    for name, inner in field.get("properties", {}).items():
        yield from _free(inner, (*path, name))


def _admitted(part: Obj, path: tuple[str, ...], existing: ExistingValue) -> Obj:
    step, *rest = path
    if step == "*":
        return part | {"items": _admitted(part["items"], tuple(rest), existing)}
    if rest:
        inner = part["properties"].get(step) or _empty_object()
        return _with_property(part, step, _admitted(inner, tuple(rest), existing))
    if existing.form is Form.GIVEN:
        return part | {"required": [field for field in part.get("required", []) if field != step]}
    if existing.schema is None:
        return part
    known = part["properties"].get(step) if existing.schema else None
    return _with_property(part, step, (known or {"description": existing.remedy}) | existing.schema)


def _with_property(part: Obj, name: str, schema: Obj) -> Obj:
    return part | {"properties": part["properties"] | {name: schema}}


def _empty_object() -> Obj:
    return {"type": ["object", "null"], "properties": {}, "additionalProperties": False}
