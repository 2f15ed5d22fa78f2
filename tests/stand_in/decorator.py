"""A DecoratorController: attachments of objects that are there anyway, marked as its own."""

from hooks.kube.objects import Obj, annotations_of
from tests.stand_in.answers import DecoratorAnswer, Undecodable, decoded
from tests.stand_in.children import Children, by_kind
from tests.stand_in.claims import controller_of
from tests.stand_in.controllers import Controller, SyncFailed, Tools
from tests.stand_in.informers import Informer
from tests.stand_in.webhooks import CallFailed

MARK = "metacontroller.k8s.io/decorator-controller"


class DecoratorController(Controller):
    def __init__(self, tools: Tools, controller: Obj) -> None:
        spec = controller["spec"]
        super().__init__(tools, controller, spec["resources"], spec.get("attachments") or [])
        self.name: str = controller["metadata"]["name"]

    def sync(self, parent: Obj) -> float | None:
        observed = self.observed({each: self._own(each, parent) for each in self.children})
        related = self.related.of(parent)
        answer = self._asked(parent, observed, related)
        desired = by_kind(self._marked(each) for each in answer.attachments or [])
        if "deletionTimestamp" not in parent["metadata"]:
            self.manager.manage(parent, observed, desired)
        return answer.resync_after_seconds

    def on_orphan(self, child: Obj) -> None:
        """Leave it alone: nothing is adopted."""

    def _asked(self, parent: Obj, observed: Children, related: Children) -> DecoratorAnswer:
        request = {
            "controller": self.controller,
            "object": parent,
            "attachments": observed,
            "related": related,
            "finalizing": False,
        }
        try:
            return decoded(DecoratorAnswer, self.hook.call(parent, request))
        except (CallFailed, Undecodable) as problem:
            msg = f"sync hook failed (version=v2): {problem}"
            raise SyncFailed(msg) from problem

    def _own(self, informer: Informer, parent: Obj) -> list[Obj]:
        """Return what this controller made for the parent; what others made is none of its own."""
        return [
            each
            for each in informer.list(parent["metadata"].get("namespace", ""))
            if (controller_of(each) or {}).get("uid") == parent["metadata"]["uid"]
            and annotations_of(each).get(MARK) == self.name
        ]

    def _marked(self, attachment: Obj) -> Obj:
        annotations = {**annotations_of(attachment), MARK: self.name}
        metadata = {**attachment["metadata"], "annotations": annotations}
        return {**attachment, "metadata": metadata}
