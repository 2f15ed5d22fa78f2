"""Packages that nobody could be asked about are not taken for packages without vulnerabilities."""

import subprocess
from pathlib import Path

import pytest

UNREACHABLE = "Traceback\nrequests.exceptions.ConnectionError: no such host"
VULNERABLE = "Found 1 known vulnerability in 1 package"
CLEAN = "No known vulnerabilities found"


def audit(place: Path, text: str, code: int) -> subprocess.CompletedProcess[str]:
    """Run the script with something that ends as pip-audit would."""
    (place / "report").write_text(text)
    stand_in = place / "pip-audit"
    stand_in.write_text(
        f'#!/bin/sh\ncat "{place}/report" >&2\necho "$@" >"{place}/asked"\nexit {code}\n'
    )
    stand_in.chmod(0o755)
    command = ["hack/audit", str(stand_in), "requirements.txt", "requirements-dev.txt"]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("text", "code", "expected"), [(CLEAN, 0, 0), (VULNERABLE, 1, 1), (UNREACHABLE, 1, 2)]
)
def test_exit_code_says_which_it_is(text: str, code: int, expected: int, tmp_path: Path) -> None:
    done = audit(tmp_path, text, code)

    assert done.returncode == expected
    assert ("NOT AUDITED" in done.stderr) is (expected == 2)
    assert text.splitlines()[-1] in done.stdout + done.stderr
    asked = (tmp_path / "asked").read_text()
    assert "--requirement requirements.txt --requirement requirements-dev.txt" in asked
