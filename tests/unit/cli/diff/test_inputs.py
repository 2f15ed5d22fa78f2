"""`diff` with another version of the resource, with a recorded request, and its two outputs."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.recorded import Recorded, recorded_requests
from tests.support.hook import FACTS, answer, stored
from tests.support.resources import agent, merged

NOTHING, UNREADABLE, INVALID, CHANGES = range(4)
VERSION = ("--fact", f"operatorVersion={FACTS.operator_version}")
SENTINEL = "sentinel-credential"
HEALTHY = str(Recorded("sync", "healthy").folder / "request.json")
IMAGE = "spec.template.spec.containers[instana-agent].image"


def diff(*arguments: str, stdin: Obj | None = None, color: bool = False) -> Result:
    text = yaml.safe_dump(stdin) if stdin else None
    return CliRunner().invoke(main, ["diff", *arguments], input=text, color=color)


def between(tmp_path: Path, before: Obj, after: Obj, *options: str) -> Result:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(yaml.safe_dump(before))
    new.write_text(yaml.safe_dump(after))
    return diff(str(old), "--to", str(new), *options)


# Two versions of a resource.


def test_two_versions_are_compared_by_child_and_path(tmp_path: Path) -> None:
    before = agent({"agent": {"image": {"name": "registry.example/agent", "tag": "1.312.0"}}})
    after = agent({"agent": {"image": {"name": "registry.example/agent", "tag": "1.313.0"}}})
    result = between(tmp_path, before, after)

    assert result.exit_code == CHANGES
    assert result.stdout.splitlines() == [
        "InstanaAgent/instana-agent itself:",
        "    spec.agent.image.tag: 1.312.0 → 1.313.0",
        "change DaemonSet/instana-agent: pods replaced",
        f"    {IMAGE}: registry.example/agent:1.312.0 → registry.example/agent:1.313.0",
    ]


def test_equal_versions_have_no_differences(tmp_path: Path) -> None:
    result = between(tmp_path, agent(), agent({"useSecretMounts": True}))

    assert (result.exit_code, result.stdout) == (NOTHING, "nothing would change\n")


def test_children_that_come_and_go_have_a_line_each(tmp_path: Path) -> None:
    before = agent({"zones": [{"name": "east"}, {"name": "west"}]})
    result = between(tmp_path, before, agent({"zones": [{"name": "east"}, {"name": "north"}]}))

    assert "delete DaemonSet/instana-agent-west\n" in result.stdout
    assert "create DaemonSet/instana-agent-north\n" in result.stdout
    assert "    - spec.zones[west]:\n      -   name: west\n" in result.stdout


def test_existing_children_say_how_many_pods_are_replaced(tmp_path: Path) -> None:
    objects, new = tmp_path / "cluster.yaml", tmp_path / "new.yaml"
    objects.write_text(yaml.safe_dump_all([agent(), *stored(answer(agent()))]))
    new.write_text(yaml.safe_dump(agent({"agent": {"mode": "AWS"}})))
    result = diff(str(objects), "--to", str(new), *VERSION)

    assert "change DaemonSet/instana-agent: pods replaced: 3\n" in result.stdout


@pytest.mark.parametrize("wrong", ["old", "new"])
def test_each_version_must_be_valid(tmp_path: Path, wrong: str) -> None:
    bad = agent({"agent": {"mode": "FULL"}})
    result = between(tmp_path, *((bad, agent()) if wrong == "old" else (agent(), bad)))

    assert (result.exit_code, result.stdout) == (INVALID, "")
    assert f"{tmp_path}/{wrong}.yaml:13:11: InstanaAgent instana-agent: error: " in result.stderr


def test_options_change_the_version_that_is_compared(tmp_path: Path) -> None:
    result = between(tmp_path, agent(), agent(), "--set", "spec.agent.mode=AWS")

    assert "    + spec.agent.mode: AWS\n" in result.stdout


def test_what_has_no_resource_cannot_be_compared(tmp_path: Path) -> None:
    result = between(tmp_path, agent(), {"kind": "Secret"})

    assert (result.exit_code, result.stdout) == (UNREADABLE, "")


# A recorded request.

AT_REST = [
    each.case
    for each in recorded_requests()
    if each.hook == "sync" and each.case not in ("invalid-with-children", "upgraded-daemonset")
]


@pytest.mark.parametrize("case", AT_REST)
def test_a_recorded_request_is_a_cluster(case: str) -> None:
    recorded = Recorded("sync", case)
    file = recorded.folder / "facts.json"
    facts = json.loads(file.read_text()) if file.exists() else {}
    options = [part for name, value in facts.items() for part in ("--fact", f"{name}={value}")]
    result = diff("--recorded", str(recorded.folder / "request.json"), *options)
    created = {child["kind"] for child in recorded.expected["children"]}
    is_first = not any(recorded.request["children"].values())

    assert result.exit_code in (NOTHING, CHANGES)
    assert is_first <= all(f"create {kind}/" in result.stdout for kind in created)


def test_a_file_is_compared_with_the_request() -> None:
    parent = Recorded("sync", "healthy").request["parent"]
    given = {
        "apiVersion": parent["apiVersion"],
        "kind": parent["kind"],
        "metadata": {"name": parent["metadata"]["name"]},
        "spec": merged(parent["spec"], {"agent": {"mode": "AWS"}}),
    }
    same = diff("--recorded", HEALTHY, "-", stdin=given | {"spec": parent["spec"]})
    changed = diff("--recorded", HEALTHY, "-", stdin=given)

    assert (same.exit_code, same.stdout) == (NOTHING, "nothing would change\n")
    assert changed.exit_code == CHANGES
    assert "change DaemonSet/prod-agent: pods replaced: 3\n" in changed.stdout


def test_a_recording_has_the_request_in_it(tmp_path: Path) -> None:
    recording = {"recording": 1, "request": Recorded("sync", "healthy").request}
    file = tmp_path / "recording.json"
    file.write_text(json.dumps(recording))

    assert diff("--recorded", str(file)).stdout == "nothing would change\n"


def test_another_resource_is_not_compared() -> None:
    result = diff("--recorded", HEALTHY, "-", stdin=agent())

    assert result.exit_code == UNREADABLE
    assert "is about InstanaAgent prod-agent, the files have instana-agent" in result.stderr


@pytest.mark.parametrize("content", ["{}", "[]", '{"parent": {}}', "a: b\n---\n", '{"request": 1}'])
def test_what_is_no_request_ends_with_2(tmp_path: Path, content: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(content)
    result = diff("--recorded", str(file))

    assert (result.exit_code, result.stdout) == (INVALID, "")
    assert result.stderr == f"{file} is not a request of the sync hook: it must have a parent\n"


def test_a_request_and_a_cluster_exclude_each_other() -> None:
    result = diff("--recorded", HEALTHY, "--live")

    assert result.exit_code == INVALID
    assert "--live and --recorded: choose one of them" in result.stderr


# What is printed.


def test_json_has_all_differences(tmp_path: Path) -> None:
    result = between(tmp_path, agent(), agent({"agent": {"mode": "AWS"}}), "-o", "json")
    found = json.loads(result.stdout)

    assert result.exit_code == CHANGES
    assert sorted(found) == ["changes", "resource", "withheld"]
    assert found["resource"] == [{"path": "spec.agent.mode", "after": "AWS"}]
    (change,) = found["changes"]
    assert (change["verb"], change["child"], change["restarts"]) == (
        *("change", "DaemonSet/instana-agent", True),
    )
    assert {
        "path": 'spec.template.metadata.labels["instana/agent-mode"]',
        "before": "APM",
        "after": "AWS",
    } in change["differences"]


@pytest.mark.parametrize("color", [False, True])
def test_colors_are_for_terminals(*, color: bool) -> None:
    options = ("--recorded", HEALTHY, "--set", "spec.agent.pod.env[0]={name: A, value: x}")
    result = diff(*options, color=color)

    assert result.exit_code == CHANGES
    assert ("\x1b[" in result.stdout) is color


@pytest.mark.parametrize("output", ["text", "json"])
def test_no_credential_is_printed(tmp_path: Path, output: str) -> None:
    def version(number: int) -> Obj:
        value = f"{SENTINEL}-{number}"
        return agent(
            {
                "agent": {
                    "key": value,
                    "downloadKey": value,
                    "proxyHost": "proxy.example",
                    "proxyPort": "3128",
                    "proxyUser": value,
                    "proxyPassword": value,
                    "configuration_yaml": f"com.instana.plugin.x:\n  password: {value}\n",
                    "env": {"MY_TOKEN": value, "URL": f"http://user:{value}@host", "COPY": value},
                    "pod": {"env": [{"name": "DB_PASSWORD", "value": value}]},
                    "additionalBackends": [
                        {"endpointHost": "b.example", "endpointPort": "443", "key": value}
                    ],
                }
            }
        )

    result = between(tmp_path, version(1), version(2), "-o", output)
    added = between(tmp_path, agent(), version(1), "-o", output)

    assert (result.exit_code, added.exit_code) == (CHANGES, CHANGES)
    assert "spec.agent.proxyPassword" in result.stdout
    assert "(hidden, another value)" in result.stdout
    for found in (result, added):
        assert SENTINEL not in found.output
        assert b64encode(SENTINEL.encode()).decode().rstrip("=")[:-2] not in found.output
