"""`python -m hooks render`: what a sync would make, computed from files by the same functions."""

import sys
from dataclasses import replace
from typing import BinaryIO, Final

import click
import orjson

from hooks.cli.fact_options import fact_option, facts_of
from hooks.cli.given_agents import end_if_invalid, end_if_none_is_served
from hooks.cli.given_files import (
    documents_in,
    ending_on_unusable_input,
    files_argument,
)
from hooks.kube.objects import Obj
from hooks.kube.plain_yaml import as_yaml
from hooks.rendering import Rendered, render
from hooks.server.clock import now

REDACTED: Final = "**redacted**"
"""Replaces a value; it is not base64, so that nobody can apply it."""


@click.command("render")
@files_argument
@click.option("-o", "--output", type=click.Choice(["yaml", "json"]), default="yaml")
@click.option("--redact", is_flag=True, help="Print no values of Secrets.")
@fact_option
def render_command(
    files: tuple[BinaryIO, ...], output: str, facts: tuple[str, ...], *, redact: bool
) -> None:
    """Print the objects for the InstanaAgent in the FILEs ("-" is standard input).

    Pass exactly one InstanaAgent and the objects of the cluster that it depends on: Secrets,
    Namespaces, existing children, CRDs. YAML has the objects, for review: Metacontroller applies
    them; JSON has children, attachments and status. Both have the values of Secrets, including keys
    and passwords, unless you use --redact. Warnings go to standard error. Exit code 2: the
    InstanaAgent is invalid (prints the problems that `validate` finds), or a file is not valid for
    kubectl; 1: a file cannot be used.
    """
    documents = documents_in(files)
    end_if_none_is_served(documents)
    with ending_on_unusable_input(documents):
        rendered = render([document.value for document in documents], facts_of(facts), now())
    end_if_invalid(documents, rendered.problems)
    if redact:
        rendered = replace(rendered, children=[*map(_redacted, rendered.children)])
    sys.stdout.write(_as_json(rendered) if output == "json" else as_yaml(_objects(rendered)))


def _redacted(child: Obj) -> Obj:
    """Return the child; of a Secret, only the names of its entries."""
    if child["kind"] != "Secret":
        return child
    return child | {"data": dict.fromkeys(child.get("data") or {}, REDACTED)}


def _as_json(rendered: Rendered) -> str:
    response: Obj = {
        "children": rendered.children,
        "attachments": rendered.attachments,
        "status": rendered.status,
    }
    return orjson.dumps(response, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def _objects(rendered: Rendered) -> list[Obj]:
    return [*rendered.children, *rendered.attachments]
