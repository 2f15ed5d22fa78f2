"""The folder with recordings: each file is written as a whole, for the service's own user only."""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from secrets import token_hex
from time import time
from typing import Final

import orjson

from hooks.kube.objects import Obj
from hooks.recording.retention import Limits, file_name, superfluous

PRIVATE: Final = 0o600
NEW: Final = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
UNFINISHED: Final = ".recording-"
STALE_SECONDS: Final = 600.0
"""After which an unfinished file is one that a process left that was killed."""
NUMBERS: Final = 1_000_000
MOST_FILES: Final = 100_000
FORM: Final = orjson.OPT_INDENT_2


class RecordingFiles:
    """The recordings in a folder; other services and people may use the folder as well."""

    def __init__(self, directory: str, limits: Limits) -> None:
        """Take the folder, which need not exist yet."""
        self._directory = Path(directory)
        self._limits = limits
        self._process = token_hex(4)
        self._numbers = count()

    def write(self, hook: str, resource: str, at: str, recording: Obj) -> None:
        """Write a recording, after those that are too many were removed; raises OSError."""
        content = orjson.dumps(recording, option=FORM)
        number = next(self._numbers) % NUMBERS
        name = file_name(at, number, hook, resource, self._process)
        files = self._sizes() | {name: len(content)}
        for former in superfluous(files, self._limits):
            if former != name:
                self._remove(former)
        self._write(name, content)

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self._directory / f"{UNFINISHED}{token_hex(8)}"
        try:
            with os.fdopen(os.open(unfinished, NEW, PRIVATE), "wb") as file:
                file.write(content)
            unfinished.replace(self._directory / name)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise

    def _sizes(self) -> dict[str, int]:
        """Return the sizes of all files in the folder, by name; removes what is left over."""
        sizes: dict[str, int] = {}
        with os.scandir(self._directory) as entries:
            for entry, _ in zip(entries, range(MOST_FILES), strict=False):
                with suppress(FileNotFoundError):
                    stat = entry.stat(follow_symlinks=False)
                    sizes[entry.name] = stat.st_size
                    if entry.name.startswith(UNFINISHED) and stat.st_mtime < time() - STALE_SECONDS:
                        self._remove(entry.name)
        return sizes

    def _remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            (self._directory / name).unlink()
