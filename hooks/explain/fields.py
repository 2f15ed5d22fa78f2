"""The fields of a resource, given or not, and what else they could be."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial, reduce
from itertools import islice
from typing import Any, Final

from hooks.explain.children import Situation
from hooks.explain.division import Steps, divided, replaced, steps_in, without
from hooks.explain.inputs import FEW, Input, Inputs, Source, Ways
from hooks.explain.places import Place, spec_place
from hooks.explain.values import fresh, others
from hooks.kube.objects import Obj, as_object
from hooks.rules import read_agent

MOST_GIVEN: Final = 400
MOST_DEFAULTS: Final = 400
OVERRIDES: Final = "overrides"
WHOLE: Final = frozenset({("agent", "configuration")})
"""Ends in one entry of a Secret, whatever is in it."""

DECISIONS: Final = frozenset({("rollout", "policy")})
"""Where they are not given, all is carried out: they say when a value changes, not what it is."""

WITHOUT_DEFAULTS: Final = WHOLE | DECISIONS | {(OVERRIDES,)}

AMOUNTS: Final = ("cpu", "memory")
QUANTITY: Final = "anyOf"
"""What the schema of a quantity has, and of what may be a number or a text."""


def fields_of(parent: Obj) -> Inputs:
    """Return the fields of a resource that can be read: those given, and those not given."""
    given = as_object(parent.get("spec"))
    found = [part for part in divided(given, MOST_GIVEN, WHOLE) if part[0]]
    defaults = _defaults(read_agent(parent).spec.model_dump(by_alias=True), given, ())
    single = [*(_given(*part) for part in found), *islice(defaults, MOST_DEFAULTS)]
    left_out = ["fields that are not given"] if next(defaults, None) else []
    return Inputs(tuple(single), (*map(_path, _together(found)), *left_out))


def _together(found: list[tuple[Steps, Any]]) -> Iterator[Steps]:
    """Yield the parts of which not each leaf is looked at."""
    for steps, value in found:
        if steps not in WHOLE and steps_in(value):
            yield steps


def _place(steps: Steps) -> Place:
    return reduce(Place.below, steps, spec_place())


def _path(steps: Steps) -> str:
    return _place(steps).path


def _given(steps: Steps, value: Any) -> Input:
    place = _place(steps)
    source = Source.OVERRIDE if steps[0] == OVERRIDES else Source.FIELD
    shown = None if steps_in(value) or _is_credential(steps) else value
    ways = [_to_others(steps, tuple(others(value, place.allowed)))]
    if isinstance(steps[-1], str):
        ways.append(partial(_to_none, steps))
    return Input(source, place.path, tuple(ways), shown)


def _is_credential(steps: Steps) -> bool:
    """Return whether a Secret could have the value in place of the field."""
    beside = _place(steps[:-1]).of.get("properties", {})
    return f"{steps[-1]}SecretKeyRef" in beside


def _to_others(steps: Steps, values: tuple[Any, ...]) -> Ways:
    """Return the ways to give a field other values."""

    def ways(situation: Situation) -> Iterator[Situation]:
        spec = as_object(situation.request.parent.get("spec"))
        return (_with_spec(situation, replaced(spec, steps, value)) for value in values)

    return ways


def _to_none(steps: Steps, situation: Situation) -> Iterator[Situation]:
    """Yield the situation without a field."""
    yield _with_spec(situation, without(situation.request.parent["spec"], steps))


def _with_spec(situation: Situation, spec: Any) -> Situation:
    request = situation.request
    return replace(situation, request=replace(request, parent=request.parent | {"spec": spec}))


def _defaults(full: Any, given: Any, steps: Steps) -> Iterator[Input]:
    """Yield the fields that a part of the spec could have besides those given."""
    parts = dict(steps_in(given))
    for step, value in steps_in(full):
        path, part = (*steps, step), parts.get(step)
        if path in WITHOUT_DEFAULTS:
            continue
        if part is None:
            yield from _not_given(value, path)
        elif isinstance(value, dict | tuple):
            yield from _defaults([*value] if isinstance(value, tuple) else value, part, path)
            yield from _beside(as_object(part), as_object(value), path)


def _not_given(value: Any, steps: Steps) -> Iterator[Input]:
    place = _place(steps)
    if isinstance(value, dict) and value:
        yield from _defaults(value, {}, steps)
    elif value is None and place.of.get("type") == "array":
        yield _default(steps, None, iter([[]]))
    elif value or isinstance(value, bool):
        yield _default(steps, value, others(value, place.allowed))
    else:
        yield from _without_default(place, steps)


def _beside(given: Obj, full: Obj, steps: Steps) -> Iterator[Input]:
    """Yield what a part of a type of Kubernetes could have besides what is given of it."""
    if given and all(isinstance(step, str) for step in steps):
        known = {_path((*steps, name)) for name in (*given, *full)}
        beside = _without_default(_place(steps), steps)
        yield from (field for field in beside if field.name not in known)


def _without_default(place: Place, steps: Steps) -> Iterator[Input]:
    """Yield a field for which the builders have defaults, or the fields in it."""
    properties, further = place.of.get("properties", {}), place.of.get("additionalProperties")
    if QUANTITY in as_object(further):
        yield from (_default((*steps, name), None, fresh(as_object(further))) for name in AMOUNTS)
    elif properties and "required" not in place.of:
        for name in properties:
            if _is_scalar(properties[name]):
                below = place.below(name)
                yield _default((*steps, name), None, fresh(below.of, below.allowed))
    elif _is_scalar(place.of):
        yield _default(steps, None, fresh(place.of, place.allowed))


def _is_scalar(of: Obj) -> bool:
    return QUANTITY in of or of.get("type") in ("boolean", "integer", "string")


def _default(steps: Steps, value: Any, values: Iterator[Any]) -> Input:
    ways = _to_others(steps, tuple(values))
    return Input(Source.DEFAULT, _path(steps), (ways,), value, most=FEW)
