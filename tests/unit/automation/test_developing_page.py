"""The worked example of docs/developing.md, carried out in a copy of the project."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.pages import block, blocks

PAGE = "developing.md"
COPIED = ("crd", "deploy", "docs", "helm-chart", "hooks", "metacontroller", "pyproject.toml")
COPIED_TESTS = ("conftest.py", "support", "unit/desired/agent")
SAMPLE = "deploy/samples/termination.yaml"
FIELD = "terminationGracePeriodSeconds"
INVALID = 2


@pytest.fixture(name="project", scope="module")
def _project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project with the example's edits, and with what it generates."""
    project = tmp_path_factory.mktemp("project")
    for each in (*COPIED, *(f"tests/{each}" for each in COPIED_TESTS)):
        _copy(Path(each), project / each)
    for edit in blocks(PAGE, "diff"):
        apply(edit, project)
    (project / SAMPLE).write_text(block(PAGE, "yaml", FIELD))
    assert python(project, "-m", "hooks", "generate").returncode == 0
    return project


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def apply(edit: str, project: Path) -> None:
    """Make one edit, a file's path and lines as of a diff; their place is found by the others."""
    head, *lines = edit.splitlines(keepends=True)
    file = project / head.removeprefix("--- ").strip()
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    text = file.read_text()
    assert text.count(before) == 1, f"not once in {head}{before}"
    file.write_text(text.replace(before, after))


def python(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=project, capture_output=True, text=True, check=False
    )


def test_every_generated_file_that_is_listed_changes(project: Path) -> None:
    page = Path("docs", PAGE).read_text()
    section = page.partition("`generate` changes")[2].partition("\n`render`")[0]
    listed = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    changed = [
        str(file.relative_to(project))
        for folder in ("crd", "deploy", "docs", "helm-chart")
        for file in sorted((project / folder).rglob("*"))
        if file.is_file() and _differs(file, Path(file.relative_to(project)))
    ]

    assert sorted(listed) == sorted({*changed} - {SAMPLE})


def _differs(file: Path, ours: Path) -> bool:
    return not ours.exists() or file.read_bytes() != ours.read_bytes()


def test_the_rendered_daemonset_has_the_field(project: Path) -> None:
    rendered = python(project, "-m", "hooks", "render", SAMPLE)
    (pods,) = [
        each["spec"]["template"]["spec"]
        for each in yaml.safe_load_all(rendered.stdout)
        if each["kind"] == "DaemonSet"
    ]

    assert pods[FIELD] == yaml.safe_load(block(PAGE, "yaml", FIELD))["spec"]["agent"]["pod"][FIELD]


def test_the_sample_is_valid(project: Path) -> None:
    result = python(project, "-m", "hooks", "validate", "--strict", SAMPLE)

    assert (result.returncode, result.stderr) == (0, "valid: 1\n")


def test_a_wrong_value_is_rejected_as_the_page_says(project: Path) -> None:
    wrong = block(PAGE, "yaml", FIELD).replace(f"{FIELD}: 60", f"{FIELD}: -1")
    (project / "wrong.yaml").write_text(wrong)
    result = python(project, "-m", "hooks", "validate", "wrong.yaml")

    assert result.returncode == INVALID
    assert block(PAGE, "text", FIELD).strip() in result.stdout + result.stderr


def test_the_example_test_passes(project: Path) -> None:
    file = "tests/unit/desired/agent/test_daemonset.py"
    result = python(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-cov", file)

    assert result.returncode == 0, result.stdout


def test_paths_on_the_page_exist() -> None:
    text = Path("docs", PAGE).read_text()
    named = re.findall(r"`((?:hooks|tests|deploy|metacontroller|crd|helm-chart)/[\w./-]+)`", text)

    assert [each for each in named if not Path(each).exists()] == [SAMPLE]
