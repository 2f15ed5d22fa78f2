"""What a release takes: one version everywhere, notes, artefacts, and which release was before.

The version is `hooks.__version__`; `prepare` writes it to every other place that says it. Needs
nothing but Python; for the artefacts helm, kubectl, and the packages of requirements-dev.txt.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCE = Path("hooks/__init__.py")
CHANGELOG = Path("CHANGELOG.md")
IMAGE = "instana-agent-hooks"
CHART = Path("helm-chart")
MANIFESTS = ("crd", "deploy", "metacontroller")

VERSION = r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?"
PLACES = {
    SOURCE: r'^__version__ = "',
    CHART / "Chart.yaml": r"^(?:version|appVersion): ",
    Path("deploy/base/kustomization.yaml"): r"^    newTag: ",
    Path("deploy/base/deployment.yaml"): r"name: RELEASE, value: ",
    Path("deploy/overlays/dev/kustomization.yaml"): r"\?release=",
    Path("metacontroller/instana-agent.yaml"): r"\?release=",
    Path("docs/install.md"): rf"{IMAGE}:|newTag: ",
    Path("docs/gitops.md"): r"newTag: |targetRevision: v|tag: v",
}
"""Files that say the version, and what comes before it."""

CHART_IMAGE = rf'(    repository: ){IMAGE}(\n(?: .*\n)*?    digest: )""'
"""Where the values of the chart name the image."""

UNRELEASED = "## Unreleased\n"
HEADING = re.compile(rf"^## (?:Unreleased|\[({VERSION})\] - \d{{4}}-\d\d-\d\d)$", re.MULTILINE)


class ReleaseError(Exception):
    """Says what keeps the release from being made."""


def version() -> str:
    """Return the version that the code says it has."""
    return said_by(SOURCE)[0]


def said_by(place: Path) -> list[str]:
    """Return the versions that a file says."""
    pattern = re.compile(f"(?:{PLACES[place]})({VERSION})", re.MULTILINE)
    return pattern.findall(place.read_text())


def differing() -> dict[str, list[str]]:
    """Return the files that say none or another version than the code, with what they say."""
    said = {str(place): said_by(place) for place in PLACES}
    return {place: versions for place, versions in said.items() if {*versions} != {version()}}


def prepare(new: str, date: str) -> None:
    """Write a version to all places, and make a section of what is unreleased."""
    if not re.fullmatch(VERSION, new):
        raise ReleaseError(f"{new} is no version such as 1.2.3")
    changes = CHANGELOG.read_text()
    if UNRELEASED not in changes:
        raise ReleaseError(f"{CHANGELOG} has no section Unreleased")
    heading = f"{UNRELEASED}\n## [{new}] - {date}\n"
    CHANGELOG.write_text(changes.replace(UNRELEASED, heading, 1))
    for place, before in PLACES.items():
        pattern = re.compile(f"({before}){VERSION}", re.MULTILINE)
        place.write_text(pattern.sub(rf"\g<1>{new}", place.read_text()))


def check(tag: str) -> None:
    """Refuse a tag of another version, and a version that is not said everywhere."""
    if tag != f"v{version()}":
        raise ReleaseError(f"the tag is {tag}, the version {version()}")
    if wrong := differing():
        raise ReleaseError(f"these say another version than {version()}: {wrong}")
    notes()


def notes() -> str:
    """Return what the changelog says of the version."""
    changes = CHANGELOG.read_text()
    headings = [*HEADING.finditer(changes)]
    ends = [each.start() for each in headings[1:]] + [len(changes)]
    for heading, end in zip(headings, ends, strict=True):
        if heading[1] == version():
            return changes[heading.end() : end].strip() + "\n"
    raise ReleaseError(f"{CHANGELOG} has no section for {version()}")


def previous(tags: list[str]) -> str | None:
    """Return the version of the newest tag that is not of this version; they come newest first."""
    versions = [tag.removeprefix("v") for tag in tags if re.fullmatch(f"v{VERSION}", tag)]
    return next((each for each in versions if each != version()), None)


def artefacts(directory: Path, registry: str, digest: str) -> None:
    """Write the chart, install.yaml and the notes, with the image of a registry."""
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        (directory / "install.yaml").write_text(_manifests(Path(scratch), registry, digest))
        _package(Path(scratch), directory, registry, digest)
    try:
        (directory / "notes.md").write_text(notes())
    except ReleaseError as error:
        print(f"no notes: {error}", file=sys.stderr)


def packages(directory: Path, repository: str) -> None:
    """Write what people install of the command line."""
    from hack.packages import write_packages  # noqa: PLC0415  all else here needs Python alone

    write_packages(directory, version(), repository)


def _manifests(place: Path, registry: str, digest: str) -> str:
    for source in MANIFESTS:
        shutil.copytree(source, place / source)
    (place / "installation").mkdir()
    exact = f"digest: {digest}" if digest else f"newTag: {version()}"
    (place / "installation/kustomization.yaml").write_text(
        "resources: [../deploy/base]\n"
        f"images: [{{name: {IMAGE}, newName: {registry}/{IMAGE}, {exact}}}]\n"
    )
    return _output("kubectl", "kustomize", str(place / "installation"))


def _package(place: Path, directory: Path, registry: str, digest: str) -> None:
    chart = place / CHART
    shutil.copytree(CHART, chart)
    values = (chart / "values.yaml").read_text()
    named, times = re.subn(CHART_IMAGE, rf'\g<1>{registry}/{IMAGE}\g<2>"{digest}"', values)
    if times != 1:
        raise ReleaseError("the chart's values do not name the image where they did")
    (chart / "values.yaml").write_text(named)
    _output(
        os.environ.get("HELM") or "helm", "package", str(chart), "--destination", str(directory)
    )


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _say_previous(registry: str) -> None:
    """Print where the previous release's chart is, as variables of the end-to-end tests."""
    if last := previous(_output("git", "tag", "--list", "--sort=-version:refname").split()):
        print(f"PREVIOUS_CHART=oci://{registry}/charts/instana-agent")
        print(f"PREVIOUS_VERSION={last}")
    else:
        print("there is no release before this one", file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hack.release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="set the version everywhere").add_argument("version")
    commands.add_parser("check", help="refuse a tag that does not fit").add_argument("tag")
    last = commands.add_parser("previous", help="print where the release before this one is")
    last.add_argument("--registry", required=True)
    made = commands.add_parser("artefacts", help="make what a release publishes")
    made.add_argument("directory", type=Path)
    made.add_argument("--registry", required=True)
    made.add_argument("--digest", default="")
    made.add_argument("--repository", default="", help="address of the repository of the release")
    return parser.parse_args()


def main() -> None:
    """Do what the command line says; exit code 1 with a line of what is in the way."""
    given = _arguments()
    try:
        match given.command:
            case "prepare":
                prepare(given.version, datetime.now(UTC).date().isoformat())
            case "check":
                check(given.tag)
            case "previous":
                _say_previous(given.registry)
            case _:
                artefacts(given.directory, given.registry, given.digest)
                packages(given.directory, given.repository)
    except ReleaseError as error:
        sys.exit(f"release: {error}")


if __name__ == "__main__":
    main()
