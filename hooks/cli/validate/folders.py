"""Folders of files: which files are read, and what becomes of those that cannot be."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from hooks.cli.inputs.agents import ERROR
from hooks.cli.inputs.files import BOUNDS, LARGEST, GivenDocument, GivenFile
from hooks.cli.validate.checked_files import Checked, Found
from hooks.errors import Problem
from hooks.kube.bounded_yaml import OutOfBounds
from hooks.kube.documents import documents_of, text_of
from hooks.kube.yaml_values import NoDocument

ENDINGS: Final = (".yaml", ".yml", ".json")
CHART_FILE, TEMPLATES = "Chart.yaml", "templates"
OURS: Final = b"nstana"
"""In files of which it matters that they cannot be read."""

UNREADABLE_FILE: Final = "unreadable-file"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was given instead of a file."""

    path: Path

    @property
    def files(self) -> list[Path]:
        """Return its files, sorted; without hidden folders and the templates of charts."""
        return sorted(self._files())

    def _files(self) -> Iterator[Path]:
        for directory, folders, names in os.walk(self.path):
            is_chart = CHART_FILE in names
            folders[:] = [
                name
                for name in folders
                if not name.startswith(".") and not (is_chart and name == TEMPLATES)
            ]
            yield from (Path(directory, name) for name in names if name.endswith(ENDINGS))


class GivenFileOrFolder(GivenFile):
    """A file to read, "-" for standard input, or a folder."""

    name = "file or folder"

    def convert(  # type: ignore[override]
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> BinaryIO | Folder:
        """Return the open file or the folder; ends the command if a file cannot be opened."""
        if isinstance(value, str) and Path(value).is_dir():
            return Folder(Path(value))
        return super().convert(value, param, ctx)


def documents_in_file(file: Path) -> list[GivenDocument] | Checked:
    """Return the documents of a file in a folder, or the one problem that it cannot be read.

    A file that cannot be read and has nothing of Instana's is left out.
    """
    content = b""
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            return _unreadable(file, str(file), f"it has more than {LARGEST:,} bytes")
        found = documents_of(text_of(content), BOUNDS)
        return [GivenDocument(str(file), document) for document in found]
    except OSError as error:
        return _unreadable(file, str(file), str(error.strerror))
    except (OutOfBounds, NoDocument) as error:
        where = f"{file}:{error.mark}" if error.mark else str(file)
        return _unreadable(file, where, str(error)) if OURS in content else []


def _unreadable(file: Path, where: str, why: str) -> Checked:
    problem = Problem("", why, UNREADABLE_FILE)
    found = Found(ERROR, problem, where, f"{where}: {ERROR}: {why} (rule {UNREADABLE_FILE})")
    return Checked("file", "?", str(file), (found,))
