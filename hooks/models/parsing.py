"""From the observed object to the model, or to a list of problems that contain no value."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from hooks.errors import (
    FIELD_TYPE,
    MOST_PROBLEMS,
    NESTING,
    REQUIRED_FIELD,
    InvalidResource,
    Problem,
)
from hooks.kube.objects import Obj, as_object, is_deeper_than
from hooks.kube.places import path_of_field
from hooks.models.instana_agent import InstanaAgent

DEEPEST = 100
"""Levels of a spec: far more than any type of Kubernetes has, and far fewer than JSON allows."""

PATCHES = "overrides"
NOT_GIVEN = frozenset({"missing", "string_too_short"})
OF_AGENT = "configuration"
"""The field whose content is the agent's own: a null in it is a value."""


def check_nesting(resource: Obj) -> None:
    """Raise InvalidResource for a spec with more levels than the service reads."""
    if is_deeper_than(as_object(resource).get("spec"), DEEPEST):
        raise InvalidResource((Problem("spec", "is nested too deeply", NESTING),))


def read_given(resource: Obj, most: int = MOST_PROBLEMS) -> tuple[InstanaAgent, Obj]:
    """Return the InstanaAgent, and the object from which it was read; raises InvalidResource.

    A null counts as not given. The API server prunes most nulls, so they are removed only from a
    resource that is not valid as it is. Messages name field paths and what is expected there, never
    a value. Each invalid item of a list has a message: the caller must limit their number.
    """
    try:
        return InstanaAgent.model_validate(resource), resource
    except ValidationError:
        return _read_without_nulls(resource, most)


def _read_without_nulls(resource: Obj, most: int) -> tuple[InstanaAgent, Obj]:
    given = without_nulls(resource)
    try:
        return InstanaAgent.model_validate(given), given
    except ValidationError as error:
        problems = set(islice(_problems(error), most))
        raise InvalidResource(tuple(sorted(problems, key=str))) from None


def problems_of_types(given: Obj) -> Iterator[Problem]:
    """Yield all fields of wrong types and all missing fields of an object without nulls."""
    try:
        InstanaAgent.model_validate(given)
    except ValidationError as error:
        yield from _problems(error)


def _problems(error: ValidationError) -> Iterator[Problem]:
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return (_problem(details["loc"], details["type"], details["msg"]) for details in found)


def without_nulls(value: Any) -> Any:
    """Return the value without nulls, except those in patches, where a null has a meaning."""
    if isinstance(value, dict):
        return {
            name: part if name in (OF_AGENT, PATCHES) else without_nulls(part)
            for name, part in value.items()
            if part is not None
        }
    if isinstance(value, list):
        return [without_nulls(part) for part in value]
    return value


def _problem(location: tuple[Any, ...], kind: str, message: str) -> Problem:
    if kind in NOT_GIVEN:
        return Problem(_path(location), "is required", REQUIRED_FIELD)
    return Problem(_path(location), message[:1].lower() + message[1:], FIELD_TYPE)


def _path(location: tuple[Any, ...]) -> str:
    path = ""
    for step in location:
        path = f"{path}[{step}]" if isinstance(step, int) else path_of_field(path, step)
    return path.lstrip(".") or "the resource"
