"""From the observed object to the model, or to a list of problems without any value."""

from typing import Any

from pydantic import ValidationError

from hooks.errors import InvalidResource, Problem
from hooks.kube.objects import Obj
from hooks.models.instana_agent import InstanaAgent
from hooks.models.rules import problems_of


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
    """Return the InstanaAgent if its fields have the right types; else raise InvalidResource."""
    try:
        return InstanaAgent.model_validate(resource)
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
        problems = {_problem(each["loc"], each["type"], each["msg"]) for each in found}
        raise InvalidResource(tuple(sorted(problems, key=str))) from None


def _problem(location: tuple[Any, ...], kind: str, message: str) -> Problem:
    text = "is required" if kind == "missing" else message[:1].lower() + message[1:]
    return Problem(_path(location), text)


def _path(location: tuple[Any, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.lstrip(".") or "the resource"
