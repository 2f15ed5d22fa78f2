"""`make record`: record requests of a real Metacontroller as fixtures of the pure functions.

Needs KUBECONFIG and METACONTROLLER. What differs from one recording to the next (identifiers,
times, versions, addresses) is replaced, so that a new recording shows in review what changed.
"""

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from hooks.desired.pause import PAUSE
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource, surroundings
from tests.cluster.conftest import prepared_api
from tests.cluster.loop import remove, running_loop, settled, sync_again
from tests.cluster.metacontroller import Exchange, Recorder
from tests.support.resources import merged

FIXTURES = Path("tests/fixtures")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LOOPBACK = re.compile(r"127\.0\.0\.1:\d+")
STEADY = {"resourceVersion": "1000", "clusterIP": "10.96.0.10"}
NODES = 3


@dataclass(frozen=True)
class Story:
    """A case to bring about, and what is done to it before the last request is kept."""

    name: str
    case: str
    strategy: str
    turn: Callable[[Api, Obj], None] | None = None
    without: tuple[str, ...] = ()
    pull_secret: str = ""
    first: bool = False
    spec: Obj = field(default_factory=dict)
    """What else the resource says."""


def becomes_healthy(api: Api, agent: Obj) -> None:
    """Give the cluster nodes, and let every pod be ready as a kubelet would report it."""
    for number in range(NODES):
        node = _node(f"node-{number + 1}")
        api.apply(node)
        api.merge(node, {"spec": {"taints": None}})
    wait_for(lambda: len(_daemon_pods(api)) == NODES, "there is a pod for every node")
    wait_for(lambda: _report_pods(api) and _is_ready(api, agent), "the resource is ready")


def gets_broken_yaml(api: Api, agent: Obj) -> None:
    """Break the spec of a resource that has its children, so that only the service can see it."""
    api.merge(agent, {"spec": {"agent": {"configuration_yaml": "not: [yaml"}}})


OF_ITS_OWN: Obj = {
    "agent": {"configuration": {"com.instana.plugin.host": {"tags": ["production"]}}},
    "platform": "Talos",
    "networkPolicy": {"enabled": True, "egress": {"enabled": True}},
    "k8s_sensor": {
        "securityProfile": "Restricted",
        "deployment": {
            "strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
            "pod": {
                "env": [{"name": "GOMEMLIMIT", "value": "1800MiB"}],
                "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "1024Mi"}}],
                "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],
            },
        },
    },
}


def rotates_its_key(api: Api, agent: Obj) -> None:
    """Change the key in the Secret that the resource names."""
    name = agent["spec"]["agent"]["keysSecret"]
    api.merge(_secret(name), {"data": {"key": "cm90YXRlZA=="}})


def is_overridden(api: Api, agent: Obj) -> None:
    """Patch the children by the resource."""
    container = {"name": "instana-agent", "env": [{"name": "POD_IP", "$patch": "delete"}]}
    sidecar = {"name": "sidecar", "image": "registry.example.com/sidecar:1.0"}
    pod = {"containers": [container, sidecar], "terminationGracePeriodSeconds": 60}
    overrides = {
        "agentDaemonSet": {"spec": {"template": {"spec": pod}}},
        "agentService": {"spec": {"sessionAffinity": "ClientIP"}},
    }
    api.merge(agent, {"spec": {"overrides": overrides}})


def is_changed_while_paused(api: Api, agent: Obj) -> None:
    """Pause the resource, then change it and a child of it."""
    api.merge(agent, {"metadata": {"annotations": {PAUSE: "true"}}})
    settled(api, agent)
    gets_another_image(api, agent)
    metadata = {"name": agent["metadata"]["name"], "namespace": NAMESPACE}
    daemonset = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata}
    api.merge(daemonset, {"spec": {"minReadySeconds": 7}})


def gets_another_image(api: Api, agent: Obj) -> None:
    """Change what replaces the agents' pods."""
    api.merge(agent, {"spec": {"agent": {"image": {"tag": "2"}}}})


WITHOUT_SENSOR: Obj = {"k8s_sensor": {"deployment": {"enabled": False}}}

STORIES = (
    Story("first-sync", "minimal", "server-side-apply", first=True),
    Story(
        "healthy",
        "combined-production",
        "server-side-apply",
        becomes_healthy,
        pull_secret="regcred",
    ),
    Story("healthy-dynamic-apply", "proxy-auth", "dynamic-apply", becomes_healthy),
    Story("keys-secret-missing", "backends-keys-secret", "server-side-apply", without=("Secret",)),
    Story("invalid-with-children", "download-key", "server-side-apply", gets_broken_yaml),
    Story("key-rotated", "keys-secret", "server-side-apply", rotates_its_key),
    Story("overrides", "minimal", "server-side-apply", is_overridden),
    Story("etcd-discovered", "etcd-discovered", "server-side-apply"),
    Story("zones", "zones-two", "dynamic-apply"),
    Story("network-policy", "minimal", "server-side-apply", spec=OF_ITS_OWN),
    Story(
        "package-cache",
        "minimal",
        "server-side-apply",
        spec={"agent": {"packageCache": {"type": "PersistentVolumeClaim", "size": "10Gi"}}},
    ),
    Story("paused", "minimal", "server-side-apply", is_changed_while_paused),
    Story(
        "roll-out-held",
        "minimal",
        "server-side-apply",
        gets_another_image,
        spec={"rollout": {"policy": "Manual"}},
    ),
    Story("no-nodes", "minimal", "server-side-apply", spec=WITHOUT_SENSOR),
    Story("upgraded-daemonset", "upgrade-daemonset", "server-side-apply", first=True),
)


def main() -> int:
    """Record all stories; returns the exit code."""
    api = prepared_api()
    with tempfile.TemporaryDirectory() as logs:
        for strategy in sorted({story.strategy for story in STORIES}):
            with running_loop(api, strategy, Path(logs)) as loop:
                for story in STORIES:
                    if story.strategy == strategy:
                        record(api, loop, story)
    return 0


def record(api: Api, loop: Recorder, story: Story) -> None:
    """Bring a story about and keep the requests that it led to."""
    agent, others = merged(resource(story.case), {"spec": story.spec}), surroundings(story.case)
    others = [each for each in others if each["kind"] not in story.without]
    if story.pull_secret:
        others.append(_secret(story.pull_secret))
    loop.exchanges.clear()
    try:
        api.apply_all([*others, agent])
        wait_for(lambda: "status" in (api.get(agent) or {}), "the first status")
        settled(api, agent)
        if story.turn:
            story.turn(api, agent)
            settled(api, agent)
        if not story.first:
            sync_again(api, agent, loop, "recorded")
        syncs = loop.syncs_of(agent["metadata"]["name"])
        _keep(syncs[0] if story.first else syncs[-1], "sync", story.name)
        _keep_last(loop, "/customize", "customize", story.name)
        _keep_last(loop, "/cluster-rbac/sync", "cluster-rbac-sync", story.name)
        _keep_last(loop, "/cluster-rbac/customize", "cluster-rbac-customize", story.name)
    finally:
        remove(api, agent, [*others, *(_node(f"node-{n + 1}") for n in range(NODES))])


def _keep_last(loop: Recorder, path: str, hook: str, name: str) -> None:
    found = [each for each in loop.exchanges if each.path == path]
    if found:
        _keep(found[-1], hook, name)


def _keep(exchange: Exchange, hook: str, name: str) -> None:
    folder = FIXTURES / hook / name
    folder.mkdir(parents=True, exist_ok=True)
    request = steady(exchange.asked)
    text = orjson.dumps(request, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    (folder / "request.json").write_bytes(text + b"\n")


def steady(value: Any, name: str = "") -> Any:
    """Return the value with what differs between recordings replaced."""
    if isinstance(value, dict):
        return {
            key: STEADY[key] if key in STEADY and item != "None" else steady(item, key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        addresses = name == "clusterIPs" and value != ["None"]
        return [STEADY["clusterIP"]] if addresses else [steady(item) for item in value]
    if isinstance(value, str):
        value = TIME.sub("2026-01-01T00:00:00Z", value)
        value = LOOPBACK.sub("service", value)
        return UUID.sub(str(uuid5(NAMESPACE_URL, "recorded")), value)
    return value


def _node(name: str) -> Obj:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}


def _secret(name: str) -> Obj:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque"}


def _pods(api: Api) -> list[Obj]:
    return api.list("Pod", "v1", NAMESPACE)


def _daemon_pods(api: Api) -> list[Obj]:
    return [
        pod
        for pod in _pods(api)
        if pod["metadata"]["labels"]["app.kubernetes.io/component"] == "instana-agent"
    ]


def _report_pods(api: Api) -> bool:
    """Report every pod as ready, as a kubelet would; those that a roll-out replaces as well."""
    long_ago = "2026-01-01T00:00:00Z"
    condition = {"type": "Ready", "status": "True", "lastTransitionTime": long_ago}
    status = {"phase": "Running", "conditions": [condition]}
    for pod in _pods(api):
        if pod["status"].get("phase") != "Running" and api.get(pod):
            api.merge(pod, {"status": status}, subresource="status")
    return True


def _is_ready(api: Api, agent: Obj) -> bool:
    found = api.get(agent) or {}
    conditions = (found.get("status") or {}).get("conditions") or []
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)


if __name__ == "__main__":
    sys.exit(main())
