"""Nothing is left of an installation, whatever the order in which it is removed."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, resource
from tests.cluster.conftest import prepared_api
from tests.cluster.loop import BINDINGS, COLLECTION_SECONDS
from tests.cluster.metacontroller import (
    LOOPBACK,
    MANIFESTS,
    asking,
    know_kinds,
    running_metacontroller,
    service,
)
from tests.support.kustomize import checkout, kubectl, make_credentials
from tests.support.pages import block, blocks
from tests.support.tools import needs

pytestmark = [
    pytest.mark.loop,
    needs("kubectl"),
    needs("openssl"),
    pytest.mark.timeout(400),
]

ELSEWHERE = "agents-elsewhere"
OURS = "app.kubernetes.io/part-of=instana"
FINALIZER = "v3.agent.instana.io/finalizer"
GOES_SECONDS = 2 * COLLECTION_SECONDS


class Installation:
    """All that is in a cluster with two agents, in two namespaces."""

    def __init__(self, api: Api, place: Path) -> None:
        self.api = api
        self.place = checkout(place)
        self.running = ExitStack()
        make_credentials(self.place, "self-signed")

    def install(self) -> None:
        settings = {"INSECURE": "1", "AGENT_NAMESPACES": f"{NAMESPACE},{ELSEWHERE}"}
        port = self.running.enter_context(service(self.place / "service.log", **settings))
        self.directory = self._on_loopback(f"http://{LOOPBACK}:{port}")
        kubectl("apply", "-k", str(self.directory))
        kubectl("create", "namespace", ELSEWHERE)
        for having in ("kubectl create rolebinding", "pod-security.kubernetes.io/enforce"):
            _bash(block("install.md", "sh", having).replace("team-a", ELSEWHERE), self.directory)
        self.metacontroller = self.running.enter_context(ExitStack())
        log = self.place / "metacontroller.log"
        self.metacontroller.enter_context(
            running_metacontroller(self.api, "server-side-apply", log)
        )
        for namespace in (NAMESPACE, ELSEWHERE):
            agent = resource("minimal")
            agent["metadata"] |= {"namespace": namespace, "finalizers": []}
            self.api.apply(agent)
        wait_for(lambda: len(_workloads(self.api)) == 4 and len(_bindings(self.api)) == 4, "agents")

    def _on_loopback(self, address: str) -> Path:
        """Return the overlay with controllers that ask the service of this test."""
        directory = self.place / "installation"
        directory.mkdir()
        resources = {
            "resources": ["../deploy/overlays/self-signed"],
            "patches": [{"path": f"{number}.yaml"} for number, _ in enumerate(MANIFESTS)],
        }
        (directory / "kustomization.yaml").write_text(yaml.safe_dump(resources))
        for number, manifest in enumerate(MANIFESTS):
            controller = asking(address, yaml.safe_load(Path(manifest).read_text()))
            (directory / f"{number}.yaml").write_text(yaml.safe_dump(controller))
        return directory


@pytest.fixture(name="installation")
def _installation(api: Api, tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(api, tmp_path)
    know_kinds(api)
    _clear(api, installation.place)
    try:
        with installation.running:
            installation.install()
            yield installation
    finally:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ELSEWHERE}}
        api.delete(namespace)
        wait_for(lambda: api.get(namespace) is None, "the namespace is gone", GOES_SECONDS)
        prepared_api()


def _clear(api: Api, place: Path) -> None:
    """Remove what other tests installed, object by object."""
    overlay = str(place / "deploy/overlays/self-signed")
    kubectl("delete", "--ignore-not-found", "-k", overlay)
    wait_for(lambda: not list(_left(api)), "a cluster without us", GOES_SECONDS)


def as_documented(installation: Installation) -> None:
    """Follow the page, with one resource that the Go operator once handled."""
    agent = resource("minimal")
    installation.api.merge(agent, {"metadata": {"finalizers": [FINALIZER]}})
    _run_page(installation.directory)


def all_at_once(installation: Installation) -> None:
    kubectl("delete", "-k", str(installation.directory))


def namespace_first(installation: Installation) -> None:
    kubectl("delete", "namespace", NAMESPACE)
    kubectl("delete", "--ignore-not-found", "-k", str(installation.directory))


def metacontroller_first(installation: Installation) -> None:
    installation.metacontroller.close()
    kubectl("delete", "-k", str(installation.directory))


@pytest.mark.parametrize(
    "remove",
    [as_documented, all_at_once, namespace_first, metacontroller_first],
    ids=lambda each: each.__name__,
)
def test_nothing_is_left(
    remove: Callable[[Installation], None], installation: Installation, api: Api
) -> None:
    assert list(_left(api))

    remove(installation)

    wait_for(lambda: not list(_left(api)), "nothing is left", GOES_SECONDS)
    assert not _bindings(api)


def test_agents_alone_leave_no_rights(installation: Installation, api: Api) -> None:
    kubectl("delete", "agents.instana.io", "--all", "-A", "--cascade=foreground")

    assert not _workloads(api)
    wait_for(lambda: not _bindings(api), "their ClusterRoleBindings are gone")
    assert kubectl("apply", "-k", str(installation.directory)).count("unchanged") > 10


def _run_page(directory: Path) -> None:
    """Run every command of the page, one block after the other."""
    export, *commands, looking = blocks("uninstall.md", "sh")
    assert export == "export OVERLAY=deploy/overlays/self-signed\n"
    for command in commands:
        _bash(command, directory)
    assert _bash(looking, directory) == ""


def _bash(commands: str, directory: Path) -> str:
    script = f"set -euo pipefail\nexport OVERLAY={directory}\n{commands}"
    done = subprocess.run(["bash", "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _workloads(api: Api) -> list[Obj]:
    return [
        each
        for kind in ("DaemonSet", "Deployment")
        for namespace in (NAMESPACE, ELSEWHERE)
        for each in api.list(kind, "apps/v1", namespace, labelSelector=OURS)
        if each["metadata"]["name"] != "instana-agent-hooks"
    ]


def _bindings(api: Api) -> list[Obj]:
    return api.list("ClusterRoleBinding", "rbac.authorization.k8s.io/v1", labelSelector=BINDINGS)


def _left(api: Api) -> Iterator[str]:
    """Yield the address of every list with an object of ours, and of our resource."""
    for root in ("/api/v1", *_groups(api)):
        if root.startswith("/apis/instana.io/"):
            yield root
            continue
        for each in _read(api, root).get("resources", []):
            if "list" in each["verbs"] and "/" not in each["name"]:
                found = _read(api, f"{root}/{each['name']}?labelSelector={OURS}")
                if found.get("items"):
                    yield f"{root}/{each['name']}"


def _groups(api: Api) -> list[str]:
    groups = _read(api, "/apis")["groups"]
    return [f"/apis/{each['preferredVersion']['groupVersion']}" for each in groups]


def _read(api: Api, path: str) -> Obj:
    """Return the answer; nothing for a kind that has just gone."""
    response = api.session.get(f"{api.server}{path}")
    answer: Obj = response.json() if response.ok else {}
    return answer
