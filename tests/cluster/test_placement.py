"""Probes, tolerations, package caches and zones change on a running resource."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks.desired.inputs.zones import TOPOLOGY_ZONE
from hooks.facts import Facts
from hooks.kube.objects import Obj, identity
from hooks.rendering import render
from tests.cluster.api import Api, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.component import NODE_ZONES
from tests.cluster.loop import is_followed, remove, running_loop, settled, sync_again, versions
from tests.cluster.many import left_over
from tests.cluster.metacontroller import STRATEGIES, Recorder
from tests.cluster.playing import node

pytestmark = pytest.mark.loop

AGENT = resource("minimal")
NOW = "2026-01-01T00:00:00Z"
VERSION = "1.36"
FACTS = Facts(node_zones=True, kubernetes_version=VERSION)
CLAIM: Obj = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "mine", "namespace": NAMESPACE},
    "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}},
}
MADE_CLAIM = CLAIM | {"metadata": {"name": "instana-agent-package-cache", "namespace": NAMESPACE}}
HELD = {identity(MADE_CLAIM)}
"""Stays as long as a roll-out is under way, which never ends where no pod runs."""


def _node(name: str, zone: str) -> Obj:
    return node(name, labels={"tests": "zones"} | ({TOPOLOGY_ZONE: zone} if zone else {}))


NODES = [_node("zoned-1", "eu-1"), _node("zoned-2", "EU_2"), _node("zoned-3", "")]


def _pod(**fields: object) -> Obj:
    return {"agent": {"pod": fields}}


def _cache(kind: str | None, **fields: object) -> Obj:
    former = dict.fromkeys(("size", "path", "storageClassName", "claimName"))
    return {"agent": {"packageCache": former | {"type": kind} | fields}}


COMMAND = {"exec": {"command": ["true"]}}
CHANGES: dict[str, Obj] = {
    "numbers of probes": _pod(startupProbe={"failureThreshold": 90}, readinessProbe=COMMAND),
    "another handler": _pod(startupProbe=None, livenessProbe=COMMAND),
    "probes by default": _pod(readinessProbe=None, livenessProbe=None),
    "probe of the k8sensor": {
        "k8s_sensor": {"deployment": {"pod": {"livenessProbe": {"tcpSocket": {"port": 42699}}}}}
    },
    "no probe of the k8sensor": {"k8s_sensor": {"deployment": {"pod": {"livenessProbe": None}}}},
    "ephemeral storage": _pod(requests={"ephemeral-storage": "1024Mi"}),
    "limit of ephemeral storage alone": _pod(requests=None, limits={"ephemeral-storage": "2Gi"}),
    "taints of the control plane": {"agent": {"scheduling": {"tolerate": "ControlPlane"}}},
    "all taints": {"agent": {"scheduling": {"tolerate": "All"}}},
    "no more taints": {"agent": {"scheduling": None}},
    "directory of the node": _cache("HostPath", path="/cache"),
    "directory of the pod": _cache("EmptyDir", size="1024Mi"),
    "claim of the pod": _cache("Ephemeral", size="1Gi", storageClassName="fast"),
    "claim for all": _cache("PersistentVolumeClaim", size="1Gi"),
    "larger claim for all": _cache("PersistentVolumeClaim", size="2Gi"),
    "claim of the user": _cache("PersistentVolumeClaim", claimName="mine"),
    "no cache": {"agent": {"packageCache": None}},
    "zones of nodes": {"zone": {"automatic": "NodeLabel"}},
    "name for nodes without a zone": {"zone": {"name": "edge"}},
    "zone of the pod": {"zone": {"automatic": "PodLabel", "name": None}},
    "no zone": {"zone": None},
}


@pytest.fixture(scope="module", params=STRATEGIES, name="loop")
def _loop(request: pytest.FixtureRequest, api: Api, logs: Path) -> Iterator[Recorder]:
    others = [CLAIM, *NODES]
    NODE_ZONES.give_rights(api)
    with running_loop(
        api, request.param, logs, settings=NODE_ZONES.settings(KUBERNETES_VERSION=VERSION)
    ) as recorder:
        api.apply_all([*others, AGENT])
        yield recorder
        remove(api, AGENT, others)


@pytest.fixture(scope="module", name="place")
def _place(api: Api) -> str:
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "placement"}})
    return "placement"


@pytest.mark.parametrize("change", CHANGES)
def test_children_follow_and_nothing_old_is_left(
    change: str, loop: Recorder, api: Api, place: str
) -> None:
    parent = api.merge(AGENT, {"spec": CHANGES[change]})
    wanted = {identity(each): each for each in _wanted(parent)}
    settled(api, AGENT)
    wait_for(lambda: is_followed(api, parent), "the change is followed")
    wait_for(lambda: wanted.keys() <= versions(api).keys() <= {*wanted, *HELD}, "the children")
    before = settled(api, AGENT)

    found = [
        left
        for child in wanted.values()
        if child["kind"] in {"DaemonSet", "Deployment", "Service"}
        for left in left_over(api, api.get(child) or {}, child, place)
    ]
    sync_again(api, AGENT, loop, change)

    assert found == []
    assert _unchanged(settled(api, AGENT), before)
    assert _errors(api) == []


def _unchanged(
    now: dict[tuple[str, str, str, str], str], before: dict[tuple[str, str, str, str], str]
) -> bool:
    return {place for place in now if now[place] != before.get(place)} <= {identity(AGENT)}


def _wanted(parent: Obj) -> list[Obj]:
    fresh = {name: part for name, part in parent.items() if name != "status"}
    rendered = render([fresh, CLAIM, *NODES], FACTS, NOW)
    assert not rendered.problems
    return [*rendered.children, *rendered.attachments]


def test_a_claim_that_cannot_grow_is_told(loop: Recorder, api: Api) -> None:
    for size in ("1Gi", "2Gi"):
        parent = api.merge(AGENT, {"spec": _cache("PersistentVolumeClaim", size=size)})
        wait_for(lambda each=parent: is_followed(api, each), "the change is followed")  # type: ignore[misc]
        settled(api, AGENT)
    bound = {"status": {"phase": "Bound"}}
    api.merge(MADE_CLAIM, bound, subresource="status")
    wait_for(lambda: _cache_condition(api).get("reason") == "ClaimKept", "the status tells it")

    assert (api.get(MADE_CLAIM) or {})["spec"]["resources"]["requests"] == {"storage": "1Gi"}
    assert _errors(api) == []
    assert loop.port
    api.merge(AGENT, {"spec": {"agent": {"packageCache": None}}})


def _errors(api: Api) -> list[str]:
    """Return what Metacontroller said of this very resource."""
    uid = (api.get(AGENT) or {})["metadata"]["uid"]
    events = api.list("Event", "v1", NAMESPACE, fieldSelector="reason=SyncError")
    return [each["message"] for each in events if each["involvedObject"].get("uid") == uid]


def _cache_condition(api: Api) -> Obj:
    conditions = ((api.get(AGENT) or {}).get("status") or {}).get("conditions") or []
    return next((each for each in conditions if each["type"] == "PackageCacheReady"), {})


def test_a_zone_that_loses_its_nodes_keeps_its_daemonset_until_it_has_no_pods(
    loop: Recorder, api: Api
) -> None:
    _on_all_nodes(api, "NodeLabel")
    wait_for(lambda: _has_pods(api, "instana-agent-eu-1"), "the zone has a pod")
    calls = len(loop.syncs_of("instana-agent"))
    api.delete(NODES[0])
    wait_for(lambda: len(loop.syncs_of("instana-agent")) > calls, "the zone is looked at")
    settled(api, AGENT)

    assert _daemonset(api, "instana-agent-eu-1")

    for pod in _pods_of(api, "instana-agent-eu-1"):  # as the collector of orphaned pods does
        api.delete(pod)
    wait_for(lambda: not _daemonset(api, "instana-agent-eu-1"), "the zone is gone")

    assert _daemonset(api, "instana-agent")
    api.apply(NODES[0])
    wait_for(lambda: bool(_daemonset(api, "instana-agent-eu-1")), "the zone is back")


def _on_all_nodes(api: Api, automatic: str) -> None:
    """Let agents run on nodes that no kubelet reports as ready."""
    tolerant = {"scheduling": {"tolerate": "All"}}
    api.merge(AGENT, {"spec": {"zone": {"automatic": automatic}, "agent": tolerant}})


def _daemonset(api: Api, name: str) -> Obj | None:
    metadata = {"name": name, "namespace": NAMESPACE}
    return api.get({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata})


def _has_pods(api: Api, name: str) -> bool:
    status = (_daemonset(api, name) or {}).get("status") or {}
    return bool(status.get("currentNumberScheduled"))


def test_a_pod_that_is_bound_has_the_zone_of_its_node(loop: Recorder, api: Api) -> None:
    """The API server copies it; the agent's variable takes it from there."""
    _on_all_nodes(api, "PodLabel")
    wait_for(lambda: len(_pods(api, "zoned-1")) == 1, "there is a pod for the node")
    settled(api, AGENT)
    (pod,) = _pods(api, "zoned-1")
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": pod["metadata"]["name"], "namespace": NAMESPACE},
        "target": {"kind": "Node", "name": "zoned-1"},
    }
    answer = api.session.post(f"{api.url(pod)}/binding", json=binding)
    labels = (api.get(pod) or {})["metadata"]["labels"]

    assert answer.ok, answer.text
    assert labels[TOPOLOGY_ZONE] == "eu-1"
    assert {"name": "INSTANA_ZONE", "valueFrom": {"fieldRef": {
        "apiVersion": "v1", "fieldPath": f"metadata.labels['{TOPOLOGY_ZONE}']"}}
    } in pod["spec"]["containers"][0]["env"]  # fmt: skip
    assert loop.port


def _pods(api: Api, node: str) -> list[Obj]:
    """Return the agents' pods of the last template for a node, which their affinity names."""
    return [
        each
        for each in _pods_of(api, "instana-agent")
        if f"'{node}'" in str((each["spec"].get("affinity") or {}).get("nodeAffinity"))
        if "metadata.labels" in str(each["spec"]["containers"][0]["env"])
    ]


def _pods_of(api: Api, daemonset: str) -> list[Obj]:
    return [
        each
        for each in api.list("Pod", "v1", NAMESPACE)
        if each["metadata"]["ownerReferences"][0]["name"] == daemonset
        if "deletionTimestamp" not in each["metadata"]
    ]
