"""A small client of the API server that KUBECONFIG names."""

import os
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import urllib3
import yaml
from requests.adapters import HTTPAdapter

Obj = dict[str, Any]

MANAGER = "tests"
RETRIES = urllib3.Retry(total=10, connect=0, read=0, allowed_methods=None)
"""An API server that has just learned a kind, or is busy, says when to ask again."""

PLURALS = {
    "CompositeController": "compositecontrollers",
    "ConfigMap": "configmaps",
    "Certificate": "certificates",
    "ClusterRole": "clusterroles",
    "ClusterRoleBinding": "clusterrolebindings",
    "ControllerRevision": "controllerrevisions",
    "CustomResourceDefinition": "customresourcedefinitions",
    "DaemonSet": "daemonsets",
    "DecoratorController": "decoratorcontrollers",
    "Deployment": "deployments",
    "EndpointSlice": "endpointslices",
    "Event": "events",
    "InstanaAgent": "agents",
    "Job": "jobs",
    "MutatingAdmissionPolicy": "mutatingadmissionpolicies",
    "MutatingAdmissionPolicyBinding": "mutatingadmissionpolicybindings",
    "MutatingWebhookConfiguration": "mutatingwebhookconfigurations",
    "Namespace": "namespaces",
    "NetworkPolicy": "networkpolicies",
    "Node": "nodes",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Pod": "pods",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "PriorityClass": "priorityclasses",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
    "ValidatingWebhookConfiguration": "validatingwebhookconfigurations",
    "Role": "roles",
    "RoleBinding": "rolebindings",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
    "StatefulSet": "statefulsets",
}
CLUSTER_SCOPED = frozenset(
    {
        "CompositeController",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "DecoratorController",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PriorityClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)


class LoopbackSession(requests.Session):
    """A session with a server whose certificate nobody signed, as on a development machine."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            return super().request(*args, **kwargs)


@dataclass
class Api:
    """The API server, asked as the user of the kubeconfig."""

    server: str
    session: requests.Session = field(default_factory=LoopbackSession)

    @classmethod
    def from_kubeconfig(cls, file: str = "") -> "Api":
        config = yaml.safe_load(Path(file or os.environ["KUBECONFIG"]).read_text())
        api = cls(config["clusters"][0]["cluster"]["server"])
        api.session.headers["Authorization"] = f"Bearer {config['users'][0]['user']['token']}"
        api.session.verify = False
        api.session.trust_env = False
        api.session.mount(api.server, HTTPAdapter(max_retries=RETRIES))
        return api

    def url(self, obj: Obj, *, named: bool = True) -> str:
        """Return the address of an object, or of the collection it belongs to."""
        version, kind, metadata = obj["apiVersion"], obj["kind"], obj["metadata"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        namespace = metadata.get("namespace", "default")
        place = "" if kind in CLUSTER_SCOPED else f"/namespaces/{namespace}"
        name = f"/{metadata['name']}" if named else ""
        return f"{self.server}{root}{place}/{PLURALS[kind]}{name}"

    def apply(self, obj: Obj, manager: str = MANAGER, **query: str) -> Obj:
        """Apply the object on the server's side; fields are checked strictly."""
        query = {"fieldManager": manager, "force": "true", "fieldValidation": "Strict"} | query
        headers = {"Content-Type": "application/apply-patch+yaml"}
        response = self.session.patch(self.url(obj), params=query, json=obj, headers=headers)
        assert "Warning" not in response.headers, f"{self.url(obj)}: {response.headers['Warning']}"
        return self._read(response)

    def create(self, obj: Obj, manager: str = MANAGER) -> Obj:
        """Create the object as clients do that know no server-side apply."""
        query = {"fieldManager": manager, "fieldValidation": "Strict"}
        return self._read(self.session.post(self.url(obj, named=False), params=query, json=obj))

    def merge(self, obj: Obj, patch: Obj, subresource: str = "") -> Obj:
        headers = {"Content-Type": "application/merge-patch+json"}
        url = self.url(obj) + (f"/{subresource}" if subresource else "")
        return self._read(self.session.patch(url, json=patch, headers=headers))

    def get(self, obj: Obj) -> Obj | None:
        response = self.session.get(self.url(obj))
        return None if response.status_code == requests.codes.not_found else self._read(response)

    def raw(self, path: str) -> Obj:
        return self._read(self.session.get(f"{self.server}/{path}"))

    def list(self, kind: str, version: str, namespace: str = "", **query: str) -> list[Obj]:
        scope = {"namespace": namespace} if namespace else {}
        place = {"apiVersion": version, "kind": kind, "metadata": scope}
        answer = self._read(self.session.get(self.url(place, named=False), params=query))
        return [{"apiVersion": version, "kind": kind, **item} for item in answer["items"]]

    def delete(self, obj: Obj, propagation: str = "Background") -> None:
        response = self.session.delete(self.url(obj), json={"propagationPolicy": propagation})
        if response.status_code != requests.codes.not_found:
            self._read(response)

    def apply_all(self, objects: Iterable[Obj]) -> None:
        for obj in objects:
            self.apply(obj)

    @staticmethod
    def _read(response: requests.Response) -> Obj:
        assert response.ok, f"{response.request.method} {response.url}: {response.text}"
        answer: Obj = response.json()
        return answer


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait until the condition holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not in {seconds:g} s: {what}"
        time.sleep(0.05)
