"""The scripts of hack/cluster: nodes that are ready, and pods that come and go on them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import local_cluster
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.local_cluster import SCRIPTS, nodes, started

NAMESPACE = "default"
DEAD_SECONDS = 6
LATE_SECONDS = 3
NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"

pytestmark = [local_cluster.needs_cluster, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", name="state")
def _state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("local") / "state"


@pytest.fixture(scope="module", name="api")
def _api(state: Path) -> Iterator[Api]:
    options = {"NODES": "2", "NODE_LABELS": "tier=a,disk=ssd", "NODE_SECONDS": str(DEAD_SECONDS)}
    with started(state, **options) as kubeconfig:
        api = Api.from_kubeconfig(kubeconfig)
        wait_for(lambda: bool(api.list("ServiceAccount", "v1", NAMESPACE)), "accounts are made")
        yield api


def test_nodes_are_ready_and_as_asked_for(api: Api, state: Path) -> None:
    change(state, "add", "--os", "windows", "--arch", "arm64", "--labels", "tier=b", "other")
    wait_for(lambda: ready_nodes(api) == {"node-1", "node-2", "other"}, "the nodes are ready")

    first, _, other = sorted(api.list("Node", "v1"), key=lambda node: str(node["metadata"]["name"]))

    assert {"tier": "a", "disk": "ssd"}.items() <= first["metadata"]["labels"].items()
    assert first["status"]["nodeInfo"]["operatingSystem"] == "linux"
    assert other["metadata"]["labels"]["kubernetes.io/os"] == "windows"
    assert other["status"]["nodeInfo"]["architecture"] == "arm64"
    addresses = {each["status"]["addresses"][0]["address"] for each in (first, other)}
    assert len(addresses) == 2
    change(state, "remove", "other")
    assert ready_nodes(api) == {"node-1", "node-2"}


def test_pods_of_a_daemon_set_follow_the_nodes(api: Api, state: Path) -> None:
    agents = workload("DaemonSet", "agents", hostNetwork=True)
    api.apply(agents)
    wait_for(lambda: placed(api, "agents") == ["node-1", "node-2"], "a pod on each node")
    first = {pod["metadata"]["uid"] for pod in pods(api, "agents")}

    change(state, "add", "--taints", "dedicated=gpu:NoSchedule", "tainted")
    change(state, "add", "free")
    wait_for(lambda: placed(api, "agents") == ["free", "node-1", "node-2"], "one on the new node")
    change(state, "taint", "--taint", "dedicated-", "tainted")
    wait_for(lambda: len(placed(api, "agents")) == 4, "one where the taint is gone")
    change(state, "remove", "free", "tainted")
    wait_for(lambda: placed(api, "agents") == ["node-1", "node-2"], "those of nodes that went end")

    assert first == {pod["metadata"]["uid"] for pod in pods(api, "agents")}
    assert all(pod["status"]["podIP"] for pod in pods(api, "agents"))
    api.delete(agents)
    wait_for(lambda: not pods(api, "agents"), "the pods end")


def test_pods_of_a_deployment_become_ready_and_end(api: Api) -> None:
    sensor = workload("Deployment", "sensor", annotations=late("ready", LATE_SECONDS))
    api.apply(sensor)
    wait_for(lambda: len(placed(api, "sensor")) == 1, "its pod is ready")

    (pod,) = pods(api, "sensor")
    since = {each["type"]: each["lastTransitionTime"] for each in pod["status"]["conditions"]}
    assert since["Ready"] > since["Initialized"]
    (container,) = pod["status"]["containerStatuses"]
    assert "running" in container["state"]
    assert container["ready"]
    api.delete(sensor)
    wait_for(lambda: not pods(api, "sensor"), "the pod ends")


@pytest.mark.parametrize("by", ["image", "annotation"])
@pytest.mark.parametrize("reason", ["ImagePullBackOff", "CrashLoopBackOff"])
def test_a_pod_fails_as_asked_for(api: Api, reason: str, by: str) -> None:
    image = f"agent:1-{reason}" if by == "image" else "agent:1"
    annotations = {} if by == "image" else {"pods.example/fails": reason}
    failing = workload("Deployment", "failing", image=image, annotations=annotations)
    api.apply(failing)
    wait_for(lambda: waiting(api, "failing") == [reason], "it fails")

    (pod,) = pods(api, "failing")
    assert not is_ready(pod)
    (container,) = pod["status"]["containerStatuses"]
    assert bool(container["restartCount"]) == (reason == "CrashLoopBackOff")
    api.delete(failing)
    wait_for(lambda: not pods(api, "failing"), "it ends")


def test_a_pod_that_is_to_end_completes(api: Api) -> None:
    pod = workload("Deployment", "once")["spec"]["template"]
    pod["spec"]["restartPolicy"] = "Never"
    metadata = {"name": "once", "namespace": NAMESPACE, **pod["metadata"]}
    api.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod["spec"]})

    wait_for(
        lambda: [each["status"]["phase"] for each in pods(api, "once")] == ["Succeeded"], "it does"
    )


def test_a_killed_node_is_found_out_and_comes_back(api: Api, state: Path) -> None:
    agents = workload("DaemonSet", "agents", annotations=late("ends", 1))
    api.apply(agents)
    wait_for(lambda: len(placed(api, "agents")) == 2, "a pod on each node")

    change(state, "kill", "node-2")
    wait_for(lambda: ready_nodes(api) == {"node-1"}, "the node is found dead", 5.0 * DEAD_SECONDS)
    wait_for(lambda: placed(api, "agents") == ["node-1"], "and its pod is not ready")
    wait_for(lambda: UNREACHABLE in taints_of(api, "node-2"), "and pods keep off it")
    change(state, "revive", "node-2")
    wait_for(lambda: placed(api, "agents") == ["node-1", "node-2"], "it reports again")
    wait_for(lambda: not taints_of(api, "node-2"), "and takes pods")

    change(state, "kill", "node-2")
    api.delete(agents)
    wait_for(lambda: len(pods(api, "agents")) == 1, "pods end where a kubelet runs")
    change(state, "revive", "node-2")
    wait_for(lambda: not pods(api, "agents"), "and what is left there ends")


def test_a_directory_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.touch()

    done = subprocess.run([SCRIPTS / "up", tmp_path], check=False, capture_output=True, text=True)

    assert done.returncode == 1
    assert "holds something else" in done.stderr
    assert precious.exists()


def test_without_nodes_nobody_acts_on_them_and_nothing_runs_on(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with started(state) as kubeconfig:
        api = Api.from_kubeconfig(kubeconfig)
        # A program that was just started is a copy of its shell for a moment.
        programs = {"etcd", "kube-apiserver", "kube-controller-manager"}
        wait_for(lambda: running(state) == programs, "these programs run and no other")
        api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "written"}})
        assert not ready_nodes(api)

    assert not running(state)


def change(state: Path, verb: str, *arguments: str) -> None:
    """Do something to nodes."""
    nodes(verb, *arguments, kubeconfig=str(state / "kubeconfig"))


def running(state: Path) -> set[str]:
    """Return the programs that were started in the directory and run."""
    found = set()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            program, *arguments = process.read_text().split("\0")
        except OSError:
            continue
        if any(f"{state}/" in argument for argument in arguments):
            found.add(Path(program).name)
    return found


def workload(
    kind: str,
    name: str,
    image: str = "agent:1",
    annotations: dict[str, str] | None = None,
    **spec: object,
) -> Obj:
    """Return a workload of one container, which can be a DaemonSet as well as a Deployment."""
    labels = {"app": name}
    container = {"name": "main", "image": image}
    pod = {"metadata": {"labels": labels, "annotations": annotations or {}}}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {**pod, "spec": {"containers": [container], **spec}},
        },
    }


def late(what: str, seconds: int) -> dict[str, str]:
    """Return the annotation by which pods are ready, or end, later."""
    return {f"pods.example/{what}-after": f"{seconds}s"}


def pods(api: Api, name: str) -> list[Obj]:
    return api.list("Pod", "v1", NAMESPACE, labelSelector=f"app={name}")


def placed(api: Api, name: str) -> list[str]:
    """Return the nodes of the pods that are ready and stay."""
    found = [pod for pod in pods(api, name) if is_ready(pod)]
    return sorted(
        pod["spec"]["nodeName"] for pod in found if "deletionTimestamp" not in pod["metadata"]
    )


def waiting(api: Api, name: str) -> list[str]:
    """Return what the containers of the pods wait for."""
    return [
        each["state"].get("waiting", {}).get("reason", "")
        for pod in pods(api, name)
        for each in pod["status"].get("containerStatuses", [])
    ]


def is_ready(obj: Obj) -> bool:
    """Tell whether the pod or node is."""
    conditions = obj["status"].get("conditions", [])
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)


def ready_nodes(api: Api) -> set[str]:
    """Return the nodes that are ready, and known to be."""
    found = [node for node in api.list("Node", "v1") if is_ready(node)]
    return {node["metadata"]["name"] for node in found if NOT_READY not in taints(node)}


def taints_of(api: Api, name: str) -> set[str]:
    """Return the taints of the node."""
    metadata = {"name": name}
    return taints(api.get({"apiVersion": "v1", "kind": "Node", "metadata": metadata}) or {})


def taints(node: Obj) -> set[str]:
    return {each["key"] for each in node["spec"].get("taints", [])}
