"""Which nodes the DaemonSet controller wants agents on: each with Linux that is a machine."""

from collections.abc import Iterator

import pytest

from hooks.facts import Facts
from hooks.kube.node_affinity import OS
from hooks.kube.objects import Obj
from hooks.rendering import render
from hooks.status.pods.summary import node_of
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import resource
from tests.cluster.playing import have_nodes, node
from tests.support.resources import merged

NAMESPACE = "nodes"
NOW = "2026-01-01T00:00:00Z"
POOL = "example.com/pool"
TAINTS: list[Obj] = [
    {"key": "eks.amazonaws.com/compute-type", "value": "fargate", "effect": "NoSchedule"},
    {"key": "virtual-kubelet.io/provider", "value": "azure", "effect": "NoSchedule"},
]
LINUX = [node("nodes-linux"), node("nodes-auto", labels={TAINTS[0]["key"]: "auto"})]
WANTED = {each["metadata"]["name"] for each in LINUX}
OTHERS = [
    node("nodes-windows", labels={OS: "windows", POOL: "a"}),
    node("nodes-fargate", labels={TAINTS[0]["key"]: "fargate"}),
    node("nodes-virtual", labels={"type": "virtual-kubelet"}),
    node("nodes-virtual-2", labels={"virtualization": "virtualnode2"}),
]
ALL_TAINTS = {"scheduling": {"tolerate": "All"}}
ON_POOL_OR_ANY = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {"matchExpressions": [{"key": POOL, "operator": "Exists"}]},
                {"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]},
            ]
        }
    }
}


@pytest.fixture(name="nodes", autouse=True)
def _nodes(api: Api) -> Iterator[None]:
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    have_nodes(api, [*LINUX, OTHERS[0]])
    have_nodes(api, OTHERS[1:], TAINTS)
    yield
    for each in [*LINUX, *OTHERS]:
        api.delete(each)


@pytest.mark.parametrize(
    "agent",
    [
        {},
        ALL_TAINTS,
        {"pod": {"affinity": ON_POOL_OR_ANY}},
        ALL_TAINTS | {"pod": {"affinity": ON_POOL_OR_ANY}},
        {"pod": {"tolerations": [{"operator": "Exists"}]}},
    ],
    ids=["by default", "all taints", "terms", "all taints and terms", "own toleration"],
)
def test_agents_are_on_machines_with_linux(agent: Obj, api: Api) -> None:
    rendered = render([merged(resource("minimal"), {"spec": {"agent": agent}})], Facts(), NOW)
    made = [
        merged(each, {"metadata": {"namespace": NAMESPACE}})
        for each in rendered.children
        if each["kind"] in {"DaemonSet", "ServiceAccount"}
    ]
    api.apply_all(made)
    try:
        wait_for(lambda: _nodes_with_agents(api) == WANTED, "agents are made for these nodes")
        wait_for(lambda: _wanted(api, made) == len(WANTED), "no other node is counted")
    finally:
        for each in made:
            api.delete(each)
        wait_for(lambda: not _nodes_with_agents(api), "the agents are gone")


def _nodes_with_agents(api: Api) -> set[str]:
    return {node_of(each) for each in api.list("Pod", "v1", NAMESPACE)}


def _wanted(api: Api, made: list[Obj]) -> int | None:
    (daemonset,) = (each for each in made if each["kind"] == "DaemonSet")
    status = (api.get(daemonset) or {}).get("status") or {}
    wanted: int | None = status.get("desiredNumberScheduled")
    return wanted
