"""`render`: fields set by options, a folder of files, and what the inputs lack."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.cli.render.output_folder import LIST
from hooks.desired.passes.checksums import CHECKSUM
from hooks.kube.objects import Obj
from tests.support.hook import answer, stored
from tests.support.resources import agent, secret

KEYS = {"agent": {"key": None, "keysSecret": "keys"}}
SECRET_VALUE = "a-secret-value"
SECRET = secret("keys", key=SECRET_VALUE)


def render(*objects: Obj, options: tuple[str, ...] = ()) -> Result:
    text = yaml.safe_dump_all(objects)
    return CliRunner().invoke(main, ["render", "-", *options], input=text)


def daemonset(result: Result) -> Obj:
    found = {each["kind"]: each for each in yaml.safe_load_all(result.stdout)}
    workload: Obj = found["DaemonSet"]
    return workload


# --set


def test_options_set_fields() -> None:
    options = (
        *("--set", "spec.agent.mode=AWS"),
        *("--set", "spec.agent.pod.env[0]={name: A, value: x}"),
        *("--set", 'spec.agent.pod.labels["a.b/c"]="1"'),
    )
    template = daemonset(render(agent(), options=options))["spec"]["template"]
    env = template["spec"]["containers"][0]["env"]

    assert (
        template["metadata"]["labels"] | {"instana/agent-mode": "AWS", "a.b/c": "1"}
        == (template["metadata"]["labels"])
    )
    assert {"name": "A", "value": "x"} in env


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("spec.zones[eu].mode=APM", "--set spec.zones[eu].mode: spec.zones has no item [eu]; it "),
        ("status.x=1", "--set status.x: the path must begin with spec or metadata\n"),
        ("spec", "--set: must be PATH=VALUE, with a path such as spec.agent.mode, "),
        ("spec.agent.mode={", "--set spec.agent.mode: is not YAML: did not find "),
        ("spec.agent.mode=a\n---\nb", "--set spec.agent.mode: the value must be one document\n"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(setting: str, message: str) -> None:
    zones = {"zones": [{"name": "us"}]}
    result = render(agent(zones), options=("--set", setting))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("setting", "place", "path"),
    [
        ("spec.agent.mode=FULL", "--set spec.agent.mode", "spec.agent.mode"),
        ("spec.agent.mode=OFF", "--set spec.agent.mode", "spec.agent.mode"),
        ("spec.agent={key: a}", "--set spec.agent", "spec.agent.endpointHost"),
        (
            "spec.agent.pod.env[0].nme=A",
            "--set spec.agent.pod.env[0].nme",
            "spec.agent.pod.env[0].",
        ),
    ],
)
def test_the_result_is_validated_and_the_option_named(setting: str, place: str, path: str) -> None:
    result = render(agent(), options=("--set", setting))

    assert (result.exit_code, result.stdout) == (2, "")
    lines = [line for line in result.stderr.splitlines() if f" error: {path}" in line]
    assert any(line.startswith(f"{place}: InstanaAgent instana-agent: error: ") for line in lines)


def test_a_resource_in_a_list_is_set_too() -> None:
    items = {"kind": "List", "apiVersion": "v1", "items": [SECRET, agent()]}
    result = render(items, options=("--set", "spec.agent.mode=AWS"))
    wrong = render(items, options=("--set", "spec.agent.mode=FULL"))

    assert (
        daemonset(result)["spec"]["template"]["metadata"]["labels"]["instana/agent-mode"] == "AWS"
    )
    assert wrong.stderr.startswith("--set spec.agent.mode: InstanaAgent instana-agent: error: ")


def test_settings_of_two_resources_are_left_to_the_check_of_their_number() -> None:
    result = render(agent(), agent(name="second"), options=("--set", "spec.agent.mode=AWS"))

    assert result.exit_code == 1
    assert "pass exactly one InstanaAgent" in result.stderr


# --output-dir


def test_a_folder_has_a_file_per_object(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "out"
    result = render(agent(KEYS), SECRET, options=("--output-dir", str(folder)))
    files = {file.name: yaml.safe_load(file.read_text()) for file in folder.glob("*.yaml")}

    assert (result.exit_code, result.stdout) == (0, "")
    assert f"files written: {len(files)}\n" in result.stderr
    assert files["daemonset-instana-agent.yaml"]["kind"] == "DaemonSet"
    assert "clusterrolebinding-instana-io-agent-instana-agent-instana-agent.yaml" in files
    shown = [*yaml.safe_load_all(render(agent(KEYS), SECRET).stdout)]
    assert sorted(files.values(), key=json.dumps) == sorted(shown, key=json.dumps)


def test_secrets_are_for_the_owner_only_and_can_be_redacted(tmp_path: Path) -> None:
    options = ("--redact", "--output-dir", str(tmp_path))
    render(agent({"agent": {"key": SECRET_VALUE}}), options=options)
    secrets = [*tmp_path.glob("secret-*")]

    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}
    assert {file.stat().st_mode & 0o777 for file in tmp_path.glob("daemonset-*")} == {0o644}
    values = [
        value for file in secrets for value in yaml.safe_load(file.read_text())["data"].values()
    ]
    assert {*values} == {"**redacted**"}


def test_a_second_run_replaces_and_deletes_files_of_the_first(tmp_path: Path) -> None:
    options = ("--output-dir", str(tmp_path))
    render(agent({"zones": [{"name": "east"}, {"name": "west"}]}), options=options)
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    before = {file.name for file in tmp_path.iterdir()}
    result = render(agent({"zones": [{"name": "east"}]}), options=options)
    after = {file.name for file in tmp_path.iterdir()}

    assert result.exit_code == 0
    assert before - after == {"daemonset-instana-agent-west.yaml"}
    assert after <= before
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("name", ["mine.txt", "daemonset-instana-agent.yaml", ".hidden"])
def test_a_folder_with_other_files_is_rejected(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    result = render(agent(), options=("--output-dir", str(tmp_path)))

    assert result.exit_code == 1
    assert f"{tmp_path} is not empty, and this command did not make it" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_file_of_the_user_is_not_replaced(tmp_path: Path) -> None:
    options = ("--output-dir", str(tmp_path))
    render(agent(), options=options)
    mine = tmp_path / "daemonset-instana-agent-east.yaml"
    mine.write_text("mine")
    result = render(agent({"zones": [{"name": "east"}]}), options=options)

    assert result.exit_code == 1
    assert f"{mine} was not made by this command" in result.stderr
    assert mine.read_text() == "mine"


def test_the_list_of_files_deletes_nothing_elsewhere(tmp_path: Path) -> None:
    folder, mine = tmp_path / "out", tmp_path / "mine.yaml"
    folder.mkdir()
    mine.write_text("mine")
    (folder / LIST).write_text("../mine.yaml\nnot-there.yaml\n")

    assert render(agent(), options=("--output-dir", str(folder))).exit_code == 0
    assert mine.exists()


def test_a_folder_that_cannot_be_written_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = render(agent(), options=("--output-dir", str(tmp_path / "file" / "out")))

    assert result.exit_code == 1
    assert f"{tmp_path}/file/out cannot be written: " in result.stderr


def test_a_folder_has_no_json(tmp_path: Path) -> None:
    result = render(agent(), options=("-o", "json", "--output-dir", str(tmp_path / "out")))

    assert result.exit_code == 2
    assert "--output-dir writes YAML: leave out -o json" in result.stderr


# What the inputs lack.


def test_missing_references_and_kinds_are_named() -> None:
    spec = KEYS | {
        "zone": {"automatic": "NodeLabel"},
        "agent": KEYS["agent"]
        | {
            "packageCache": {"type": "PersistentVolumeClaim", "claimName": "cache"},
            "pod": {"volumes": [{"name": "a", "configMap": {"name": "settings"}}]},
        },
    }
    facts = ("--fact", "nodeZones=true", "--fact", "kubernetesVersion=1.35")
    result = render(agent(spec), options=facts)

    assert result.exit_code == 0
    assert result.stderr.splitlines()[0] == (
        "not among the inputs: ConfigMap/settings, PersistentVolumeClaim/cache, Secret/keys, "
        "any Namespace, any Node"
    )


def test_what_is_given_is_not_missing() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "instana-agent"}}
    parent = agent(KEYS)
    others = [SECRET, namespace]
    result = render(parent, *others, *stored(answer(parent, *others)))

    assert (result.exit_code, result.stderr) == (0, "")
    assert CHECKSUM in daemonset(result)["spec"]["template"]["metadata"]["annotations"]


def test_without_children_checksums_are_left_out_and_that_is_said() -> None:
    result = render(agent(KEYS), SECRET)
    template = daemonset(result)["spec"]["template"]

    assert CHECKSUM not in result.stdout
    assert "annotations" not in template["metadata"]
    assert "no DaemonSet or Deployment of the resource is among the inputs" in result.stderr
    assert f"pod templates are without the annotation {CHECKSUM}" in result.stderr
    assert result.stderr.endswith("pass the existing children, or use --live\n")
