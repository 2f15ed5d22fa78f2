"""`python -m hooks validate`: what is wrong with resources in files, before they are applied."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from hooks.admission import errors_in
from hooks.cli.fact_options import fact_option, facts_of
from hooks.cli.given_files import (
    INVALID,
    documents_in,
    files_argument,
    give_up,
    giving_up_on_what_cannot_be_read,
)
from hooks.errors import Problem
from hooks.facts import Facts
from hooks.generate.crd import departures
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rules import warnings_of

GROUP: Final = API_VERSION.partition("/")[0]


@click.command("validate")
@files_argument
@click.option("--strict", is_flag=True, help="Count warnings as problems.")
@fact_option
def validate_command(files: tuple[BinaryIO, ...], facts: tuple[str, ...], *, strict: bool) -> None:
    """Check every InstanaAgent in the FILEs ("-" is standard input), without a cluster.

    Prints a line per problem: its severity, where it is, what to do, and the rule's identifier, by
    which docs/validation.md lists it. Ends with 2 if a resource would be refused, with 1 if a file
    cannot be read or holds no InstanaAgent.
    """
    found = [(file.name, agent) for file in files for agent in _agents(file)]
    if not found:
        give_up(f"there is no {KIND} in the files")
    with giving_up_on_what_cannot_be_read():
        known = facts_of(facts)
    results = [(name, agent, _errors(agent, known), warnings_of(agent)) for name, agent in found]
    for name, agent, errors, warnings in results:
        place = f"{Path(name).name}: {_name_of(agent)}"
        _report(place, "error", errors)
        _report(place, "warning", warnings)
    if any(errors or (strict and warnings) for _, _, errors, warnings in results):
        sys.exit(INVALID)


def _agents(file: BinaryIO) -> Iterator[Obj]:
    with giving_up_on_what_cannot_be_read(file.name):
        documents = list(documents_in([file]))
    yield from (each for document in documents for each in _agents_in(document))


def _agents_in(document: Any) -> Iterator[Obj]:
    if not isinstance(document, dict):
        return
    if isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _agents_in(item)
    group = str(document.get("apiVersion")).partition("/")[0]
    if (group, document.get("kind")) == (GROUP, KIND):
        metadata = document.get("metadata")
        given = metadata if isinstance(metadata, dict) else {}
        yield document | {"metadata": {"namespace": "default"} | given}


def _errors(agent: Obj, facts: Facts) -> tuple[Problem, ...]:
    """Return the problems that the schema shows, the rules, and if there is none the children."""
    by_schema = tuple(departures(agent))
    if any(problem.path == "apiVersion" for problem in by_schema):
        return by_schema
    paths = {problem.path for problem in by_schema}
    by_rule = tuple(each for each in errors_in(agent, facts) if each.path not in paths)
    return by_schema + by_rule


def _report(place: str, severity: str, problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(f"{place}: {severity}: {problem}")


def _name_of(agent: Obj) -> str:
    return f"{KIND} {agent['metadata'].get('name', '?')}"
