"""Starts and stops controllers as the objects that define them come, change and go."""

import logging
import threading

from hooks.kube.objects import Obj
from tests.stand_in.api_server import Unknown
from tests.stand_in.children import FAILURES
from tests.stand_in.composite import CompositeController
from tests.stand_in.controllers import Controller, Tools
from tests.stand_in.decorator import DecoratorController
from tests.stand_in.informers import Informer
from tests.stand_in.queues import Key, Queue
from tests.stand_in.webhooks import CallFailed

OWN = "metacontroller.k8s.io/v1alpha1"
KINDS: dict[str, type[CompositeController | DecoratorController]] = {
    "compositecontrollers": CompositeController,
    "decoratorcontrollers": DecoratorController,
}
DEFINITIONS = ("apiextensions.k8s.io/v1", "customresourcedefinitions")
DEFINITIONS_SECONDS = 10.0
log = logging.getLogger(__name__)


class Controllers:
    """All controllers of the cluster."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._queue = Queue()
        self._running: dict[Key, Controller] = {}
        self._defined = {plural: tools.informers.of(OWN, plural) for plural in KINDS}
        self._definitions = tools.informers.of(*DEFINITIONS)
        tools.informers.of(OWN, "controllerrevisions")  # which Metacontroller watches in any case

    def run(self) -> None:
        """Follow the objects that define controllers, for ever."""
        for plural, informer in self._defined.items():
            self._follow(plural, informer)
        threading.Thread(target=self._work, daemon=True).start()

    def _follow(self, plural: str, informer: Informer) -> None:
        def on_event(old: Obj | None, new: Obj | None) -> None:
            obj = new or old
            assert obj
            self._queue.add((plural, obj["metadata"]["name"]))

        informer.subscribe(on_event)

    def _work(self) -> None:
        while (key := self._queue.get()) is not None:
            self._reconcile(key)
            self._queue.done(key)

    def _reconcile(self, key: Key) -> None:
        plural, name = key
        wanted, running = self._defined[plural].get("", name), self._running.get(key)
        if running and wanted and running.controller["spec"] == wanted["spec"]:
            return
        if running:
            del self._running[key]
            running.stop()
            self._tools.events.normal(running.controller, "Stopped", f"Stopped controller: {name}")
        if wanted:
            self._start(key, wanted)

    def _start(self, key: Key, controller: Obj) -> None:
        plural, name = key
        try:
            self._check_parents(controller)
            started = KINDS[plural](self._tools, controller)
        except (CallFailed, *FAILURES) as problem:
            log.error("cannot create %s: %s", name, problem)  # noqa: TRY400
            message = f"Cannot create new controller: {problem}"
            self._tools.events.warn(controller, "CreateError", message)
            self._queue.add_after_failure(key)
            return
        self._queue.forget_failures(key)
        self._running[key] = started
        started.start()
        self._tools.events.normal(controller, "Started", f"Started controller: {name}")

    def _check_parents(self, controller: Obj) -> None:
        """Check that the parents of a CompositeController have a status to write."""
        parent = controller["spec"].get("parentResource")
        if parent is None:
            return
        group, _, version = parent["apiVersion"].partition("/")
        self._definitions.is_synced.wait(DEFINITIONS_SECONDS)
        found = self._definitions.get("", f"{parent['resource']}.{group}") or {"spec": {}}
        with_status = [
            each["name"]
            for each in found["spec"].get("versions", [])
            if "status" in each.get("subresources", {})
        ]
        if version not in with_status:
            msg = f"{parent['resource']}.{group} has no status in version {version}"
            raise Unknown(msg)
