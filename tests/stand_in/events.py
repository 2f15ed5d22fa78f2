"""Events about parents and controllers, written one after the other beside the work."""

import logging
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import TypeAlias

import requests

from hooks.kube.objects import Obj
from tests.stand_in.api_server import ApiServer, Refused

Told: TypeAlias = tuple[Obj, str, str, str]

COMPONENT = "metacontroller"
NORMAL = "Normal"
WARNING = "Warning"
MOST_PER_OBJECT = 25
STRATEGIC_MERGE = "application/strategic-merge-patch+json"
log = logging.getLogger(__name__)


class Events:
    """What happened for the first time is created, what happens again is counted."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._told: SimpleQueue[Told] = SimpleQueue()
        self._written: dict[tuple[str, str, str], Obj] = {}
        self._per_object: Counter[str] = Counter()
        threading.Thread(target=self._write_all, daemon=True).start()

    def normal(self, obj: Obj, reason: str, message: str) -> None:
        self._told.put((obj, NORMAL, reason, message))

    def warn(self, obj: Obj, reason: str, message: str) -> None:
        self._told.put((obj, WARNING, reason, message))

    def _write_all(self) -> None:
        while True:
            told = self._told.get()
            try:
                self._write(*told)
            except (Refused, requests.RequestException) as problem:
                log.warning("failed to write an event: %s", problem)

    def _write(self, obj: Obj, type_: str, reason: str, message: str) -> None:
        uid = obj["metadata"]["uid"]
        self._per_object[uid] += 1
        if self._per_object[uid] > MOST_PER_OBJECT:
            return
        key = (uid, reason, message)
        if key in self._written:
            event = self._counted(self._written[key])
        else:
            event = self._created(obj, type_, reason, message)
        self._written[key] = event

    def _created(self, obj: Obj, type_: str, reason: str, message: str) -> Obj:
        metadata, now = obj["metadata"], _now()
        namespace = metadata.get("namespace", "default")
        about = {name: obj[name] for name in ("apiVersion", "kind")} | {
            name: metadata[name]
            for name in ("name", "namespace", "uid", "resourceVersion")
            if name in metadata
        }
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{metadata['name']}.{time.time_ns():x}", "namespace": namespace},
            "involvedObject": about,
            "type": type_,
            "reason": reason,
            "message": message,
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        return self._api.call("POST", f"api/v1/namespaces/{namespace}/events", event)

    def _counted(self, event: Obj) -> Obj:
        metadata = event["metadata"]
        path = f"api/v1/namespaces/{metadata['namespace']}/events/{metadata['name']}"
        again = {"count": event["count"] + 1, "lastTimestamp": _now()}
        return self._api.call("PATCH", path, again, STRATEGIC_MERGE)


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
