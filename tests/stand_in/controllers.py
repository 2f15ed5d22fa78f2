"""What both kinds of controllers have in common: a queue of parents, workers that sync them."""

import logging
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hooks.kube.objects import Obj, annotations_of, labels_of
from hooks.kube.selectors import matches
from tests.stand_in.answers import Undecodable
from tests.stand_in.api_server import ApiServer, group_of
from tests.stand_in.children import FAILURES, Applier, Children, Manager, Unmanaged, place_of
from tests.stand_in.claims import controller_of
from tests.stand_in.events import Events
from tests.stand_in.informers import Handler, Informer, Informers
from tests.stand_in.queues import Key, Queue
from tests.stand_in.related import NotSynced, Related
from tests.stand_in.webhooks import CallFailed, TooManyRequests, Webhook

WORKERS = 5
LOOK_SECONDS = 0.1
log = logging.getLogger(__name__)


class SyncFailed(Exception):
    """A parent cannot be synced: it is tried again, and an event says so."""


@dataclass(frozen=True)
class Tools:
    """What all controllers share."""

    api: ApiServer
    informers: Informers
    events: Events
    applier: Applier
    folder: Path
    """For files that live as long as the program."""


@dataclass(frozen=True)
class Parents:
    """The objects of one kind that a controller has children or attachments for."""

    informer: Informer
    selector: Obj
    ignores_status: bool

    @classmethod
    def of(cls, tools: Tools, rule: Obj) -> "Parents":
        informer = tools.informers.of(rule["apiVersion"], rule["resource"])
        ignores_status = bool(rule.get("ignoreStatusChanges"))
        return cls(informer, rule.get("labelSelector") or {}, ignores_status)

    @property
    def kind(self) -> tuple[str, str]:
        return self.informer.resource.group, self.informer.resource.kind

    def has(self, obj: Obj) -> bool:
        return matches(self.selector, labels_of(obj))

    def is_worth_a_sync(self, old: Obj | None, new: Obj | None) -> bool:
        """Tell whether an event means more than a new status; a look at all objects does."""
        if not (self.ignores_status and old and new) or old is new:
            return True
        return "deletionTimestamp" in new["metadata"] or _aspects(old) != _aspects(new)


class Controller(ABC):
    """A running controller."""

    def __init__(self, tools: Tools, controller: Obj, parents: list[Obj], rules: list[Obj]) -> None:
        self.tools = tools
        self.controller: Obj = {"status": {}} | controller
        self.queue = Queue()
        self.parents = {each.kind: each for each in map(partial(Parents.of, tools), parents)}
        self.children = [tools.informers.of(each["apiVersion"], each["resource"]) for each in rules]
        self.manager = Manager.of(tools.api, tools.applier, rules)
        self.hook = self._webhook("sync")
        has_related = "customize" in controller["spec"]["hooks"]
        customize = self._webhook("customize") if has_related else None
        self.related = Related(
            self.controller, customize, tools.informers, self._all_parents, self.enqueue
        )
        self._over = threading.Event()

    def start(self) -> None:
        """Follow events, and sync parents once all their kinds are known."""
        self._tell("Starting")
        seconds = self.controller["spec"].get("resyncPeriodSeconds") or 0
        self._subscriptions = [
            *(
                each.informer.subscribe(self._parent_handler(each), seconds)
                for each in self.parents.values()
            ),
            *(each.subscribe(self._on_child) for each in self.children),
        ]
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """End; what is being synced is synced to the end."""
        self._tell("Stopping")
        self._over.set()
        self.queue.close()
        for worker in self._workers:
            worker.join()
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self.related.stop()

    @abstractmethod
    def sync(self, parent: Obj) -> float | None:
        """Bring children and status about; returns the seconds after which to do so again."""

    def enqueue(self, parent: Obj) -> None:
        kind = self.parents[group_of(parent["apiVersion"]), parent["kind"]]
        if kind.has(parent):
            self.queue.add(_key(parent))

    @abstractmethod
    def on_orphan(self, child: Obj) -> None:
        """Look at an object that may be a child and has no owner yet."""

    def observed(self, owned: dict[Informer, list[Obj]]) -> Children:
        """Return children as requests have them: each rule has its kind, be there any or not."""
        return {
            informer.resource.key: {place_of(each): each for each in objects}
            for informer, objects in owned.items()
        }

    def _webhook(self, name: str) -> Webhook:
        spec = self.controller["spec"]
        endpoints = spec.get("endpointConfigs") or []
        return Webhook(self.tools.api, spec["hooks"][name], endpoints, self.tools.folder)

    def _all_parents(self) -> list[Obj]:
        return [each for kind in self.parents.values() for each in kind.informer.list()]

    def _tell(self, what: str) -> None:
        message = f"{what} controller: {self.controller['metadata']['name']}"
        self.tools.events.normal(self.controller, what, message)

    def _parent_handler(self, parents: Parents) -> Handler:
        def on_parent(old: Obj | None, new: Obj | None) -> None:
            obj = new or old
            if obj and parents.is_worth_a_sync(old, new):
                self.enqueue(obj)

        return on_parent

    def _on_child(self, old: Obj | None, new: Obj | None) -> None:
        if old and new and _version(old) == _version(new):
            return
        child = new or old
        assert child
        owner = controller_of(child)
        if owner:
            parent = self._parent_of(child, owner)
            if parent:
                self.enqueue(parent)
        elif new and "deletionTimestamp" not in new["metadata"]:
            self.on_orphan(child)

    def _parent_of(self, child: Obj, owner: Obj) -> Obj | None:
        parents = self.parents.get((group_of(owner["apiVersion"]), owner["kind"]))
        if parents is None:
            return None
        is_namespaced = parents.informer.resource.is_namespaced
        namespace = child["metadata"].get("namespace", "") if is_namespaced else ""
        found = parents.informer.get(namespace, owner["name"])
        return found if found and found["metadata"]["uid"] == owner["uid"] else None

    def _work(self) -> None:
        kinds = [each.informer for each in self.parents.values()]
        for informer in [*kinds, *self.children]:
            while not informer.is_synced.wait(LOOK_SECONDS):
                if self._over.is_set():
                    return
        while (key := self.queue.get()) is not None:
            self._sync(key)
            self.queue.done(key)

    def _sync(self, key: Key) -> None:
        group, kind, namespace, name = key
        parent = self.parents[group, kind].informer.get(namespace, name)
        try:
            seconds = self.sync(parent) if parent else None
        except TooManyRequests as asked:
            self.queue.add_after(key, asked.seconds)
        except NotSynced:
            self.queue.add_after_failure(key)
        except (CallFailed, SyncFailed, Undecodable, Unmanaged, *FAILURES) as problem:
            log.error("failed to sync %s: %s", "/".join(key), problem)  # noqa: TRY400
            if parent:
                self.tools.events.warn(parent, "SyncError", f"Sync error: {problem}")
            self.queue.add_after_failure(key)
        else:
            self.queue.forget_failures(key)
            if seconds:
                self.queue.add_after(key, seconds)


def _key(parent: Obj) -> Key:
    metadata = parent["metadata"]
    group = group_of(parent["apiVersion"])
    return group, parent["kind"], metadata.get("namespace", ""), metadata["name"]


def _aspects(obj: Obj) -> tuple[int, dict[str, str], dict[str, str]]:
    return obj["metadata"].get("generation", 0), labels_of(obj), annotations_of(obj)


def _version(obj: Obj) -> str:
    version: str = obj["metadata"]["resourceVersion"]
    return version
