"""The API server as a client of Metacontroller's account sees it; every call is counted."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
import requests
import urllib3
import yaml
from requests.adapters import HTTPAdapter

from hooks.kube.objects import Obj

USER_AGENT = "metacontroller/stand-in"
"""The API server takes the part before the slash as the manager of fields."""

CONNECTIONS = 100
CALL_SECONDS = 30
WATCH_SECONDS = 300
CONFLICT_PAUSES = (0.01, 0.05, 0.25)


class Refused(Exception):
    """The API server answered with an error."""

    def __init__(self, response: requests.Response) -> None:
        self.code = response.status_code
        super().__init__(_message(response))


class Unknown(Exception):
    """The API server serves no such kind."""


@dataclass(frozen=True)
class Resource:
    """A kind that is served."""

    api_version: str
    plural: str
    kind: str
    is_namespaced: bool

    @property
    def group(self) -> str:
        return group_of(self.api_version)

    @property
    def key(self) -> str:
        """The name of the kind in requests to hooks."""
        return f"{self.kind}.{self.api_version}"

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        place = f"namespaces/{namespace}" if self.is_namespaced and namespace else ""
        parts = (root_of(self.api_version), place, self.plural, name, subresource)
        return "/".join(part for part in parts if part)

    def path_of(self, obj: Obj, subresource: str = "") -> str:
        metadata = obj["metadata"]
        return self.path(metadata.get("namespace", ""), metadata["name"], subresource)


class ApiServer:
    """Calls with the credentials of a kubeconfig, each of which is counted."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        self.server: str = config["clusters"][0]["cluster"]["server"]
        self.counts: Counter[tuple[str, int]] = Counter()
        self._lock = Lock()
        self._resources: dict[str, list[Resource]] = {}
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._session = requests.Session()
        self._session.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS))
        self._session.trust_env = False
        self._session.verify = False
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.headers["Authorization"] = f"Bearer {config['users'][0]['user']['token']}"

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str = "application/json",
        **query: str,
    ) -> Obj:
        """Return what is answered; anything but success is Refused."""
        response = self._session.request(
            method,
            f"{self.server}/{path}",
            params=query,
            data=None if body is None else orjson.dumps(body),
            headers={"Content-Type": content_type},
            timeout=CALL_SECONDS,
        )
        answer: Obj = orjson.loads(self._counted(response).content)
        return answer

    def watch(self, resource: Resource, version: str) -> Iterator[Obj]:
        """Yield events from the version on, until the server ends the watch."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        url, timeout = f"{self.server}/{resource.path()}", WATCH_SECONDS + CALL_SECONDS
        with self._session.get(url, params=query, stream=True, timeout=timeout) as response:
            for line in self._counted(response).iter_lines(chunk_size=None):
                yield orjson.loads(line)

    def change(
        self, resource: Resource, obj: Obj, change: Callable[[Obj], Obj], subresource: str = ""
    ) -> None:
        """Read the object, write what becomes of it, and again if somebody else was faster."""
        for pause in (*CONFLICT_PAUSES, None):
            current = self.call("GET", resource.path_of(obj))
            if current["metadata"]["uid"] != obj["metadata"]["uid"]:
                return
            wanted = change(current)
            if wanted == current:
                return
            try:
                self.call("PUT", resource.path_of(obj, subresource), wanted)
            except Refused as refused:
                if refused.code != requests.codes.conflict or pause is None:
                    raise
                time.sleep(pause)
            else:
                return

    def resource(self, api_version: str, plural: str) -> Resource:
        """Return the kind by its plural, as rules name it."""
        for each in self._served(api_version):
            if each.plural == plural:
                return each
        self._resources.pop(api_version, None)  # it may be installed later
        msg = f"discovery: can't find resource {plural} in apiVersion {api_version}"
        raise Unknown(msg)

    def kind(self, api_version: str, kind: str) -> Resource:
        """Return the kind by its name, as objects have it."""
        for each in self._served(api_version):
            if each.kind == kind:
                return each
        self._resources.pop(api_version, None)
        msg = f"discovery: can't find kind {kind} in apiVersion {api_version}"
        raise Unknown(msg)

    def _served(self, api_version: str) -> list[Resource]:
        if api_version not in self._resources:
            try:
                found = self.call("GET", root_of(api_version))["resources"]
            except Refused as refused:
                if refused.code != requests.codes.not_found:
                    raise
                return []
            self._resources[api_version] = [
                Resource(api_version, each["name"], each["kind"], each["namespaced"])
                for each in found
                if "/" not in each["name"]
            ]
        return self._resources[api_version]

    def _counted(self, response: requests.Response) -> requests.Response:
        with self._lock:
            self.counts[response.request.method or "", response.status_code] += 1
        if not response.ok:
            raise Refused(response)
        return response


def group_of(api_version: str) -> str:
    """Return the group of an apiVersion, "" for the core."""
    return api_version.partition("/")[0] if "/" in api_version else ""


def root_of(api_version: str) -> str:
    return f"apis/{api_version}" if "/" in api_version else f"api/{api_version}"


def _message(response: requests.Response) -> str:
    try:
        return str(response.json()["message"])
    except (requests.JSONDecodeError, KeyError):
        return f"{response.status_code}: {response.text}"
