"""The lock files: everything pinned with hashes, and nothing about where it comes from."""

import re
from pathlib import Path

import pytest

from hack.locks import BUILD, DEVELOPMENT, RUNTIME, pins
from hack.wheels import MACHINES, installed

PIN = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ; .+)? \\")


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-build.txt", "requirements-dev.txt"]
)
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    lines = Path(name).read_text(encoding="utf-8").splitlines()
    kinds = {
        "pin": [line for line in lines if PIN.fullmatch(line)],
        "hash": [line for line in lines if line.startswith("    --hash=sha256:")],
        "comment": [line for line in lines if line.lstrip().startswith("#")],
    }

    assert len(kinds["hash"]) >= len(kinds["pin"]) > 0
    assert sum(map(len, kinds.values())) == len(lines)


def test_the_tests_run_on_the_versions_that_are_shipped() -> None:
    def pins(name: str) -> set[str]:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
        return {line for line in lines if PIN.fullmatch(line)}

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_lock_files_are_read_as_they_are_written() -> None:
    for lock in (RUNTIME, BUILD, DEVELOPMENT):
        read = pins(lock)
        text = lock.read_text(encoding="utf-8")
        assert len(read) == len(PIN.findall(text))
        assert sum(len(pin.hashes) for pin in read) == text.count("--hash=")


def test_a_package_may_be_another_one_on_another_machine() -> None:
    versions = {
        machine: [pin.version for pin in installed(pins(RUNTIME), machine) if pin.name == "orjson"]
        for machine in MACHINES
    }

    assert versions["ppc64le"] == versions["s390x"] != versions["amd64"] == versions["arm64"]
    assert {len(each) for each in versions.values()} == {1}
