"""The machines that the zipapp is for, and the wheels that it needs for them."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

from hack.locks import RUNTIME, pins

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14), (3, 15))
MACHINES = (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "x86_64"), ("darwin", "arm64"))
GLIBC = range(17, 40)
"""The minor versions of glibc 2 for which a wheel may be made: the older, the more machines."""

MACOS = (11, 0)
"""The oldest macOS with both kinds of processors."""

AT_A_TIME = 4
"""How many platforms are asked for at a time: what takes long is to wait for the index."""

Wheels: TypeAlias = set[tuple[str, str]]
"""Names and versions."""


@dataclass(frozen=True)
class Platform:
    """A version of CPython on a kind of machine."""

    python: tuple[int, int]
    system: str
    machine: str

    @property
    def version(self) -> str:
        """The version of Python, such as 3.11."""
        return ".".join(map(str, self.python))

    @property
    def markers(self) -> dict[str, str]:
        """What markers of requirements are compared with."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.version}.0",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": self.system.capitalize(),
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": self.system,
        }

    def tags(self) -> Iterator[Tag]:
        """Yield the tags of the wheels that do there, the best ones first."""
        interpreter = f"cp{''.join(map(str, self.python))}"
        yield from cpython_tags(self.python, [interpreter], self.binaries())
        yield from compatible_tags(self.python, interpreter, self.binaries())

    def binaries(self) -> list[str]:
        """Return what wheels call the machine."""
        if self.system == "darwin":
            return [*mac_platforms(MACOS, self.machine)]
        exact = (f"manylinux_2_{minor}_{self.machine}" for minor in GLIBC)
        return [f"manylinux2014_{self.machine}", *exact]

    def described(self) -> dict[str, object]:
        """Return what pex wants to know of it."""
        return {
            "marker_environment": self.markers,
            "compatible_tags": [str(tag) for tag in self.tags()],
        }


def all_platforms() -> list[Platform]:
    """Return every version of Python on every machine."""
    return [Platform(python, *machine) for python in PYTHONS for machine in MACHINES]


def download(platforms: Iterable[Platform], folder: Path) -> Path:
    """Download the wheels that the platforms need into a folder, and return it."""
    first, *others = platforms
    _download(first, set(), folder)
    everywhere = _for_every_machine(folder)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        _ = [*pool.map(lambda platform: _download(platform, everywhere, folder), others)]
    return folder


def _for_every_machine(folder: Path) -> Wheels:
    """Return what is in the folder as a wheel that no other machine needs another one of."""
    names = (parse_wheel_filename(wheel.name) for wheel in folder.glob("*-py3-none-any.whl"))
    return {(str(canonicalize_name(name)), str(version)) for name, version, _, _ in names}


def _download(platform: Platform, present: Wheels, folder: Path) -> None:
    """Ask the index that pip is configured to ask for what is not present."""
    wanted = [pin for pin in pins(RUNTIME) if pin.is_for(platform.markers)]
    with TemporaryDirectory() as place:
        lock = Path(place, "lock.txt")
        missing = [pin for pin in wanted if (pin.name, pin.version) not in present]
        lock.write_text("".join(pin.unconditional() for pin in missing))
        pip = [sys.executable, "-m", "pip", "download", "--require-hashes", "--no-deps", "--quiet"]
        what = ["--only-binary=:all:", f"--requirement={lock}", f"--dest={place}"]
        where = [f"--platform={name}" for name in platform.binaries()]
        python = f"--python-version={platform.version}"
        subprocess.run([*pip, *what, *where, python], check=True)
        folder.mkdir(exist_ok=True)
        for wheel in Path(place).glob("*.whl"):
            shutil.copy(wheel, folder)
