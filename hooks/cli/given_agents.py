"""What is wrong with the InstanaAgents in files, for every command that gets some."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import click

from hooks.cli.given_files import end_if_invalid
from hooks.errors import Problem
from hooks.generate.crd import departures
from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rendering import DEFAULT_NAMESPACE
from hooks.rules import warnings_of

GROUP: Final = API_VERSION.partition("/")[0]
ENTRY: Final = re.compile(r"\[([^\]]*)\]")


def agents_in(documents: Iterable[Any]) -> Iterator[Obj]:
    """Yield the InstanaAgents of any version in the documents, also those within lists."""
    return map(_in_a_namespace, _as_given(documents))


def _as_given(documents: Iterable[Any]) -> Iterator[Obj]:
    for document in documents:
        if isinstance(document, dict):
            yield from _as_given_in(document)


def _as_given_in(document: Obj) -> Iterator[Obj]:
    if isinstance(document.get("items"), list):
        yield from _as_given(document["items"])
    group = str(document.get("apiVersion")).partition("/")[0]
    if (group, document.get("kind")) == (GROUP, KIND):
        yield document


def _in_a_namespace(agent: Obj) -> Obj:
    metadata = as_object(agent.get("metadata"))
    return agent | {"metadata": {"namespace": DEFAULT_NAMESPACE} | metadata}


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


def end_if_none_is_served(documents: Iterable[Any]) -> None:
    """End the command if all resources in the documents are of versions that there are not."""
    agents = [*agents_in(documents)]
    if not any(map(is_served, agents)):
        end_if_invalid(problem for agent in agents for problem in all_problems(agent, ()))


def end_if_wrong(documents: Iterable[Any], by_rules: Iterable[Problem]) -> None:
    """Print the warnings of the resource in the documents, and end the command if it is invalid.

    All lines go to standard error: those of problems are what `validate` prints, without the file.
    """
    found = [*by_rules]
    for given in filter(is_served, _as_given(documents)):
        agent = _in_a_namespace(given)
        end_if_invalid(all_problems(agent, found))
        for warning in (*_warnings_of_place(given), *warnings_of(agent)):
            click.echo(f"warning: {warning}", err=True)


def _warnings_of_place(agent: Obj) -> Iterator[str]:
    if not as_object(agent.get("metadata")).get("namespace"):
        yield (
            f"metadata.namespace: is not given, so it is taken for {DEFAULT_NAMESPACE}: set it, as "
            "`kubectl apply` may choose another one"
        )
