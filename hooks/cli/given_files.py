"""The files that a command gets: objects in YAML or JSON, one InstanaAgent among them."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final, NoReturn, cast

import click
import yaml

from hooks.errors import HookError, InternalError, Problem
from hooks.facts import UnknownFact
from hooks.kube.bounded_yaml import Bounds, OutOfBounds, documents_of

LARGEST: Final = 64 * 1024 * 1024
BOUNDS: Final = Bounds(longest=LARGEST, most_parts=8_000_000)
"""Of a file: many times what a namespace with all its objects takes."""

UNREADABLE: Final = 1
INVALID: Final = 2


class GivenFile(click.File):
    """A file to read, "-" for standard input; one that cannot be opened counts as unreadable."""

    def __init__(self) -> None:
        """Open it for bytes."""
        super().__init__("rb")

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> BinaryIO:
        """Return the open file; ends the command with one line where there is none."""
        try:
            return cast("BinaryIO", super().convert(value, param, ctx))
        except click.BadParameter as error:
            give_up(f"a file cannot be read: {error.message}")


files_argument: Final = click.argument(
    "files", nargs=-1, required=True, type=GivenFile(), metavar="FILE..."
)


def documents_in(files: Iterable[BinaryIO]) -> Iterator[Any]:
    """Yield the documents of all files; raises OutOfBounds for one that is too much."""
    for file in files:
        yield from documents_of(text_of(file), BOUNDS)


def text_of(file: BinaryIO) -> str:
    """Return what is in a file; raises OutOfBounds, or UnicodeDecodeError for what is no text."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        msg = f"there are more than {LARGEST:,} bytes"
        raise OutOfBounds(msg)
    return content.decode()


@contextmanager
def giving_up_on_what_cannot_be_read(what: str = "a file") -> Iterator[None]:
    """End the command with one line and an exit code of its own; but not for our mistakes.

    `what` is read: the beginning of the line about a file that is no YAML or too much.
    """
    try:
        yield
    except OutOfBounds as error:
        give_up(f"{what} cannot be read: {error}")
    except (yaml.YAMLError, UnicodeDecodeError):
        give_up(f"{what} is neither YAML nor JSON")
    except InternalError:
        raise
    except (HookError, UnknownFact) as error:
        give_up(" ".join(str(error).split()))


def end_if_invalid(problems: Iterable[Problem]) -> None:
    """End the command with a line per problem, if there are any."""
    lines = [str(problem) for problem in problems]
    if lines:
        click.echo("\n".join(lines), err=True)
        sys.exit(INVALID)


def give_up(message: str) -> NoReturn:
    """End the command with the line."""
    click.echo(message, err=True)
    sys.exit(UNREADABLE)
