"""A CompositeController: children of a parent by its selector, and its status."""

from functools import cached_property, partial

import requests

from hooks.kube.objects import Obj, labels_of
from hooks.kube.selectors import matches
from tests.stand_in.answers import CompositeAnswer, Undecodable, decoded
from tests.stand_in.api_server import Refused
from tests.stand_in.children import Children, Unmanaged, by_kind, place_of
from tests.stand_in.claims import Claim, adopted, claim, released
from tests.stand_in.controllers import Controller, SyncFailed, Tools
from tests.stand_in.informers import Informer
from tests.stand_in.webhooks import CallFailed


class CompositeController(Controller):
    def __init__(self, tools: Tools, controller: Obj) -> None:
        spec = controller["spec"]
        parent = spec["parentResource"]
        super().__init__(tools, controller, [parent], spec.get("childResources") or [])
        (self.parent,) = self.parents.values()

    def sync(self, parent: Obj) -> float | None:
        observed = self._claimed(parent)
        related = self.related.of(parent)
        answer = self._asked(parent, observed, related)
        desired = by_kind(_placed(each, parent) for each in answer.children or [])
        _check_labels(parent, desired)
        problem = self._manage(parent, observed, desired)
        self._write_status(parent, answer.status or {})
        if problem:
            raise problem
        return answer.resync_after_seconds

    def on_orphan(self, child: Obj) -> None:
        """Sync the parents whose selector has the orphan: one of them adopts it."""
        for parent in self.parent.informer.list(child["metadata"].get("namespace", "")):
            selector = (parent.get("spec") or {}).get("selector") or {}
            if selector and matches(selector, labels_of(child)):
                self.enqueue(parent)

    def _asked(self, parent: Obj, observed: Children, related: Children) -> CompositeAnswer:
        request = {
            "controller": self.controller,
            "parent": parent,
            "children": observed,
            "related": related,
            "finalizing": False,
        }
        try:
            return decoded(CompositeAnswer, self.hook.call(parent, request))
        except (CallFailed, Undecodable) as problem:
            what = f"{parent['kind']} {place_of(parent)}"
            msg = f"sync hook failed for {what}: sync hook failed (version=v2): {problem}"
            raise SyncFailed(msg) from problem

    def _claimed(self, parent: Obj) -> Children:
        """Return the children of a parent after orphans were adopted, and others released."""
        selector, namespace = _selector(parent), parent["metadata"].get("namespace", "")
        claims = _Claims(self, parent, selector)
        return self.observed({each: claims.of(each, namespace) for each in self.children})

    def _manage(self, parent: Obj, observed: Children, desired: Children) -> Unmanaged | None:
        if "deletionTimestamp" in parent["metadata"]:
            return None
        try:
            self.manager.manage(parent, observed, desired)
        except Unmanaged as problem:
            return problem
        return None

    def _write_status(self, parent: Obj, status: Obj) -> None:
        """Write the status if it is another; somebody else's write leads to another sync."""
        status = {**status, "observedGeneration": parent["metadata"].get("generation", 0)}
        try:
            self.tools.api.change(
                self.parent.informer.resource,
                parent,
                lambda current: {**current, "status": status},
                "status",
            )
        except Refused as refused:
            if refused.code not in {requests.codes.not_found, requests.codes.conflict}:
                msg = f"can't update status for {parent['kind']} {place_of(parent)}: {refused}"
                raise SyncFailed(msg) from refused


class _Claims:
    """The children of one parent, in one sync."""

    def __init__(self, controller: CompositeController, parent: Obj, selector: Obj) -> None:
        self._api = controller.tools.api
        self._resource = controller.parent.informer.resource
        self._parent = parent
        self._selector = selector

    def of(self, informer: Informer, namespace: str) -> list[Obj]:
        return [each for each in informer.list(namespace) if self._is_claimed(informer, each)]

    def _is_claimed(self, informer: Informer, obj: Obj) -> bool:
        found = claim(obj, self._parent, self._selector)
        if found is Claim.ADOPT and not self._may_adopt:
            msg = f"can't adopt {obj['kind']} {place_of(obj)}: the parent is gone or going"
            raise SyncFailed(msg)
        if found in {Claim.ADOPT, Claim.RELEASE}:
            owned = adopted if found is Claim.ADOPT else released
            try:
                self._api.change(informer.resource, obj, partial(owned, parent=self._parent))
            except Refused as refused:
                if refused.code != requests.codes.not_found:
                    msg = f"can't claim {obj['kind']} children: {refused}"
                    raise SyncFailed(msg) from refused
                return False
        return found in {Claim.OWN, Claim.ADOPT}

    @cached_property
    def _may_adopt(self) -> bool:
        """Whether the parent is there still, and not only in memory."""
        fresh = self._api.call("GET", self._resource.path_of(self._parent))["metadata"]
        return fresh["uid"] == self._parent["metadata"]["uid"] and "deletionTimestamp" not in fresh


def _selector(parent: Obj) -> Obj:
    selector: Obj = (parent.get("spec") or {}).get("selector") or {}
    if not (selector.get("matchLabels") or selector.get("matchExpressions")):
        msg = ".spec.selector must have either matchLabels, matchExpressions, or both"
        raise SyncFailed(msg)
    return selector


def _placed(child: Obj, parent: Obj) -> Obj:
    """Return the child in the parent's namespace if it has none."""
    metadata = child.get("metadata") or {}
    if metadata.get("namespace"):
        return child
    return {**child, "metadata": {**metadata, "namespace": parent["metadata"]["namespace"]}}


def _check_labels(parent: Obj, desired: Children) -> None:
    for objects in desired.values():
        for child in objects.values():
            if not matches(_selector(parent), labels_of(child)):
                what = f"{child['kind']} {place_of(child)}"
                msg = f"labels on desired child {what} don't match parent selector"
                raise SyncFailed(msg)
