"""What is wrong with the InstanaAgents in files, for every command that gets some."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import click

from hooks.cli.given_files import end_if_invalid
from hooks.errors import Problem
from hooks.generate.crd import departures
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rules import warnings_of

GROUP: Final = API_VERSION.partition("/")[0]
ENTRY: Final = re.compile(r"\[([^\]]*)\]")


def agents_in(documents: Iterable[Any]) -> Iterator[Obj]:
    """Yield the InstanaAgents of any version in the documents, also those within lists."""
    for document in documents:
        yield from _agents_in(document)


def _agents_in(document: Any) -> Iterator[Obj]:
    if not isinstance(document, dict):
        return
    if isinstance(document.get("items"), list):
        yield from agents_in(document["items"])
    group = str(document.get("apiVersion")).partition("/")[0]
    if (group, document.get("kind")) == (GROUP, KIND):
        metadata = document.get("metadata")
        given = metadata if isinstance(metadata, dict) else {}
        yield document | {"metadata": {"namespace": "default"} | given}


def is_served(agent: Obj) -> bool:
    """Tell whether the resource is of the version that there is; of others nothing is known."""
    return agent.get("apiVersion") == API_VERSION


def all_problems(agent: Obj, by_rules: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return what the schema shows, and what the rules found elsewhere."""
    by_schema = tuple(departures(agent))
    places = {_place_of(problem) for problem in by_schema}
    return by_schema + tuple(each for each in by_rules if _place_of(each) not in places)


def _place_of(problem: Problem) -> str:
    """Return the path, the same for an entry of a map whoever tells it: `env[A]` or `env.A`."""
    return ENTRY.sub(r".\1", problem.path)


def end_if_wrong(documents: Iterable[Any], by_rules: Iterable[Problem]) -> None:
    """Print the warnings of the resource in the documents, and end the command if it is invalid.

    All lines go to standard error: those of problems are what `validate` prints, without the file.
    """
    found = [*by_rules]
    for agent in filter(is_served, agents_in(documents)):
        end_if_invalid(all_problems(agent, found))
        for warning in warnings_of(agent):
            click.echo(f"warning: {warning}", err=True)
