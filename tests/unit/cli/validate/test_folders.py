"""`validate` for folders and for values files of the chart."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.support.resources import agent

QUIET = {"agent": {"key": None, "keysSecret": "instana-keys"}}
VALUES: Obj = {"agent": {"keysSecret": "keys", "endpointHost": "a"}, "cluster": {"name": "c"}}
VALID, UNUSABLE, INVALID = range(3)


def write(folder: Path, files: dict[str, object]) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))


def validate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


def rows(result: Result) -> list[list[str]]:
    titles, *lines = result.stdout.splitlines()
    assert titles.split() == ["ERRORS", "WARNINGS", "FILE", "RESOURCE", "FINDINGS"]
    return [line.split() for line in lines]


def test_a_folder_has_a_row_per_resource(tmp_path: Path) -> None:
    bad = agent(QUIET | {"agent": {"mode": "FULL", "endpointPort": "0"}})
    write(
        tmp_path,
        {
            "east/agent.yaml": agent(QUIET),
            "west/deep/agent.yml": bad,
            "north.json": json.dumps({"kind": "List", "items": [agent(), {"kind": "Secret"}]}),
            "other.yaml": {"kind": "Deployment"},
            "notes.txt": "x: [",
        },
    )
    result = validate(tmp_path)

    assert result.exit_code == INVALID
    assert result.stderr == "valid: 2 of 3\n"
    name = ["InstanaAgent", "instana-agent/instana-agent"]
    assert rows(result) == [
        ["0", "0", f"{tmp_path}/east/agent.yaml", *name],
        ["0", "1", f"{tmp_path}/north.json", *name, "inline-key"],
        ["2", "1", f"{tmp_path}/west/deep/agent.yml", *name, "mode,", "port,", "inline-key"],
    ]


def test_warnings_count_with_strict(tmp_path: Path) -> None:
    write(tmp_path, {"agent.yaml": agent()})

    assert validate(tmp_path).exit_code == VALID
    assert validate(tmp_path, "--strict").exit_code == INVALID


def test_json_has_every_finding_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, {"agent.yaml": agent(QUIET | {"zone": {"title": "a"}})})
    result = validate(tmp_path, "-o", "json")
    (found,) = json.loads(result.stdout)
    (finding,) = found["findings"]

    assert result.exit_code == INVALID
    assert (found["errors"], found["warnings"], found["kind"]) == (1, 0, "InstanaAgent")
    assert (finding["path"], finding["rule"]) == ("spec.zone.title", "unknown-field")
    assert finding["where"].startswith(f"{tmp_path}/agent.yaml:")
    assert finding["severity"] == "error"


def test_rows_and_lines_can_be_chosen(tmp_path: Path) -> None:
    write(tmp_path, {"agent.yaml": agent()})
    file = tmp_path / "agent.yaml"

    assert validate(tmp_path, "-o", "lines").stdout == validate(file).stdout
    assert validate(file, "-o", "matrix").stdout == validate(tmp_path).stdout


def test_equal_names_in_different_files_are_in_different_clusters(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": agent(QUIET), "b.yaml": agent(QUIET, name="second")})
    together = validate(tmp_path / "a.yaml", tmp_path / "b.yaml")

    assert "nodes-shared" in together.stdout
    assert "nodes-shared" not in validate(tmp_path).stdout


@pytest.mark.parametrize("files", [{}, {"a.yaml": {"kind": "Secret"}}, {".git/a.yaml": agent()}])
def test_a_folder_without_resources_is_an_error(tmp_path: Path, files: dict[str, object]) -> None:
    write(tmp_path, files)
    result = validate(tmp_path)

    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    assert result.stderr.startswith(f"{tmp_path} has no InstanaAgent and no values of the chart")


def test_one_empty_folder_of_two_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"full/agent.yaml": agent(QUIET)})
    (tmp_path / "empty").mkdir()

    assert validate(tmp_path / "full", tmp_path / "empty").exit_code == UNUSABLE


def test_a_file_that_is_not_yaml_is_a_finding_if_it_may_be_ours(tmp_path: Path) -> None:
    broken = "kind: InstanaAgent\nspec: [\n"
    write(tmp_path, {"a.yaml": agent(QUIET), "broken.yaml": broken, "other.yaml": "x: ["})
    result = validate(tmp_path, "-o", "lines")

    assert result.exit_code == INVALID
    (line,) = result.stdout.splitlines()
    assert line.startswith(f"{tmp_path}/broken.yaml:3:1: error: is not YAML: ")
    assert line.endswith("(rule unreadable-file)")


def test_templates_of_charts_and_links_to_folders_are_left_out(tmp_path: Path) -> None:
    template = "kind: InstanaAgent\nspec: {{ toYaml .Values }}\n"
    write(
        tmp_path,
        {
            "chart/Chart.yaml": {"name": "x", "apiVersion": "v2"},
            "chart/templates/agent.yaml": template,
            "a.yaml": agent(QUIET),
        },
    )
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    result = validate(tmp_path)

    assert [(row[0], row[2]) for row in rows(result)] == [
        ("0", f"{tmp_path}/a.yaml"),
        ("1", f"{tmp_path}/gone.yaml"),
    ]


def test_files_are_in_order(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}/agent.yaml": agent(QUIET) for name in "cab"})

    assert [row[2] for row in rows(validate(tmp_path))] == [
        f"{tmp_path}/{name}/agent.yaml" for name in "abc"
    ]


# Values files of the chart.


@pytest.mark.parametrize("is_below", [False, True])
def test_values_of_the_chart_are_recognized_by_their_content(
    tmp_path: Path, *, is_below: bool
) -> None:
    values = VALUES | {"zone": {"title": "x"}}
    content = {"instana-agent": values, "other": {}} if is_below else values
    write(tmp_path, {"production.yaml": content})
    result = validate(tmp_path / "production.yaml")

    assert result.exit_code == INVALID
    (line,) = result.stdout.splitlines()
    assert f"{tmp_path}/production.yaml:" in line
    assert ": values: error: zone.title: is not a field" in line


@pytest.mark.parametrize(
    "content",
    [
        {"agent": {"image": {"tag": "1"}}},
        {"agents": {"key": "x"}},
        [VALUES],
        {"kind": "Other"} | VALUES,
        {"controller": {"image": {}}},
    ],
)
def test_other_values_are_left_alone(tmp_path: Path, content: object) -> None:
    write(tmp_path, {"values.yaml": content, "agent.yaml": agent(QUIET)})

    assert [row[2] for row in rows(validate(tmp_path))] == [f"{tmp_path}/agent.yaml"]


def test_values_are_in_the_matrix(tmp_path: Path) -> None:
    write(tmp_path, {"values.yaml": VALUES})
    result = validate(tmp_path)

    assert result.exit_code == VALID
    assert rows(result) == [["0", "0", f"{tmp_path}/values.yaml", "values", "instana-agent"]]
