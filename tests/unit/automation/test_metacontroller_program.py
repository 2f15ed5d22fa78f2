"""Metacontroller's program comes out of the release that is installed, and no container stays."""

import os
import subprocess
from pathlib import Path

ENGINE = """#!/bin/sh
echo "$*" >>"{place}/calls"
case $1 in
  create) echo made-container ;;
  cp) [ -z "{fails}" ] && echo program >"$3" ;;
esac
"""


def copy_program(place: Path, *, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the script with an engine that notes its calls."""
    engine = place / "engine"
    engine.write_text(ENGINE.format(place=place, fails="yes" if fails else ""))
    engine.chmod(0o755)
    return subprocess.run(
        ["hack/metacontroller", str(place / "program")],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"ENGINE": str(engine)},
    )


def calls(place: Path) -> list[str]:
    """Return what the engine was asked for, in order."""
    return (place / "calls").read_text().splitlines()


def test_program_is_that_of_the_installed_release(tmp_path: Path) -> None:
    done = copy_program(tmp_path)

    assert done.returncode == 0
    created = calls(tmp_path)[0]
    version = created.rpartition(":")[2]
    kustomization = Path("hack/e2e/metacontroller/kustomization.yaml").read_text()
    assert f"manifests/production?ref={version}\n" in kustomization
    assert version in done.stdout
    assert os.access(tmp_path / "program", os.X_OK)
    assert calls(tmp_path)[-1] == "rm made-container"


def test_container_does_not_stay_after_a_failure(tmp_path: Path) -> None:
    done = copy_program(tmp_path, fails=True)

    assert done.returncode != 0
    assert calls(tmp_path)[-1] == "rm made-container"
