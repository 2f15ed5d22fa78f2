"""Installs the lock files with each pip that must do, from an index that also has newer releases.

Part of `make installs`. An index on the loopback interface offers what is locked, and a release of
some of it that no lock knows. An install that looks for versions takes that one and fails; one of
exactly what is locked does not notice. All of it is done in a temporary folder.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from hack.locks import BUILD, DEVELOPMENT, RUNTIME, Pin, pins
from hack.wheels import COMPILED

NEWER = "9999.0"
BAITS = ("click", "coverage", "pip", "pluggy", "setuptools")
"""Packages of which the index offers a newer release; the locks pin all of them."""

OLDEST = "22.3"
OLDER_PIPS = {
    OLDEST: "1daab4b8d3b97d1d763caeb01a4640a2250a0ea899e257b1e44b9eded91e15ab",
    "23.2.1": "7ccf472345f20d35bdc9d1841ff5f313260c2c33fe417f48c30ac46cccabf5be",
}
"""Versions of pip that must do besides the locked one, which is the newest, and their hashes."""

TOO_NEW_FOR_OLDEST = (3, 12)
"""The first Python on which the oldest pip does not start."""


class Broken(Exception):
    """Says what an installation has otherwise than its lock."""


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named so by its base
        """Say nothing."""


def main() -> None:
    """Install everything with each pip; an error ends it."""
    with TemporaryDirectory() as folder, served(fill(Path(folder, "index"))) as address:
        os.environ["PIP_NO_COMPILE"] = "1"
        os.environ["PIP_EXTRA_INDEX_URL"] = address
        compile_packages(Path(folder, "compiled"))
        print("what lacks a wheel on some architecture: compiled, next to newer releases")
        os.environ["PIP_INDEX_URL"] = address
        for pip in pips():
            install_locks(Path(folder, pip.version), pip)
            print(f"pip {pip.version}: both locks, next to newer releases")


def fill(index: Path) -> Path:
    """Put the wheels of all pins into a folder, and a newer one of each bait; return the folder."""
    older = [lock_of([pip], index.with_suffix(f".{pip.version}.txt")) for pip in pips()]
    for lock in (BUILD, DEVELOPMENT, *older):
        download(lock, index)
    for wheel in list(index.glob("*.whl")):
        name = parse_wheel_filename(wheel.name)[0]
        (index / name).mkdir(exist_ok=True)
        wheel.rename(index / name / wheel.name)
    for bait in BAITS:
        (index / bait).mkdir(exist_ok=True)
        write_wheel(index / bait / f"{bait}-{NEWER}-py3-none-any.whl", bait)
    return index


def download(lock: Path, folder: Path) -> None:
    """Download the wheels of a lock file, from the index that pip is configured to ask."""
    pip = [sys.executable, "-m", "pip", "download", "--require-hashes", "--no-deps"]
    run(*pip, "--quiet", "--only-binary=:all:", "-d", folder, "-r", lock)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Yield the address of an index that has the files of a folder."""
    handler = partial(QuietHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def write_wheel(wheel: Path, name: str) -> None:
    """Write a wheel without any module in it."""
    with ZipFile(wheel, "w") as files:
        for file, text in {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {NEWER}\n",
            "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "RECORD": "",
        }.items():
            files.writestr(f"{name}-{NEWER}.dist-info/{file}", text)


def pips() -> list[Pin]:
    """Return the versions of pip to install with that start on this Python, the newest last."""
    older = [
        Pin(Requirement(f"pip=={version}"), (f"--hash=sha256:{digest}",))
        for version, digest in OLDER_PIPS.items()
        if version != OLDEST or sys.version_info < TOO_NEW_FOR_OLDEST
    ]
    return older + [pin for pin in pins(DEVELOPMENT) if pin.name == "pip"]


def install_locks(venv: Path, pip: Pin) -> None:
    """Make an environment with one version of pip, and install both locks as `make` does."""
    make(venv, "bin/python")
    python = venv / "bin/python"
    run("hack/install", python, lock_of([pip], venv.with_suffix(".lock.txt")))
    for stamp, pinned in (("run.stamp", [pip, *pins(RUNTIME)]), ("dev.stamp", pins(DEVELOPMENT))):
        make(venv, stamp)
        compare(python, [pin for pin in pinned if pin.is_for({})])


def make(venv: Path, target: str) -> None:
    """Make a target of the Makefile in an environment of its own."""
    run("make", "--silent", f"PYTHON={sys.executable}", f"VENV={venv}", venv / target)


def compare(python: Path, pinned: list[Pin]) -> None:
    """Raise Broken where a version differs from what is pinned."""
    said = run(python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check")
    found = {str(canonicalize_name(each["name"])): each["version"] for each in json.loads(said)}
    if differing := [pin.name for pin in pinned if found.get(pin.name) != pin.version]:
        raise Broken(f"other versions than are locked: {', '.join(differing)}")


def compile_packages(folder: Path) -> None:
    """Compile what an architecture lacks a wheel of, with nothing from the cache."""
    names = set[str]().union(*COMPILED.values())
    lock = lock_of([pin for pin in pins(RUNTIME) if pin.name in names], folder.with_suffix(".txt"))
    sources = {"PIP_NO_BINARY": ",".join(names), "PIP_NO_CACHE_DIR": "1"}
    run("hack/install", sys.executable, lock, folder, **sources)


def lock_of(pinned: Iterable[Pin], lock: Path) -> Path:
    """Write a lock file of some pins, and return it."""
    lock.write_text("".join(pin.unconditional() for pin in pinned))
    return lock


def run(*command: str | Path, **variables: str) -> str:
    """Run a command and return what it prints; an error has what it says against it."""
    environment = {**os.environ, **variables}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise Broken(f"{command[0]} {command[-1]}: {done.stderr or done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
