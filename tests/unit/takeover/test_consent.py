"""`takeover apply` asks before it writes, and shows how long it waits."""

import json
import re
import time

import pytest
from click.testing import CliRunner, Result

from hooks.cli.cluster.kubectl import Kubectl
from hooks.cli.output.progress import progress
from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.unit.takeover.fake_cluster import DEFINITION, LEFT_BY_OPERATOR, OWNER, FakeCluster, run
from tests.unit.takeover.former import agent, obj, of_helm, operator, operator_pod

NOT_AGREED = 4


@pytest.fixture(name="terminal")
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hooks.cli.takeover.consent._can_answer", lambda: True)


def answered(answer: str, cluster: FakeCluster, *options: str) -> Result:
    """Run `apply` without --yes, and answer its questions."""
    record = str(cluster.directory / "record.json")
    command = ["takeover", "apply", "--record", record, *options]
    return CliRunner().invoke(main, command, input=answer)


def test_without_a_terminal_and_yes_nothing_is_written(cluster: FakeCluster) -> None:
    result = answered("y\n", cluster)

    assert result.exit_code == NOT_AGREED
    assert result.output == (
        "nothing was changed: there is no terminal to ask on; --yes agrees to the plan\n"
    )
    assert cluster.writes == []
    assert not (cluster.directory / "record.json").exists()


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("answer", ["n\n", "\n", ""], ids=["no", "enter", "end of input"])
def test_no_writes_nothing(answer: str, cluster: FakeCluster) -> None:
    result = answered(answer, cluster)

    assert result.exit_code == NOT_AGREED
    assert "you did not agree: nothing more was changed" in result.stderr
    assert "Secret instana-agent/instana-agent " in result.stdout
    assert cluster.writes == []


@pytest.mark.usefixtures("terminal")
def test_the_plan_is_not_among_the_json(cluster: FakeCluster) -> None:
    result = answered("y\n", cluster, "-o", "json")

    assert len(json.loads(result.stdout)["done"]) == 4
    assert "Secret instana-agent/instana-agent " in result.stderr


@pytest.mark.usefixtures("terminal")
def test_one_yes_is_for_the_whole_plan(cluster: FakeCluster) -> None:
    result = answered("y\n", cluster)

    assert result.exit_code == 3
    assert result.stderr.count("Carry out this plan?") == 1
    assert len(cluster.writes) == 4


@pytest.mark.usefixtures("terminal")
def test_steps_that_turn_up_later_are_asked_for(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = [obj("ConfigMap", "late", labels={"app.kubernetes.io/managed-by": "x"})]
    patch = "hooks.cli.cluster.kubectl.Kubectl.patch"
    original = Kubectl.patch

    def patching(self: Kubectl, target: Obj, body: Obj) -> None:
        original(self, target, body)
        if late:
            cluster.hold(*cluster.objects, _late_child(late.pop()["metadata"]["name"]))

    monkeypatch.setattr(patch, patching)

    result = answered("y\nn\n", cluster)

    assert result.exit_code == NOT_AGREED
    assert result.stderr.count("Carry out this plan?") == 2
    assert len(cluster.writes) == 1


def _late_child(name: str) -> Obj:
    first = next(each for each in LEFT_BY_OPERATOR if each["kind"] == "ConfigMap")
    return first | {"metadata": first["metadata"] | {"name": name}}


@pytest.mark.usefixtures("terminal")
def test_what_is_lost_is_said_before_the_question(cluster: FakeCluster) -> None:
    release = obj("Secret", "sh.helm.release.v1.instana-agent.v1", labels={"owner": "helm"})
    cluster.hold(
        DEFINITION,
        agent(),
        of_helm("Secret", "instana-agent"),
        of_helm("Deployment", "k8sensor"),
        release,
    )

    result = answered("n\n", cluster)

    assert "A rollback cannot bring back Secret instana-agent/sh.helm.release.v1" in result.stdout


def test_nothing_to_do_needs_no_answer(cluster: FakeCluster) -> None:
    cluster.hold()

    result = answered("", cluster)

    assert (result.exit_code, result.output) == (0, "nothing to do\n")


def test_what_only_waits_needs_no_answer(cluster: FakeCluster) -> None:
    run("apply")
    writes = len(cluster.writes)

    assert answered("", cluster).exit_code == 3
    assert len(cluster.writes) == writes


def test_waiting_shows_when_it_begins_and_ends(cluster: FakeCluster) -> None:
    cluster.hold(*LEFT_BY_OPERATOR, operator_pod())

    result = run("apply", "--timeout", "0.2")

    lines = [line for line in result.stderr.splitlines() if line.startswith("waiting")]
    what = "waiting until the Go operator has stopped (at most 0.2 s)"
    assert lines == [f"{what} ...", f"{what}: 0 s"]
    assert result.exit_code == 3


def test_operator_that_is_stopping_is_asked_about(cluster: FakeCluster) -> None:
    running = operator(replicas=0, status={"replicas": 1, "observedGeneration": 1})
    cluster.hold(DEFINITION, running, OWNER)

    assert answered("", cluster).exit_code == NOT_AGREED


def test_what_is_quick_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("being quick"):
        pass

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("is_terminal", [False, True])
def test_what_takes_longer_shows_progress(
    is_terminal: bool,  # noqa: FBT001  pytest gives it by name
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hooks.cli.output.progress.SILENT_SECONDS", 0.01)
    monkeypatch.setattr("hooks.cli.output.progress.TICK_SECONDS", 0.01)
    monkeypatch.setattr("hooks.cli.output.progress.is_terminal", lambda: is_terminal)

    with progress("being slow"):
        time.sleep(0.3)

    in_one_line = r"(\r\x1b\[Kbeing slow: \d+ s){2,}\r\x1b\[K"
    in_two = r"being slow \.\.\.\nbeing slow: 0 s\n"
    assert re.fullmatch(in_one_line if is_terminal else in_two, capsys.readouterr().err)


def test_progress_ends_with_what_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="no"):
        _fail_slowly()

    assert capsys.readouterr().err.endswith("failing: 0 s\n")


def _fail_slowly() -> None:
    with progress("failing", at_once=True):
        time.sleep(0.05)
        msg = "no"
        raise ValueError(msg)
