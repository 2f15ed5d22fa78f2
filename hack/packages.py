"""Makes what people install of the command line: wheel, sdist, zipapp, and the plugin of kubectl.

The zipapp is made by pex, for each machine in `hack.platforms`, of what requirements.txt pins.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from gzip import GzipFile
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from hack.platforms import Platform, all_platforms, download

DISTRIBUTION = "instana-agent-hooks"
PROGRAM = "instana-hooks"
PLUGIN = "kubectl-instana"
SOURCES = ("pyproject.toml", "requirements.in", "README.md", "LICENSE", "hooks")
LONG_AGO = "315532800"
"""The first second of 1980, the earliest that a zip file can say: equal sources, equal packages."""

INTERPRETER = "/usr/bin/env python3"
"""Where it is too old, the zipapp looks for a newer one in the PATH."""


def write_packages(directory: Path, version: str, repository: str) -> None:
    """Write everything; without the address of the repository there is no manifest for krew."""
    wheel = build(directory, f"{repository}/blob/v{version}/docs" if repository else "")
    zipapp = directory / f"{PROGRAM}-{version}.pyz"
    with TemporaryDirectory() as wheels:
        build_zipapp(wheel, zipapp, all_platforms(), download(all_platforms(), Path(wheels)))
    archive = write_archive(zipapp, directory / f"{PLUGIN}-{version}.tar.gz")
    if repository:
        (directory / "instana.yaml").write_text(krew_manifest(archive, version, repository))
    else:
        print("no manifest for krew: the address of the repository is not given", file=sys.stderr)


def build(directory: Path, documentation: str = "") -> Path:
    """Write the sdist, and the wheel that is made of it; return the wheel.

    `documentation`: its address, which `--help` shows.
    """
    with TemporaryDirectory() as place:
        sources = Path(place)
        _copy_sources(sources)
        if documentation:
            with (sources / "pyproject.toml").open("a") as project:
                project.write(f'\n[project.urls]\nDocumentation = "{documentation}"\n')
        here = ("--offline", "--no-build-isolation", f"--python={sys.executable}")
        run("uv", "build", "--quiet", *here, f"--out-dir={sources / 'dist'}", str(sources))
        directory.mkdir(parents=True, exist_ok=True)
        for package in (sources / "dist").glob(f"{DISTRIBUTION.replace('-', '_')}-*"):
            shutil.copy(package, directory)
    (wheel,) = directory.glob("*.whl")
    return wheel


def _copy_sources(to: Path) -> None:
    for name in SOURCES:
        if Path(name).is_dir():
            shutil.copytree(name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(name, to)


def build_zipapp(wheel: Path, zipapp: Path, platforms: Iterable[Platform], wheels: Path) -> None:
    """Write one file that has the wheel and what it needs on each of the platforms.

    `wheels`: a folder with what it needs. There is one version of each package for a platform, so
    nothing is chosen.
    """
    wanted = [f"--complete-platform={json.dumps(each.described())}" for each in platforms]
    with TemporaryDirectory() as place:
        run(
            *("pex", f"{DISTRIBUTION} @ {wheel.resolve().as_uri()}", *wanted),
            *("--no-pypi", f"--find-links={wheels}", "--no-build"),
            # As a virtual environment in the user's cache: the first start makes it.
            *("--venv", f"--console-script={PROGRAM}", f"--python-shebang={INTERPRETER}"),
            *(f"--pex-root={place}", f"--output-file={zipapp}"),
        )


def write_archive(zipapp: Path, archive: Path) -> Path:
    """Write the archive that krew unpacks: the zipapp as the plugin, and the licence."""
    files = ((PLUGIN, zipapp, 0o755), ("LICENSE", Path("LICENSE"), 0o644))
    with (
        archive.open("wb") as output,
        GzipFile("", "wb", fileobj=output, mtime=int(LONG_AGO)) as compressed,
        tarfile.open(mode="w", fileobj=compressed) as packed,
    ):
        for name, file, mode in files:
            content = file.read_bytes()
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), mode, int(LONG_AGO)
            packed.addfile(member, io.BytesIO(content))
    return archive


def krew_manifest(archive: Path, version: str, repository: str) -> str:
    """Return the manifest by which krew installs the plugin from a release of the repository."""
    return dedent(f"""\
        apiVersion: krew.googlecontainertools.github.com/v1alpha2
        kind: Plugin
        metadata:
          name: instana
        spec:
          version: v{version}
          homepage: {repository}
          shortDescription: Check, preview and move Instana agents
          description: |
            Checks InstanaAgent resources in files, renders the objects that they lead to, shows
            what a change would do, and takes over agents that another installation runs.
          caveats: |
            It needs Python 3.11 or newer as python3, or under another name in the PATH.
          platforms:
            - selector:
                matchExpressions:
                  - {{key: os, operator: In, values: [linux, darwin]}}
                  - {{key: arch, operator: In, values: [amd64, arm64]}}
              uri: {repository}/releases/download/v{version}/{archive.name}
              sha256: {sha256(archive.read_bytes()).hexdigest()}
              bin: {PLUGIN}
        """)


def run(tool: str, *arguments: str) -> None:
    """Run a tool that is among Python's packages; what it says goes to standard error."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": LONG_AGO}
    command = [sys.executable, "-m", tool, *arguments]
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)
