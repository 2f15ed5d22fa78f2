"""The option `--fact NAME=VALUE` of commands that act as a service without its settings."""

from typing import Final

import click

from hooks.facts import PARSERS, Facts, UnknownFact

fact_option: Final = click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help=f"A fact about the cluster or the installation: {', '.join(PARSERS)}. Can be repeated.",
)


def facts_of(texts: tuple[str, ...]) -> Facts:
    """Return the facts that the options give; raises UnknownFact."""
    return Facts().updated(dict(map(_fact, texts)))


def _fact(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        msg = f"a fact must be NAME=VALUE, not {name!r}"
        raise UnknownFact(msg)
    return name, value
