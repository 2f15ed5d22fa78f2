"""A release of the chart that was there before, as an imitation installs it.

What its operator made is laid out as it was recorded. No kubelet runs here: what a Job of the chart
would do is done by a process with the token of its account.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml
from click.testing import CliRunner, Result

from hooks.cli.program.command_line import main
from hooks.labels import OPERATOR
from tests.cluster.api import CLUSTER_SCOPED, Api, Obj, wait_for
from tests.cluster.charts import NAMESPACE, RELEASE, Cluster
from tests.cluster.former import FINALIZERS, SYSTEM, owned, recorded
from tests.cluster.many import children
from tests.cluster.metacontroller import STRATEGIES
from tests.support.agreed import agreed
from tests.support.helm import DEFINITION

FORMER_CHART = Path("tests/fixtures/former-chart")
CASE = "minimal"
VALUES: Obj = {
    "agent": {
        "key": "agent-key-minimal",
        "endpointHost": "ingress-red-saas.instana.io",
        "endpointPort": 443,
    },
    "cluster": {"name": "my-cluster"},
}
NAME = "instana-agent"
HAND_OVER = "instana-agent-hand-over"
BRING_DEFINITION = "instana-agent-definition"
RBAC = "rbac.authorization.k8s.io/v1"
NEWS = {"x-kubernetes-validations", "default", "selector", "rollout", "overrides", "networkPolicy"}
STRANGER = "stranger"
AUTHORITY = "pki/ca.crt"
"""Whose certificate the API server has, beside its kubeconfig."""


def obj(kind: str, name: str, version: str = "v1", namespace: str = NAMESPACE) -> Obj:
    """Return what an object is known by."""
    place = {} if kind in CLUSTER_SCOPED else {"namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **place}}


AGENT = obj("InstanaAgent", NAME, "instana.io/v1")
JOB = obj("Job", HAND_OVER, "batch/v1")
FORMER_INSTALLATION = (
    obj("Deployment", "instana-agent-controller-manager", "apps/v1"),
    obj("ServiceAccount", "instana-agent-operator"),
    obj("ConfigMap", "manager-config"),
    obj("Role", "leader-election-role", RBAC),
    obj("RoleBinding", "leader-election-rolebinding", RBAC),
    obj("ClusterRole", "instana-agent-clusterrole", RBAC),
    obj("ClusterRoleBinding", "instana-agent-clusterrolebinding", RBAC),
)
RIGHTS = tuple(
    obj(kind, HAND_OVER, version)
    for kind, version in (("ServiceAccount", "v1"), ("Role", RBAC), ("RoleBinding", RBAC))
)


@dataclass
class Account:
    """The account of the Job: what it may, and what it does."""

    cluster: Cluster
    job: str
    namespace: str = NAMESPACE

    @property
    def api(self) -> Api:
        return self.cluster.api

    @property
    def token(self) -> str:
        """Return a token, as the kubelet mounts one."""
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        account = obj("ServiceAccount", self.job, namespace=self.namespace)
        answer = self.api.session.post(f"{self.api.url(account)}/token", json=asked)
        assert answer.ok, answer.text
        token: str = answer.json()["status"]["token"]
        return token

    def run(self) -> subprocess.CompletedProcess[str]:
        """Do what the container of the Job does."""
        job = self.api.get(obj("Job", self.job, "batch/v1", self.namespace))
        assert job
        (container,) = job["spec"]["template"]["spec"]["containers"]
        assert container["command"][0] == "python"
        token = self.cluster.place / "token"
        token.write_text(self.token)
        authority = self.cluster.kubeconfig.parent / AUTHORITY
        options = ["--url", self.api.server, "--ca-file", authority, "--token-file", token]
        arguments = [*container["command"][1:], *container.get("args", []), *options]
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def pods(self) -> list[Obj]:
        return self.api.list("Pod", "v1", self.namespace, labelSelector=f"job-name={self.job}")

    def end(self) -> None:
        """Say of the pod of the Job that it has ended well."""
        pods = self.pods()
        assert pods
        for pod in pods:
            self.api.merge(pod, {"status": {"phase": "Succeeded"}}, "status")

    def is_allowed(self, method: str, thing: Obj, *, named: bool = True) -> bool:
        """Tell whether a request that changes nothing is let through."""
        url = self.api.url(thing, named=named)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/merge-patch+json",
        }
        answer = self.api.session.request(
            method, url, params={"dryRun": "All"}, data="{}", headers=headers
        )
        return bool(answer.status_code != requests.codes.forbidden)


def own_definition() -> Obj:
    definition: Obj = yaml.safe_load(DEFINITION.read_text())
    return definition


def former_definition() -> Obj:
    """Return a definition without what is new: rules, defaults, and some of the fields."""
    definition: Obj = _without_news(own_definition())
    return definition


def _without_news(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_news(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_news(part) for name, part in value.items() if name not in NEWS}


@contextmanager
def former_release(server: Path, place: Path, definition: Obj) -> Iterator[Cluster]:
    """Install the former chart, with all that its operator made."""
    cluster = Cluster(Api.from_kubeconfig(str(server)), server, place)
    cluster.make_namespace()
    cluster.know_metacontroller()
    cluster.api.apply(definition)
    wait_for(lambda: _is_served(cluster), "the resource is known")
    cluster.helm("install", RELEASE, str(FORMER_CHART), "--values", "-", stdin=json.dumps(VALUES))
    agent = cluster.api.merge(AGENT, {"metadata": {"finalizers": FINALIZERS}})
    for child in recorded(CASE):
        cluster.api.apply(owned(child, agent), manager=OPERATOR)
    yield cluster
    cluster.api.merge(AGENT, {"metadata": {"finalizers": None}})
    cluster.helm("uninstall", RELEASE)
    for child in recorded(CASE):
        if child["kind"] in CLUSTER_SCOPED or child["metadata"]["namespace"] == SYSTEM:
            cluster.api.delete(child)
    wait_for(lambda: not children(cluster.api, [NAMESPACE]), "the children are gone", 90)
    cluster.api.delete(definition)
    wait_for(lambda: not _is_served(cluster), "the definition is gone")


def _is_served(cluster: Cluster) -> bool:
    return cluster.api.session.get(f"{cluster.api.server}/apis/instana.io/v1/agents").ok


def takeover(cluster: Cluster, command: str, strategy: str = STRATEGIES[1]) -> Result:
    options = ["--kubeconfig", str(cluster.kubeconfig), "--timeout", "20"]
    options += ["--apply-strategy", strategy]
    return CliRunner().invoke(main, ["takeover", command, *agreed(command), *options])
