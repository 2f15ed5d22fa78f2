"""Asks the package index whether each package of the service has a wheel for each architecture.

Part of `make installs`. It asks by pip, which knows the index to ask. What has no wheel is compiled
while the image is built: that is a decision, and `COMPILED` lists it.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from hack.locks import RUNTIME, Pin, pins

MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "ppc64le": "ppc64le", "s390x": "s390x"}
"""The architectures of the image, and what Python calls them."""

COMPILED = {"ppc64le": {"pyyaml"}, "s390x": {"markupsafe"}}
"""What is compiled on an architecture, for want of a wheel."""

PYTHON = "3.11"
"""The Python of the image."""

GLIBC = range(17, 37)
"""The minor versions of glibc 2 for which a wheel may be made; 2.36 is that of Debian 12."""

NO_WHEEL = "No matching distribution found"


def main() -> int:
    """Print what is wrong, a line each; return the exit code."""
    locked = pins(RUNTIME)
    with ThreadPoolExecutor() as pool:
        found = pool.map(lambda architecture: list(problems_of(locked, architecture)), MACHINES)
    problems = list(chain.from_iterable(found))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(locked)} packages, wheels for {', '.join(MACHINES)}: {len(problems)} problems")
    return 1 if problems else 0


def problems_of(locked: Iterable[Pin], architecture: str) -> Iterator[str]:
    """Yield how one architecture differs from what is said here, by asking the index."""
    listed = COMPILED.get(architecture, set())
    taken = installed(locked, architecture)
    if said := asked([pin for pin in taken if pin.name not in listed], architecture):
        yield f"{architecture}: {said}"
    for pin in taken:
        if pin.name in listed and NO_WHEEL not in asked([pin], architecture):
            yield f"{architecture}: {pin.name} {pin.version} need not be compiled"


def installed(locked: Iterable[Pin], architecture: str) -> list[Pin]:
    """Return the pins whose markers hold on an architecture."""
    machine = {"platform_machine": MACHINES[architecture], "sys_platform": "linux"}
    return [pin for pin in locked if pin.is_for({"python_version": PYTHON, **machine})]


def asked(wanted: Iterable[Pin], architecture: str) -> str:
    """Return what pip says against wheels of these pins, nothing if there are all."""
    machine = MACHINES[architecture]
    pip = [sys.executable, "-m", "pip", "install", "--require-hashes", "--no-deps"]
    runs_there = [f"--platform=manylinux_2_{minor}_{machine}" for minor in GLIBC]
    with TemporaryDirectory() as folder:
        lock = Path(folder, "lock.txt")
        lock.write_text("".join(pin.unconditional() for pin in wanted))
        wheels = ["--only-binary=:all:", f"--python-version={PYTHON}", *runs_there]
        nowhere = ["--dry-run", "--quiet", "--ignore-installed", f"--target={folder}"]
        command = [*pip, *wheels, *nowhere, f"--requirement={lock}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr.strip().rpartition("\n")[2]


if __name__ == "__main__":
    sys.exit(main())
