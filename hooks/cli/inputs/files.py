"""The files given to a command: objects in YAML or JSON, one InstanaAgent among them."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, NoReturn, cast

import click

from hooks.errors import HookError, InternalError
from hooks.facts import UnknownFact
from hooks.kube.bounded_yaml import Bounds, OutOfBounds
from hooks.kube.documents import Document, documents_of, text_of
from hooks.kube.objects import as_object
from hooks.kube.yaml_values import NoDocument
from hooks.rendering import UnfitObject

LARGEST: Final = 64 * 1024 * 1024
BOUNDS: Final = Bounds(longest=LARGEST, most_parts=8_000_000)
"""For one file: many times the size of a namespace with all its objects."""

STDIN: Final = "<stdin>"
UNREADABLE: Final = 1
INVALID: Final = 2


class GivenFile(click.File):
    """A file to read, "-" for standard input; one that cannot be opened counts as unreadable."""

    def __init__(self) -> None:
        """Open the file for reading bytes."""
        super().__init__("rb")

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> BinaryIO:
        """Return the open file; ends the command with one line if it cannot be opened.

        A shell that completes the line may name files that do not exist: that is no error.
        """
        try:
            return cast("BinaryIO", super().convert(value, param, ctx))
        except click.BadParameter as error:
            if ctx and ctx.resilient_parsing:
                raise
            give_up(f"a file cannot be read: {error.message}")


files_argument: Final = click.argument(
    "files", nargs=-1, required=True, type=GivenFile(), metavar="FILE..."
)


@dataclass(frozen=True, slots=True)
class GivenDocument:
    """A document of a file, or the field of a document that `path` names."""

    file: str
    document: Document
    path: str = ""

    @property
    def value(self) -> Any:
        """Return its value."""
        value = self.document.value
        return as_object(value).get(self.path) if self.path else value

    def where(self, path: str, *, of_name: bool = False) -> str:
        """Return `file:line:column` of the value at the path, or of the nearest part around it.

        With `of_name`, of the field's name instead of its value.
        """
        mark = self.document.mark_at(f"{self.path}{path}", of_name=of_name)
        return f"{self.file}:{mark}"


def documents_in(files: Iterable[BinaryIO]) -> list[GivenDocument]:
    """Return the documents of all files; ends the command if kubectl would reject one."""
    return [
        document
        for file in files
        for document in documents_of_content(content_of(file), name_of(file))
    ]


def documents_of_content(content: bytes, file: str, path: str = "") -> list[GivenDocument]:
    """Return the documents of the file with that name, or of each the field that the path names."""
    try:
        found = documents_of(text_of(content), BOUNDS)
        return [GivenDocument(file, document, path) for document in found]
    except OutOfBounds as error:
        where = f"{file}:{error.mark}" if error.mark else file
        give_up(f"{where} cannot be read: {error}")
    except NoDocument as error:
        give_up(f"{file}:{error.mark}: {error}", INVALID)


def name_of(file: BinaryIO) -> str:
    """Return the name of a file as it was given."""
    return str(getattr(file, "name", STDIN))


def content_of(file: BinaryIO) -> bytes:
    """Return the content of a file; ends the command if it is too large."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        give_up(f"{name_of(file)} cannot be read: it has more than {LARGEST:,} bytes")
    return content


@contextmanager
def ending_on_unusable_input(documents: Sequence[GivenDocument] = ()) -> Iterator[None]:
    """End the command with one line and its own exit code if the input cannot be used.

    An error of this program itself passes through.
    """
    try:
        yield
    except InternalError:
        raise
    except UnfitObject as error:
        origin = error.origin
        give_up(f"{documents[origin.document].where(origin.path)}: {error}")
    except (HookError, UnknownFact) as error:
        give_up(str(error))


def give_up(message: str, code: int = UNREADABLE) -> NoReturn:
    """End the command with the message, in one line."""
    click.echo(" ".join(message.split()), err=True)
    sys.exit(code)
