"""The composite action that comments on pull requests, and the script for any other CI."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.support.pages import block
from tests.support.proposals import KEY, commit, resource
from tests.unit.automation.workflows import Obj, workflow
from tests.unit.automation.workflows import steps as steps_of_workflows

FOLDER = Path(".github/actions/preview").resolve()
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}")
ENVIRONMENT = Path(".venv").resolve()
MARKER = "<!-- instana-agent-preview all -->"
GH = """#!/usr/bin/env python3
import json, os, sys
from pathlib import Path
with Path(os.environ["CALLS"]).open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
if "--method" not in sys.argv:
    print(os.environ["EXISTING"])
sys.exit(int(os.environ["CODE"]))
"""


@dataclass(frozen=True)
class Runner:
    """What GitHub gives to the steps of an action."""

    directory: Path

    def run(self, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": f"{self.directory}:{os.environ['PATH']}",
            "VENV": str(ENVIRONMENT),
            "RUNNER_TEMP": str(self.directory),
            "GITHUB_OUTPUT": str(self.directory / "output"),
            "GITHUB_STEP_SUMMARY": str(self.directory / "summary"),
            "CALLS": str(self.directory / "calls"),
        }
        return subprocess.run(
            [str(FOLDER / script)],
            cwd=self.directory / "repository",
            env=given | environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def text(self, name: str) -> str:
        return (self.directory / name).read_text()

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in self.text("calls").splitlines()]


@pytest.fixture(name="runner")
def _runner(tmp_path: Path) -> Runner:
    repository = tmp_path / "repository"
    commit(repository, {"eu/agent.yaml": resource()}, "main")
    commit(repository, {"eu/agent.yaml": resource(agent={"image": {"tag": "2"}})}, "change")
    commit(repository, {"eu/agent.yaml": resource(agent={"endpointPort": "x"})}, "invalid")
    # A proposal may not bring code that is run.
    commit(repository, {"hooks/__init__.py": "raise SystemExit('run')\n"}, "code")
    program = tmp_path / "gh"
    program.write_text(GH)
    program.chmod(0o755)
    return Runner(tmp_path)


@pytest.mark.parametrize(
    ("base", "head", "result"),
    [("main", "main", "unchanged"), ("main", "change", "changed"), ("main", "code", "invalid")],
)
def test_comparison_writes_comment_and_summary(
    base: str, head: str, result: str, runner: Runner
) -> None:
    done = runner.run("compare", BASE=base, HEAD=head, NAME="all", PATHS="eu\n", FACTS="")

    assert done.returncode == 0, done.stderr
    file = runner.directory / "instana-agent-preview-all.md"
    assert runner.text("output") == f"result={result}\nfile={file}\n"
    assert file.read_text() == runner.text("summary")
    assert file.read_text().startswith(f"{MARKER}\n")
    assert KEY not in file.read_text()


def test_what_cannot_be_compared_fails(runner: Runner) -> None:
    for given in ({"HEAD": "missing"}, {"FACTS": "unknown=1"}):
        environ = {"BASE": "main", "HEAD": "main", "NAME": "all", **given}
        done = runner.run("compare", **environ)

        assert done.returncode == 1
        assert not (runner.directory / "output").exists()


@pytest.mark.parametrize(
    ("existing", "method", "address"),
    [
        ("", "POST", "repos/o/r/issues/7/comments"),
        ("41\n42", "PATCH", "repos/o/r/issues/comments/41"),
    ],
)
def test_comment_is_written_or_replaced(
    existing: str, method: str, address: str, runner: Runner
) -> None:
    file = runner.directory / "comment.md"
    file.write_text(f"{MARKER}\ntext\n")
    environ = {"GH_REPO": "o/r", "NUMBER": "7", "FILE": str(file)}

    done = runner.run("comment", **environ, EXISTING=existing, CODE="0")

    assert (done.returncode, done.stderr) == (0, "")
    asked, written = runner.calls
    assert asked[:3] == ["api", "--paginate", "repos/o/r/issues/7/comments"]
    assert written == ["api", "--silent", "--method", method, address, "--field", f"body=@{file}"]


def test_token_that_may_not_comment_is_no_failure(runner: Runner) -> None:
    file = runner.directory / "comment.md"
    file.write_text(f"{MARKER}\n")
    environ = {"GH_REPO": "o/r", "NUMBER": "7", "FILE": str(file)}

    done = runner.run("comment", **environ, EXISTING="", CODE="1")

    assert done.returncode == 0
    assert done.stdout.startswith("::warning::")


def _action() -> Obj:
    return workflow(FOLDER / "action.yml")


def test_action_runs_pinned_actions_and_scripts_that_are_there() -> None:
    steps = _action()["runs"]["steps"]
    used = {step["uses"] for step in steps if "uses" in step}
    started = re.findall(r"\$GITHUB_ACTION_PATH/(\w+)", str(steps))

    assert used
    assert all(map(PINNED.fullmatch, used))
    assert used <= {step["uses"] for _, step in steps_of_workflows() if "uses" in step}
    assert set(started) == {"compare", "comment"}
    assert all(os.access(FOLDER / name, os.X_OK) for name in started)


def test_no_expression_is_put_into_a_command_of_the_action() -> None:
    runs = [step["run"] for step in _action()["runs"]["steps"] if "run" in step]

    assert len(runs) == 3
    assert not [run for run in runs if "${{" in run]


def _documented() -> str:
    """Return the workflow of the docs, with this repository in place of the placeholders."""
    text = block("pull-requests.md", "yaml", "actions/preview")
    commit_of_release = "0123456789abcdef0123456789abcdef01234567"
    return text.replace("@COMMIT # the version", f"@{commit_of_release} # v1.0.0")


def test_documented_workflow_passes_the_checks(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    file = folder / "preview.yaml"
    file.write_text(_documented())
    commands = [["zizmor", "--offline", "--persona=pedantic", "--quiet", str(tmp_path / ".github")]]
    if (ENVIRONMENT / "bin/actionlint").exists():
        commands.append(["actionlint", "-shellcheck=", "-pyflakes=", str(file)])

    assert [output for output in map(_complaint, commands) if output] == []


def _complaint(command: list[str]) -> str:
    """Return what a checker prints if it finds something."""
    program, *options = command
    done = subprocess.run(
        [str(ENVIRONMENT / "bin" / program), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_documented_workflow_passes_inputs_that_exist() -> None:
    (file,) = [step for step in _steps_of(_documented()) if "actions/preview" in step["uses"]]

    assert file["with"]
    assert file["with"].keys() <= _action()["inputs"].keys()


def _steps_of(text: str) -> list[Obj]:

    steps: list[Obj] = yaml.safe_load(text)["jobs"]["preview"]["steps"]
    return steps


def test_documented_inputs_are_those_of_the_action() -> None:
    page = Path("docs/pull-requests.md").read_text()

    assert [name for name in _action()["inputs"] if f"`{name}`" not in page] == []
    assert [name for name in _action()["outputs"] if f"`{name}`" not in page] == []
