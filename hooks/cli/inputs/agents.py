"""The problems of the InstanaAgents in files: every command finds and prints them the same way."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import click

from hooks.cli.inputs.files import INVALID, GivenDocument
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
    """An InstanaAgent as it was given, with its document and its path there."""

    given: Obj
    document: GivenDocument
    path: str

    @property
    def resource(self) -> Obj:
        """Return the resource with a namespace."""
        metadata = as_object(self.given.get("metadata"))
        return self.given | {"metadata": {"namespace": DEFAULT_NAMESPACE} | metadata}

    def line_about(self, severity: str, problem: Problem) -> str:
        """Return the line about a problem: file, line and column of the value, and the message.

        For a field that does not exist, they are those of its name.
        """
        return self._line(self.where(problem), severity, str(problem))

    def where(self, problem: Problem) -> str:
        """Return file, line and column of the value that a problem is about, or of its name."""
        of_name = problem.rule == UNKNOWN_FIELD
        return self.document.where(f"{self.path}.{problem.path}", of_name=of_name)

    def line(self, severity: str, path: str, what: str) -> str:
        """Return the line about something at a path."""
        return self._line(self.document.where(f"{self.path}.{path}"), severity, what)

    def _line(self, where: str, severity: str, what: str) -> str:
        name = as_object(self.given.get("metadata")).get("name", "?")
        return f"{where}: {KIND} {name}: {severity}: {what}"


def agents_in(documents: Iterable[GivenDocument]) -> Iterator[GivenAgent]:
    """Yield the InstanaAgents of any version in the documents, including those in lists."""
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
    """Return whether the resource has the served version; nothing is known of other versions."""
    return bool(agent.given.get("apiVersion") == API_VERSION)


def all_problems(agent: Obj, by_rules: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that the schema shows, and those that the rules found at other paths."""
    by_schema = tuple(departures(agent))
    paths = {_plain(problem.path) for problem in by_schema}
    return by_schema + tuple(problem for problem in by_rules if _plain(problem.path) not in paths)


def _plain(path: str) -> str:
    """Return a path without the marks for entries of maps: not every check knows what is a map."""
    return path.translate(PLAIN)


@dataclass(frozen=True, slots=True)
class Findings:
    """The lines about the problems of resources in files."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def problems_about(
    agent: GivenAgent, by_rules: Iterable[Problem], further: Iterable[Problem] = ()
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return errors and warnings about a resource; those of rules and further ones are given.

    Versions that are not served get no warnings: their fields mean something else.
    """
    errors = all_problems(agent.resource, by_rules)
    return errors, (*warnings_of(agent.resource), *further) if is_served(agent) else ()


def findings_about(
    agent: GivenAgent, by_rules: Iterable[Problem], further: Iterable[Problem] = ()
) -> Findings:
    """Return a line per problem of a resource; see `problems_about`."""
    errors, warnings = problems_about(agent, by_rules, further)
    return Findings(
        tuple(agent.line_about(ERROR, problem) for problem in errors),
        tuple(agent.line_about(WARNING, problem) for problem in warnings),
    )


def end_if_none_is_served(documents: Iterable[GivenDocument]) -> None:
    """End the command if no resource in the documents has the served version."""
    agents = [*agents_in(documents)]
    if not any(map(is_served, agents)):
        _end_if(line for agent in agents for line in findings_about(agent, ()).errors)


def end_if_invalid(documents: Iterable[GivenDocument], by_rules: Iterable[Problem]) -> None:
    """Print the warnings of the resource in the documents, and end the command if it is invalid.

    All lines go to standard error, and are those that `validate` prints.
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
            f"metadata.namespace: is not set, so {DEFAULT_NAMESPACE} is assumed: set it, because "
            "`kubectl apply` may use another namespace"
        )
        yield agent.line(WARNING, "metadata.namespace", what)
