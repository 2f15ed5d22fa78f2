"""Values files of the chart: how they are recognized, and their problems, without Helm.

The chart makes the resource's spec from the values. So they are checked as a resource, after the
conversions that the chart's templates do: numbers become texts where the spec has texts, and values
of Instana's own chart have the effect that its table says.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from hooks.errors import Problem
from hooks.generate.chart.controller_values import ControllerValues
from hooks.generate.chart.existing_values import EXISTING, ExistingValue, Form, Verdict
from hooks.generate.chart.texts import SAID, is_port, is_quantity, is_variables
from hooks.generate.chart.values import CONTROLLER, GIVEN
from hooks.generate.crd import departures_of
from hooks.generate.crd.definition import schema
from hooks.generate.crd.fields import fields_of
from hooks.generate.crd.structural import structural
from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import API_VERSION, KIND

CHART: Final = "instana-agent"
"""The name of the chart; in the values of a parent chart, its values are below it."""

OF_HELM: Final = ("enabled", "global")
DISTINCT: Final = frozenset(
    {
        *("additionalBackends", "configuration_yaml", "downloadKey", "endpointHost"),
        *("endpointPort", "key", "keySecretKeyRef", "keysSecret"),
    }
)
"""Fields of `agent` that the values of other charts hardly have."""

OF_SPEC: Final = re.compile(r"\bspec\.(?=[a-z])")
REJECTED, WITHOUT_EFFECT = "chart-value-rejected", "chart-value-changed"
MISSING: Final = object()


def is_values(document: Any) -> bool:
    """Return whether a document has values of the chart: by what is in it."""
    if not isinstance(document, dict) or "kind" in document or "apiVersion" in document:
        return False
    agent = document.get("agent")
    is_ours = isinstance(agent, dict) and bool(DISTINCT & agent.keys())
    return is_ours or isinstance(document.get("k8s_sensor"), dict)


def place_of_values(document: Any) -> str | None:
    """Return the path of the chart's values in a document: empty for all of it, None without any.

    They may be in the values of a parent chart.
    """
    if is_values(document):
        return ""
    inside = document.get(CHART) if isinstance(document, dict) else None
    return f'["{CHART}"]' if is_values(inside) else None


def resource_of(values: Obj) -> Obj:
    """Return the resource that the chart makes of values, in a release named as the chart."""
    spec = _without(_given(values), (CONTROLLER, *OF_HELM))
    for existing in EXISTING:
        spec = _formed(spec, existing)
    for name, default in GIVEN.items():
        section, field = name.split(".")
        spec[section] = {field: default} | as_object(spec.get(section))
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": CHART, "namespace": CHART},
        "spec": _with_texts(spec, schema()["properties"]["spec"], ""),
    }


def as_values(problem: Problem) -> Problem | None:
    """Return a problem of the resource with the path in the values.

    None if it is about a required value: others may be set when the chart is installed.
    """
    if problem.rule in SAID or problem.path.startswith("metadata"):
        return None
    message = OF_SPEC.sub("", problem.message)
    return replace(problem, path=OF_SPEC.sub("", problem.path, count=1), message=message)


def errors_in_values(values: Obj) -> Iterator[Problem]:
    """Yield the problems that only values have: those of the service, and rejected ones."""
    of_controller = structural(fields_of(ControllerValues))
    controller = _with_texts(_given(as_object(values.get(CONTROLLER))), of_controller, CONTROLLER)
    yield from departures_of(controller, of_controller, CONTROLLER)
    for existing in EXISTING:
        if existing.verdict is Verdict.REFUSED and _is_rejected(_at(values, existing), existing):
            yield Problem(existing.name, existing.remedy, REJECTED)


def warnings_in_values(values: Obj) -> Iterator[Problem]:
    """Yield what has another effect than in Instana's own chart."""
    for existing in EXISTING:
        is_noted = existing.verdict in (Verdict.EFFECTIVE, Verdict.IGNORED)
        if is_noted and _is_noted(values, existing):
            yield Problem(existing.name, existing.remedy, WITHOUT_EFFECT)


def _is_noted(values: Obj, existing: ExistingValue) -> bool:
    value = _at(values, existing)
    around = as_object(_at_path(values, existing.path[:-1]))
    if value in (MISSING, None) or value == existing.usual:
        return False
    if existing.only is not None and value != existing.only:
        return False
    return not any(around.get(name) for name in existing.beside)


def _is_rejected(value: Any, existing: ExistingValue) -> bool:
    if existing.below is None:
        return value not in (MISSING, None)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value < existing.below


def _at(values: Obj, existing: ExistingValue) -> Any:
    return _at_path(values, existing.path)


def _at_path(part: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not isinstance(part, dict) or step not in part:
            return MISSING
        part = part[step]
    return part


def _given(values: Any) -> Any:
    """Return values without null, which means for Helm that something is not given."""
    if isinstance(values, dict):
        return {name: _given(part) for name, part in values.items() if part is not None}
    return [*map(_given, values)] if isinstance(values, list) else values


def _without(values: Obj, names: tuple[str, ...]) -> Obj:
    return {name: value for name, value in values.items() if name not in names}


def _formed(part: Obj, existing: ExistingValue) -> Obj:
    """Return the spec without the value, or with its number, as the chart's templates make it."""
    is_left_out = existing.form is Form.DROPPED or existing.verdict is Verdict.REFUSED
    if not is_left_out and existing.form is not Form.NUMBER:
        return part
    if existing.below is not None:
        return part
    return _changed(part, existing.path, is_left_out=is_left_out)


def _changed(part: Obj, path: tuple[str, ...], *, is_left_out: bool) -> Obj:
    step, *rest = path
    if step not in part:
        return part
    if not rest:
        value = part[step]
        number = int(value) if isinstance(value, str) and value.isdecimal() else value
        return _without(part, (step,)) if is_left_out else part | {step: number}
    below = part[step]
    if not isinstance(below, dict):
        return part
    return part | {step: _changed(below, tuple(rest), is_left_out=is_left_out)}


def _with_texts(value: Any, field: Obj, name: str) -> Any:
    """Return a value with texts where the spec has texts that people write as numbers."""
    if isinstance(value, dict):
        return {
            key: _text_of_variable(part)
            if is_variables(name, field)
            else _with_texts(part, _field_below(field, key), key)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_with_texts(item, field.get("items", {}), "") for item in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_text = is_port(name, field) or (is_quantity(field) and isinstance(value, float))
    return _text(value) if is_number and is_text else value


def _field_below(field: Obj, name: str) -> Obj:
    below = field.get("properties", {}).get(name, field.get("additionalProperties"))
    return below if isinstance(below, dict) else {}


def _text_of_variable(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, int | float) else value


def _text(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
