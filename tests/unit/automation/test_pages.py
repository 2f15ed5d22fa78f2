"""What pages tell can be done, and what they link to and name is there."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from hooks.generate.policies import guards
from tests.support.pages import block
from tests.unit.automation.workflows import FOLDER, jobs

TARGET = re.compile(r"^([a-z][a-z0-9-]*):", re.MULTILINE)
PAGES = ["CONTRIBUTING.md", "README.md", "docs/releasing.md"]
ALL_PAGES = sorted(map(str, [*Path().glob("*.md"), *Path("docs").glob("*.md")]))
INDEX = "docs/README.md"
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
NAME = re.compile(r"`([\w-]+)`")


def links(page: str) -> set[tuple[str, str]]:
    """Return the files that a page links to, each with the heading in it."""
    found = (each.partition("#") for each in LINK.findall(Path(page).read_text()))
    return {(_from(page, file), heading) for file, _, heading in found}


def _from(page: str, file: str) -> str:
    there = Path(page).parent / file if file else Path(page)
    return str(there.resolve().relative_to(Path.cwd()))


def headings(page: str) -> set[str]:
    """Return the headings of a page as GitHub addresses them."""
    titles = HEADING.findall(FENCED.sub("", Path(page).read_text()))
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
def test_targets_that_are_told_of_are_there(page: str) -> None:
    told = {*re.findall(r"(?m:`|^ *(?:\$ )?)make ([a-z][a-z0-9-]*)", Path(page).read_text())}

    assert told
    assert told <= {*TARGET.findall(Path("Makefile").read_text())}


@pytest.mark.parametrize("page", ALL_PAGES)
def test_links_lead_to_files_and_headings(page: str) -> None:
    broken = [
        (file, heading)
        for file, heading in links(page)
        if not Path(file).exists() or (heading and heading not in headings(file))
    ]

    assert broken == []


def test_every_page_is_in_the_index_once() -> None:
    listed = [_from(INDEX, file) for file in LINK.findall(Path(INDEX).read_text())]
    pages = {*ALL_PAGES, *map(str, Path("docs/adr").glob("*.md"))} - {INDEX, "README.md"}

    assert Counter(each for each in listed if each.endswith(".md")) == Counter(pages)


def test_the_readme_leads_to_the_index() -> None:
    linked = {file for file, _ in links("README.md")}

    assert {INDEX, "docs/quick-start.md", "SECURITY.md", "docs/security.md"} <= linked


@pytest.mark.parametrize("page", ["docs/guards.md", "docs/security.md"])
def test_every_guard_is_named(page: str) -> None:
    policies = {each["metadata"]["name"] for each in guards()}

    assert policies
    assert policies <= {*NAME.findall(Path(page).read_text())}


@pytest.mark.parametrize(
    "page",
    [
        "CONTRIBUTING.md",
        "docs/adr/0001-no-olm-bundle.md",
        "docs/guards.md",
        "docs/security.md",
    ],
)
def test_files_that_are_told_of_are_there(page: str) -> None:
    told = re.findall(
        r"`((?:hooks|hack|tests|deploy|metacontroller|docs)/[\w./-]+)`", Path(page).read_text()
    )
    named = [each.replace("/CASE", "") for each in told]

    assert named
    assert not [each for each in named if not Path(each).exists()]


def test_jobs_that_releasing_tells_of_are_those_of_the_workflow() -> None:
    text = Path("docs/releasing.md").read_text()
    jobs: dict[str, object] = yaml.safe_load(Path(".github/workflows/release.yaml").read_text())[
        "jobs"
    ]
    rows = re.findall(r"^\| (`.*`) \|", text, re.MULTILINE)

    assert [job for row in rows for job in re.findall(r"`(\w+)`", row)] == list(jobs)


def test_required_checks_are_jobs() -> None:
    (line,) = re.findall(
        r"^- The checks (.*) are required", Path("docs/releasing.md").read_text(), re.MULTILINE
    )
    names = {
        job["name"].replace("${{ matrix.strategy }}", each.get("strategy", ""))
        for file in ("checks.yaml", "e2e.yaml")
        for job in jobs(FOLDER / file).values()
        for each in job.get("strategy", {}).get("matrix", {}).get("include", [{}])
    }

    assert {*re.findall(r"`([^`]+)`", line)} == names


def test_metacontroller_of_the_scripts_is_that_of_the_page() -> None:
    page = yaml.safe_load(block("install.md", "yaml", "github.com/metacontroller"))

    assert yaml.safe_load(Path("hack/e2e/metacontroller/kustomization.yaml").read_text()) == page
