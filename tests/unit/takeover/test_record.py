"""The record of a takeover: what is in it, and that it is written before each change."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hooks import __version__
from hooks.cli.program.command_line import main
from hooks.cli.takeover.record import write_privately
from hooks.kube.objects import Obj
from hooks.takeover import Deletion, Patch, Settings, Step, Strategy
from hooks.takeover.kept_parts import kept_of_deleted
from hooks.takeover.record import UnusableRecord, as_text, read_record, started, verdict
from hooks.takeover.steps import patched_metadata
from tests.unit.takeover.fake_cluster import (
    DEFINITION,
    LEFT_BY_OPERATOR,
    SECRET_VALUE,
    FakeCluster,
    run,
)
from tests.unit.takeover.former import (
    FINALIZER,
    agent,
    child,
    obj,
    of_helm,
    our_bindings,
    planned,
    right,
)

NOW = "2026-01-02T03:04:05Z"


def record_of(cluster: FakeCluster) -> Any:
    return json.loads((cluster.directory / "record.json").read_text())


def test_it_has_versions_plan_and_each_change(cluster: FakeCluster) -> None:
    run("apply")

    record = record_of(cluster)
    assert record["takeoverRecord"] == 1
    assert record["versions"] == {
        "service": __version__,
        "operators": {"Deployment instana-agent/instana-agent-controller-manager": ""},
    }
    assert record["plan"][0]["object"].startswith("Deployment ")
    assert [(step["object"]["kind"], step["done"]) for step in record["steps"]] == [
        ("Deployment", True),
        ("Secret", True),
        ("ConfigMap", True),
        ("InstanaAgent", True),
    ]
    assert record["rollback"] == {"possible": "completely", "lost": []}


def test_each_change_has_before_and_after(cluster: FakeCluster) -> None:
    run("apply")

    steps = {step["object"]["kind"]: step for step in record_of(cluster)["steps"]}
    deployment, secret, resource = (
        (steps[kind]["before"], steps[kind]["after"])
        for kind in ("Deployment", "Secret", "InstanaAgent")
    )
    assert [part["replicas"] for part in deployment] == [1, 0]
    assert [part["managedFields"][0]["manager"] for part in secret] == [
        "instana-agent-operator",
        "metacontroller",
    ]
    assert [part["finalizers"] for part in resource] == [[FINALIZER], []]
    assert resource[0]["annotations"] == {"instana.io/pods-made-for": None}


def test_it_is_only_for_its_owner(cluster: FakeCluster) -> None:
    run("apply")

    mode = (cluster.directory / "record.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert [path.name for path in cluster.directory.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("strategy", [each.value for each in Strategy])
def test_it_has_no_value_of_a_secret(strategy: str, cluster: FakeCluster) -> None:
    last = {"kubectl.kubernetes.io/last-applied-configuration": SECRET_VALUE}
    secret = LEFT_BY_OPERATOR[3]
    annotated = secret | {"metadata": secret["metadata"] | {"annotations": last}}
    cluster.hold(*LEFT_BY_OPERATOR[:3], annotated, *LEFT_BY_OPERATOR[4:])

    run("apply", "--apply-strategy", strategy)

    text = (cluster.directory / "record.json").read_text()
    assert SECRET_VALUE not in text
    assert '"Secret"' in text


def test_a_change_is_recorded_before_it_is_made(cluster: FakeCluster) -> None:
    cluster.refuse("patch Secret instana-agent", "Error from server (Forbidden): no", 9)

    run("apply")

    assert [(step["object"]["kind"], step["done"]) for step in record_of(cluster)["steps"]] == [
        ("Deployment", True),
        ("Secret", False),
    ]


def test_a_file_that_exists_is_continued(cluster: FakeCluster) -> None:
    cluster.refuse("patch Secret instana-agent", "Error from server (Forbidden): no")
    run("apply")
    run("apply")

    record = record_of(cluster)
    kinds = [step["object"]["kind"] for step in record["steps"]]
    assert kinds == ["Deployment", "Secret", "ConfigMap", "InstanaAgent"]
    assert all(step["done"] for step in record["steps"])
    assert len(record["plan"]) > 5


def test_a_record_that_cannot_be_written_ends_it_before_the_first_change(
    cluster: FakeCluster,
) -> None:
    result = run("apply", "--record", str(cluster.directory / "missing" / "record.json"))

    assert result.exit_code == 1
    assert "record.json cannot be written: No such file or directory" in result.stderr
    assert cluster.writes == []


@pytest.mark.parametrize("content", ["{}", "no JSON", '{"takeoverRecord": 2}'])
def test_another_file_is_not_overwritten(content: str, cluster: FakeCluster) -> None:
    file = cluster.directory / "record.json"
    file.write_text(content)

    result = run("apply")

    assert result.exit_code == 1
    assert "is not the record of a takeover" in result.stderr
    assert file.read_text() == content
    assert cluster.writes == []


def test_without_a_name_it_is_in_the_working_directory(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cluster.directory)
    monkeypatch.setattr("hooks.cli.takeover.group.now", lambda: NOW)
    command = ["takeover", "apply", "--yes", "--namespace", "instana-agent"]

    result = CliRunner().invoke(main, command)
    cluster.hold(*LEFT_BY_OPERATOR)
    CliRunner().invoke(main, command)

    name = "takeover-instana-agent-20260102T030405Z"
    assert f"The record of the changes is {name}.json" in result.stderr
    assert {path.name for path in cluster.directory.glob("takeover-*")} == {
        f"{name}.json",
        f"{name}-2.json",
    }


def test_deleted_objects_are_recorded_whole(cluster: FakeCluster) -> None:
    rules = [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}]
    role = right("ClusterRole", "instana-agent") | {"rules": rules}
    labels = {"labels": {"app.kubernetes.io/managed-by": "instana-agent-cluster-rbac"}}
    bound = [each | {"metadata": each["metadata"] | labels} for each in our_bindings()]
    cluster.hold(DEFINITION, agent(), role, *bound)

    assert run("apply").exit_code == 0

    (step,) = record_of(cluster)["steps"]
    assert step["is_deletion"]
    assert step["deleted"] == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {
            "name": "instana-agent",
            "labels": {"app.kubernetes.io/managed-by": "instana-agent-operator"},
        },
        "rules": rules,
    }


@pytest.mark.parametrize(
    "holding",
    [
        obj("Secret", "a"),
        obj("ConfigMap", "a", data={"configuration.yaml": "password: p"}),
        obj("ConfigMap", "a") | {"binaryData": {"x": "eA=="}},
        obj("Deployment", "a", spec={"template": {"spec": {"containers": [
            {"env": [{"name": "INSTANA_AGENT_KEY", "value": "k"}]}]}}}),
        obj("Deployment", "a", spec={"template": {"spec": {"initContainers": [
            {"env": [{"name": "BACKEND_URL", "value": "https://u:p@host"}]}]}}}),
    ],
    ids=["secret", "configuration", "binary data", "variable", "login"],
)  # fmt: skip
def test_what_may_hold_a_credential_is_not_recorded(holding: Obj) -> None:
    assert kept_of_deleted(holding) is None


@pytest.mark.parametrize(
    "harmless",
    [
        obj("ConfigMap", "a", data={"backend": "host:443"}),
        obj("Deployment", "a", spec={"template": {"spec": {"containers": [
            {"env": [{"name": "AGENT_ZONE", "value": "z"}, {"name": "A", "valueFrom": {}}]}]}}}),
        obj("ServiceAccount", "a"),
    ],
    ids=["backend", "variables", "account"],
)  # fmt: skip
def test_what_is_harmless_is_recorded(harmless: Obj) -> None:
    kept = kept_of_deleted(harmless)

    assert kept
    assert kept["metadata"] == {"name": "a", "namespace": "instana-agent"}
    assert kept.get("data") == harmless.get("data")


def test_addresses_of_services_are_not_recorded() -> None:
    def spec_of(address: str) -> Any:
        spec = {"clusterIP": address, "clusterIPs": [address], "ports": [{"port": 1}]}
        return (kept_of_deleted(obj("Service", "a", spec=spec)) or {})["spec"]

    assert spec_of("10.0.0.1") == {"ports": [{"port": 1}]}
    assert spec_of("None")["clusterIP"] == "None"


def test_the_verdict_names_what_is_lost() -> None:
    release = obj("Secret", "sh.helm.release.v1.instana-agent.v1")
    role = right("ClusterRole", "instana-agent")
    record = started(planned(), Settings(), "1.0.0", NOW)

    only = record.begun(Step(release, "delete", "", Deletion()))
    both = only.begun(Step(role, "delete", "", Deletion()))

    assert record.rollback.possible == verdict([]).possible == "not at all"
    assert only.rollback.possible == "not at all"
    assert both.rollback.possible == "in part"
    assert both.rollback.lost == only.rollback.lost
    assert "install the chart again" in both.rollback.lost[0]


def test_it_is_read_as_it_was_written() -> None:
    owner = agent(finalizers=[FINALIZER])
    secret = child("Secret", "instana-agent", owner)
    step = Step(secret, "label it", "", patched_metadata(secret, labels={"a": "b"}))
    scaled = Step(
        obj("Deployment", "o", spec={"replicas": 2}), "", "", Patch({"spec": {"replicas": 0}})
    )
    record = started(planned(secret, owner), Settings(), "1.0.0", NOW).begun(step).finished(step)
    record = record.begun(scaled)

    assert read_record(as_text(record).encode()) == record


def test_a_rejected_attempt_is_replaced() -> None:
    role = right("ClusterRole", "instana-agent")
    step = Step(role, "delete", "", Deletion())
    record = started(planned(), Settings(), "1.0.0", NOW).begun(step).begun(step)

    assert len(record.steps) == 1
    assert not record.steps[0].done


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "Invalid JSON: "),
        (b"[]", "Input should be "),
        (b"\xff", "Invalid JSON: "),
        (b'{"takeoverRecord": 1, "steps": 3}', "[a-zA-Z]+: Field required"),
    ],
)
def test_other_content_is_no_record(content: bytes, problem: str) -> None:
    with pytest.raises(UnusableRecord, match=f"^not the record of a takeover: {problem}"):
        read_record(content)


def test_a_file_is_the_old_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "record.json"
    write_privately(file, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hooks.cli.takeover.record.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_privately(file, "new")

    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_of_helm_labels_are_recorded(cluster: FakeCluster) -> None:
    cluster.hold(DEFINITION, agent(), of_helm("Secret", "instana-agent"))

    run("apply")

    (step,) = record_of(cluster)["steps"]
    assert step["before"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"
    assert step["after"]["labels"]["app.kubernetes.io/managed-by"] == "instana-agent-operator"
