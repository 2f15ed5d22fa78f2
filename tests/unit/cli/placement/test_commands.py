"""`images`, `placement` and `rollout`: lines for people, JSON for programs, exit codes."""

import json

import pytest
import yaml
from click.testing import CliRunner, Result

from hooks.cli.placement.texts import duration_text, nodes_text
from hooks.cli.program.command_line import main
from hooks.kube.objects import Obj
from tests.support.hook import FACTS, answer, stored
from tests.support.placement import dead, node, pod_on
from tests.support.resources import agent

VERSION = ("--fact", f"operatorVersion={FACTS.operator_version}")
FINE, UNREADABLE, INVALID, FOUND = range(4)
COMMANDS = ("images", "placement", "rollout")
NODES = [
    *(node(f"node-{number}", pool="blue") for number in range(1, 8)),
    node("gpu-1", taints=[{"key": "gpu", "effect": "NoSchedule"}], pool="green"),
    node("windows-1", kubernetes_io__os="windows"),
]
SMALL = node("small-1", room={"cpu": "100m", "memory": "16Gi", "pods": "10"})
PODS = [pod_on(f"node-{number}") for number in range(1, 8)]
NEW = {
    "agent": {"image": {"tag": "new"}, "updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}}}
}


def run(command: str, *objects: Obj, options: tuple[str, ...] = ()) -> Result:
    text = yaml.safe_dump_all(objects)
    return CliRunner().invoke(main, [command, "-", *VERSION, *options], input=text)


def changed(*objects: Obj, options: tuple[str, ...] = (), command: str = "rollout") -> Result:
    return run(command, agent(NEW), *stored(answer(agent())), *objects, options=options)


def test_images_are_one_a_line() -> None:
    result = run("images", agent())

    assert result.exit_code == FINE
    assert result.stdout.splitlines() == [
        "icr.io/instana/agent:latest",
        "icr.io/instana/k8sensor:latest",
    ]


def test_images_of_the_installation_come_on_top() -> None:
    lines = run("images", agent(), options=("--with-installation",)).stdout.splitlines()

    assert len(lines) == 4
    assert lines[0].startswith("ghcr.io/metacontroller/metacontroller:v")


def test_images_as_json_say_what_uses_them() -> None:
    told = json.loads(run("images", agent(), options=("-o", "json")).stdout)

    assert told["images"][0] == {
        "image": "icr.io/instana/agent:latest",
        "digest": None,
        "usedBy": ["DaemonSet/instana-agent instana-agent"],
    }


def test_placement_names_nodes_and_reasons() -> None:
    other = pod_on("node-1", of="other", namespace="other")
    result = run("placement", agent(), *NODES, *PODS, other, options=("--pool", "pool"))

    assert result.exit_code == FINE
    assert result.stdout.splitlines() == [
        "DaemonSet/instana-agent: an agent on 7 of 9 nodes",
        "    no agent on 1 node (gpu-1): taint gpu:NoSchedule is not tolerated",
        (
            "    no agent on 1 node (windows-1): operating system windows: node affinity "
            "kubernetes.io/os In [linux]"
        ),
        (
            "Deployment/instana-agent-k8sensor: 7 nodes can run its 3 pods, which request 0.36 CPU "
            "and 0.38Gi of memory"
        ),
        "",
        "Requested by agents, by pool",
        "POOL        NODES    AGENTS    PENDING    EXCLUDED    CPU    MEMORY",
        "(no label)  1        0         0          1           0      0Gi",
        "blue        7        7         0          0           3.5    5.25Gi",
        "green       1        0         0          1           0      0Gi",
        "all         9        7         0          2           3.5    5.25Gi",
    ]


def test_a_pending_agent_is_found() -> None:
    result = run("placement", agent(), *NODES, SMALL)

    assert result.exit_code == FOUND
    assert "    agent stays Pending on 1 node (small-1): too little cpu in all: " in result.stdout
    assert "not known: what other pods request: " in result.stdout


def test_placement_as_json_has_all_nodes() -> None:
    result = run("placement", agent(), *NODES, SMALL, options=("-o", "json"))
    told = json.loads(result.stdout)

    assert result.exit_code == FOUND
    assert {each["node"]: each["state"] for each in told["nodes"]} == {
        **{f"node-{number}": "runs" for number in range(1, 8)},
        "gpu-1": "excluded",
        "windows-1": "excluded",
        "small-1": "pending",
    }
    assert told["total"] == {
        "pool": None,
        "nodes": 10,
        "runs": 7,
        "pending": 1,
        "excluded": 2,
        "cpu": "3500m",
        "memory": "5376Mi",
    }


def test_a_rollout_is_told_with_its_steps() -> None:
    result = changed(*NODES, dead("dead-1"), *PODS)

    assert result.exit_code == FOUND
    assert result.stdout.splitlines() == [
        "rollout of DaemonSet/instana-agent: 3 steps of 2 pods then 1 step of 1 pod; at least 36 s",
        "    restart on 7 nodes (node-1, node-2, node-3, node-4, node-5 and 2 more)",
        "    not known: how long nodes take to pull the image: new pods have another than old ones",
        (
            "    not known: how long an old pod takes to end: at most 30 s per step, not included "
            "in the time"
        ),
        "    not known: which nodes come first: Kubernetes takes them in any order",
    ]


def test_a_rollout_that_halts_says_so() -> None:
    lost = [dead("node-1"), dead("node-2"), *NODES[2:]]
    lines = changed(*lost, *PODS).stdout.splitlines()

    assert lines[:3] == [
        "rollout of DaemonSet/instana-agent: halts after 0 pods: too many pods stay unavailable",
        "    to replace on 5 nodes (node-3, node-4, node-5, node-6, node-7)",
        "    unavailable on 2 nodes (node-1, node-2): not ready",
    ]


def test_new_pods_that_wait_are_named() -> None:
    old = pod_on("small-1")
    lines = changed(SMALL, *NODES, old, *PODS).stdout.splitlines()

    assert any(
        line.startswith("    new pods stay Pending on 1 node (small-1): too little")
        for line in lines
    )


def test_a_rollout_as_json() -> None:
    told = json.loads(changed(*NODES, *PODS, options=("-o", "json")).stdout)

    (rollout,) = told["rollouts"]
    assert rollout["workload"] == "DaemonSet/instana-agent"
    assert rollout["nodes"]["restarts"] == [f"node-{number}" for number in range(1, 8)]


def test_diff_tells_the_same_with_nodes() -> None:
    lines = changed(*NODES, *PODS).stdout
    with_nodes = changed(*NODES, *PODS, command="diff").stdout
    without = changed(*PODS, command="diff").stdout

    assert with_nodes == without + lines


def test_nothing_is_replaced_at_rest() -> None:
    result = run("rollout", agent(), *stored(answer(agent())), *NODES)

    assert (result.exit_code, result.stdout) == (FINE, "no pod is replaced\n")


@pytest.mark.parametrize("command", ["placement", "rollout"])
def test_nodes_are_needed(command: str) -> None:
    result = run(command, agent())

    assert (result.exit_code, result.stdout) == (UNREADABLE, "")
    assert result.stderr.endswith("add the output of kubectl get nodes -o json\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_invalid_resource_ends_with_its_problems(command: str) -> None:
    result = run(command, agent({"k8s_sensor": {"pollrate": "often"}}), *NODES)

    assert (result.exit_code, result.stdout) == (INVALID, "")
    assert "spec.k8s_sensor.pollrate: " in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("text", ["kind: Secret", "[", '{"kind": "List", "items": [1]}'])
def test_what_cannot_be_used_ends_with_one_line(command: str, text: str) -> None:
    result = CliRunner().invoke(main, [command, "-"], input=text)

    assert result.exit_code in {UNREADABLE, INVALID}
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (130, "2 min 10 s"),
        (3600, "1 h"),
        (15000, "4 h 10 min"),
        (150000, "1 d 17 h"),
    ],
)
def test_times_are_told_in_two_units(seconds: float, expected: str) -> None:
    assert duration_text(seconds) == expected


def test_only_the_first_nodes_are_named() -> None:
    assert nodes_text(["a"]) == "1 node (a)"
    assert nodes_text([*"abcdefg"]) == "7 nodes (a, b, c, d, e and 2 more)"
