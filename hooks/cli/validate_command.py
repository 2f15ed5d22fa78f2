"""`python -m hooks validate`: what is wrong with resources in files, before they are applied."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import click

from hooks.admission import errors_in
from hooks.cli.fact_options import fact_option, facts_of
from hooks.cli.given_agents import agents_in, all_problems, is_served
from hooks.cli.given_files import (
    INVALID,
    documents_in,
    files_argument,
    give_up,
    giving_up_on_what_cannot_be_read,
)
from hooks.errors import Problem
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.models.instana_agent import KIND
from hooks.rules import sharing, warnings_of


@click.command("validate")
@files_argument
@click.option("--strict", is_flag=True, help="Count warnings as problems.")
@fact_option
def validate_command(files: tuple[BinaryIO, ...], facts: tuple[str, ...], *, strict: bool) -> None:
    """Check every InstanaAgent in the FILEs ("-" is standard input), without a cluster.

    Prints a line per problem: its severity, where it is, what to do, and the rule's identifier, by
    which docs/validation.md lists it; and how many resources are valid, if all are. Ends with 2 if
    a resource would be refused, with 1 if a file cannot be read or holds no InstanaAgent.
    """
    found = [(file.name, agent) for file in files for agent in _agents(file)]
    if not found:
        give_up(f"there is no {KIND} in the files")
    with giving_up_on_what_cannot_be_read():
        known = facts_of(facts)
    shared = sharing([agent for _, agent in found])
    results = [
        (name, agent, _errors(agent, known), (*warnings_of(agent), *beside))
        for (name, agent), beside in zip(found, shared, strict=True)
    ]
    for name, agent, errors, warnings in results:
        place = f"{Path(name).name}: {_name_of(agent)}"
        _report(place, "error", errors)
        _report(place, "warning", warnings)
    if any(errors or (strict and warnings) for _, _, errors, warnings in results):
        sys.exit(INVALID)
    click.echo(f"valid: {len(results)}", err=True)


def _agents(file: BinaryIO) -> list[Obj]:
    with giving_up_on_what_cannot_be_read(file.name):
        return [*agents_in(documents_in([file]))]


def _errors(agent: Obj, facts: Facts) -> tuple[Problem, ...]:
    """Return the problems that the schema shows, the rules, and if there is none the children."""
    return all_problems(agent, errors_in(agent, facts) if is_served(agent) else ())


def _report(place: str, severity: str, problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(f"{place}: {severity}: {problem}")


def _name_of(agent: Obj) -> str:
    return f"{KIND} {agent['metadata'].get('name', '?')}"
