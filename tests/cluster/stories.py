"""What requests are recorded of: a resource, what is done to it and its cluster, step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import TypeAlias

from hooks.desired.inputs.zones import TOPOLOGY_ZONE
from hooks.desired.passes.pause import PAUSE
from tests.cluster.api import Api, Obj
from tests.cluster.cases import NAMESPACE
from tests.cluster.loop import settled
from tests.cluster.playing import (
    NODES,
    Rule,
    all_healthy,
    end,
    have_nodes,
    node,
    node_of,
    of_image,
    on_node,
    pods,
    status_by,
)
from tests.support.pods import crashing, cut_off, pull_failure, starting, unschedulable

Act: TypeAlias = Callable[[Api, Obj], object]

BY_SERVER, DYNAMIC = "server-side-apply", "dynamic-apply"
TAINT = {"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}
ENFORCE = "pod-security.kubernetes.io/enforce"
NOT_THERE = (
    'Back-off pulling image "icr.io/instana/agent:2": ErrImagePull: rpc error: code = NotFound '
    "desc = icr.io/instana/agent:2: not found"
)
NO_ROOM = (
    "0/3 nodes are available: 1 Insufficient memory, 2 node(s) didn't satisfy plugin(s) "
    "[NodeAffinity]."
)


class Moment(Enum):
    """When a request is of interest that is not the last one."""

    CREATED = auto()
    """Nothing is there yet."""

    ADOPTED = auto()
    """Children of somebody else are there that have no controller; Metacontroller has them."""


@dataclass(frozen=True)
class Step:
    """What is done, and then becomes of the pods; recorded if it has a name."""

    name: str = ""
    acts: tuple[Act, ...] = ()
    pods: Rule | None = None
    """What kubelets report; none for a cluster in which none runs."""
    ready_at_last: bool = False
    """Whether the resource is ready after a while: controllers try less and less often."""


@dataclass(frozen=True)
class Story:
    """A case to bring about: its requests are kept at the steps with names, else at the end."""

    name: str
    case: str = "minimal"
    strategy: str = BY_SERVER
    steps: tuple[Step, ...] = ()
    without: tuple[str, ...] = ()
    pull_secret: str = ""
    first: Moment | None = None
    """Of which moment the first request is kept; else it is the last of all."""
    spec: Obj = field(default_factory=dict)
    """What else the resource says."""
    facts: dict[str, str] = field(default_factory=dict)
    """What the installation knows, by the names of facts as text."""

    @property
    def has_names(self) -> bool:
        """Tell whether requests are kept at steps on the way."""
        return any(step.name for step in self.steps)


def has_nodes(api: Api, _agent: Obj) -> None:
    """Give the cluster nodes."""
    have_nodes(api, map(node, NODES))


def has_nodes_in_zones(api: Api, _agent: Obj) -> None:
    """Give the cluster nodes of two zones, and one without a zone."""
    zones: tuple[dict[str, str], ...] = ({TOPOLOGY_ZONE: "eu-1"}, {TOPOLOGY_ZONE: "EU_2"}, {})
    have_nodes(api, [node(each, labels=labels) for each, labels in zip(NODES, zones, strict=True)])


def loses_a_node(api: Api, _agent: Obj) -> None:
    """Take the last node of a zone away; its pod is left until somebody collects it."""
    api.delete(node(NODES[1]))


def has_a_tainted_node(api: Api, _agent: Obj) -> None:
    """Give the cluster nodes, one of them for a purpose of its own."""
    have_nodes(api, map(node, NODES[:2]))
    have_nodes(api, [node(NODES[2])], [TAINT])


def taints_another_node(api: Api, _agent: Obj) -> None:
    """Taint a node on which an agent runs; DaemonSets are counted with the next event of a pod."""
    api.merge(node(NODES[1]), {"spec": {"taints": [TAINT]}})
    for pod in pods(api):
        api.merge(pod, {"metadata": {"annotations": {"tests/event": "one"}}})


def collects_pods(api: Api, _agent: Obj) -> None:
    """End the pods of nodes that are gone, as their collector does after a while."""
    for pod in pods(api):
        if api.get(node(node_of(pod))) is None:
            end(api, pod)


def says(spec: Obj) -> Act:
    """Return the act of changing the resource."""
    return lambda api, agent: api.merge(agent, {"spec": spec})


def gets_broken_yaml(api: Api, agent: Obj) -> None:
    """Break the spec of a resource that has its children, so that only the service can see it."""
    api.merge(agent, {"spec": {"agent": {"configuration_yaml": "not: [yaml"}}})


def rotates_its_key(api: Api, agent: Obj) -> None:
    """Change the key in the Secret that the resource names."""
    api.merge(secret(agent["spec"]["agent"]["keysSecret"]), {"data": {"key": "cm90YXRlZA=="}})


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


gets_another_image = says({"agent": {"image": {"tag": "2"}}})
tolerates_all = says({"agent": {"scheduling": {"tolerate": "All"}}})
gets_its_image_back = says({"agent": {"image": {"tag": "latest"}}})


def forbids_pods(level: str | None, api: Api, _agent: Obj) -> None:
    """Have Pod Security allow the level in the namespace, anything where there is none."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    api.merge(namespace, {"metadata": {"labels": {ENFORCE: level}}})


def secret(name: str) -> Obj:
    """Return a Secret without anything in it."""
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque"}


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
WITHOUT_SENSOR: Obj = {"k8s_sensor": {"deployment": {"enabled": False}}}
WITH_PODS: Obj = WITHOUT_SENSOR | {"podStatus": "Enabled"}
READS_PODS = {"podStatus": "true"}
READS_NODES = {"nodeZones": "true"}

is_healthy = Step(acts=(has_nodes,), pods=all_healthy)
crash = partial(crashing, code=1, count=5)
is_full = partial(unschedulable, message=NO_ROOM)
cannot_pull = partial(pull_failure, message=NOT_THERE)

STORIES = (
    Story("first-sync", first=Moment.CREATED),
    Story("healthy", "combined-production", steps=(is_healthy,), pull_secret="regcred"),
    Story("healthy-dynamic-apply", "proxy-auth", DYNAMIC, (is_healthy,)),
    Story("keys-secret-missing", "backends-keys-secret", without=("Secret",)),
    Story(
        "invalid-with-children",
        "download-key",
        steps=(is_healthy, Step(acts=(gets_broken_yaml,), pods=all_healthy)),
    ),
    Story("key-rotated", "keys-secret", steps=(Step(acts=(rotates_its_key,)),)),
    Story("overrides", steps=(Step(acts=(is_overridden,)),)),
    Story("etcd-discovered", "etcd-discovered"),
    Story("zones", "zones-two", DYNAMIC),
    Story("network-policy", spec=OF_ITS_OWN),
    Story(
        "package-cache",
        spec={"agent": {"packageCache": {"type": "PersistentVolumeClaim", "size": "10Gi"}}},
    ),
    Story("paused", steps=(Step(acts=(is_changed_while_paused,)),)),
    Story(
        "roll-out-held",
        steps=(Step(acts=(gets_another_image,)),),
        spec={"rollout": {"policy": "Manual"}},
    ),
    Story("no-nodes", spec=WITHOUT_SENSOR),
    Story("upgraded-daemonset", "upgrade-daemonset", first=Moment.ADOPTED),
    Story(
        "roll-out",
        steps=(
            Step("created", (has_nodes,), status_by(starting)),
            Step("healthy", (), all_healthy),
            Step("being-rolled", (gets_another_image,), of_image("2", status_by(starting))),
            Step("rolled", (), all_healthy),
        ),
        spec=WITH_PODS,
        facts=READS_PODS,
    ),
    Story(
        "image-pull-failure",
        steps=(
            is_healthy,
            Step("failing", (gets_another_image,), of_image("2", status_by(cannot_pull))),
            Step("mended", (gets_its_image_back,), all_healthy),
        ),
        spec=WITH_PODS,
        facts=READS_PODS,
    ),
    Story(
        "crash-loop",
        steps=(
            is_healthy,
            Step("crashing", (gets_another_image,), of_image("2", status_by(crash))),
            Step("mended", (gets_its_image_back,), all_healthy),
        ),
        spec=WITH_PODS,
        facts=READS_PODS,
    ),
    Story(
        "tainted-nodes",
        steps=(
            Step("not-tolerated", (has_a_tainted_node,), all_healthy),
            Step("tainted-later", (taints_another_node,), all_healthy),
            Step("no-room", (tolerates_all,), on_node(NODES[2], status_by(is_full))),
            Step("tolerated", (), all_healthy),
        ),
        spec=WITH_PODS,
        facts=READS_PODS,
    ),
    Story(
        "node-lost",
        steps=(is_healthy, Step(pods=on_node(NODES[1], status_by(cut_off)))),
        spec=WITH_PODS,
        facts=READS_PODS,
    ),
    Story(
        "pods-refused",
        steps=(
            Step("refused", (partial(forbids_pods, "restricted"), has_nodes), all_healthy),
            Step("allowed", (partial(forbids_pods, None),), all_healthy, ready_at_last=True),
        ),
    ),
    Story(
        "zones-of-nodes",
        steps=(
            Step("found", (has_nodes_in_zones,), all_healthy),
            Step("node-gone", (loses_a_node,)),
            Step("zone-gone", (collects_pods,), all_healthy),
        ),
        spec=WITHOUT_SENSOR | {"zone": {"automatic": "NodeLabel"}},
        facts=READS_NODES,
    ),
    Story(
        "zone-of-pods",
        spec=WITHOUT_SENSOR | {"zone": {"automatic": "PodLabel"}},
        facts={"kubernetesVersion": "1.36"},
    ),
)
