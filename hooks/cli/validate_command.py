"""`python -m hooks validate`: the problems of resources in files, before you apply them."""

import sys
from typing import BinaryIO

import click

from hooks.admission import errors_in
from hooks.cli.fact_options import fact_option, facts_of
from hooks.cli.given_agents import Findings, GivenAgent, agents_in, findings_about, is_served
from hooks.cli.given_files import (
    INVALID,
    documents_in,
    ending_on_unusable_input,
    files_argument,
    give_up,
)
from hooks.errors import Problem
from hooks.facts import Facts
from hooks.models.instana_agent import KIND
from hooks.rules import sharing


@click.command("validate")
@files_argument
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@fact_option
def validate_command(files: tuple[BinaryIO, ...], facts: tuple[str, ...], *, strict: bool) -> None:
    """Check every InstanaAgent in the FILEs ("-" is standard input), without a cluster.

    Prints a line per problem: file, line and column, severity, what to do, and the rule's
    identifier, which docs/validation.md lists. If all resources are valid, prints how many there
    are. Exit code 2: a resource would be rejected, or a file is not valid for kubectl; 1: a file is
    too large, or there is no InstanaAgent.
    """
    found = [*agents_in(documents_in(files))]
    if not found:
        give_up(f"the files have no {KIND}: pass at least one")
    with ending_on_unusable_input():
        known = facts_of(facts)
    shared = sharing([agent.resource for agent in found])
    results = [
        _findings_about(*agent_and_problems, known)
        for agent_and_problems in zip(found, shared, strict=True)
    ]
    for line in (line for findings in results for line in (*findings.errors, *findings.warnings)):
        click.echo(line)
    if any(findings.errors or (strict and findings.warnings) for findings in results):
        sys.exit(INVALID)
    click.echo(f"valid: {len(results)}", err=True)


def _findings_about(agent: GivenAgent, shared: list[Problem], facts: Facts) -> Findings:
    """Return the problems that the schema, the rules and, if there is no error, the children show.

    Includes the problems of what it shares with other resources in the files.
    """
    by_rules = errors_in(agent.resource, facts) if is_served(agent) else ()
    return findings_about(agent, by_rules, shared)
