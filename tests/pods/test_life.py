"""The life of an InstanaAgent on nodes, on which its pods become ready, from its first day on."""

import math
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from hooks.desired.inputs.zones import TOPOLOGY_ZONE
from hooks.desired.passes.hold_changes import APPROVE
from hooks.kube.objects import identity
from hooks.labels import AGENT as AGENT_OF_NODE
from hooks.labels import K8SENSOR
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.component import NODE_ZONES, POD_STATUS
from tests.cluster.local_cluster import nodes
from tests.cluster.loop import KINDS, running_loop, versions
from tests.pods.telling import Told, as_lines, condition, line_of
from tests.pods.watching import Watch, moments, watching
from tests.pods.workloads import (
    NAME,
    NAMESPACE,
    agents,
    daemonset,
    how_it_is,
    image,
    is_of,
    is_ready,
    known,
    ready_nodes,
    sensors,
    uids,
)

pytestmark = pytest.mark.timeout(900)

SOON = 120.0
AT_ONCE_PERCENT = 10
ENDING = 1
"""Agents away beyond that: Kubernetes' controller does not count a pod that is ending already, and
counts the event of a deletion twice now and then. Both were seen, also on a machine at rest."""
KEYS = "instana-keys"
ROOM = str(64 * 1024 * 1024)
"""For requests with the pods of 500 nodes."""

ZONES = ("eu-1", "eu-2", "eu-3")
OF_AGENT = [("Pod", "v1"), ("DaemonSet", "apps/v1"), ("InstanaAgent", "instana.io/v1")]
AGENT: Obj = known("InstanaAgent", "instana.io/v1", NAME) | {
    "spec": {
        "cluster": {"name": "pods"},
        "podStatus": "Enabled",
        "agent": {
            "keysSecret": KEYS,
            "endpointHost": "instana.example",
            "endpointPort": "443",
            "image": {"name": "registry.example/agent", "tag": "1"},
            "updateStrategy": {"rollingUpdate": {"maxUnavailable": f"{AT_ONCE_PERCENT}%"}},
        },
        "k8s_sensor": {
            "deployment": {"replicas": 3},
            "podDisruptionBudget": {"enabled": True},
        },
    }
}


@pytest.fixture(scope="module", autouse=True)
def _loop(api: Api, logs: Path) -> Iterator[None]:
    for component in (POD_STATUS, NODE_ZONES):
        component.give_rights(api)
    api.apply(secret("first"))
    settings = POD_STATUS.settings(MAX_BODY_BYTES=ROOM) | NODE_ZONES.settings()
    with running_loop(api, "server-side-apply", logs, settings=settings):
        yield
        api.delete(AGENT)
        wait_for(lambda: not versions(api), "the children are gone", SOON)


@pytest.fixture(name="size")
def _size(api: Api) -> int:
    """Return how many nodes there are, which is how many agents there should be."""
    return len(api.list("Node", "v1"))


def test_from_created_to_ready(api: Api, size: int, told: Told) -> None:
    with watching(api, NAMESPACE, *OF_AGENT) as watches:
        api.apply(AGENT)
        wait_until_ready(api, size)

    told["from created to ready"] = lines(watches)
    for daemonsets, resource in seen(watches):
        if condition(resource, "Ready").get("status") == "True":
            assert available(daemonsets) == size, line_of(resource)
    assert ready_nodes(agents(api)) == names(api)
    assert len([pod for pod in sensors(api) if is_ready(pod)]) == 3


def test_a_new_image_is_rolled_out_a_few_nodes_at_a_time(api: Api, size: int, told: Told) -> None:
    before = uids(agents(api))

    with watching(api, NAMESPACE, *OF_AGENT) as watches:
        say(api, {"agent": {"image": {"tag": "2"}}})
        wait_until_ready(api, size)

    told[f"a new image on {size} nodes, {at_once(size)} at a time"] = lines(watches)
    strategy = (api.get(daemonset()) or {})["spec"]["updateStrategy"]["rollingUpdate"]
    assert strategy == {"maxSurge": 0, "maxUnavailable": f"{AT_ONCE_PERCENT}%"}
    enough_are_ready(watches, size - at_once(size))
    assert {image(pod) for pod in agents(api)} == {"registry.example/agent:2"}
    assert not before & uids(agents(api))
    tells_what_is(watches)
    assert any("RollingOut" in line and ", about 1 min" in line for line in lines(watches))
    (cause,) = {each["cause"] for each in status(api)["rollout"]["last"] if of_agents(each)}
    assert cause == f"generation {(api.get(AGENT) or {})['metadata']['generation']} of the resource"


def test_a_node_dies_and_comes_back(api: Api, size: int) -> None:
    nodes("kill", "node-2")
    wait_for(lambda: "node-2" in nodes_of(api, "NodeNotReady"), "the status names the node", SOON)
    # DaemonSets want no pod where nobody reports: the taint is one that agents do not tolerate.
    wait_for(lambda: summary(api) == f"{size - 1}/{size - 1}", "nor is an agent wanted", SOON)

    nodes("revive", "node-2")
    wait_until_ready(api, size)
    assert not causes(api)


def test_a_node_joins_is_tainted_and_leaves(api: Api, size: int) -> None:
    nodes("add", "newcomer")
    wait_until_ready(api, size + 1)
    assert "newcomer" in ready_nodes(agents(api))

    nodes("taint", "--taint", "broken=disk:NoExecute", "newcomer")
    wait_until_ready(api, size)
    wait_for(lambda: "newcomer" not in ready_nodes(agents(api)), "its agent ends", SOON)

    nodes("taint", "--taint", "broken-", "newcomer")
    wait_until_ready(api, size + 1)
    nodes("remove", "newcomer")
    wait_until_ready(api, size)


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "CrashLoopBackOff"])
def test_pods_that_fail_hold_the_rollout_and_are_told(api: Api, size: int, reason: str) -> None:
    with watching(api, NAMESPACE, *OF_AGENT) as watches:
        say(api, {"agent": {"image": {"tag": f"3-{reason}"}}})
        wait_for(lambda: causes(api).get(reason) == at_once(size), "the status counts them", SOON)
        ready = condition(api.get(AGENT) or {}, "Ready")
        failing = {pod["metadata"]["name"] for pod in agents(api) if not is_ready(pod)}
        (problem,) = status(api)["pods"]["problems"]
        say(api, {"agent": {"image": {"tag": "2"}}})
        wait_until_ready(api, size)

    assert ready["status"] == "False"
    assert reason in ready["message"]
    assert problem["component"] == "instana-agent"
    assert problem["pod"] in failing
    enough_are_ready(watches, size - at_once(size))
    assert not causes(api)


def test_a_drain_leaves_as_many_sensors_as_the_budget_says(api: Api) -> None:
    (budget,) = api.list("PodDisruptionBudget", "policy/v1", NAMESPACE)
    fewest = budget["spec"]["minAvailable"]
    drained = {pod["spec"]["nodeName"] for pod in sensors(api)}
    before = uids(sensors(api))

    with watching(api, NAMESPACE, ("Pod", "v1")) as watches:
        kubectl("drain", "--ignore-daemonsets", "--timeout", f"{SOON:g}s", *drained)
        wait_for(lambda: ready_sensors(sensors(api)) == 3, "three k8sensors", SOON)

    assert fewest == 2
    assert min(ready_sensors(list(there.values())) for there in moments(watches)) >= fewest
    assert not before & uids(sensors(api))
    assert not drained & {pod["spec"]["nodeName"] for pod in sensors(api)}
    assert drained <= ready_nodes(agents(api))
    kubectl("uncordon", *drained)


def test_a_held_rollout_waits_for_its_approval(api: Api, size: int) -> None:
    say(api, {"rollout": {"policy": "Manual"}})
    before = uids(agents(api))

    with watching(api, NAMESPACE, *OF_AGENT) as watches:
        say(api, {"agent": {"image": {"tag": "4"}}})
        wait_for(lambda: "held" in status(api)["rollout"], "it is held", SOON)
        (held,) = status(api)["rollout"]["held"]
        assert uids(agents(api)) == before
        approval = {"metadata": {"annotations": {APPROVE: held["approval"]}}}
        api.merge(AGENT, approval)
        wait_until_ready(api, size, lambda: "held" not in status(api)["rollout"])
    say(api, {"rollout": {"policy": "Automatic"}})

    assert held["pods"] == size
    assert held["changes"] == ["template.spec.containers[instana-agent].image"]
    assert {image(pod) for pod in agents(api)} == {"registry.example/agent:4"}
    enough_are_ready(watches, size - at_once(size))


def test_a_rotated_key_comes_to_all_pods(api: Api, size: int) -> None:
    before = uids(agents(api)) | uids(sensors(api))

    with watching(api, NAMESPACE, *OF_AGENT) as watches:
        api.apply(secret("second"))
        wait_for(lambda: not keys_in_use(api), "the status says that pods use old values", SOON)
        wait_until_ready(api, size, lambda: keys_in_use(api))

    assert not before & (uids(agents(api)) | uids(sensors(api)))
    enough_are_ready(watches, size - at_once(size))
    causes_of_rollouts = {each["cause"] for each in status(api)["rollout"]["last"]}
    assert causes_of_rollouts == {f"a new value of Secret {KEYS}, entry key"}


def test_zones_follow_the_nodes(api: Api, size: int) -> None:
    zones = dict(zip(sorted(names(api)), cycle(ZONES), strict=False))
    for name, zone in zones.items():
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
        api.merge(node, {"metadata": {"labels": {TOPOLOGY_ZONE: zone}}})

    say(api, {"zone": {"automatic": "NodeLabel"}})
    wait_until_ready(api, size, lambda: zones_of(api) == {*ZONES})

    found = {pod["spec"]["nodeName"]: variable(pod, "INSTANA_ZONE") for pod in agents(api)}
    assert found == zones
    nodes("add", "--labels", f"{TOPOLOGY_ZONE}=eu-4", "pioneer")
    wait_until_ready(api, size + 1, lambda: "eu-4" in zones_of(api))
    assert "eu-4" in {variable(pod, "INSTANA_ZONE") for pod in agents(api)}
    nodes("remove", "pioneer")
    wait_until_ready(api, size)


def test_nothing_is_left_after_it_is_deleted(api: Api) -> None:
    api.delete(AGENT)
    wait_for(lambda: not agents(api) + sensors(api), "the pods end", SOON)

    wait_for(lambda: not versions(api), "the children are gone", SOON)
    mine = {(kind, KEYS) for kind in ("Secret",)}
    left = {
        (each["kind"], each["metadata"]["name"])
        for kind, version in KINDS
        for each in api.list(kind, version, NAMESPACE)
    }
    assert left - mine <= {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
    assert mine <= left


def wait_until_ready(api: Api, size: int, further: Callable[[], object] = lambda: True) -> None:
    """Wait until the resource is ready with so many agents, as its last generation wants."""

    def is_so() -> bool:
        agent = api.get(AGENT) or {}
        return bool(
            agent.get("status", {}).get("observedGeneration") == agent["metadata"]["generation"]
            and condition(agent, "Ready").get("status") == "True"
            and agent["status"]["agents"]["summary"] == f"{size}/{size}"
            and further()
        )

    wait_for(is_so, f"ready with {size} agents: {line_of(api.get(AGENT) or {})}", 2 * SOON)


def tells_what_is(watches: list[Watch]) -> None:
    """Fail unless each status has counts of the DaemonSet, in their order, and is True to them."""
    known_counts: list[Any] = []
    last = -1
    for daemonsets, resource in seen(watches):
        counted = tuple(map(counts, daemonsets))
        known_counts += [counted] if counted not in known_counts[-1:] else []
        said = resource["status"]["agents"]
        found = (tuple(said[each] for each in ("desired", "ready", "updated", "available")),)
        positions = [n for n, each in enumerate(known_counts) if each == found and n >= last]
        assert positions, f"{line_of(resource)}: of {known_counts[last:]}"
        last = positions[0]
        is_done = found[0] == (said["desired"],) * 4
        if not is_done:
            assert condition(resource, "Ready")["status"] == "False", line_of(resource)
            assert condition(resource, "Reconciling")["status"] == "True", line_of(resource)
        assert condition(resource, "Stalled")["status"] == "False", line_of(resource)


def seen(watches: list[Watch]) -> Iterator[tuple[list[Obj], Obj]]:
    """Yield DaemonSets and resource after each event, from the first one with a status on."""
    for there in moments(watches):
        resource = there.get(identity(AGENT), {})
        if "status" in resource:
            yield [each for each in there.values() if each["kind"] == "DaemonSet"], resource


def counts(found: Obj) -> tuple[int, ...]:
    """Return how many agents should be there, are ready, updated and available."""
    fields = (
        "desiredNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    )
    return tuple(found.get("status", {}).get(each, 0) for each in fields)


def available(daemonsets: list[Obj]) -> int:
    return sum(each.get("status", {}).get("numberAvailable", 0) for each in daemonsets)


def enough_are_ready(watches: list[Watch], fewest: int) -> None:
    """Check on how many nodes an agent is ready at every moment; say what became of the others."""
    for there in moments(watches):
        objects = list(there.values())
        away = [each for each in objects if is_of(AGENT_OF_NODE, each) and not is_ready(each)]
        assert len(ready_nodes(objects)) >= fewest - ENDING, [how_it_is(pod) for pod in away]


def ready_sensors(objects: list[Obj]) -> int:
    return len([each for each in objects if is_of(K8SENSOR, each) and is_ready(each)])


def at_once(size: int) -> int:
    """Return how many agents may be away at once; Kubernetes rounds up."""
    return math.ceil(size * AT_ONCE_PERCENT / 100)


def lines(watches: list[Watch]) -> list[str]:
    """Return what the status of the resource said on the way."""
    (found,) = (as_lines(each) for each in watches if each.kind == "InstanaAgent")
    return found


def status(api: Api) -> Obj:
    found: Obj = (api.get(AGENT) or {}).get("status") or {}
    return found


def summary(api: Api) -> str:
    """Return how many agents of how many are ready."""
    return str(status(api)["agents"]["summary"])


def causes(api: Api) -> dict[str, int]:
    problems = status(api).get("pods", {}).get("problems", [])
    return {each["cause"]: each["count"] for each in problems}


def zones_of(api: Api) -> set[str]:
    """Return the zones that agents are counted by; those of nodes without one have no name."""
    return {each["zone"] for each in status(api)["agents"].get("zones", []) if "zone" in each}


def nodes_of(api: Api, cause: str) -> set[str]:
    """Return the nodes that are named as examples of a cause."""
    problems = status(api).get("pods", {}).get("problems", [])
    return {each["node"] for each in problems if each["cause"] == cause}


def keys_in_use(api: Api) -> bool:
    """Tell whether the pods use what the Secret with the keys holds now."""
    references = status(api).get("references", [])
    return all(each.get("inUse", True) for each in references if each["name"] == KEYS)


def of_agents(rollout: Obj) -> bool:
    return bool(rollout["workload"] == f"DaemonSet/{NAME}")


def variable(pod: Obj, name: str) -> str:
    """Return the value of a variable of the agent."""
    env = pod["spec"]["containers"][0]["env"]
    return str(next(each.get("value", "") for each in env if each["name"] == name))


def names(api: Api) -> set[str]:
    return {each["metadata"]["name"] for each in api.list("Node", "v1")}


def say(api: Api, spec: Obj) -> None:
    """Change the resource."""
    api.merge(AGENT, {"spec": spec})


def secret(key: str) -> Obj:
    """Return the Secret with the key of the agents."""
    data = {"key": b64encode(key.encode()).decode()}
    return known("Secret", "v1", KEYS) | {"type": "Opaque", "data": data}


def kubectl(*words: str) -> None:
    subprocess.run(["kubectl", *words], check=True, capture_output=True)
