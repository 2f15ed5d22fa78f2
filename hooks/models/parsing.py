"""From the observed object to the model, or to a list of problems without any value."""

from typing import Any

from pydantic import ValidationError

from hooks.errors import InvalidResource, Problem
from hooks.kube.objects import Obj
from hooks.models.instana_agent import InstanaAgent
from hooks.models.rules import problems_of

NOT_GIVEN = frozenset({"missing", "string_too_short"})


def parse_agent(resource: Obj) -> InstanaAgent:
    """Return the InstanaAgent with its defaults; raises InvalidResource with every problem found.

    Takes the object as the API server has it. Messages name field paths and what is expected
    there, never a value.
    """
    agent = read_agent(resource)
    problems = tuple(problems_of(agent))
    if problems:
        raise InvalidResource(problems)
    return agent


def read_agent(resource: Obj) -> InstanaAgent:
    """Return the InstanaAgent if its fields have the right types; else raise InvalidResource.

    A null counts as not given. The API server prunes most of them, so they are looked for only in
    a resource that is not fine as it is.
    """
    try:
        return InstanaAgent.model_validate(resource)
    except ValidationError:
        return _read_without_nulls(resource)


def _read_without_nulls(resource: Obj) -> InstanaAgent:
    try:
        return InstanaAgent.model_validate(_without_nulls(resource))
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
        problems = {_problem(each["loc"], each["type"], each["msg"]) for each in found}
        raise InvalidResource(tuple(sorted(problems, key=str))) from None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    return value


def _problem(location: tuple[Any, ...], kind: str, message: str) -> Problem:
    text = "is required" if kind in NOT_GIVEN else message[:1].lower() + message[1:]
    return Problem(_path(location), text)


def _path(location: tuple[Any, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.lstrip(".") or "the resource"
