"""What is wrong with the InstanaAgents in files: found and told in one way by every command."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import click

from hooks.cli.given_files import INVALID, GivenDocument
from hooks.errors import Problem
from hooks.generate.crd import departures
from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rendering import DEFAULT_NAMESPACE
from hooks.rules import warnings_of
from hooks.rules.runtime import UNKNOWN_FIELD

GROUP: Final = API_VERSION.partition("/")[0]
PLAIN: Final = str.maketrans({"[": ".", "]": "", '"': ""})
ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class GivenAgent:
    """An InstanaAgent of a document, as it was given and in a namespace, with its path there."""

    given: Obj
    document: GivenDocument
    path: str

    @property
    def resource(self) -> Obj:
        """Return it in a namespace."""
        metadata = as_object(self.given.get("metadata"))
        return self.given | {"metadata": {"namespace": DEFAULT_NAMESPACE} | metadata}

    def told(self, severity: str, problem: Problem) -> str:
        """Return the line about a problem: file, line and column of the value, and what is wrong.

        It is the name of a field that is wrong where there is no such field.
        """
        return self.line(
            severity, problem.path, str(problem), of_name=problem.rule == UNKNOWN_FIELD
        )

    def line(self, severity: str, path: str, what: str, *, of_name: bool = False) -> str:
        """Return the line about something at a path."""
        where = self.document.where(f"{self.path}.{path}", of_name=of_name)
        name = as_object(self.given.get("metadata")).get("name", "?")
        return f"{where}: {KIND} {name}: {severity}: {what}"


def agents_in(documents: Iterable[GivenDocument]) -> Iterator[GivenAgent]:
    """Yield the InstanaAgents of any version in the documents, also those within lists."""
    for document in documents:
        for resource, path in _agents_in(document.value, ""):
            yield GivenAgent(resource, document, path)


def _agents_in(part: Any, path: str) -> Iterator[tuple[Obj, str]]:
    if not isinstance(part, dict):
        return
    if isinstance(part.get("items"), list):
        for number, item in enumerate(part["items"]):
            yield from _agents_in(item, f"{path}.items[{number}]")
    group = str(part.get("apiVersion")).partition("/")[0]
    if (group, part.get("kind")) == (GROUP, KIND):
        yield part, path


def is_served(agent: GivenAgent) -> bool:
    """Tell whether the resource is of the version that there is; of others nothing is known."""
    return bool(agent.given.get("apiVersion") == API_VERSION)


def all_problems(agent: Obj, by_rules: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return what the schema shows, and what the rules found elsewhere."""
    by_schema = tuple(departures(agent))
    paths = {_plain(problem.path) for problem in by_schema}
    return by_schema + tuple(problem for problem in by_rules if _plain(problem.path) not in paths)


def _plain(path: str) -> str:
    """Return a path without what marks entries of maps: not everyone knows what is one."""
    return path.translate(PLAIN)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found about the resources in files, as lines."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def findings_about(
    agent: GivenAgent, by_rules: Iterable[Problem], further: Iterable[Problem] = ()
) -> Findings:
    """Return a line per problem of a resource; the rules' errors and further warnings are given.

    Nothing is warned of in versions that there are not: their fields mean something else.
    """
    errors = all_problems(agent.resource, by_rules)
    warnings = (*warnings_of(agent.resource), *further) if is_served(agent) else ()
    return Findings(
        tuple(agent.told(ERROR, problem) for problem in errors),
        tuple(agent.told(WARNING, problem) for problem in warnings),
    )


def end_if_none_is_served(documents: Iterable[GivenDocument]) -> None:
    """End the command if all resources in the documents are of versions that there are not."""
    agents = [*agents_in(documents)]
    if not any(map(is_served, agents)):
        _end_if(line for agent in agents for line in findings_about(agent, ()).errors)


def end_if_wrong(documents: Iterable[GivenDocument], by_rules: Iterable[Problem]) -> None:
    """Print the warnings of the resource in the documents, and end the command if it is invalid.

    All lines go to standard error, and are those of `validate`.
    """
    found = [*by_rules]
    for agent in filter(is_served, agents_in(documents)):
        about = findings_about(agent, found)
        _end_if(about.errors)
        for line in (*_warnings_of_place(agent), *about.warnings):
            click.echo(line, err=True)


def _end_if(errors: Iterable[str]) -> None:
    """End the command with the lines, if there are any."""
    lines = [*errors]
    if lines:
        click.echo("\n".join(lines), err=True)
        sys.exit(INVALID)


def _warnings_of_place(agent: GivenAgent) -> Iterator[str]:
    if not as_object(agent.given.get("metadata")).get("namespace"):
        what = (
            f"metadata.namespace: is not given, so it is taken for {DEFAULT_NAMESPACE}: set it, as "
            "`kubectl apply` may choose another one"
        )
        yield agent.line(WARNING, "metadata.namespace", what)
