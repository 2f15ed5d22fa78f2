"""All objects of a kind in memory, kept up to date by a list and a watch, for all controllers."""

import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeAlias

import requests

from hooks.kube.objects import Obj
from tests.stand_in.api_server import ApiServer, Refused, Resource

Handler: TypeAlias = Callable[[Obj | None, Obj | None], None]
"""Called with an object as it was and as it is: None where there was or is none.

It is the same object twice when all are to be looked at again.
"""

PAUSE_SECONDS = 1.0
log = logging.getLogger(__name__)


class Expired(Exception):
    """The server does not remember the version from which to watch."""


class Informer:
    """All objects of one kind."""

    def __init__(self, api: ApiServer, resource: Resource) -> None:
        self.resource = resource
        self.is_synced = threading.Event()
        self._api = api
        self._lock = threading.Lock()
        self._objects: dict[str, dict[str, Obj]] = {}
        self._handlers: list[Handler] = []
        self._untold: SimpleQueue[tuple[Obj | None, Obj | None]] = SimpleQueue()
        for work in (self._run, self._tell):
            threading.Thread(target=work, daemon=True).start()

    def get(self, namespace: str, name: str) -> Obj | None:
        return self._objects.get(namespace, {}).get(name)

    def list(self, namespace: str = "") -> list[Obj]:
        """Return the objects of the namespace, or all of them; none may be changed."""
        with self._lock:
            places = [self._objects.get(namespace, {})] if namespace else self._objects.values()
            return [each for place in places for each in place.values()]

    def subscribe(self, handler: Handler, resync_seconds: float = 0) -> Callable[[], None]:
        """Tell the handler of all objects now, and of each event; returns what ends that.

        With `resync_seconds` it is told of all objects again and again.
        """
        over = threading.Event()
        with self._lock:
            self._handlers.append(handler)
        self._resync(handler)
        if resync_seconds:
            arguments = (handler, resync_seconds, over)
            threading.Thread(target=self._resync_for_ever, args=arguments, daemon=True).start()

        def unsubscribe() -> None:
            over.set()
            self._handlers.remove(handler)

        return unsubscribe

    def _resync_for_ever(self, handler: Handler, seconds: float, over: threading.Event) -> None:
        while not over.wait(seconds):
            self._resync(handler)

    def _resync(self, handler: Handler) -> None:
        for each in self.list():
            handler(each, each)

    def _run(self) -> None:
        version = ""
        while True:
            try:
                version = self._watch(version or self._relist())
            except Expired:
                version = ""
            except (Refused, requests.RequestException) as problem:
                log.warning("failed to watch %s: %s", self.resource.key, problem)
                version = ""
                time.sleep(PAUSE_SECONDS)

    def _relist(self) -> str:
        answer = self._api.call("GET", self.resource.path())
        kind = {"apiVersion": self.resource.api_version, "kind": self.resource.kind}
        found = {_place(each): {**kind, **each} for each in answer["items"]}
        for gone in [each for each in self.list() if _place(each) not in found]:
            self._remember(gone, is_gone=True)
        for each in found.values():
            self._remember(each)
        self.is_synced.set()
        version: str = answer["metadata"]["resourceVersion"]
        return version

    def _watch(self, version: str) -> str:
        """Follow the events; returns the version up to which they were seen."""
        for event in self._api.watch(self.resource, version):
            if event["type"] == "ERROR":
                raise Expired
            version = event["object"]["metadata"]["resourceVersion"]
            if event["type"] != "BOOKMARK":
                self._remember(event["object"], is_gone=event["type"] == "DELETED")
        return version

    def _remember(self, obj: Obj, *, is_gone: bool = False) -> None:
        namespace, name = _place(obj)
        with self._lock:
            place = self._objects.setdefault(namespace, {})
            old = place.pop(name, None)
            if not is_gone:
                place[name] = obj
        self._untold.put((obj, None) if is_gone else (old, obj))

    def _tell(self) -> None:
        """Tell the handlers of events, beside the watch: what is known does not wait for them."""
        while True:
            old, new = self._untold.get()
            for handler in list(self._handlers):
                handler(old, new)


class Informers:
    """One informer for each kind."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._informers: dict[Resource, Informer] = {}

    def of(self, api_version: str, plural: str) -> Informer:
        resource = self._api.resource(api_version, plural)
        with self._lock:
            if resource not in self._informers:
                self._informers[resource] = Informer(self._api, resource)
            return self._informers[resource]


def _place(obj: Obj) -> tuple[str, str]:
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
