"""The cluster of a reader who follows a page: with nodes, without Metacontroller and the service.

Both are played once after each block: children are applied, and the status is written.
"""

import re
import shutil
from dataclasses import InitVar, dataclass
from pathlib import Path
from typing import Final

import yaml

from hooks.facts import Facts
from hooks.rendering import Rendered, render
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.loop import KINDS, MANAGED
from tests.cluster.many import everywhere
from tests.cluster.metacontroller import definition, know_kinds
from tests.stand_in.claims import owned
from tests.support.helm import helm
from tests.support.kustomize import CREDENTIALS, build
from tests.support.page_commands import CLUSTER, CLUSTERS, EMPTY_CLUSTER, SAME_CLUSTER, WITH_CHART
from tests.support.pages import Block
from tests.support.resources import merged

NAMESPACE: Final = "instana-agent"
OURS: Final = "app.kubernetes.io/part-of=instana"
NOW: Final = "2026-01-01T00:00:00Z"
RBAC, ADMISSION = "rbac.authorization.k8s.io/v1", "admissionregistration.k8s.io/v1"
CLUSTER_WIDE: Final = (
    ("ValidatingWebhookConfiguration", ADMISSION),
    ("MutatingWebhookConfiguration", ADMISSION),
    ("ValidatingAdmissionPolicyBinding", ADMISSION),
    ("ValidatingAdmissionPolicy", ADMISSION),
    ("MutatingAdmissionPolicyBinding", ADMISSION),
    ("MutatingAdmissionPolicy", ADMISSION),
    ("CompositeController", "metacontroller.k8s.io/v1alpha1"),
    ("DecoratorController", "metacontroller.k8s.io/v1alpha1"),
    ("ClusterRoleBinding", RBAC),
    ("ClusterRole", RBAC),
)
OTHERS: Final = (
    ("cert-manager.io", "Certificate", "certificates"),
    ("cert-manager.io", "Issuer", "issuers"),
    ("monitoring.coreos.com", "PrometheusRule", "prometheusrules"),
    ("monitoring.coreos.com", "ServiceMonitor", "servicemonitors"),
    ("operators.coreos.com", "Subscription", "subscriptions"),
)
"""Kinds that only pages about other programs name."""

NAMESPACES: Final = ("argocd", "metacontroller", "monitoring", "team-a")
EMPTIED: Final = (NAMESPACE, "instana-agent-hooks", "team-a", "metacontroller")
WORKLOADS: Final = ("DaemonSet", "Deployment", "StatefulSet")
BEFORE: Final = {"spec": {"agent": {"image": {"tag": "1.312.0"}}}}
"""What is different in the cluster from the reader's file."""

SECONDS: Final = 60.0
CHANGES: Final = re.compile(
    r"^(?:\$ )?(?:kubectl .*(?:apply|create|annotate|patch)|helm (?:install|upgrade))\b",
    re.MULTILINE,
)
REMOVALS: Final = re.compile(r"\bdelete (?:-k|crd|compositecontroller)\b|\bhelm uninstall\b")
CHART: Final = (
    "install",
    "instana-agent",
    "helm-chart",
    "--namespace=instana-agent",
    "--set=cluster.name=production,agent.keysSecret=instana-keys",
)


def obj(kind: str, version: str, name: str, namespace: str = "") -> Obj:
    """Return what identifies an object."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


AGENT: Final = obj("InstanaAgent", "instana.io/v1", "instana-agent", NAMESPACE)


@dataclass
class ReaderCluster:
    """A cluster, and what is installed in it as far as that is known."""

    api: Api
    kubeconfig: str
    place: InitVar[Path]
    installed: str = ""

    def __post_init__(self, place: Path) -> None:
        self.credentials = place / "deploy/overlays/self-signed" / CREDENTIALS
        self.objects = [*build(place / "my-metacontroller"), *build(place)]
        self.agent = merged(yaml.safe_load((place / "agent.yaml").read_text()), BEFORE)
        know_kinds(self.api)
        for group, kind, plural in OTHERS:
            self.api.apply(definition(group, "v1", kind, plural, "Namespaced"))

    def prepare(self, block: Block) -> None:
        """Make the cluster what the mark of a block says."""
        (wanted,) = (part for part in block.run if part in CLUSTERS)
        if wanted == SAME_CLUSTER:
            self.installed = ""
        elif wanted != self.installed or wanted == EMPTY_CLUSTER:
            self._empty()
            self._make_surroundings()
            self.installed = {CLUSTER: CLUSTER, WITH_CHART: WITH_CHART}.get(wanted, "")
            if wanted == CLUSTER:
                self._install(self.objects)
                self.api.apply(self.agent)
            if wanted == WITH_CHART:
                self._install([])
                helm(*CHART, KUBECONFIG=self.kubeconfig)
            self._act()

    def share_credentials(self, place: Path) -> None:
        """Give a reader's directory that has credentials those of the installation."""
        there = place / "deploy/overlays/self-signed" / CREDENTIALS
        if there.exists():
            shutil.copytree(self.credentials, there, dirs_exist_ok=True)

    def follow(self, block: Block) -> None:
        """Act after a block that may have changed something."""
        if CHANGES.search(block.text):
            self._act()
        if REMOVALS.search(block.text):
            self.installed = ""

    def _act(self) -> None:
        """Do what Metacontroller does with the response of the service, until all is ready."""
        agent = self.api.get(AGENT) if self._is_served() else None
        if not agent or "deletionTimestamp" in agent["metadata"]:
            return
        response = self._response(agent)
        for child in response.children:
            self.api.apply(owned(child, agent), manager="metacontroller")
        self.api.apply_all(response.attachments)
        wait_for(self._are_ready, "the pods are ready", SECONDS)
        self.api.merge(AGENT, {"status": self._response(agent).status}, "status")

    def _response(self, agent: Obj) -> Rendered:
        observed = [
            found
            for kind, version in KINDS
            for found in self.api.list(kind, version, NAMESPACE, labelSelector=MANAGED)
        ]
        roles = self.api.list("ClusterRole", RBAC, labelSelector=OURS)
        keys = self.api.get(obj("Secret", "v1", "instana-keys", NAMESPACE))
        return render([agent, *observed, *roles, *([keys] if keys else [])], Facts(), NOW)

    def _are_ready(self) -> bool:
        return all(
            _is_ready(workload)
            for kind in ("DaemonSet", "Deployment")
            for workload in self.api.list(kind, "apps/v1", NAMESPACE)
        )

    def _is_served(self) -> bool:
        return self.api.session.get(f"{self.api.server}/apis/instana.io/v1").ok

    def _install(self, objects: list[Obj]) -> None:
        keys = obj("Secret", "v1", "instana-keys", NAMESPACE) | {"data": {"key": "a2V5"}}
        namespace = obj("Namespace", "v1", NAMESPACE)
        namespace["metadata"]["labels"] = {"pod-security.kubernetes.io/enforce": "privileged"}
        self.api.apply_all([namespace, keys])
        order = {"Namespace": 0, "CustomResourceDefinition": 0}
        self.api.apply_all(sorted(objects, key=lambda found: order.get(found["kind"], 1)))
        if objects:
            wait_for(self._is_served, "the CRD is served")

    def _empty(self) -> None:
        """Remove all that pages install, but for the CRD: nobody deletes resources of a new one.

        The garbage collector takes half a minute to know it.
        """
        for kind, version in CLUSTER_WIDE:
            for found in self.api.list(kind, version, labelSelector=OURS):
                self.api.delete(found)
        if self._is_served():
            self._delete(everywhere(self.api, "InstanaAgent", "instana.io/v1"))
        for kind in WORKLOADS:
            for namespace in EMPTIED:
                for found in self.api.list(kind, "apps/v1", namespace):
                    self.api.delete(found)
        wait_for(self._has_no_pods, "the pods are gone", SECONDS)
        self._delete([obj("Namespace", "v1", name) for name in EMPTIED])

    def _delete(self, objects: list[Obj]) -> None:
        for found in objects:
            self.api.delete(found)
        wait_for(lambda: not any(map(self.api.get, objects)), "all is gone", SECONDS)

    def _has_no_pods(self) -> bool:
        """Return whether no pod is left: with one, a namespace takes 15 s to end."""
        return not any(self.api.list("Pod", "v1", namespace) for namespace in EMPTIED)

    def _make_surroundings(self) -> None:
        for name in NAMESPACES:
            self.api.apply(obj("Namespace", "v1", name))
        self.api.apply(obj("ConfigMap", "v1", "argocd-cm", "argocd") | {"data": {}})


def _is_ready(workload: Obj) -> bool:
    status = workload.get("status") or {}
    seen = status.get("observedGeneration") == workload["metadata"]["generation"]
    wanted = status.get("desiredNumberScheduled", workload["spec"].get("replicas"))
    ready = status.get("numberReady", status.get("readyReplicas", 0))
    updated = status.get("updatedNumberScheduled", status.get("updatedReplicas", 0))
    return bool(seen and wanted == ready == updated)
