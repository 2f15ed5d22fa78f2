"""From the observed object to the model, or to a list of problems without any value."""

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
"""Levels of a spec: far more than any type of Kubernetes has, far fewer than JSON may have."""

PATCHES = "overrides"
NOT_GIVEN = frozenset({"missing", "string_too_short"})
OF_AGENT = "configuration"
"""The field whose content is the agent's own: a null in it is one."""


def check_nesting(resource: Obj) -> None:
    """Raise InvalidResource for a spec on more levels than anything here follows."""
    if is_deeper_than(as_object(resource).get("spec"), DEEPEST):
        raise InvalidResource((Problem("spec", "is nested too deeply", NESTING),))


def read_given(resource: Obj, most: int = MOST_PROBLEMS) -> tuple[InstanaAgent, Obj]:
    """Return the InstanaAgent, and what it was read from; raises InvalidResource.

    A null counts as not given. The API server prunes most of them, so they are looked for only in
    a resource that is not fine as it is. Messages name field paths and what is expected there,
    never a value. Each wrong item of a list costs a message: the caller sees to it that there are
    not too many.
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
    """Yield what an object without nulls has of other types, and lacks, however much that is."""
    try:
        InstanaAgent.model_validate(given)
    except ValidationError as error:
        yield from _problems(error)


def _problems(error: ValidationError) -> Iterator[Problem]:
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return (_problem(details["loc"], details["type"], details["msg"]) for details in found)


def without_nulls(value: Any) -> Any:
    """Return the value without nulls, but for those in patches, where a null means something."""
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
