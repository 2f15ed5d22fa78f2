"""The file with the record of a takeover: written before and after each change, in one move."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import click

from hooks import __version__
from hooks.cli.inputs.files import LARGEST
from hooks.cli.takeover.report import FAILED
from hooks.server.clock import now
from hooks.takeover import Plan, Settings, Step
from hooks.takeover.record import Record, UnusableRecord, as_text, read_record, started

ALL: Final = "all"
"""In place of a namespace, in the name of the file."""

ONLY_ITS_OWNER: Final = 0o600


def default_path(namespace: str, time: str) -> Path:
    """Return the name of a new file in the working directory."""
    compact = time.replace("-", "").replace(":", "")
    return Path(f"takeover-{namespace or ALL}-{compact}.json")


@dataclass(slots=True)
class RecordFile:
    """Writes the record to a file; a file that exists is continued, unless it must be new."""

    path: Path
    settings: Settings
    must_be_new: bool
    record: Record | None = None

    def begin(self, found: Plan) -> None:
        """Write the plan; only its first call changes anything."""
        if self.record is not None:
            return
        if self.must_be_new:
            self.path = next(path for path in _names(self.path) if not path.exists())
        new = started(found, self.settings, __version__, now())
        is_there = self.path.exists()
        self.record = _continued(self.path, found) if is_there else new
        self._write()
        click.echo(f"The record of the changes is {self.path}", err=True)

    def begun(self, step: Step) -> None:
        """Write what the step is about to change."""
        if self.record is not None:
            self.record = self.record.begun(step)
            self._write()

    def finished(self, step: Step) -> None:
        """Write that the step is done."""
        if self.record is not None:
            self.record = self.record.finished(step)
            self._write()

    def _write(self) -> None:
        if self.record is None:
            return
        try:
            write_privately(self.path, as_text(self.record))
        except OSError as error:
            _give_up(f"the record {self.path} cannot be written: {error.strerror}")


def write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner can read: at each moment it is the old or the new one.

    Raises OSError.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_ITS_OWNER)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def read_records(paths: tuple[Path, ...]) -> list[Record]:
    """Return the records in the files; ends the command if one cannot be used."""
    return [_read(path) for path in paths]


def _continued(path: Path, found: Plan) -> Record:
    return _read(path).planned_again(found)


def _read(path: Path) -> Record:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        _give_up(f"the record {path} cannot be read: {error.strerror}")
    if len(content) > LARGEST:
        _give_up(f"the record {path} cannot be read: it has more than {LARGEST:,} bytes")
    try:
        return read_record(content)
    except UnusableRecord as error:
        _give_up(f"{path} is {error}")


def _names(path: Path) -> Iterator[Path]:
    """Yield the name, then names that a run within the same second can use."""
    yield path
    number = 2
    while True:
        yield path.with_stem(f"{path.stem}-{number}")
        number += 1


def _give_up(message: str) -> NoReturn:
    click.echo(" ".join(message.split()), err=True)
    sys.exit(FAILED)
