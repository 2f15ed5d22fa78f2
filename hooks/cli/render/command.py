"""`python -m hooks render`: what a sync would make, computed by the same functions."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import click
import orjson

from hooks.cli.inputs.agents import end_if_invalid, end_if_none_is_served
from hooks.cli.inputs.changed_documents import only_agent_in, set_option
from hooks.cli.inputs.combined import check_inputs, facts_given, inputs_of, optional_files_argument
from hooks.cli.inputs.facts import fact_option
from hooks.cli.inputs.files import GivenDocument, ending_on_unusable_input
from hooks.cli.inputs.live import Live, live_options
from hooks.cli.render.output_folder import write_folder
from hooks.desired.passes.checksums import CHECKSUM
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.kube.plain_yaml import as_yaml
from hooks.masking import Mask, credentials_in
from hooks.missing_inputs import (
    Missing,
    has_checksum,
    missing_inputs,
    without_checksums_of_pods,
)
from hooks.rendering import Rendered, read, render_given
from hooks.server.clock import now

REDACTED: Final = "**redacted**"
"""Replaces a value; it is not base64, so that nobody can apply it."""

UNKNOWN: Final = (
    "no DaemonSet or Deployment of the resource is among the inputs, so what running pods retain "
    "is unknown"
)
LEFT_OUT: Final = (
    f"; pod templates are without the annotation {CHECKSUM}, so that no pod restarts for it alone "
    "when you apply the output"
)
WHAT_TO_DO: Final = "pass the existing children, or use --live"


@click.command("render")
@optional_files_argument
@live_options
@set_option
@click.option("-o", "--output", type=click.Choice(["yaml", "json"]), default="yaml")
@click.option(
    "--output-dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a file per object to this folder, which must be empty or made by this command.",
)
@click.option("--redact", is_flag=True, help="Print no credentials, such as values of Secrets.")
@fact_option
def render_command(  # noqa: PLR0913  each is an option
    *,
    files: tuple[BinaryIO, ...],
    live: Live,
    settings: tuple[str, ...],
    output: str,
    folder: Path | None,
    facts: tuple[str, ...],
    redact: bool,
) -> None:
    """Print the objects for the InstanaAgent in the FILEs ("-" is standard input).

    Pass exactly one InstanaAgent and the objects of the cluster that it depends on: Secrets,
    Namespaces, existing children, CRDs. With --live they are read from the cluster, and so is the
    resource, unless a FILE has it. Standard error names what is not among the inputs, and has
    warnings. YAML has the objects, for review: Metacontroller applies them; JSON has children,
    attachments and status. Both have the values of Secrets, including keys and passwords, unless
    you use --redact; it also hides credentials in variables, arguments and URLs. Exit code 2: the
    InstanaAgent is invalid (prints the problems that `validate` finds), or a file is not valid for
    kubectl; 1: a file or the cluster cannot be used.
    """
    check_inputs(files, live.is_on)
    if folder and output == "json":
        msg = "--output-dir writes YAML: leave out -o json"
        raise click.UsageError(msg)
    known = facts_given(facts)
    documents = inputs_of(files, live, known, settings).documents
    rendered = _rendered(documents, known, live)
    if redact:
        rendered = _redacted(rendered, _credentials_in(documents))
    if folder:
        click.echo(f"files written: {write_folder(folder, _objects(rendered))}", err=True)
        return
    sys.stdout.write(_as_json(rendered) if output == "json" else as_yaml(_objects(rendered)))


def _rendered(documents: Sequence[GivenDocument], facts: Facts, live: Live) -> Rendered:
    """Return what the documents lead to; says what they lack, or ends the command."""
    end_if_none_is_served(documents)
    with ending_on_unusable_input(documents):
        given = read([document.value for document in documents], facts)
        rendered = render_given(given, now())
    end_if_invalid(documents, rendered.problems)
    missing = missing_inputs(given)
    _say_what_is_missing(missing, live)
    return rendered if live.is_on else _without_what_is_unknown(missing, rendered)


def _without_what_is_unknown(missing: Missing, rendered: Rendered) -> Rendered:
    """Return what was rendered without what restarts pods for nothing; says so."""
    if not missing.has_no_workload:
        return rendered
    is_without = any(map(has_checksum, rendered.children))
    click.echo(f"{UNKNOWN}{LEFT_OUT if is_without else ''}: {WHAT_TO_DO}", err=True)
    return without_checksums_of_pods(rendered)


def _say_what_is_missing(missing: Missing, live: Live) -> None:
    kinds = [] if live.is_on else [f"any {kind}" for kind in missing.kinds]
    names = ", ".join([*missing.objects, *kinds])
    where = "missing in the cluster" if live.is_on else "not among the inputs"
    if names:
        click.echo(f"{where}: {names}", err=True)


def _credentials_in(documents: Sequence[GivenDocument]) -> frozenset[str]:
    agent = only_agent_in(documents)
    return credentials_in(agent.given) if agent else frozenset()


def _redacted(rendered: Rendered, credentials: frozenset[str]) -> Rendered:
    """Return what was rendered without credentials; of a Secret, only the names of its entries."""
    children = [_redacted_child(child, credentials) for child in rendered.children]
    return replace(rendered, children=children)


def _redacted_child(child: Obj, credentials: frozenset[str]) -> Obj:
    if child["kind"] == "Secret":
        return child | {"data": dict.fromkeys(child.get("data") or {}, REDACTED)}
    hidden: Obj = Mask(child["kind"], credentials).hidden((), child)
    return hidden


def _as_json(rendered: Rendered) -> str:
    response: Obj = {
        "children": rendered.children,
        "attachments": rendered.attachments,
        "status": rendered.status,
    }
    return orjson.dumps(response, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def _objects(rendered: Rendered) -> list[Obj]:
    return [*rendered.children, *rendered.attachments]
