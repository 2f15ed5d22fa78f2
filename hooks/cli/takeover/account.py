"""Objects by name, with the rights of a pod's service account to read and patch them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlencode

from hooks.cli.cluster.https import JSON, Peer
from hooks.cli.cluster.kubectl import MANAGER, QUOTED, CallFailed
from hooks.kube.objects import Obj, as_object

MERGE_PATCH: Final = "application/merge-patch+json"

COLLECTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "ConfigMap": ("v1", "configmaps"),
    "DaemonSet": ("apps/v1", "daemonsets"),
    "Deployment": ("apps/v1", "deployments"),
    "InstanaAgent": ("instana.io/v1", "agents"),
    "Pod": ("v1", "pods"),
    "PodDisruptionBudget": ("policy/v1", "poddisruptionbudgets"),
    "Secret": ("v1", "secrets"),
    "Service": ("v1", "services"),
    "ServiceAccount": ("v1", "serviceaccounts"),
}
"""The kinds that can be handed over or read, each with its version and its plural in URLs."""


@dataclass(frozen=True, slots=True)
class Account:
    """Reads and patches objects of one namespace."""

    api: Peer
    namespace: str

    def get(self, kind: str, name: str) -> Obj | None:
        """Return an object with its managed fields, None if it does not exist."""
        return self._ask("GET", self._path(kind, name))

    def select(self, kind: str, labels: Mapping[str, str]) -> list[Obj]:
        """Return the objects of a kind that have the labels."""
        selector = ",".join(f"{name}={value}" for name, value in labels.items())
        path = f"{self._path(kind)}?{urlencode({'labelSelector': selector})}"
        response = self._ask("GET", path) or {}
        version, _ = COLLECTIONS[kind]
        return [{"apiVersion": version, "kind": kind, **item} for item in response.get("items", [])]

    def patch(self, obj: Obj, body: Obj) -> None:
        """Send a merge patch for the object."""
        path = self._path(obj["kind"], obj["metadata"]["name"])
        query = urlencode({"fieldManager": MANAGER})
        self._ask("PATCH", f"{path}?{query}", body, MERGE_PATCH)

    def _ask(
        self, method: str, path: str, body: Obj | None = None, content_type: str = JSON
    ) -> Obj | None:
        try:
            status, response = self.api.exchange(method, path, body, content_type)
            read = as_object(json.loads(response))
        except (OSError, HTTPException, ValueError) as error:
            msg = f"{method} {path}: {type(error).__name__}"
            raise CallFailed(msg) from error
        if status == HTTPStatus.NOT_FOUND and method == "GET":
            return None
        if status >= HTTPStatus.BAD_REQUEST:
            raise CallFailed(_reason(read))
        return read

    def _path(self, kind: str, name: str = "") -> str:
        version, plural = COLLECTIONS[kind]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        place = f"{root}/namespaces/{self.namespace}/{plural}"
        return f"{place}/{name}" if name else place


def _reason(response: Mapping[str, Any]) -> str:
    """Return the API server's message, without the values that it may quote."""
    return QUOTED.sub("value", str(response.get("message", "the API server gave no reason")))
