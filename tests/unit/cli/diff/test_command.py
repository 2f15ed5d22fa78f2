"""`python -m hooks diff`: lines for people, exit codes for scripts."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.support.hook import FACTS, answer, stored
from tests.support.resources import agent, secret

VERSION = f"operatorVersion={FACTS.operator_version}"
LABEL = 'spec.template.metadata.labels["instana/agent-mode"]'
NOTHING, UNREADABLE, INVALID, CHANGES = range(4)


def run(*objects: Obj) -> Result:
    text = yaml.safe_dump_all(objects)
    return CliRunner().invoke(main, ["diff", "-", "--fact", VERSION], input=text)


def test_nothing_changes_at_rest() -> None:
    result = run(agent(), *stored(answer(agent())))

    assert (result.exit_code, result.stdout) == (NOTHING, "nothing would change\n")


def test_a_change_is_told_by_child_and_value() -> None:
    result = run(agent({"agent": {"mode": "AWS"}}), *stored(answer(agent())))
    head, *lines = result.stdout.splitlines()

    assert result.exit_code == CHANGES
    assert head == "change DaemonSet/instana-agent: pods replaced: 3"
    assert lines == [
        f"    {LABEL}: APM → AWS",
        "    + spec.template.spec.containers[instana-agent].env[INSTANA_AGENT_MODE]:",
        "      +   name: INSTANA_AGENT_MODE",
        "      +   value: AWS",
    ]


def test_what_is_created_and_deleted_has_a_line_each() -> None:
    two = {"zones": [{"name": "east"}, {"name": "west"}]}
    result = run(agent({"zones": [{"name": "east"}]}), *stored(answer(agent(two)))[:-1])

    assert result.exit_code == CHANGES
    assert "create ServiceAccount/instana-agent-k8sensor\n" in result.stdout
    assert "delete DaemonSet/instana-agent-west: pods deleted: 3\n" in result.stdout


def test_what_is_in_the_way_is_told_beside_the_changes() -> None:
    result = run(agent(), secret("instana-agent-config", mine="x"))

    assert result.exit_code == CHANGES
    assert "create Service/instana-agent\n" in result.stdout
    assert "create Secret/instana-agent-config" not in result.stdout
    assert "Secret/instana-agent-config is not created: " in result.stderr


def test_an_invalid_resource_ends_with_its_problems() -> None:
    result = run(agent({"k8s_sensor": {"pollrate": "often"}}))

    assert result.exit_code == INVALID
    assert ": InstanaAgent instana-agent: error: spec.k8s_sensor.pollrate: " in result.stderr
    assert not result.stdout


def test_a_child_without_managed_fields_is_named() -> None:
    child = next(each for each in stored(answer(agent())) if each["kind"] == "DaemonSet")
    del child["metadata"]["annotations"]
    result = run(agent(), child)

    assert result.exit_code == UNREADABLE
    assert result.stderr.startswith("<stdin>:")
    assert result.stderr.endswith(
        ": DaemonSet/instana-agent has no managed fields: run kubectl get with "
        "--show-managed-fields\n"
    )


@pytest.mark.parametrize("text", ["kind: Secret", json.dumps({"kind": "List"})])
def test_what_cannot_be_used_ends_with_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(text)
    result = CliRunner().invoke(main, ["diff", str(file)])

    assert result.exit_code == UNREADABLE
    assert len(result.stderr.splitlines()) == 1
