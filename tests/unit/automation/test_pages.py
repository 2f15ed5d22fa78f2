"""What the pages for developers tell can be done."""

import re
from pathlib import Path

import pytest
import yaml

from tests.support.pages import block
from tests.unit.automation.workflows import FOLDER, jobs

TARGET = re.compile(r"^([a-z][a-z0-9-]*):", re.MULTILINE)
PAGES = ["CONTRIBUTING.md", "README.md", "docs/releasing.md"]


@pytest.mark.parametrize("page", PAGES)
def test_targets_that_are_told_of_are_there(page: str) -> None:
    told = {*re.findall(r"(?m:`|^ *(?:\$ )?)make ([a-z][a-z0-9-]*)", Path(page).read_text())}

    assert told
    assert told <= {*TARGET.findall(Path("Makefile").read_text())}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/adr/0001-no-olm-bundle.md"])
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
