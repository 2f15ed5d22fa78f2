"""The files that a command gets: objects in YAML or JSON, one InstanaAgent among them."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import click
import yaml

from hooks.errors import HookError, InternalError, Problem
from hooks.facts import UnknownFact

UNREADABLE: Final = 1
INVALID: Final = 2

files_argument: Final = click.argument(
    "files", nargs=-1, required=True, type=click.File("rb"), metavar="FILE..."
)


def documents_in(files: Iterable[BinaryIO]) -> Iterator[Any]:
    """Yield the documents of all files."""
    for file in files:
        yield from yaml.load_all(file.read().decode(), Loader=yaml.CSafeLoader)


@contextmanager
def giving_up_on_what_cannot_be_read() -> Iterator[None]:
    """End the command with one line and an exit code of its own; but not for our mistakes."""
    try:
        yield
    except (yaml.YAMLError, UnicodeDecodeError):
        _give_up("a file is neither YAML nor JSON")
    except InternalError:
        raise
    except (HookError, UnknownFact) as error:
        _give_up(str(error))


def end_if_invalid(problems: Iterable[Problem]) -> None:
    """End the command with a line per problem, if there are any."""
    lines = [str(problem) for problem in problems]
    if lines:
        click.echo("\n".join(lines), err=True)
        sys.exit(INVALID)


def _give_up(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(UNREADABLE)
