"""The workflows call what anyone can call, may do little, and run pinned actions only."""

import re
import shutil
from pathlib import Path

import pytest

from tests.unit.automation.workflows import FILES, Obj, commands, jobs, steps, workflow

TARGET = re.compile(r"^([a-z][a-z0-9-]*):", re.MULTILINE)
MADE = re.compile(r"\bmake ([a-z][a-z0-9-]*)")
SCRIPT = re.compile(r"(?<![\w/])((?:hack|deploy|\.ci)/[\w./-]+)")
MODULE = re.compile(r"python -m (hack(?:\.\w+)+)")
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}")
TAGGED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")

RIGHTS = {
    "audit.yaml": {"audit": {"contents: read"}},
    "checks.yaml": {
        "check": {"contents: read"},
        "installs": {"contents: read"},
        "test": {"contents: read"},
        "properties": {"contents: read"},
        "cluster": {"contents: read"},
        "loop": {"contents: read"},
    },
    "dependencies.yaml": {
        "lock": {"contents: read"},
        "propose": {"contents: write", "pull-requests: write", "actions: write"},
    },
    "e2e.yaml": {"kind": {"contents: read", "packages: read"}},
    "generated.yaml": {
        "remake": {"contents: read"},
        "commit": {"contents: write", "actions: write"},
    },
    "release.yaml": {
        "version": {"contents: read"},
        "checks": {"contents: read"},
        "e2e": {"contents: read", "packages: read"},
        "image": {
            "contents: read",
            "packages: write",
            "id-token: write",
            "attestations: write",
        },
        "artefacts": {
            "contents: write",
            "packages: write",
            "id-token: write",
            "attestations: write",
        },
    },
}
"""What each job may: a further right is a decision, and so is a further job."""


@pytest.fixture(name="makefile")
def _makefile() -> str:
    return Path("Makefile").read_text()


def test_jobs_have_the_rights_that_were_decided_on() -> None:
    granted = {
        file.name: {
            name: {f"{scope}: {level}" for scope, level in job["permissions"].items()}
            for name, job in jobs(file).items()
        }
        for file in FILES
    }

    assert granted == RIGHTS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_workflow_itself_may_nothing_and_does_not_run_twice(file: Path) -> None:
    read = workflow(file)

    assert read["permissions"] == {}
    assert "github.ref" in read["concurrency"]["group"] or "schedule" in read["on"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_job_runs_for_hours(file: Path) -> None:
    minutes = [job["timeout-minutes"] for job in jobs(file).values() if "uses" not in job]

    assert minutes
    assert [each for each in minutes if not 0 < int(each) <= 60] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nobody_elses_code_runs_with_secrets(file: Path) -> None:
    assert "pull_request_target" not in workflow(file)["on"]
    assert "workflow_run" not in workflow(file)["on"]


def test_actions_are_pinned_by_commit_and_say_which_version_it_is() -> None:
    used = [step["uses"] for _, step in steps() if "uses" in step]
    lines = [line for file in FILES for line in file.read_text().splitlines() if "uses: " in line]
    tagged = [line for line in lines if TAGGED.search(line)]

    assert used
    assert not [each for each in used if not PINNED.fullmatch(each)]
    assert len(tagged) == len(used)


def test_each_action_has_one_version() -> None:
    used = {step["uses"] for _, step in steps() if "uses" in step}

    assert len({each.partition("@")[0] for each in used}) == len(used)


def test_checkouts_keep_no_credentials() -> None:
    checkouts = [step for _, step in steps() if step.get("uses", "").startswith("actions/checkout")]

    assert len(checkouts) >= len(FILES)
    assert {step["with"]["persist-credentials"] for step in checkouts} == {"false"}


def test_only_targets_that_are_there_are_made(makefile: str) -> None:
    made = {target for _, line in commands() for target in MADE.findall(line)}

    assert {"check", "test", "properties", "generate", "e2e", "audit", "artefacts"} <= made
    assert made <= {*TARGET.findall(makefile)}


def test_only_scripts_that_are_there_are_run() -> None:
    run = {script for _, line in commands() for script in SCRIPT.findall(line)}

    assert "hack/generated-difference" in run
    assert not {each for each in run if not Path(each).is_file()}


def test_only_modules_that_are_there_are_run() -> None:
    run = {module for _, line in commands() for module in MODULE.findall(line)}

    assert run == {"hack.release"}
    assert not {each for each in run if not Path(*each.split(".")).with_suffix(".py").is_file()}


def test_scripts_can_be_executed() -> None:
    started = [Path(".ci/run"), *Path("hack").glob("*"), *Path("hack/e2e").glob("*")]
    scripts = [each for each in started if each.is_file() and not each.suffix]

    assert len(scripts) >= 5
    assert not [each for each in scripts if not shutil.which(str(each))]


def test_no_expression_is_put_into_a_command() -> None:
    assert not [place for place, line in commands() if "${{" in line]


def test_ci_holds_what_pull_requests_hold() -> None:
    """Both names of the same thing: what is taken here is taken there."""
    made = {
        target
        for place, line in commands()
        if place.startswith("checks.yaml")
        for target in MADE.findall(line)
    }

    assert made == set(MADE.findall(Path(".ci/run").read_text()))


def test_rights_of_the_job_that_writes_are_not_there_while_code_of_a_change_runs() -> None:
    writing = {
        f"{file.name}: {name}"
        for file in FILES
        for name, job in jobs(file).items()
        if writes(job) and "pull_request" in workflow(file)["on"]
    }
    run = [(place, line) for place, line in commands() if place in writing]

    assert writing
    assert {place for place, _ in run} == writing
    assert not [line for _, line in run if MADE.search(line) or SCRIPT.search(line)]


def writes(job: Obj) -> bool:
    return "write" in job["permissions"].values()
