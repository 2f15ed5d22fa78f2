"""The command, with a `kubectl` that keeps its objects in a file."""

import json
import sys
from pathlib import Path

import pytest

from hooks.cli.cluster.kubectl import Kubectl
from hooks.kube.objects import Obj
from tests.support.static_manifests import manifests
from tests.unit.takeover import fake_kubectl
from tests.unit.takeover.fake_cluster import (
    DEFINITION,
    FILES,
    LEFT_BY_OPERATOR,
    OWNER,
    SECRET_VALUE,
    FakeCluster,
    run,
)
from tests.unit.takeover.former import (
    FINALIZER,
    NAMESPACE,
    agent,
    obj,
    of_helm,
    operator,
    operator_pod,
    our_bindings,
)


def test_plan_shows_each_object_and_writes_nothing(cluster: FakeCluster) -> None:
    result = run("plan")

    assert result.exit_code == 0, result.output
    assert cluster.writes == []
    for place in (
        "Deployment instana-agent/instana-agent-",
        "Secret instana-agent/instana-agent ",
        "ConfigMap instana-agent/",
        "InstanaAgent instana-agent/instana-agent",
        "ClusterRole instana-agent",
    ):
        assert place in result.output
    assert result.output.splitlines()[-1] == "1 step can be done now, 4 later."


def test_apply_stops_the_operator_then_goes_on(cluster: FakeCluster) -> None:
    result = run("apply")

    done = [line.rpartition(": done")[0] for line in result.output.splitlines() if ": done" in line]
    assert [each.partition(":")[0] for each in done] == [
        "Deployment instana-agent/instana-agent-controller-manager",
        "Secret instana-agent/instana-agent",
        "ConfigMap instana-agent/instana-agent-namespaces",
        "InstanaAgent instana-agent/instana-agent",
    ]
    assert result.exit_code == 3
    assert "ClusterRole instana-agent" in result.output
    assert len(cluster.writes) == 4


def test_apply_for_programs_prints_what_is_done_and_what_waits(cluster: FakeCluster) -> None:
    result = run("apply", "-o", "json")
    told = json.loads(result.stdout)

    assert result.exit_code == 3
    assert [step["object"] for step in told["done"]] == [
        "Deployment instana-agent/instana-agent-controller-manager",
        "Secret instana-agent/instana-agent",
        "ConfigMap instana-agent/instana-agent-namespaces",
        "InstanaAgent instana-agent/instana-agent",
    ]
    assert told["waiting"][0]["object"].startswith("ClusterRole instana-agent")
    assert told["waiting"][0]["waits_for"]
    assert (told["failed"], told["blocked"]) == (None, [])
    assert len(cluster.writes) == len(told["done"])
    assert SECRET_VALUE not in result.output


def test_a_refused_write_for_programs(cluster: FakeCluster) -> None:
    cluster.refuse("patch Secret instana-agent", "Error from server (Forbidden): no", 9)

    result = run("apply", "-o", "json")
    told = json.loads(result.stdout)

    assert result.exit_code == 1
    assert [step["object"].partition(" ")[0] for step in told["done"]] == ["Deployment"]
    assert told["failed"]["object"] == "Secret instana-agent/instana-agent"
    assert "Forbidden" in told["failed"]["why"]


def test_second_apply_does_the_rest_and_third_nothing(cluster: FakeCluster) -> None:
    run("apply")
    cluster.hold(*cluster.objects, *[_labelled(each) for each in our_bindings()])

    second, third = run("apply"), run("apply")

    assert (second.exit_code, third.exit_code) == (0, 0)
    assert second.output.endswith("1 step done, nothing left to do\n")
    assert third.output == "nothing to do\n"
    assert "ClusterRole" not in {each["kind"] for each in cluster.objects}


def test_cluster_without_any_of_it_has_nothing_to_do(cluster: FakeCluster) -> None:
    cluster.hold()

    assert run("plan").output == "nothing to do\n"
    assert run("apply").output == "nothing to do\n"


def test_apply_stops_at_the_first_refused_write(cluster: FakeCluster) -> None:
    cluster.refuse("patch Secret instana-agent", "Error from server (Forbidden): no", 9)

    result = run("apply")

    assert result.exit_code == 1
    assert "Secret instana-agent/instana-agent: hand its fields over" in result.stderr
    assert "failed: Error from server (Forbidden): no" in result.stderr
    assert "run the same command again" in result.stderr.replace("\n", " ")
    assert [each[1] for each in cluster.writes] == ["Deployment.v1.apps", "Secret"]


def test_apply_goes_on_where_it_stopped(cluster: FakeCluster) -> None:
    cluster.refuse("patch Secret instana-agent", "Error from server (Forbidden): no")
    run("apply")

    result = run("apply")

    assert "Deployment" not in result.output
    assert result.output.count(": done") == 3


def test_object_that_others_change_is_read_again(cluster: FakeCluster) -> None:
    cluster.refuse("patch Secret", "Error from server (Conflict): the object has been modified", 2)

    result = run("apply")

    assert result.exit_code == 3
    assert result.output.count("Secret instana-agent/instana-agent: ") == 1


def test_object_that_others_change_all_the_time_ends_it(cluster: FakeCluster) -> None:
    cluster.refuse("patch Secret", "Error from server (Conflict): the object has been modified", 9)

    result = run("apply")

    assert result.exit_code == 1
    assert "other clients changed the object 5 times" in result.stderr


def test_kubectl_of_the_path_is_run(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    program = cluster.directory / "kubectl"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -S {fake_kubectl.__file__} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(cluster.directory), prepend=":")
    for name, file in FILES.items():
        monkeypatch.setenv(name, str(cluster.directory / file))
    secret = LEFT_BY_OPERATOR[3]

    Kubectl(("--context=c",)).patch(secret, {"data": {"key": "changed"}})
    (changed,) = Kubectl().list_objects("secrets", "--namespace=instana-agent")

    assert changed["data"] == {"key": "changed"}
    assert cluster.calls[0][0][:3] == ["--context=c", "patch", "Secret"]


@pytest.mark.usefixtures("cluster")
def test_write_that_is_undone_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hooks.cli.cluster.kubectl.Kubectl.patch", lambda *_: None)

    result = run("apply")

    assert result.exit_code == 1
    assert "failed: another client reverts it: stop that client" in result.stderr


def test_operator_that_does_not_stop_is_reported(cluster: FakeCluster) -> None:
    running = operator(replicas=0, status={"replicas": 1, "observedGeneration": 1})
    cluster.hold(DEFINITION, running, OWNER)

    result = run("apply", "--timeout", "0.1")

    assert result.exit_code == 3
    assert "the Go operator has stopped" in " ".join(result.output.split())
    assert cluster.writes == []


def test_operator_that_is_ending_is_reported(cluster: FakeCluster) -> None:
    cluster.hold(*LEFT_BY_OPERATOR, operator_pod(), operator_pod("another-5d8f7"))

    result = run("apply", "--timeout=0")

    assert result.exit_code == 3
    assert len(cluster.writes) == 1


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_what_blocks_ends_with_two_and_commands(command: str, cluster: FakeCluster) -> None:
    olm = [{"kind": "ClusterServiceVersion", "name": "v2"}]
    cluster.hold(DEFINITION, operator(ownerReferences=olm), OWNER)

    result = run(command)

    assert result.exit_code == 2
    assert "kubectl delete subscriptions.operators.coreos.com" in result.output
    assert cluster.writes == []


def test_agents_of_helm_are_found_without_any_definition(cluster: FakeCluster) -> None:
    cluster.hold(of_helm("DaemonSet", "instana-agent"))

    result = run("plan")

    assert result.exit_code == 2
    assert "create the resource" in result.output


def _applied_by_hand(name: str) -> list[Obj]:
    """Return the objects of an installation by hand, as the API server stores them."""
    entry = {"manager": "kubectl-client-side-apply", "operation": "Update", "fieldsV1": {}}
    rest = {"resourceVersion": "7", "managedFields": [entry]}
    return [each | {"metadata": each["metadata"] | rest} for each in manifests(name)]


def test_static_manifests_are_taken_over(cluster: FakeCluster) -> None:
    cluster.hold(DEFINITION, agent(), *_applied_by_hand("few-objects"))

    plan, first, second = run("plan"), run("apply"), run("apply")

    assert (plan.exit_code, first.exit_code, second.exit_code) == (0, 0, 0)
    assert plan.output.splitlines()[-1] == "4 steps can be done now, 0 later."
    assert first.output.endswith("4 steps done, nothing left to do\n")
    assert second.output == "nothing to do\n"
    labels = {
        each["kind"]: each["metadata"]["labels"].get("app.kubernetes.io/instance")
        for each in cluster.objects
        if each["kind"] not in ("CustomResourceDefinition", "InstanaAgent")
    }
    assert labels == dict.fromkeys(
        ("DaemonSet", "ServiceAccount", "Service", "Secret"), "instana-agent"
    )


def test_rest_of_static_manifests_waits_for_the_new_pods(cluster: FakeCluster) -> None:
    cluster.hold(DEFINITION, agent(), *_applied_by_hand("k8sensor"))

    result = run("apply")

    assert result.exit_code == 3
    for left in ("Deployment instana-agent/k8sensor", "ClusterRole k8sensor"):
        assert left in result.output
    assert "delete" not in {arguments[0] for arguments in cluster.writes}


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_static_manifests_without_a_resource_end_with_two(
    command: str, cluster: FakeCluster
) -> None:
    cluster.hold(*_applied_by_hand("app-label"))

    result = run(command)

    assert result.exit_code == 2
    assert "create the resource" in result.output
    assert cluster.writes == []


@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize("kind", ["Service", "Secret", "ServiceAccount", "ConfigMap", "DaemonSet"])
def test_object_of_a_stranger_ends_with_two_and_labels(
    kind: str, command: str, cluster: FakeCluster
) -> None:
    name = "instana-agent-namespaces" if kind == "ConfigMap" else "instana-agent"
    stranger = obj(kind, name, data={"key": SECRET_VALUE}, spec={"template": {}, "selector": {}})
    cluster.hold(DEFINITION, agent(), stranger)

    result = run(command)

    assert result.exit_code == 2
    label = f"kubectl label --overwrite {kind.lower()} -n {NAMESPACE} {name} "
    assert f"{label}app.kubernetes.io/managed-by=instana-agent-operator" in result.output
    assert SECRET_VALUE not in result.output
    assert cluster.writes == []


def test_nothing_else_is_read_of_strangers(cluster: FakeCluster) -> None:
    cluster.hold(DEFINITION, agent(), obj("Secret", "mine", data={"key": SECRET_VALUE}))

    assert run("plan").output == "nothing to do\n"
    reads = [" ".join(arguments) for arguments, _ in cluster.calls]
    by_selector = [each for each in reads if "secrets" in each]
    assert [each for each in by_selector if "--selector=" not in each] == []
    assert any("Secret/instana-agent " in each for each in reads)


@pytest.mark.parametrize("bound", [[], [NAMESPACE]], ids=["nobody", "somebody"])
def test_everybody_who_is_bound_to_an_old_role_is_asked_for(
    bound: list[str], cluster: FakeCluster
) -> None:
    others = [
        obj("RoleBinding", "mine", each) | {"roleRef": {"kind": "ClusterRole", "name": "k8sensor"}}
        for each in bound
    ]
    cluster.hold(DEFINITION, agent(), *_applied_by_hand("k8sensor"), *others)

    output = run("plan").output

    assert "ClusterRoleBinding k8sensor" in output
    assert ("ClusterRole k8sensor" in output) == (not bound)


def test_helm_releases_are_read_by_name_only(cluster: FakeCluster) -> None:
    release = obj("Secret", "sh.helm.release.v1.instana-agent.v1", labels={"owner": "helm"})
    cluster.hold(DEFINITION, agent(), of_helm("Deployment", "k8sensor"), release)

    assert "sh.helm.release.v1.instana-agent.v1" in "".join(run("plan").output.split())
    reads = [arguments for arguments, _ in cluster.calls if "--selector=owner=helm" in arguments]
    assert reads
    assert [each for each in reads if "--output=name" not in each] == []


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_no_value_of_a_secret_is_shown_or_in_the_arguments(
    command: str, cluster: FakeCluster
) -> None:
    result = run(command, "--apply-strategy", "dynamic-apply")

    assert SECRET_VALUE not in result.output
    assert not any(SECRET_VALUE in " ".join(arguments) for arguments, _ in cluster.calls)
    assert any(SECRET_VALUE in stdin for _, stdin in cluster.calls) == (command == "apply")


def test_a_refusal_that_quotes_the_object_is_told_without_it(cluster: FakeCluster) -> None:
    """The API server quotes the whole object where a patch makes something unreadable of it."""
    quoted = f'"{{\\"data\\":{{\\"key\\":\\"{SECRET_VALUE}\\"}}}}"'
    message = f"The request is invalid: patch: Invalid value: {quoted}: cannot be read"
    cluster.refuse("patch Secret", message)

    result = run("apply")

    assert result.exit_code == 1
    assert SECRET_VALUE not in result.output + result.stderr
    assert "The request is invalid: patch: Invalid value: cannot be read" in result.stderr


def test_context_and_kubeconfig_are_handed_on(cluster: FakeCluster) -> None:
    run("plan", "--context", "prod", "--kubeconfig", "/some/where")

    assert {tuple(arguments[:2]) for arguments, _ in cluster.calls} == {
        ("--context=prod", "--kubeconfig=/some/where")
    }


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_cluster_that_cannot_be_read_ends_with_one(command: str, cluster: FakeCluster) -> None:
    cluster.refuse("get deployments.apps", "Error from server (Forbidden): no deployments", 9)

    result = run(command)

    assert result.exit_code == 1
    assert result.stderr == (
        "the cluster cannot be read: Error from server (Forbidden): no deployments\n"
    )


def test_missing_kubectl_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    result = run("plan")

    assert result.exit_code == 1
    assert "kubectl is not in the PATH: install it" in result.stderr


def test_field_manager_is_taken(cluster: FakeCluster) -> None:
    run("apply", "--field-manager", "mc")

    entries = [each["metadata"].get("managedFields", [{}]) for each in cluster.objects]
    assert "mc" in {each[0].get("manager") for each in entries}


def test_only_what_is_asked_for_is_taken_over(cluster: FakeCluster) -> None:
    cluster.hold(*LEFT_BY_OPERATOR, agent("b", "other", finalizers=[FINALIZER]))

    run("apply", "--namespace", NAMESPACE, "--name", "instana-agent")

    held = [each["metadata"]["name"] for each in cluster.objects if _is_held(each)]
    assert held == ["b"]


def _is_held(each: Obj) -> bool:
    return bool(each["metadata"].get("finalizers"))


def _labelled(binding: Obj) -> Obj:
    labels = {"app.kubernetes.io/managed-by": "instana-agent-cluster-rbac"}
    return binding | {"metadata": binding["metadata"] | {"labels": labels}}
