"""Metacontroller with the rights of the manifests alone, and the credentials of the script.

All tests with Metacontroller run it as that account; here the API server is as strict as it gets,
and the service asks for what it asks for in a cluster: TLS and a token.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import orjson
import pytest
import requests
import yaml

from hooks.kube.objects import identity
from tests.cluster import local_cluster
from tests.cluster.account import least_privileged
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, rendered, resource, surroundings
from tests.cluster.conftest import prepared_api
from tests.cluster.loop import remove, running_loop, settled, versions
from tests.cluster.metacontroller import (
    MANIFESTS,
    STRATEGIES,
    asking,
    know_kinds,
    running_metacontroller,
    service,
)
from tests.support.kustomize import CREDENTIALS, build, checkout, make_credentials
from tests.support.log_lines import whole_lines
from tests.support.pages import block
from tests.support.tools import needs

pytestmark = [local_cluster.needs_cluster, pytest.mark.loop]

ENFORCED = "--enable-admission-plugins=OwnerReferencesPermissionEnforcement"
CASE = "etcd-discovered"
HOST = "localhost"
OVERLAY = "deploy/overlays/self-signed"
BROKEN_OFF = "body_incomplete"
"""What the service says of a call that Metacontroller broke off with its controller."""


@pytest.fixture(scope="module", name="strict")
def _strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API server on which only who may finalize an owner may name it as one."""
    with local_cluster.started(tmp_path_factory.mktemp("strict") / "state", ENFORCED) as kubeconfig:
        yield prepared_api(kubeconfig)


@local_cluster.needs_cluster
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.timeout(300)
def test_rights_are_enough_where_owners_are_protected(
    strategy: str, strict: Api, tmp_path: Path
) -> None:
    agent, others = resource(CASE), surroundings(CASE)
    answer = rendered(CASE)
    expected = {identity(each) for each in [*answer.children, *answer.attachments]}

    with running_loop(strict, strategy, tmp_path) as loop:
        strict.apply_all([*others, _orphan(answer.children), agent])
        wait_for(lambda: expected <= set(versions(strict)), "the children")
        settled(strict, agent)
        owners = _owners(strict, answer.children)
        remove(strict, agent, others)

    assert owners == {agent["kind"]}
    assert {each.status for each in loop.exchanges} == {200}
    log = (tmp_path / f"metacontroller-{strategy}.log").read_text()
    assert "forbidden" not in log


@local_cluster.needs_cluster
def test_that_api_server_does_protect_owners(strict: Api, tmp_path: Path) -> None:
    agent = strict.apply(resource("minimal"))
    owner = {
        **{key: agent[key] for key in ("apiVersion", "kind")},
        **{key: agent["metadata"][key] for key in ("name", "uid")},
        "blockOwnerDeletion": True,
    }
    owned = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "owned", "namespace": NAMESPACE, "ownerReferences": [owner]},
    }
    account = Api.from_kubeconfig(str(least_privileged(strict, tmp_path)))
    role = _role(strict, "instana-metacontroller-children")
    without = [rule for rule in role["rules"] if "agents/finalizers" not in rule["resources"]]

    account.apply(owned, dryRun="All")
    strict.merge(role, {"rules": without})
    try:
        with pytest.raises(AssertionError, match="cannot set blockOwnerDeletion"):
            account.apply(owned, dryRun="All")
    finally:
        strict.apply(role | {"metadata": {"name": role["metadata"]["name"]}})
        strict.delete(agent)


def _role(api: Api, name: str) -> Obj:
    kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    found = api.get({**kind, "metadata": {"name": name}})
    assert found
    return found


def _orphan(children: list[Obj]) -> Obj:
    """Return a child without an owner, as somebody left it."""
    return next(each for each in children if each["kind"] == "ServiceAccount")


def _owners(api: Api, children: list[Obj]) -> set[str]:
    found = [api.get(each) or {} for each in children]
    return {each["metadata"]["ownerReferences"][0]["kind"] for each in found}


class Installation:
    """The service with TLS and tokens, controllers with both from Secrets, Metacontroller."""

    def __init__(self, api: Api, place: Path) -> None:
        self.api = api
        self.place = checkout(place)
        self.log = place / "service.log"
        self.credentials = self.place / OVERLAY / CREDENTIALS
        self.make_credentials()

    def make_credentials(self, *options: str) -> None:
        make_credentials(self.place, "self-signed", "--host", HOST, *options)

    @contextmanager
    def running(self, strategy: str) -> Iterator[None]:
        files = {
            "TLS_CERT_FILE": "tls.crt",
            "TLS_KEY_FILE": "tls.key",
            "TOKENS_FILE": "tokens",
        }
        settings = {name: str(self.credentials / file) for name, file in files.items()}
        know_kinds(self.api)
        self.apply_secrets()
        with service(self.log, **settings) as port:
            self.controllers = [self._controller(path, port) for path in MANIFESTS]
            self.api.apply_all(self.controllers)
            with running_metacontroller(self.api, strategy, self.place / "metacontroller.log"):
                yield

    def apply_secrets(self) -> None:
        """Do what `kubectl apply -k` does after the script."""
        objects = build(self.place / OVERLAY)
        self.api.apply_all(each for each in objects if each["kind"] == "Secret")

    def rotation(self) -> Iterator[Callable[[], None]]:
        """Yield the steps of docs/install.md."""
        yield partial(self.make_credentials, "--rotate")
        yield self.apply_secrets
        yield self.read_anew
        yield partial(self.make_credentials, "--forget-old-tokens")
        yield self.apply_secrets

    def read_anew(self) -> None:
        """Make Metacontroller read the Secrets, which it does when a controller's spec changes."""
        commands = block("install.md", "sh", "for controller in")
        subprocess.run(["bash", "-euc", commands], check=True, stdout=subprocess.DEVNULL)
        self.api.apply_all(self.controllers)

    def calls(self) -> list[Obj]:
        lines = [orjson.loads(line) for line in whole_lines(self.log)]
        return [each for each in lines if each.get("event") == "hook call"]

    def _controller(self, path: str, port: int) -> Obj:
        return asking(f"https://{HOST}:{port}", yaml.safe_load(Path(path).read_text()))


# The touching thread and the test would undo each other's filters.
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@needs("openssl")
@needs("kubectl")
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.timeout(300)
def test_credentials_are_replaced_while_calls_go_on(
    strategy: str, api: Api, tmp_path: Path
) -> None:
    agent, others = resource(CASE), surroundings(CASE)
    expected = {identity(each) for each in rendered(CASE).children}
    installation = Installation(api, tmp_path)

    with installation.running(strategy):
        api.apply_all([*others, agent])
        wait_for(lambda: expected <= set(versions(api)), "the children")
        with _touched_all_the_time(api, agent):
            _further_calls(installation)
            for step in installation.rotation():
                step()
                _further_calls(installation)
        remove(api, agent, others)

    refused = [each for each in installation.calls() if each["status"] != requests.codes.ok]
    assert {each["error"] for each in refused} <= {BROKEN_OFF}
    assert not _failed_calls(tmp_path / "metacontroller.log")


def _failed_calls(log: Path) -> list[str]:
    """Return what Metacontroller says of calls, but for those that it broke off itself.

    It does so with a controller that it replaces, and the new one makes them again.
    """
    return [
        line
        for line in log.read_text().splitlines()
        if ("http error" in line or "unsupported status code" in line)
        and "context canceled" not in line
    ]


def _further_calls(installation: Installation) -> None:
    before = len(installation.calls())
    wait_for(lambda: len(installation.calls()) > before + 5, "further calls")


@contextmanager
def _touched_all_the_time(api: Api, agent: Obj) -> Iterator[None]:
    over = threading.Event()

    def touch() -> None:
        number = 0
        while not over.wait(0.1):
            number += 1
            api.merge(agent, {"metadata": {"annotations": {"tests/touched": str(number)}}})

    thread = threading.Thread(target=touch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
