"""What a workflow commits is what was made anew, and nothing is committed where nothing was."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path("hack/generated-difference").resolve()
PATCH = "generated.patch"


def git(place: Path, *arguments: str) -> str:
    """Run git as somebody, whoever it is."""
    who = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
    command = ["git", "-C", str(place), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(name="checkout")
def _checkout(tmp_path: Path) -> Path:
    place = tmp_path / "checkout"
    place.mkdir()
    git(place, "init", "--quiet")
    (place / "kept").write_text("kept\n")
    (place / "stale").write_text("old\n")
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", "first")
    return place


def difference(checkout: Path) -> str:
    """Run the script as a step of a workflow; returns the step's outputs."""
    outputs = checkout.parent / "outputs"
    subprocess.run(
        [SCRIPT, PATCH],
        cwd=checkout,
        env={"GITHUB_OUTPUT": str(outputs), "PATH": "/usr/bin:/bin"},
        check=True,
    )
    return outputs.read_text()


def test_nothing_new_leaves_no_patch(checkout: Path) -> None:
    assert difference(checkout) == "stale=false\n"
    assert not (checkout / PATCH).exists()


def test_patch_brings_new_changed_and_removed_files(checkout: Path) -> None:
    (checkout / "stale").write_text("new\n")
    (checkout / "added").write_text("added\n")
    (checkout / "kept").unlink()

    assert difference(checkout) == "stale=true\n"

    patch = (checkout / PATCH).read_text()
    git(checkout, "reset", "--quiet", "--hard")
    (checkout / "added").unlink(missing_ok=True)
    (checkout.parent / PATCH).write_text(patch)
    (checkout / PATCH).unlink()
    git(checkout, "apply", "--index", str(checkout.parent / PATCH))
    assert {each.name for each in checkout.iterdir()} == {".git", "stale", "added"}
    assert (checkout / "stale").read_text() == "new\n"
