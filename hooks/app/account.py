"""The API server as a pod reaches it: by the account that Kubernetes gives the pod."""

import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from hooks.app.kubectl import MANAGER, QUOTED, SECONDS, KubectlFailed
from hooks.kube.objects import Obj

DIRECTORY: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
HOST, PORT = "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"
MERGE_PATCH: Final = "application/merge-patch+json"
JSON: Final = "application/json"

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
"""The version of each kind that is dealt with, and its name in addresses."""


class AccountFailed(KubectlFailed):
    """The API server could not be reached, or it refused what it was asked for."""


@dataclass(frozen=True, slots=True)
class Account:
    """Asks the API server at `host`:`port` with the token and the authority in `directory`."""

    host: str
    port: int
    directory: Path = DIRECTORY

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], directory: Path) -> "Account":
        """Return the account of this pod; raises AccountFailed outside of any."""
        try:
            return cls(environ[HOST], int(environ[PORT]), directory)
        except (KeyError, ValueError):
            msg = f"{HOST} and {PORT} do not say where the API server is: run this in a pod"
            raise AccountFailed(msg) from None

    def get(self, kind: str, namespace: str, name: str) -> Obj | None:
        """Return an object with its managed fields, None if there is none of the name."""
        return self._ask("GET", _path(kind, namespace, name))

    def select(self, kind: str, namespace: str, labels: Mapping[str, str]) -> list[Obj]:
        """Return the objects of a kind in a namespace that have the labels."""
        selector = ",".join(f"{name}={value}" for name, value in labels.items())
        path = f"{_path(kind, namespace)}?{urlencode({'labelSelector': selector})}"
        answer = self._ask("GET", path) or {}
        version, _ = COLLECTIONS[kind]
        return [{"apiVersion": version, "kind": kind, **each} for each in answer.get("items", [])]

    def patch(self, obj: Obj, body: Obj) -> None:
        """Send a merge patch for the object."""
        metadata = obj["metadata"]
        path = _path(obj["kind"], metadata["namespace"], metadata["name"])
        self._ask("PATCH", f"{path}?{urlencode({'fieldManager': MANAGER})}", body)

    def _ask(self, method: str, path: str, body: Obj | None = None) -> Obj | None:
        try:
            with closing(self._connection()) as connection:
                content = None if body is None else json.dumps(body)
                connection.request(method, path, content, self._headers())
                response = connection.getresponse()
                answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            msg = f"the API server cannot be asked: {type(error).__name__}"
            raise AccountFailed(msg) from error
        if response.status == HTTPStatus.NOT_FOUND:
            return None
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise AccountFailed(_reason(answer))
        return _object(answer)

    def _connection(self) -> HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.directory / "ca.crt"))
        return HTTPSConnection(self.host, self.port, timeout=SECONDS, context=context)

    def _headers(self) -> dict[str, str]:
        token = (self.directory / "token").read_text().strip()
        return {"Authorization": f"Bearer {token}", "Accept": JSON, "Content-Type": MERGE_PATCH}


def _path(kind: str, namespace: str, name: str = "") -> str:
    version, plural = COLLECTIONS[kind]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    return f"{root}/namespaces/{namespace}/{plural}" + (f"/{name}" if name else "")


def _reason(answer: Any) -> str:
    """Return what the API server says, without the values that it may quote."""
    return QUOTED.sub("value", str(_object(answer).get("message", "no reason given")))


def _object(answer: Any) -> Obj:
    return answer if isinstance(answer, dict) else {}
