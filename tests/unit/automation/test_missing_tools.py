"""A skipped test names the tool that is missing, and in CI one that nobody expects is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tools import REMEDIES, needs

WITHOUT_TOOL = """
import pytest
from tests.support.tools import needs, skip_without

@needs("jq")
def test_one():
    assert False

def test_two():
    skip_without("jq")

@needs("helm", found="/somewhere/helm")
def test_three():
    assert True
"""
BARE = "import pytest\ndef test_one(): pytest.skip('no time')\n"


def run(folder: Path, test: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a file of tests where no tool is in the PATH, with our hooks."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(test)
    known = {"CI", "COVERAGE_PROCESS_CONFIG", "EXPECT_MISSING", "PATH", "PYTEST_ADDOPTS"}
    others = {name: value for name, value in os.environ.items() if name not in known}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.skips", str(folder)],
        env=others | {"PATH": "/nowhere", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_missing_tool_has_a_line(tmp_path: Path) -> None:
    done = run(tmp_path, WITHOUT_TOOL)

    assert done.returncode == 0, done.stdout
    assert [line for line in done.stdout.splitlines() if "missing" in line] == [
        f"jq is missing, 2 skipped: {REMEDIES['jq']}"
    ]


@pytest.mark.parametrize(
    ("test", "expected", "code"),
    [
        (WITHOUT_TOOL, "", 1),
        (WITHOUT_TOOL, "helm", 1),
        (WITHOUT_TOOL, "helm,jq", 0),
        (WITHOUT_TOOL, "helm jq", 0),
        (BARE, "jq", 1),
    ],
    ids=["none", "another", "both", "with a blank", "without a tool"],
)
def test_ci_fails_on_a_skip_that_is_not_expected(
    test: str, expected: str, code: int, tmp_path: Path
) -> None:
    done = run(tmp_path, test, CI="true", EXPECT_MISSING=expected)

    assert done.returncode == code, done.stdout
    assert ("not in EXPECT_MISSING: " in done.stdout) is bool(code)


def test_a_tool_has_to_be_known() -> None:
    with pytest.raises(AssertionError, match="abacus"):
        needs("abacus")
