"""A service beside the agents moves to a namespace of its own, and agents do not notice.

The pods of the service are processes here, with the Secrets of their namespace; Metacontroller
finds each by its name in the cluster.
"""

import base64
import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.cluster import local_cluster
from tests.cluster.account import account
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.charts import SETTINGS, VALUES, Cluster, forwarding
from tests.cluster.former_release import (
    AGENT,
    BRING_DEFINITION,
    FORMER_INSTALLATION,
    HAND_OVER,
    Account,
    former_definition,
    former_release,
    obj,
)
from tests.cluster.former_release import VALUES as FORMER_VALUES
from tests.cluster.loop import BINDINGS, KINDS, MANAGED, Versions, settled
from tests.cluster.many import sync_errors
from tests.cluster.metacontroller import (
    STRATEGIES,
    know_kinds,
    running_metacontroller,
    service,
    writes_of,
)
from tests.support.helm import Refused, needs_helm
from tests.support.kustomize import checkout, make_credentials
from tests.support.pages import block, blocks
from tests.support.tools import needs

pytestmark = [
    pytest.mark.loop,
    local_cluster.needs_cluster,
    needs("kubectl"),
    needs("openssl"),
    pytest.mark.timeout(400),
]

BESIDE, OWN = "instana-agent", "instana-agent-hooks"
HOOKS = "instana-agent-hooks"
COMPONENT = "deploy/components/own-namespace"
PAGE = "install.md"
CHILDREN = 8
"""At least so many belong to the smallest resource."""

ADDITION, FIRST_STEP = (each for each in blocks(PAGE, "yaml") if COMPONENT in each)
NEW_CREDENTIALS = block(PAGE, "sh", "rm -r")
START, LEAD = (each for each in blocks(PAGE, "sh") if each.startswith("kubectl apply -k ."))
REMOVE = block(PAGE, "sh", "kubectl delete deployments,")
OF_SERVICE = (
    ("ConfigMap", "v1"),
    ("Deployment", "apps/v1"),
    ("NetworkPolicy", "networking.k8s.io/v1"),
    ("PodDisruptionBudget", "policy/v1"),
    ("Secret", "v1"),
    ("Service", "v1"),
    ("ServiceAccount", "v1"),
)


@dataclass
class Installation:
    """A cluster, and the processes that stand for the service's pods, by namespace."""

    api: Api
    kubeconfig: Path
    place: Path
    ports: dict[str, int] = field(default_factory=dict)
    pods: dict[str, ExitStack] = field(default_factory=dict)

    def port_of(self, host: str) -> int | None:
        """Return where a name of the service leads, as the cluster's name server knows it."""
        name, namespace, *_ = host.split(".")
        return self.ports.get(namespace) if name == HOOKS else None

    def start(self, namespace: str) -> None:
        """Start the service with what the Secrets of its namespace have."""
        directory = self.place / "mounted" / namespace
        directory.mkdir(parents=True)
        for secret in ("tls", "token"):
            for name, content in self._data(f"{HOOKS}-{secret}", namespace).items():
                (directory / name).write_bytes(content)
        settings = {name: str(directory / file) for name, file in SETTINGS.items()}
        settings |= {"POD_NAMESPACE": namespace, "AGENT_NAMESPACES": BESIDE}
        self.pods[namespace] = ExitStack()
        process = service(self.place / f"{namespace}.log", **settings)
        self.ports[namespace] = self.pods[namespace].enter_context(process)

    def stop(self, namespace: str) -> None:
        del self.ports[namespace]
        self.pods.pop(namespace).close()

    def calls(self, namespace: str) -> int:
        """Return how many calls of the hook for agents the service there has answered."""
        log = self.place / f"{namespace}.log"
        return log.read_text().count('"hook":"sync"') if log.exists() else 0

    @contextmanager
    def metacontroller(self, strategy: str) -> Iterator[str]:
        """Run Metacontroller with the rights of the installation; yields its metrics."""
        kubeconfig = account(self.api, self.place)
        log = self.place / "metacontroller.log"
        with (
            forwarding(self.port_of) as proxy,
            running_metacontroller(
                self.api, strategy, log, kubeconfig=kubeconfig, proxy=proxy
            ) as metrics,
        ):
            yield metrics

    def bash(self, commands: str) -> None:
        """Run commands of the page where a user runs them."""
        script = ["bash", "-euc", commands]
        done = subprocess.run(script, cwd=self.place, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def _data(self, name: str, namespace: str) -> dict[str, bytes]:
        metadata = {"name": name, "namespace": namespace}
        found = self.api.get({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
        assert found, (namespace, name)
        return {key: base64.b64decode(value) for key, value in found["data"].items()}

    def of_service(self, namespace: str) -> set[tuple[str, str]]:
        """Return what the namespace has of the service's own."""
        label = f"app.kubernetes.io/name={HOOKS}"
        return {
            (each["kind"], each["metadata"]["name"])
            for kind, version in OF_SERVICE
            for each in self.api.list(kind, version, namespace, labelSelector=label)
        }


@pytest.fixture(name="installation")
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """A cluster of its own with a node, on which the pods become ready."""
    with local_cluster.started(tmp_path / "cluster", NODES="1") as kubeconfig:
        monkeypatch.setenv("KUBECONFIG", kubeconfig)
        installation = Installation(Api.from_kubeconfig(kubeconfig), Path(kubeconfig), tmp_path)
        know_kinds(installation.api)
        yield installation
        for pods in installation.pods.values():
            pods.close()


def children(api: Api) -> dict[str, tuple[str, str]]:
    """Return identity and version of all that belongs to the agents."""
    found = [
        each
        for kind, version in KINDS
        for each in api.list(kind, version, BESIDE, labelSelector=MANAGED)
    ]
    found += api.list("ClusterRoleBinding", "rbac.authorization.k8s.io/v1", labelSelector=BINDINGS)
    return {
        f"{each['kind']}/{each['metadata']['name']}": (
            each["metadata"]["uid"],
            each["metadata"]["resourceVersion"],
        )
        for each in found
    }


def wait_until_at_rest(installation: Installation, agent: Obj) -> Versions:
    api = installation.api
    wait_for(lambda: len(children(api)) >= CHILDREN, "the children are there")
    wait_for(lambda: _is_ready(api, agent), "the agents are ready")
    return settled(api, agent)


def _is_ready(api: Api, agent: Obj) -> bool:
    status = (api.get(agent) or {}).get("status") or {}
    conditions = status.get("conditions") or []
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)


def touch(installation: Installation, agent: Obj, text: str) -> None:
    """Change an annotation of the resource, and wait until the new service has seen it."""
    calls = installation.calls(OWN)
    installation.api.merge(agent, {"metadata": {"annotations": {"tests/touched": text}}})
    wait_for(lambda: installation.calls(OWN) > calls, f"a call of the new service: {text}")


def check_led_by_new_service(installation: Installation, agent: Obj, metrics: str) -> None:
    """See that a sync of what is there writes nothing, and a change reaches the agents."""
    api = installation.api
    settled(api, agent)
    writes, calls = writes_of(metrics), installation.calls(BESIDE)
    touch(installation, agent, "at rest")
    settled(api, agent)
    assert writes_of(metrics) == writes
    assert installation.calls(BESIDE) == calls

    api.merge(agent, {"spec": {"agent": {"env": {"MOVED": "yes"}}}})
    wait_for(lambda: "MOVED" in json.dumps(_daemon_set(api)["spec"]), "a change reaches the agents")
    log = (installation.place / "metacontroller.log").read_text()
    assert "forbidden" not in log


def _daemon_set(api: Api) -> Obj:
    (found,) = api.list("DaemonSet", "apps/v1", BESIDE)
    return found


def check_refused_beside_the_service(api: Api) -> None:
    agent = resource("minimal")
    agent["metadata"] = {"name": "misplaced", "namespace": OWN}

    response = api.session.post(api.url(agent, named=False), json=agent)

    assert not response.ok
    assert "is the namespace of the service alone" in response.json()["message"]


@needs("kubectl")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_move_as_documented(strategy: str, installation: Installation) -> None:
    api = installation.api
    make_credentials(checkout(installation.place / HOOKS), "self-signed")
    agent = resource("minimal")
    _kustomization(installation)
    installation.bash("kubectl apply -k .")
    installation.start(BESIDE)
    api.apply(agent)

    with installation.metacontroller(strategy) as metrics:
        before = wait_until_at_rest(installation, agent)
        made = children(api)
        installation.bash(NEW_CREDENTIALS)
        _kustomization(installation, FIRST_STEP)
        installation.bash(START)
        installation.start(OWN)
        assert installation.calls(OWN) == 0
        assert children(api) == made

        _kustomization(installation, ADDITION)
        installation.bash(LEAD)
        wait_for(lambda: installation.calls(OWN) > 0, "the new service is asked")
        installation.bash(REMOVE)
        installation.stop(BESIDE)

        assert settled(api, agent) == before
        assert children(api) == made
        assert sync_errors(api, [agent]) == []
        assert installation.of_service(BESIDE) == set()
        assert ("Secret", f"{HOOKS}-tls") in installation.of_service(OWN)
        check_led_by_new_service(installation, agent, metrics)
    check_refused_beside_the_service(api)


def _kustomization(installation: Installation, addition: str = "{}") -> None:
    """Write the page's kustomization with what a step adds to it."""
    content = yaml.safe_load(block(PAGE, "yaml", "newName")) | yaml.safe_load(addition)
    (installation.place / "kustomization.yaml").write_text(yaml.safe_dump(content))


HELM_PAGE = "helm.md"
MAKE_NAMESPACE = block(HELM_PAGE, "sh", f"kubectl create namespace {OWN}")
UPGRADE = block(HELM_PAGE, "sh", f"controller.namespace={OWN}")


@needs_helm
def test_release_moves_by_an_upgrade(installation: Installation) -> None:
    cluster = Cluster(installation.api, installation.kubeconfig, installation.place)
    api = installation.api
    cluster.make_namespace()
    cluster.make_key()
    cluster.install(VALUES)
    installation.start(BESIDE)
    agent = AGENT

    with installation.metacontroller("server-side-apply") as metrics:
        wait_until_at_rest(installation, agent)
        made = children(api)
        with pytest.raises(Refused, match=f"namespace {OWN} does not exist"):
            _upgrade(cluster)
        installation.bash(MAKE_NAMESPACE)
        _upgrade(cluster)
        installation.stop(BESIDE)
        installation.start(OWN)
        wait_for(lambda: installation.calls(OWN) > 0, "the new service is asked", 60)
        settled(api, agent)

        assert children(api) == made
        assert installation.of_service(BESIDE) == set()
        assert ("Secret", f"{HOOKS}-tls") in installation.of_service(OWN)
        check_led_by_new_service(installation, agent, metrics)
        check_refused_beside_the_service(api)
        cluster.helm("uninstall", BESIDE)
        assert installation.of_service(OWN) == set()


@needs_helm
def test_value_is_refused_where_agents_are(installation: Installation) -> None:
    cluster = Cluster(installation.api, installation.kubeconfig, installation.place)
    cluster.make_namespace()
    cluster.make_key()
    cluster.install(VALUES)
    installation.bash(MAKE_NAMESPACE)
    agent = resource("minimal")
    agent["metadata"] = {"name": "early", "namespace": OWN}
    cluster.api.apply(agent)

    with pytest.raises(Refused, match="has the InstanaAgent early"):
        _upgrade(cluster)


@needs_helm
def test_former_release_is_handed_over_from_there(tmp_path: Path) -> None:
    """The Jobs run in the namespace of the service, and do their work in that of the agents."""
    with ExitStack() as running, ThreadPoolExecutor(1) as pool:
        kubeconfig = running.enter_context(local_cluster.started(tmp_path / "cluster"))
        former = former_release(Path(kubeconfig), tmp_path, former_definition())
        cluster = running.enter_context(former)
        cluster.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OWN}})
        upgrade = pool.submit(cluster.upgrade, FORMER_VALUES | {"controller": {"namespace": OWN}})
        for job in (HAND_OVER, BRING_DEFINITION):
            account = Account(cluster, job, OWN)
            wait_for(lambda account=account: upgrade.done() or bool(account.pods()), job)  # type: ignore[misc]
            done = account.run()
            assert done.returncode == 0, done.stderr
            account.end()
        upgrade.result(timeout=60)

        assert all(cluster.api.get(each) is None for each in FORMER_INSTALLATION)
        assert cluster.api.get(AGENT)
        assert cluster.api.get(obj("Deployment", HOOKS, "apps/v1", OWN))


def _upgrade(cluster: Cluster) -> str:
    """Upgrade the release with the options of the page."""
    words = UPGRADE.replace("\\\n", " ").split()
    assert words[:4] == ["helm", "upgrade", BESIDE, "./helm-chart"]
    options = [each for each in words[4:] if each not in ("--namespace", BESIDE)]
    return cluster.helm("upgrade", BESIDE, "helm-chart", *options)
