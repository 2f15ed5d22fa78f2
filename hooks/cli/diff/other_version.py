"""Another version of the service, asked about recordings in a process of its own.

Both sides speak by standard input and output: a recording goes in, the response comes out, as
`python -m hooks replay - -o json` reads and writes them.
"""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from hooks.cli.inputs.files import UNREADABLE, give_up
from hooks.cli.inputs.recordings import DIFFERENT
from hooks.kube.objects import Obj

SECONDS: Final = 120
LARGEST_UNPACKED: Final = 512 * 1024 * 1024
COMMAND: Final = ("-m", "hooks", "replay", "-", "-o", "json")
VERSION: Final = ("-m", "hooks", "--version")
PYTHONS: Final = ("bin/python", "Scripts/python.exe")
KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
"""Variables that the other version gets: no setting of a service, and no proxy."""


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """How to start it: an interpreter, and where its code is if that is not installed there."""

    python: str
    code: str
    directory: str

    def respond(self, recording: Obj, name: str) -> Obj:
        """Return its response to a recorded call; ends the command if there is none."""
        done = self._run(COMMAND, orjson.dumps(recording))
        if done.returncode not in (0, DIFFERENT):
            give_up(f"{name}: the other version fails: {_last_line(done.stderr)}")
        try:
            response = orjson.loads(done.stdout)
        except orjson.JSONDecodeError:
            response = None
        if not isinstance(response, dict):
            give_up(f"{name}: the other version prints no response: {_last_line(done.stderr)}")
        return response

    def version(self) -> str:
        """Return the version that it prints, as the last word of a line."""
        printed = self._run(VERSION, b"").stdout.decode(errors="replace")
        return printed.strip().rpartition(" ")[2] or "unknown version"

    def _run(
        self, arguments: tuple[str, ...], content: bytes
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603  what the user names
                [self.python, *arguments],
                input=content,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                cwd=self.directory,
                env=self._environment(),
            )
        except subprocess.TimeoutExpired:
            give_up(f"the other version took longer than {SECONDS} s")
        except OSError as error:
            give_up(f"{self.python} cannot be started: {error.strerror}")

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in KEPT if name in os.environ}
        path = {"PYTHONPATH": os.pathsep.join(self._path())} if self.code else {}
        return inherited | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"} | path

    def _path(self) -> Iterator[str]:
        """Yield where its modules are: its own code in front of the packages of this one."""
        yield self.code
        yield from filter(None, sys.path)


@contextmanager
def other_version(place: Path) -> Iterator[OtherVersion]:
    """Yield the version in a wheel, a virtual environment or a folder with the package."""
    with TemporaryDirectory(prefix="instana-hooks-") as directory:
        python = next(
            (place / python_path for python_path in PYTHONS if (place / python_path).exists()), None
        )
        if python:
            # Not resolved: a virtual environment is known by the name its interpreter is called by.
            yield OtherVersion(str(python.absolute()), "", directory)
            return
        code = _unpacked(place, Path(directory)) if place.is_file() else place.resolve()
        if not (code / "hooks" / "__main__.py").is_file():
            give_up(f"{place} is no wheel, virtual environment or folder of the service")
        yield OtherVersion(sys.executable, str(code), directory)


def _unpacked(wheel: Path, directory: Path) -> Path:
    """Return a directory with what is in a wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                give_up(f"{wheel} cannot be used: it is too large", UNREADABLE)
            archive.extractall(directory / "wheel")
    except (OSError, zipfile.BadZipFile) as error:
        give_up(f"{wheel} cannot be read as a wheel: {error}")
    return directory / "wheel"


def _last_line(errors: bytes) -> str:
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it printed nothing"
