"""The patches of kustomize's components and overlays, as parts that a condition lets in."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from hooks.generate.chart.expressions import Line, entries_where, items_where
from hooks.kube.objects import Obj, labels_of

APPEND: Final = "-"
ELSE: Final = "{{- else }}"


class NotConvertible(ValueError):
    """A patch of a manifest says what the chart's templates have no form for."""


def is_target(target: Obj, obj: Obj) -> bool:
    """Tell whether kustomize applies a patch with that target to the object."""
    group = obj["apiVersion"].rpartition("/")[0]
    label = target.get("labelSelector")
    return (
        target.get("group", group) == group
        and target.get("kind", obj["kind"]) == obj["kind"]
        and target.get("name", obj["metadata"]["name"]) == obj["metadata"]["name"]
        and (label is None or label in labels_of(obj))
    )


def operated(obj: Any, operations: Iterable[Obj], condition: str) -> Any:
    """Return the object on which the operations of a JSON patch are done where that holds."""
    for operation in operations:
        steps = operation["path"].split("/")[1:]
        obj = _at(obj, steps, operation, condition)
    return obj


def merged(obj: Any, patch: Mapping[str, Any], condition: str) -> Any:
    """Return the object into which a strategic merge patch is merged where the condition holds."""
    for name, part in patch.items():
        present = obj.get(name)
        if part is None:
            obj = _without(obj, name, condition)
        elif present is None:
            obj = obj | entries_where(condition, {name: part})
        elif isinstance(part, dict):
            obj = obj | {name: merged(present, part, condition)}
        elif isinstance(part, list):
            obj = obj | {name: _merged_list(present, part, condition)}
        elif part != present:
            msg = f"the value of {name} is another one"
            raise NotConvertible(msg)
    return obj


def _at(value: Any, steps: list[str], operation: Obj, condition: str) -> Any:
    step, *rest = steps
    if isinstance(value, list):
        if step == APPEND:
            return [*value, *items_where(condition, [operation["value"]])]
        index = int(step)
        return [*value[:index], _at(value[index], rest, operation, condition), *value[index + 1 :]]
    if rest:
        return value | {step: _at(value.get(step, {}), rest, operation, condition)}
    if operation["op"] == "add" and step not in value:
        return value | entries_where(condition, {step: operation["value"]})
    if operation["op"] == "add":
        return value | {step: value[step] | entries_where(condition, operation["value"])}
    if operation["op"] == "replace":
        return value | {step: _either(condition, operation["value"], value[step])}
    raise NotConvertible(operation["op"])


def _either(condition: str, there: Obj, otherwise: Obj) -> dict[Any, Any]:
    if there.keys() & otherwise.keys():
        msg = f"both have {sorted(there.keys() & otherwise.keys())}"
        raise NotConvertible(msg)
    *opening, end = entries_where(condition, there).items()
    return dict([*opening, (Line(ELSE), None), *otherwise.items(), end])


def _without(obj: dict[Any, Any], name: str, condition: str) -> dict[Any, Any]:
    changed: dict[Any, Any] = {}
    for key, value in obj.items():
        changed |= (
            entries_where(f"not ({condition})", {key: value}) if key == name else {key: value}
        )
    return changed


def _merged_list(items: list[Any], patches: list[Any], condition: str) -> list[Any]:
    """Return a list of named things with those of the patch."""
    for patch in patches:
        known = [each.get("name") for each in items if isinstance(each, dict)]
        if patch["name"] not in known:
            items = [*items, *items_where(condition, [patch])]
            continue
        items = [
            merged(each, patch, condition)
            if isinstance(each, dict) and each.get("name") == patch["name"]
            else each
            for each in items
        ]
    return items
