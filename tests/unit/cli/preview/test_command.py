"""`python -m hooks preview`, with a real Git repository and with folders."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from tests.support.proposals import KEY, commit, git, resource, write

IMAGE: dict[str, Any] = {"agent": {"image": {"tag": "1.2"}}}
INVALID: dict[str, Any] = {"agent": {"endpointPort": "none"}}


def preview(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["preview", *arguments])


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Path:
    """Return a repository with the branch main, and one that changes a resource."""
    place = tmp_path / "repository"
    files = {
        "clusters/eu/agent.yaml": resource(),
        "clusters/us/agent.yaml": resource(),
        "README.md": "InstanaAgent",
        "chart/templates/agent.yaml": "kind: InstanaAgent\nname: {{ .Name }}\n{{- if }}\n",
        "other/broken.yaml": "a: [\n",
    }
    commit(place, files, "main")
    commit(place, {"clusters/eu/agent.yaml": resource(**IMAGE)}, "change")
    return place


def test_revisions_are_compared(repository: Path) -> None:
    result = preview("main", "change", "--repository", str(repository))

    assert result.exit_code == 3, result.output
    assert "`instana-agent/instana-agent` in `clusters/eu/agent.yaml`" in result.output
    assert "icr.io/instana/agent:latest → icr.io/instana/agent:1.2" in result.output
    assert "clusters/us" not in result.output.replace("clusters/us/agent.yaml:", "")
    assert KEY not in result.output


def test_equal_revisions_end_with_zero(repository: Path) -> None:
    result = preview("main", "main", "--repository", str(repository))

    assert result.exit_code == 0
    assert "0 objects of 0 resources change" in result.output


def test_what_happened_on_the_base_meanwhile_does_not_count(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "main")
    write(repository, {"clusters/us/agent.yaml": resource(**IMAGE)})
    git(repository, "commit", "--quiet", "--all", "--message", "meanwhile")

    result = preview("main", "change", "--repository", str(repository), "--path", "clusters")

    assert "`clusters/eu/agent.yaml`" in result.output
    assert "`clusters/us/agent.yaml`" not in result.output


def test_unrelated_histories_are_compared(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--orphan", "alone")
    git(repository, "commit", "--quiet", "--message", "alone")

    assert preview("main", "alone", "--repository", str(repository)).exit_code == 3


def test_broken_rules_have_file_and_line(repository: Path) -> None:
    commit(repository, {"clusters/us/agent.yaml": resource(**INVALID)}, "invalid")

    result = preview("change", "invalid", "--repository", str(repository))

    assert result.exit_code == 2
    line = next(line for line in result.output.splitlines() if "endpointPort" in line)
    assert line.startswith("clusters/us/agent.yaml:")
    assert line.split(":")[1].isdigit()
    assert line.endswith("(rule port)")
    assert "not compared: the new version is invalid" in result.output


def test_rules_that_were_broken_before_are_marked(repository: Path) -> None:
    result = preview("main", "change", "--repository", str(repository))

    (warning, other) = [line for line in result.output.splitlines() if "inline-key" in line]
    assert warning.endswith("[not new]")
    assert other.endswith("[not new]")


def test_a_file_that_is_no_yaml_is_an_error(repository: Path) -> None:
    commit(repository, {"clusters/us/agent.yaml": "kind: InstanaAgent\na: [\n"}, "broken")

    result = preview("main", "broken", "--repository", str(repository))

    assert result.exit_code == 2
    assert "clusters/us/agent.yaml:" in result.output


def test_links_are_not_followed(repository: Path, tmp_path: Path) -> None:
    write(tmp_path, {"outside.yaml": resource("outside")})
    (repository / "clusters/link.yaml").symlink_to(tmp_path / "outside.yaml")
    commit(repository, {}, "link")
    folder = str(repository / "clusters")

    in_revision = preview("main", "link", "--repository", str(repository))
    in_folders = preview(str(repository / "chart"), folder)

    assert "outside" not in in_revision.output
    assert "outside" not in in_folders.output


@pytest.mark.parametrize("revision", ["missing", "--upload-pack=x", "HEAD:README.md", ""])
def test_what_is_no_revision_ends_with_one(revision: str, repository: Path) -> None:
    result = preview("--repository", str(repository), "--", revision, "main")

    assert result.exit_code == 1
    assert "is no folder, and no revision" in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_git_folders_can_be_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"base/agent.yaml": resource(), "head/agent.yaml": resource(**IMAGE)})
    monkeypatch.setenv("PATH", str(tmp_path))

    folders = preview(str(tmp_path / "base"), str(tmp_path / "head"))
    revisions = preview("main", "change")

    assert folders.exit_code == 3
    assert revisions.exit_code == 1
    assert "git is not in the PATH: install it, or pass two folders" in revisions.stderr


def test_only_the_paths_count(tmp_path: Path) -> None:
    write(tmp_path, {"base/a/x.yaml": resource(), "head/a/x.yaml": resource(**IMAGE)})
    sides = str(tmp_path / "base"), str(tmp_path / "head")

    assert preview(*sides, "--path", "a").exit_code == 3
    assert preview(*sides, "--path", "a/x.yaml").exit_code == 3
    assert preview(*sides, "--path", "./a/").exit_code == 3


@pytest.mark.parametrize("path", ["b", "a/y.yaml", "ax"])
def test_a_path_that_neither_side_has_ends_with_one(path: str, tmp_path: Path) -> None:
    write(tmp_path, {"base/a/x.yaml": resource(), "head/a/x.yaml": resource(**IMAGE)})

    result = preview(str(tmp_path / "base"), str(tmp_path / "head"), "--path", "a", "--path", path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"--path {path}: neither side has YAML or JSON files there\n"


def test_a_folder_that_the_head_removes_is_a_path(tmp_path: Path) -> None:
    write(tmp_path, {"base/a/x.yaml": resource(), "head/b/x.yaml": "a: 1"})

    result = preview(str(tmp_path / "base"), str(tmp_path / "head"), "--path", "a")

    assert result.exit_code == 3
    assert "`a/x.yaml`: deleted" in result.output


def test_json_is_for_programs(tmp_path: Path) -> None:
    write(tmp_path, {"base/agent.yaml": resource(), "head/agent.yaml": resource(**IMAGE)})

    result = preview(str(tmp_path / "base"), str(tmp_path / "head"), "--output", "json")

    read = json.loads(result.stdout)
    (found,) = read["resources"]
    assert (found["file"], found["verb"]) == ("agent.yaml", "change")
    assert read["errors"] == []
    assert len(read["warnings"]) == 1


def test_too_many_files_end_with_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"base/a.yaml": "a: 1", "base/b.yaml": "b: 1"})
    monkeypatch.setattr("hooks.cli.preview.revisions.MOST_FILES", 1)

    result = preview(str(tmp_path / "base"), str(tmp_path / "base"))

    assert result.exit_code == 1
    assert "pass --path" in result.stderr


def test_too_many_bytes_end_with_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"base/a.yaml": "a: 1"})
    monkeypatch.setattr("hooks.cli.preview.revisions.LARGEST", 1)

    result = preview(str(tmp_path / "base"), str(tmp_path / "base"))

    assert result.exit_code == 1
    assert "pass --path" in result.stderr


def test_a_file_that_cannot_be_read_ends_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"base/a.yaml": "a: 1"})

    def fail(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied", "a.yaml")

    monkeypatch.setattr("pathlib.Path.read_bytes", fail)

    assert preview(str(tmp_path / "base"), str(tmp_path / "base")).exit_code == 1


def test_an_unknown_fact_ends_with_one(tmp_path: Path) -> None:
    assert preview(str(tmp_path), str(tmp_path), "--fact", "unknown=1").exit_code == 1
