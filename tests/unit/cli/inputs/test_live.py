"""`render --live` and `diff --live`: the resource and all that it depends on, through kubectl."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.cluster.kubectl import Kubectl
from hooks.cli.program.command_line import main
from hooks.contract import CHILD_SELECTOR
from hooks.desired.passes.checksums import CHECKSUM
from hooks.kube.objects import Obj, describe
from tests.support.fake_kubectl import kubectl_of
from tests.support.hook import FACTS, answer, stored
from tests.support.resources import agent, merged, secret

VERSION = ("--fact", f"operatorVersion={FACTS.operator_version}")
KEYS = {"agent": {"key": None, "keysSecret": "keys"}}
AGENT = agent(KEYS)
SECRET = secret("keys", key="the-key-of-agents")
NAMESPACE: Obj = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "instana-agent"}}

Calls = list[tuple[str, ...]]
Cluster = Callable[..., Calls]


@pytest.fixture(name="cluster")
def _cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    def cluster(*objects: Obj, forbidden: tuple[str, ...] = ()) -> Calls:
        run, calls = kubectl_of(*objects, forbidden=forbidden)
        monkeypatch.setattr(Kubectl, "_run", run)
        return calls

    return cluster


def settled(parent: Obj = AGENT, *related: Obj) -> list[Obj]:
    others = [SECRET, NAMESPACE, *related]
    return [parent, *others, *stored(answer(parent, *others))]


def run(*arguments: str, stdin: Obj | None = None) -> Result:
    text = yaml.safe_dump(stdin) if stdin else None
    return CliRunner().invoke(main, [*arguments, *VERSION], input=text)


def test_a_settled_cluster_has_no_differences(cluster: Cluster) -> None:
    cluster(*settled())
    result = run("diff", "--live")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "nothing would change\n", "")


def test_what_is_rendered_is_what_the_cluster_has(cluster: Cluster) -> None:
    objects = settled()
    cluster(*objects)
    result = run("render", "--live", "--name", "instana-agent", "-n", "instana-agent")
    rendered = {describe(each): each for each in yaml.safe_load_all(result.stdout)}
    observed = {describe(each): each for each in objects}

    assert (result.exit_code, result.stderr) == (0, "")
    template = rendered["DaemonSet/instana-agent"]["spec"]["template"]
    assert template == observed["DaemonSet/instana-agent"]["spec"]["template"]
    assert CHECKSUM in template["metadata"]["annotations"]


def test_a_file_without_a_selector_keeps_the_one_of_the_cluster(cluster: Cluster) -> None:
    selector = {"matchLabels": {"app.kubernetes.io/instance": "instana-agent"}}
    cluster(*settled(merged(AGENT, {"metadata": {"uid": "1"}, "spec": {"selector": selector}})))
    given = {name: part for name, part in AGENT.items() if name != "status"}
    spec = {name: part for name, part in AGENT["spec"].items() if name != "selector"}

    result = run("diff", "--live", "-", stdin=given | {"spec": spec})

    assert (result.exit_code, result.stdout) == (0, "nothing would change\n")


def test_a_file_is_as_if_applied_to_the_cluster(cluster: Cluster) -> None:
    cluster(*settled())
    changed = agent(merged(KEYS, {"agent": {"mode": "AWS"}}))
    result = run("diff", "--live", "-", stdin=changed)

    assert result.exit_code == 3
    assert "    + spec.agent.mode: AWS\n" in result.stdout
    assert "change DaemonSet/instana-agent: pods replaced: 3\n" in result.stdout


def test_a_file_that_was_applied_has_no_differences(cluster: Cluster) -> None:
    """The API server sets a selector, which the file does not have."""
    metadata = {"generation": 1, "uid": "1"}
    defaulted = merged(AGENT, {"metadata": metadata, "spec": {"selector": CHILD_SELECTOR}})
    operators = merged(KEYS, {"agent": {"mode": "AWS"}})
    cluster(*settled(defaulted))
    same, other = (run("diff", "--live", "-", stdin=given) for given in (AGENT, agent(operators)))

    assert (same.exit_code, same.stdout) == (0, "nothing would change\n")
    assert "spec.agent.mode" in other.stdout
    assert "spec.selector" not in other.stdout


def test_annotations_of_the_cluster_count(cluster: Cluster) -> None:
    paused = merged(AGENT, {"metadata": {"annotations": {"instana.io/paused": "true"}}})
    cluster(*settled()[1:], paused)
    changed = agent(merged(KEYS, {"agent": {"mode": "AWS"}}))
    result = run("diff", "--live", "-", stdin=changed)

    assert result.exit_code == 0
    assert result.stdout.endswith("nothing would change\n")


def test_a_file_without_a_namespace_gets_that_of_the_option(cluster: Cluster) -> None:
    homeless = AGENT | {"metadata": {"name": "instana-agent"}}
    cluster(*settled())
    result = run("diff", "--live", "-n", "instana-agent", "-", stdin=homeless)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "nothing would change\n", "")


def test_other_objects_in_files_come_before_those_of_the_cluster(cluster: Cluster) -> None:
    rotated = secret("keys", key="another-key")
    del rotated["metadata"]["namespace"]
    cluster(*settled())
    result = run("diff", "--live", "-", stdin={"kind": "List", "items": [rotated, AGENT]})
    alone = run("diff", "--live", "-", stdin=rotated)

    assert result.exit_code == 3
    assert f'template.metadata.annotations["{CHECKSUM}"]: ' in result.stdout
    assert alone.stdout == result.stdout


def test_a_resource_that_is_not_there_yet_can_be_a_file(cluster: Cluster) -> None:
    cluster(SECRET)
    result = run("render", "--live", "-", stdin=AGENT)

    assert result.exit_code == 0
    assert result.stderr == ""
    assert CHECKSUM in result.stdout


def test_rollouts_are_shown_for_the_nodes_of_the_cluster(cluster: Cluster) -> None:
    node: Obj = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}
    calls = cluster(*settled(), node)
    result = run("diff", "--live", "--set", "spec.agent.mode=AWS")
    as_json = run("diff", "--live", "--set", "spec.agent.mode=AWS", "-o", "json")

    assert result.exit_code == 3
    assert "rollout of DaemonSet/instana-agent: " in result.stdout
    assert [each["workload"] for each in json.loads(as_json.stdout)["rollouts"]] == [
        "DaemonSet/instana-agent"
    ]
    assert {"nodes", "pods"} <= {call[1] for call in calls}


def test_rollouts_are_left_out_if_nodes_cannot_be_read(cluster: Cluster) -> None:
    cluster(*settled(), forbidden=("nodes",))
    result = run("diff", "--live", "--set", "spec.agent.mode=AWS")

    assert result.exit_code == 3
    assert "rollout of" not in result.stdout
    assert result.stderr == "not read: nodes: nodes is forbidden\n"


def test_options_change_the_resource_of_the_cluster(cluster: Cluster) -> None:
    cluster(*settled())
    result = run("diff", "--live", "--set", "spec.agent.mode=AWS")

    assert result.exit_code == 3
    assert "    + spec.agent.mode: AWS\n" in result.stdout


def test_only_what_the_resource_depends_on_is_read(cluster: Cluster) -> None:
    calls = cluster(*settled())
    run("render", "--live", "--context", "prod", "--kubeconfig", "file")
    read = {call[3] for call in calls}

    assert {call[:2] for call in calls} == {("--context=prod", "--kubeconfig=file")}
    assert "pods" not in read
    assert "nodes" not in read
    of_secrets = [call for call in calls if call[3] == "secrets"]
    assert [("keys" in call) for call in of_secrets] == [True]


def test_missing_objects_are_named(cluster: Cluster) -> None:
    cluster(AGENT)
    result = run("render", "--live")

    assert result.exit_code == 0
    assert result.stderr == "missing in the cluster: Secret/keys\n"


def test_several_resources_must_be_told_apart(cluster: Cluster) -> None:
    cluster(AGENT, agent(name="second"))
    result = run("render", "--live")

    assert result.exit_code == 1
    assert result.stderr == (
        "there are 2 of kind InstanaAgent in the namespace of kubectl's context: "
        "name one with --name: instana-agent, second\n"
    )


@pytest.mark.parametrize(
    ("options", "where"),
    [((), "namespace of kubectl's context"), (("-n", "other"), "namespace other")],
)
def test_no_resource_is_said(cluster: Cluster, options: tuple[str, ...], where: str) -> None:
    cluster()
    result = run("diff", "--live", *options)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"there is no InstanaAgent in the {where}: name its namespace with -n\n"


@pytest.mark.parametrize("name", ["other", "instana-agent"])
def test_what_cannot_be_read_ends_with_1(cluster: Cluster, name: str) -> None:
    cluster(AGENT, forbidden=("secrets",))
    result = run("render", "--live", "--name", name)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("the cluster cannot be read: ")
    assert len(result.stderr.splitlines()) == 1


def test_cluster_roles_and_crds_are_optional(cluster: Cluster) -> None:
    cluster(*settled(), forbidden=("clusterroles", "customresourcedefinitions"))
    result = run("render", "--live")

    assert result.exit_code == 0
    assert "kind: ClusterRoleBinding" in result.stdout
    assert [line.partition(": ")[0] for line in result.stderr.splitlines()] == ["not read"] * 2


def test_crds_of_the_cluster_are_facts(cluster: Cluster) -> None:
    crd: Obj = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "clusteroperators.config.openshift.io"},
    }
    cluster(*settled())
    without = run("render", "--live").stdout
    cluster(*settled(), crd)

    assert "/var/vcap" in without
    assert "/var/vcap" not in run("render", "--live").stdout


def test_an_invalid_resource_of_the_cluster_is_explained(cluster: Cluster) -> None:
    cluster(*settled(agent(merged(KEYS, {"agent": {"endpointPort": "x"}}))))
    result = run("render", "--live")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("the cluster: InstanaAgent instana-agent: error: spec.agent.")


@pytest.mark.parametrize("option", ["--name", "-n", "--context", "--kubeconfig"])
@pytest.mark.parametrize("command", ["render", "diff"])
def test_options_of_the_cluster_need_live(command: str, option: str) -> None:
    result = run(command, option, "x", "-")

    assert result.exit_code == 2
    assert "has an effect only with --live" in result.stderr


@pytest.mark.parametrize("command", ["render", "diff"])
def test_without_any_input_the_usage_is_printed(command: str) -> None:
    result = run(command)

    assert result.exit_code == 2
    assert "Missing argument 'FILE...'" in result.stderr


def test_kubectl_is_named_if_it_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("diff", "--live")

    assert result.exit_code == 1
    assert "kubectl is not in the PATH" in result.stderr


def test_a_cluster_without_the_crd_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    message = 'error: the server doesn\'t have a resource type "agents"'
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(f'#!/bin/sh\ncat >&2 <<"END"\n{message}\nEND\nexit 1\n')
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    result = run("diff", "--live")

    assert result.exit_code == 1
    assert result.stderr == f"the cluster cannot be read: {message}: its CRD is not installed\n"
