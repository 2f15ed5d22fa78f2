"""What `validate` finds: the resources and values in files and folders, each with its problems."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hooks.admission import errors_in
from hooks.chart_values import (
    CHART,
    as_values,
    errors_in_values,
    place_of_values,
    resource_of,
    warnings_in_values,
)
from hooks.cli.inputs.agents import (
    ERROR,
    WARNING,
    GivenAgent,
    agents_in,
    all_problems,
    is_served,
    problems_about,
)
from hooks.cli.inputs.files import GivenDocument
from hooks.errors import Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import KIND
from hooks.rules import sharing, warnings_of
from hooks.rules.runtime import UNKNOWN_FIELD

VALUES: Final = "values"


@dataclass(frozen=True, slots=True)
class Found:
    """One problem: its severity, the place in the file, and the line about it."""

    severity: str
    problem: Problem
    where: str
    line: str

    @property
    def as_json(self) -> Obj:
        """Return it for programs."""
        problem = self.problem
        return {
            "message": problem.message,
            "path": problem.path,
            "rule": problem.rule,
            "severity": self.severity,
            "where": self.where,
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """A resource or values in a file, with everything that was found."""

    kind: str
    name: str
    file: str
    found: tuple[Found, ...]

    def count(self, severity: str) -> int:
        """Return how many problems have the severity."""
        return sum(found.severity == severity for found in self.found)

    def is_valid(self, *, strict: bool) -> bool:
        """Return whether it has no errors, and if strict no warnings."""
        return not self.count(ERROR) and not (strict and self.count(WARNING))

    @property
    def as_json(self) -> Obj:
        """Return it for programs."""
        return {
            "errors": self.count(ERROR),
            "file": self.file,
            "findings": [found.as_json for found in self.found],
            "kind": self.kind,
            "name": self.name,
            "warnings": self.count(WARNING),
        }


def checked(documents: Sequence[GivenDocument], facts: Facts) -> Iterator[Checked]:
    """Yield the resources and the chart's values in documents, those of one cluster together."""
    agents = [*agents_in(documents)]
    shared = sharing([agent.resource for agent in agents])
    for agent, further in zip(agents, shared, strict=True):
        yield _checked_agent(agent, further, facts)
    for document in documents:
        place = place_of_values(document.value)
        if place is not None:
            yield _checked_values(document, place, facts)


def _checked_agent(agent: GivenAgent, shared: Iterable[Problem], facts: Facts) -> Checked:
    """Return the problems that the schema, the rules and, if there is no error, the children show.

    Includes the problems of what it shares with other resources in the files.
    """
    by_rules = errors_in(agent.resource, facts) if is_served(agent) else ()
    errors, warnings = problems_about(agent, by_rules, shared)
    found = [
        Found(severity, problem, agent.where(problem), agent.line_about(severity, problem))
        for severity, problems in ((ERROR, errors), (WARNING, warnings))
        for problem in problems
    ]
    metadata = as_object(agent.resource.get("metadata"))
    name = f"{metadata.get('namespace')}/{metadata.get('name', '?')}"
    return Checked(KIND, name, agent.document.file, tuple(found))


def _checked_values(document: GivenDocument, place: str, facts: Facts) -> Checked:
    values: Any = document.value[CHART] if place else document.value
    resource = resource_of(values)
    of_resource = map(as_values, all_problems(resource, errors_in(resource, facts)))
    errors = [*errors_in_values(values), *filter(None, of_resource)]
    warnings = [*warnings_in_values(values), *filter(None, map(as_values, warnings_of(resource)))]
    found = [
        _found_in_values(document, place, severity, problem)
        for severity, problems in ((ERROR, errors), (WARNING, warnings))
        for problem in problems
    ]
    return Checked(VALUES, CHART, document.file, tuple(found))


def _found_in_values(document: GivenDocument, place: str, severity: str, problem: Problem) -> Found:
    is_of_name = problem.rule == UNKNOWN_FIELD
    where = document.where(f"{place}.{problem.path}", of_name=is_of_name)
    return Found(severity, problem, where, f"{where}: {VALUES}: {severity}: {problem}")
