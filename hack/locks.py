"""The lock files of the Python packages, read as far as checking them needs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RUNTIME = Path("requirements.txt")
BUILD = Path("requirements-build.txt")
DEVELOPMENT = Path("requirements-dev.txt")

_ENTRY = re.compile(r"^(?P<line>\w.*?) \\\n(?P<hashes>(?: +--hash=\S+(?: \\)?\n)+)", re.MULTILINE)


@dataclass(frozen=True)
class Pin:
    """One version of one package, with the hashes of its files."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The package's name in its canonical form."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The version that is pinned."""
        return str(self.requirement.specifier).removeprefix("==")

    def is_for(self, machine: Mapping[str, str]) -> bool:
        """Say whether it is installed where the markers have these values."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(dict(machine))

    def unconditional(self) -> str:
        """Return its entry of a lock file, without its marker."""
        return " ".join((f"{self.name}=={self.version}", *self.hashes)) + "\n"


def pins(lock: Path) -> list[Pin]:
    """Return what a lock file pins, in its order."""
    entries = _ENTRY.finditer(lock.read_text())
    return [
        Pin(Requirement(entry["line"]), tuple(re.findall(r"--hash=\S+", entry["hashes"])))
        for entry in entries
    ]
