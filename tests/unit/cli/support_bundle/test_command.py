"""`support-bundle`, with a `kubectl` that knows a few objects: on the PATH, or in this process."""

import json
import stat
import sys
import tarfile
from base64 import b64encode
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.property.sentinels import found_in
from tests.property.specs import secret
from tests.support.hook import answer
from tests.support.resources import agent

NAME = "20260101T000000Z-000001-sync-0123456789abcdef-0123abcd.json"
FAKE = """#!{python}
import json, pathlib, sys
answers = json.loads(pathlib.Path({answers!r}).read_text())
pathlib.Path({calls!r}).open("a").write(json.dumps(sys.argv[1:]) + "\\n")
call = " ".join(each for each in sys.argv[1:] if not each.startswith("--context"))
for begin, (code, text) in answers.items():
    if call.startswith(begin):
        (sys.stderr if code else sys.stdout).write(text)
        sys.exit(code)
"""


def _objects(*objects: Obj) -> list[object]:
    return [0, json.dumps({"kind": "List", "items": objects})]


def _resource() -> Obj:
    return agent(
        {
            "agent": {
                "key": secret("key"),
                "env": {"TOKEN": secret("env")},
                "configuration_yaml": f"password: {secret('configuration')}",
            }
        }
    )


def _service_pod(name: str = "instana-agent-hooks-1") -> Obj:
    env = [{"name": "LOG_LEVEL", "value": "debug"}, {"name": "OTHER", "value": secret("pod")}]
    spec = {"containers": [{"name": "hooks", "env": env}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def _answers() -> dict[str, list[object]]:
    children = answer(_resource())["children"]
    return {
        "version": [0, json.dumps({"serverVersion": {"gitVersion": "v1.36.0"}})],
        "get agents.instana.io": _objects(_resource()),
        "get daemonsets": _objects(*(each for each in children if each["kind"] == "DaemonSet")),
        "get secrets": _objects(*(each for each in children if each["kind"] == "Secret")),
        "get pods --ignore-not-found --selector=app.kubernetes.io/name": _objects(_service_pod()),
        "get events": _objects(
            {"kind": "Event", "metadata": {"name": "e"}, "message": f"bad key {secret('key')}"}
        ),
        "get compositecontrollers": [1, "Error from server (Forbidden): no rights\n"],
        "logs instana-agent-hooks-1 --namespace=instana-agent --container=hooks --tail=5000 --p": [
            1,
            "Error: previous terminated container not found\n",
        ],
        "logs": [0, f'{{"event": "hook call", "reason": "{secret("key")}"}}\n'],
        "exec": [0, f'{NAME}\t{{"recording": 1}}\n../../evil\tx\n'],
    }


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    answers, calls = tmp_path / "answers.json", tmp_path / "calls"
    answers.write_text(json.dumps(_answers()))
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir()
    program.write_text(FAKE.format(python=sys.executable, answers=str(answers), calls=str(calls)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(name="fast")
def _fast(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a `kubectl` that runs in this process: a bundle takes twenty calls."""

    def run_here(command: list[str], **_: object) -> CompletedProcess[str]:
        with (place / "calls").open("a") as calls:
            calls.write(json.dumps(command[1:]) + "\n")
        call = " ".join(each for each in command[1:] if not each.startswith("--context"))
        answers = json.loads((place / "answers.json").read_text())
        code, text = next(
            (answer for begin, answer in answers.items() if call.startswith(begin)), (0, "")
        )
        return CompletedProcess(command, code, "" if code else text, text if code else "")

    monkeypatch.setattr("hooks.cli.cluster.kubectl.subprocess.run", run_here)
    return place


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["support-bundle", *arguments])


def files_in(bundle: Path) -> dict[str, str]:
    with tarfile.open(bundle) as tar:
        return {
            member.name: (tar.extractfile(member) or sys.exit()).read().decode()
            for member in tar.getmembers()
        }


def test_a_bundle_has_everything_and_no_secret(place: Path) -> None:
    result = run("instana-agent", "--file=bundle.tar.gz")
    files = files_in(place / "bundle.tar.gz")
    found = {name.removeprefix("instana-support/"): text for name, text in files.items()}

    assert result.exit_code == 0, result.output
    assert found.keys() >= {
        "versions.json", "resource.json", "children/daemonsets.json", "children/secrets.json",
        "events.json", "service/pods.json", "service/deployments.json", "not-read.txt",
        "logs/instana-agent-hooks-1.log", f"recordings/instana-agent-hooks-1/{NAME}",
    }  # fmt: skip
    assert not found_in("\n".join(found.values()))
    assert not found_in(result.output)
    assert not [name for name in files if ".." in name]


def test_one_value_has_one_number_in_the_whole_bundle(fast: Path) -> None:
    run("--file=bundle.tar.gz")
    files = files_in(fast / "bundle.tar.gz")
    (resource,) = json.loads(files["instana-support/resource.json"])
    number = resource["spec"]["agent"]["key"]
    (own, *_) = json.loads(files["instana-support/children/secrets.json"])

    assert number in files["instana-support/logs/instana-agent-hooks-1.log"]
    assert f"bad key {number}" in files["instana-support/events.json"]
    assert b64encode(number.encode()).decode() in own["data"].values()


def test_a_value_of_any_resource_is_replaced(fast: Path) -> None:
    other = agent({"agent": {"key": "k", "env": {"MORE": secret("more")}}}, name="other")
    answers = _answers()
    answers["get agents.instana.io"] = _objects(_resource(), other)
    answers["get daemonsets"] = _objects(*answer(other)["children"])
    (fast / "answers.json").write_text(json.dumps(answers))
    run("--file=bundle.tar.gz")

    assert not found_in("".join(files_in(fast / "bundle.tar.gz").values()))


def test_settings_of_the_service_stay(fast: Path) -> None:
    run("--file=bundle.tar.gz")
    (pod,) = json.loads(files_in(fast / "bundle.tar.gz")["instana-support/service/pods.json"])

    first, second = pod["spec"]["containers"][0]["env"]
    assert first == {"name": "LOG_LEVEL", "value": "debug"}
    assert second["value"].startswith("secret-")


def test_what_cannot_be_read_is_said(fast: Path) -> None:
    result = run("--file=bundle.tar.gz")
    text = files_in(fast / "bundle.tar.gz")["instana-support/not-read.txt"]

    assert "compositecontrollers.metacontroller.k8s.io: Error from server (Forbidden)" in text
    assert "log of instana-agent-hooks-1-previous: Error: previous terminated" in text
    assert "not read: compositecontrollers" in result.stderr


def test_for_programs_it_names_the_file_and_what_cannot_be_read(fast: Path) -> None:
    file = fast / "bundle.tar.gz"
    told = json.loads(run("--file", str(file), "-o", "json").stdout)

    assert told["file"] == str(file)
    assert any(reason.startswith("compositecontrollers") for reason in told["notRead"])


def test_the_file_is_for_its_owner_alone(fast: Path) -> None:
    run("--file=bundle.tar.gz")

    assert stat.S_IMODE((fast / "bundle.tar.gz").stat().st_mode) == 0o600


def test_options_reach_kubectl_and_nothing_is_written(fast: Path) -> None:
    run("--file=bundle.tar.gz", "--context=prod", "--namespace=a", "--service-namespace=b")
    calls = [json.loads(line) for line in (fast / "calls").read_text().splitlines()]

    assert all(each[0] == "--context=prod" for each in calls)
    assert {each[1] for each in calls} == {"version", "get", "logs", "exec"}
    assert {"--namespace=a", "--namespace=b"} <= {each for call in calls for each in call}


def test_without_a_resource_there_is_no_bundle(fast: Path) -> None:
    (fast / "answers.json").write_text(
        json.dumps({"get agents": [1, "Error from server (NotFound): no agents\n"]})
    )
    result = run("other", "--file=bundle.tar.gz")

    assert result.exit_code == 1
    assert "no InstanaAgent other in instana-agent can be read: agents.instana.io" in result.output
    assert not (fast / "bundle.tar.gz").exists()


def test_without_kubectl_there_is_no_bundle(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(place))

    result = run("--file=bundle.tar.gz")
    last = result.stderr.splitlines()[-1]

    assert "kubectl is not in the PATH" in last
    assert "reading pods" not in result.stderr


def test_a_file_that_cannot_be_written_ends_with_one_line(fast: Path) -> None:
    result = run("--file=/nowhere/bundle.tar.gz")

    assert result.exit_code == 1
    assert "/nowhere/bundle.tar.gz cannot be written" in result.output
    assert [each.name for each in fast.iterdir() if "bundle" in each.name] == []
