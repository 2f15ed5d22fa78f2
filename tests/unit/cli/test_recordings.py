"""`record`, `replay`, `test` and `diff --with`: lines for people, exit codes for scripts."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hooks import __version__
from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.property.sentinels import found_in
from tests.property.specs import secret
from tests.recorded import Recorded

FINE, UNREADABLE, INVALID, DIFFERENT = range(4)
CASE = Recorded("sync", "healthy")


def run(*arguments: str | Path, text: str | None = None) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], input=text)


def with_secrets() -> Obj:
    request = CASE.request
    agent = request["parent"]["spec"]["agent"]
    agent |= {"env": {"TOKEN": secret("env")}, "proxyPassword": secret("inline")}
    return request


@pytest.fixture(name="recorded", scope="module")
def _recorded() -> str:
    """Return what `record` prints of the request with secrets."""
    return run("record", "-", text=json.dumps(with_secrets())).stdout


@pytest.fixture(name="recording")
def _recording(tmp_path: Path, recorded: str) -> Path:
    file = tmp_path / "recording.json"
    file.write_text(recorded)
    return file


def test_a_recording_has_no_secret(recording: Path) -> None:
    assert json.loads(recording.read_text())["recording"] == 1
    assert not found_in(recording.read_text())


def test_replay_says_that_nothing_is_different(recording: Path) -> None:
    result = run("replay", recording)

    assert result.exit_code == FINE
    assert result.output == f"{recording}: the response is the recorded one\n"


def test_replay_tells_each_difference(recording: Path) -> None:
    document = json.loads(recording.read_text())
    child = next(each for each in document["response"]["children"] if each["kind"] == "DaemonSet")
    child["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/agent:1"
    recording.write_text(json.dumps(document))
    result = run("replay", recording)

    assert result.exit_code == DIFFERENT
    place = "DaemonSet/prod-agent: spec.template.spec.containers[instana-agent].image"
    assert result.output.startswith(f"{recording}: {place}: registry.example/agent:1 → ")


def test_replay_prints_the_response_to_a_bare_request_without_secrets() -> None:
    result = run("replay", "-", "-o", "json", text=json.dumps(with_secrets()))

    assert result.exit_code == FINE
    assert {each["kind"] for each in json.loads(result.stdout)["children"]} >= {"DaemonSet"}
    assert not found_in(result.output)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("{", INVALID, "<stdin>:1:2: this is not JSON"),
        ("[]", INVALID, "not a JSON object"),
        ("{}", INVALID, "it has no parent"),
        ('{"recording": 7}', INVALID, "format 1"),
        ('{"recording": 1, "hook": "x", "request": {}}', INVALID, "no hook 'x'"),
        ('{"recording": 1, "facts": {"no": "x"}}', INVALID, "unknown fact 'no'"),
        ('{"parent": 5, "children": {}}', INVALID, "the field parent"),
        ('{"parent": ' + "[" * 2000, INVALID, "not JSON"),
    ],
)
def test_odd_input_ends_with_one_line(text: str, code: int, said: str) -> None:
    result = run("replay", "-", text=text)

    assert (result.exit_code, len(result.output.splitlines())) == (code, 1)
    assert said in result.output


def test_a_file_that_is_not_there_cannot_be_read() -> None:
    assert run("replay", "/nowhere.json").exit_code == UNREADABLE
    assert run("test", "/nowhere").exit_code == UNREADABLE


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, recording: Path) -> Path:
    case = tmp_path / "cases" / "healthy"
    case.mkdir(parents=True)
    shutil.copy(recording, case / "request.json")
    bare = tmp_path / "cases" / "bare"
    shutil.copytree(CASE.folder, bare)
    return case.parent


def test_responses_that_are_expected_are_written_and_compared(folder: Path) -> None:
    before = run("test", folder)
    written = run("test", folder, "--update")
    after = run("test", folder)

    assert before.exit_code == DIFFERENT
    assert f"{folder}/healthy: response.json is not there" in before.output
    assert "1 of 2 responses are new or changed" in written.output
    assert after.exit_code == FINE
    assert after.stderr == "2 of 2 responses are as expected\n"


def test_a_response_that_changed_is_told_without_secrets(folder: Path) -> None:
    file = folder / "bare" / "request.json"
    request = json.loads(file.read_text())
    request["parent"]["spec"]["agent"] |= {"mode": "AWS", "env": {"TOKEN": secret("env")}}
    file.write_text(json.dumps(request))
    run("test", folder, "--update")
    request["parent"]["spec"]["agent"] |= {"mode": "APM", "env": {"TOKEN": secret("other")}}
    file.write_text(json.dumps(request))
    result = run("test", folder)
    container = "DaemonSet/prod-agent: spec.template.spec.containers[instana-agent]"

    assert result.exit_code == DIFFERENT
    assert f"{folder}/bare: {container}.env[INSTANA_AGENT_MODE].value: AWS → APM" in result.output
    assert f"{container}.env[TOKEN].value: secret-" in result.output
    assert not found_in(result.output)


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("response.json", "[]", INVALID, "this is no response: it is not a JSON object"),
        ("response.json", "{", INVALID, "response.json:1:"),
        ("facts.json", "[]", INVALID, "facts.json: "),
        ("facts.json", '{"unheardOf": "x"}', INVALID, "facts.json: unknown fact 'unheardOf'"),
        ("response.json", None, UNREADABLE, "response.json cannot be read: Is a directory"),
    ],
)
def test_a_case_that_cannot_be_used_ends_with_one_line(
    folder: Path, name: str, content: str | None, code: int, said: str
) -> None:
    file = folder / "bare" / name
    if content is None:
        file.unlink()
        file.mkdir()
    else:
        file.write_text(content)
    result = run("test", folder)

    assert (result.exit_code, len(result.output.splitlines())) == (code, 1)
    assert said in result.output


def test_facts_beside_a_bare_request_count(folder: Path) -> None:
    (folder / "bare" / "facts.json").write_text('{"openshift": "true"}')
    result = run("test", folder)

    assert result.exit_code == DIFFERENT
    assert f"{folder}/bare: " in result.output


def test_a_response_that_cannot_be_written_ends_with_one_line(folder: Path) -> None:
    (folder / "healthy" / "response.json").mkdir()
    result = run("test", folder / "healthy", "--update")

    assert result.exit_code == UNREADABLE
    assert "response.json cannot be" in result.output


def test_results_for_programs(folder: Path) -> None:
    found = json.loads(run("test", folder, "-o", "json").stdout)

    assert [Path(each["case"]).name for each in found] == ["bare", "healthy"]
    assert (found[0]["differences"], found[0]["problem"]) == ([], "")


def test_what_is_written_for_programs(folder: Path) -> None:
    told = json.loads(run("test", folder, "--update", "-o", "json").stdout)

    assert told == {"cases": 2, "written": [str(folder / "healthy" / "response.json")]}


def test_the_recorded_requests_of_this_repository_pass() -> None:
    assert run("test", "tests/fixtures/sync/healthy").exit_code == FINE


PATH_OF_NEW = "env[CONFIG_PATH].value"


def other_version(place: Path, version: str = "9.9.9") -> Path:
    """Return a folder with another version of the service, in which an image has another tag."""
    shutil.copytree("hooks", place / "hooks", ignore=shutil.ignore_patterns("__pycache__"))
    init = place / "hooks/__init__.py"
    init.write_text(init.read_text().replace('__version__ = "0.1.0"', f'__version__ = "{version}"'))
    environment = place / "hooks/desired/agent/environment.py"
    environment.write_text(
        environment.read_text().replace("CONFIG_PATH=names.CONFIG_DIRECTORY", 'CONFIG_PATH="/new"')
    )
    return place


def test_another_version_in_a_folder_and_in_a_wheel(tmp_path: Path, recording: Path) -> None:
    folder = other_version(tmp_path / "other")
    wheel = tmp_path / "instana_agent_hooks-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in folder.rglob("*.py"):
            archive.write(file, file.relative_to(folder))
    container = "DaemonSet/prod-agent: spec.template.spec.containers[instana-agent]"

    for place in (folder, wheel):
        result = run("diff", "--with", place, recording)
        assert result.exit_code == DIFFERENT
        assert f"{container}.env[CONFIG_PATH].value: /opt/instana/" in result.output
        assert 'metadata.labels["app.kubernetes.io/version"]: 0.1.0 → 9.9.9' in result.output
        assert not found_in(result.output)


def test_another_version_for_programs(tmp_path: Path, recording: Path) -> None:
    folder = other_version(tmp_path / "other")
    result = run("diff", "--with", folder, recording, "-o", "json")
    told = json.loads(result.stdout)

    assert (result.exit_code, result.stderr) == (DIFFERENT, "")
    assert (told["from"], told["to"]) == (__version__, "9.9.9")
    assert [each["recording"] for each in told["recordings"]] == [str(recording)]
    changed = [
        each for each in told["recordings"][0]["differences"] if each["path"].endswith(PATH_OF_NEW)
    ]
    assert {each["object"] for each in changed} == {"DaemonSet/prod-agent"}
    assert {each["after"] for each in changed} == {"/new"}
    assert not found_in(result.stdout)


def test_the_same_version_changes_nothing(recording: Path) -> None:
    result = run("diff", "--with", Path.cwd(), recording)

    assert result.exit_code == FINE
    assert result.stdout == f"{recording}: nothing changes\n"
    assert result.stderr == f"instana-agent-hooks {__version__} → {__version__}\n"


def test_a_virtual_environment_is_started_by_its_own_python(
    tmp_path: Path, recording: Path
) -> None:
    python = tmp_path / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\ncat >/dev/null\necho \'{"children": [], "status": {}}\'\n')
    python.chmod(0o755)
    result = run("diff", "--with", tmp_path / "venv", recording)

    assert result.exit_code == DIFFERENT
    assert "DaemonSet/prod-agent: removed" in result.output


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo no module >&2; exit 1", "the other version fails: no module"),
        ("echo hello", "the other version prints no response"),
    ],
)
def test_a_version_that_does_not_answer_ends_with_one_line(
    tmp_path: Path, recording: Path, script: str, said: str
) -> None:
    python = tmp_path / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\ncat >/dev/null\n{script}\n")
    python.chmod(0o755)
    result = run("diff", "--with", tmp_path / "venv", recording)

    assert result.exit_code == UNREADABLE
    assert said in result.output


def test_a_version_that_cannot_be_started_ends_with_one_line(
    tmp_path: Path, recording: Path
) -> None:
    python = tmp_path / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("not to be run")
    result = run("diff", "--with", tmp_path / "venv", recording)

    assert result.exit_code == UNREADABLE
    assert "bin/python cannot be started: " in result.output


def test_a_version_that_hangs_ends_with_one_line(
    tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hooks.cli.diff.other_version.SECONDS", 0.1)
    python = tmp_path / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexec sleep 30\n")
    python.chmod(0o755)
    result = run("diff", "--with", tmp_path / "venv", recording)

    assert result.exit_code == UNREADABLE
    assert "the other version took longer than 0.1 s" in result.output


def test_what_is_no_version_is_refused(tmp_path: Path, recording: Path) -> None:
    assert "is no wheel" in run("diff", "--with", tmp_path, recording).output
    assert "cannot be read as a wheel" in run("diff", "--with", recording, recording).output


def test_recordings_are_printed_for_the_bundle(tmp_path: Path) -> None:
    name = "20260101T000000Z-000001-sync-0123456789abcdef-0123abcd.json"
    (tmp_path / name).write_text('{\n  "a": 1\n}')
    (tmp_path / "other.json").write_text("{}")
    result = run("recordings", "--directory", tmp_path)

    assert result.output == f'{name}\t{{   "a": 1 }}\n'
    assert run("recordings").exit_code == UNREADABLE
    assert "cannot be read: " in run("recordings", "--directory", tmp_path / "none").output
