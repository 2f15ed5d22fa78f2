"""`python -m hooks explain`: where the values of children come from."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from textwrap import indent
from typing import Any, BinaryIO, Final

import click

from hooks.cli.inputs.agents import end_if_invalid, end_if_none_is_served
from hooks.cli.inputs.facts import fact_option, facts_of
from hooks.cli.inputs.files import (
    GivenFile,
    documents_in,
    ending_on_unusable_input,
)
from hooks.cli.output.printing import JSON, output_option, print_json, table, titled
from hooks.cli.output.progress import counted
from hooks.explain import Explained, Explanation, Origin, Situation, Source, explain
from hooks.explain.selecting import selected
from hooks.kube.objects import Obj
from hooks.rendering import Given, read
from hooks.server.clock import now
from hooks.sync import reconcile

CHILD: Final = re.compile(r"[A-Z][A-Za-z]*/[^/:]+(:.*)?", re.DOTALL)
TITLES: Final = ("LEAF", "ORIGIN")
LONGEST_VALUE: Final = 60
CUT: Final = "..."
MOST_OTHERS: Final = 3
"""How many origins a line has besides the first one; JSON has all."""


class ChildOrFile(GivenFile):
    """A child, with a path in it or not; or a file to read."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text about a child, or the open file."""
        if isinstance(value, str) and CHILD.fullmatch(value) and not Path(value).exists():
            return value
        return super().convert(value, param, ctx)


@click.command("explain")
@click.argument("given", nargs=-1, required=True, type=ChildOrFile(), metavar="[PATH] FILE...")
@output_option
@fact_option
def explain_command(given: tuple[str | BinaryIO, ...], output: str, facts: tuple[str, ...]) -> None:
    """Print where the values of the children of the InstanaAgent in the FILEs come from.

    PATH names a child and a leaf or a part in it. Without PATH all leaves of all children are
    explained. "-" is standard input. The other objects in the FILEs play the cluster, as for
    `render`.

    Origins are overrides, fields of the resource, fields that it does not have (default), Secrets
    and other related objects, the observed child (its value is retained), facts about the
    installation and the name of the resource; nothing changes what is built in. Origins are found
    by trying: if you change what is named, the leaf changes. No value of a Secret is printed.

    Warnings and notes go to standard error. Exit code 2: the InstanaAgent is invalid (prints the
    problems that `validate` finds), or a file is not valid for kubectl; 1: a file cannot be used,
    or no leaf is at PATH.
    """
    paths = [argument for argument in given if isinstance(argument, str)]
    files = [argument for argument in given if not isinstance(argument, str)]
    _check(paths, files)
    observed = _observed(files, facts)
    with ending_on_unusable_input():
        explanation = _explained(observed)
        leaves = _selected(explanation, paths)
    _tell_limits(explanation)
    if output == JSON:
        print_json(_as_json(explanation, leaves))
    else:
        _print_tables(leaves)


def _check(paths: list[str], files: list[BinaryIO]) -> None:
    if not files:
        msg = "a FILE is needed after PATH"
        raise click.UsageError(msg)
    if len(paths) > 1:
        msg = f"only one PATH can be given: there is no file {paths[1]}"
        raise click.UsageError(msg)


def _observed(files: list[BinaryIO], facts: tuple[str, ...]) -> Given:
    """Return what the files say; ends the command where the resource in them is invalid."""
    documents = documents_in(files)
    end_if_none_is_served(documents)
    with ending_on_unusable_input(documents):
        observed = read([document.value for document in documents], facts_of(facts))
        problems = reconcile(observed.request, observed.facts, now()).problems
    end_if_invalid(documents, problems)
    return observed


def _selected(explanation: Explanation, paths: list[str]) -> Sequence[Explained]:
    return selected(explanation.leaves, paths[0]) if paths else explanation.leaves


def _explained(observed: Given) -> Explanation:
    situation = Situation(observed.request, observed.facts)
    return explain(situation, lambda inputs: counted(inputs, "changing inputs"))


def _tell_limits(explanation: Explanation) -> None:
    """Say on standard error what was not looked at one by one."""
    if explanation.together:
        names = ", ".join(explanation.together)
        click.echo(f"note: there is too much to change it part by part in: {names}", err=True)
    if explanation.untried:
        names = ", ".join(explanation.untried)
        click.echo(f"note: no other value is possible, so no leaf is traced to: {names}", err=True)


def _print_tables(leaves: Iterable[Explained]) -> None:
    for child, of_child in groupby(leaves, lambda leaf: leaf.child):
        click.echo(titled(child))
        rows = [(_printable(leaf.path), _origins(leaf)) for leaf in of_child]
        click.echo(indent(table(TITLES, rows, (None, None)), "  "))


def _origins(leaf: Explained) -> str:
    first, *others = map(_origin, leaf.origins)
    if not others:
        return first
    more = len(others) - MOST_OTHERS
    listed = ", ".join(others[:MOST_OTHERS])
    return f"{first}; also {listed}{f' and {more} more' if more > 0 else ''}"


def _origin(origin: Origin) -> str:
    words = [origin.source.value, _printable(origin.name)]
    if origin.value is not None:
        words.append(f"({_shown(origin.value)})")
    elif origin.source is Source.DEFAULT:
        words.append("(not given)")
    return " ".join(filter(None, words))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value)
    printable = _printable(text)
    is_short = len(printable) <= LONGEST_VALUE
    return printable if is_short else f"{printable[: LONGEST_VALUE - len(CUT)]}{CUT}"


def _printable(text: str) -> str:
    return text if text.isprintable() else json.dumps(text)


def _as_json(explanation: Explanation, leaves: Iterable[Explained]) -> Obj:
    return {
        "leaves": [*map(_leaf, leaves)],
        "together": explanation.together,
        "untried": explanation.untried,
    }


def _leaf(leaf: Explained) -> Obj:
    """Return a leaf without what is not known of it."""
    return _present(asdict(leaf)) | {
        "origins": [_present(asdict(origin)) for origin in leaf.origins],
        "needs": [_present(asdict(origin)) for origin in leaf.needs],
    }


def _present(fields: Obj) -> Obj:
    return {name: value for name, value in fields.items() if value is not None}
