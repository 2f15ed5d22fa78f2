"""The lock files: everything pinned with hashes, and nothing about where it comes from."""

import re
from pathlib import Path

import pytest

PIN = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ; .+)? \\")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    lines = Path(name).read_text(encoding="utf-8").splitlines()
    kinds = {
        "pin": [line for line in lines if PIN.fullmatch(line)],
        "hash": [line for line in lines if line.startswith("    --hash=sha256:")],
        "comment": [line for line in lines if line.lstrip().startswith("#")],
    }

    assert len(kinds["hash"]) >= len(kinds["pin"]) > 10
    assert sum(map(len, kinds.values())) == len(lines)


def test_the_tests_run_on_the_versions_that_are_shipped() -> None:
    def pins(name: str) -> set[str]:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
        return {line for line in lines if PIN.fullmatch(line)}

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
