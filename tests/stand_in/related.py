"""Related objects: which a parent has is asked of its customize hook, once for a generation."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hooks.kube.objects import Obj, labels_of
from hooks.kube.selectors import matches
from tests.stand_in.answers import CustomizeAnswer, Rule, Undecodable, decoded
from tests.stand_in.children import Children, place_of
from tests.stand_in.informers import Informer, Informers
from tests.stand_in.webhooks import Cache, CallFailed, TooManyRequests, Webhook

REMEMBERED_SECONDS = 20 * 60


class NotSynced(Exception):
    """Objects of a related kind are not known yet: the parent is to be synced a little later."""


@dataclass
class Related:
    """The related objects of all parents of a controller."""

    controller: Obj
    hook: Webhook | None
    informers: Informers
    parents: Callable[[], list[Obj]]
    enqueue: Callable[[Obj], None]
    _rules: Cache[list[Rule]] = field(default_factory=lambda: Cache(REMEMBERED_SECONDS))
    _watched: dict[Informer, Callable[[], None]] = field(default_factory=dict)

    def of(self, parent: Obj) -> Children:
        """Return the related objects of a parent; each rule has its kind, be there any or not."""
        found: Children = {}
        for rule in self.rules(parent):
            informer = self._informer(rule)
            objects = found.setdefault(informer.resource.key, {})
            namespace = rule.namespace if informer.resource.is_namespaced else ""
            objects |= {
                place_of(each): each for each in informer.list(namespace) if _has(rule, each)
            }
        return found

    def rules(self, parent: Obj) -> list[Rule]:
        """Return which objects a parent is related to, by its hook or by an earlier answer."""
        if self.hook is None:
            return []
        metadata = parent["metadata"]
        key = (metadata["uid"], str(metadata.get("generation", 0)))
        rules = self._rules.get(key)
        if rules is None:
            request = {"controller": self.controller, "parent": parent}
            answer = decoded(CustomizeAnswer, self.hook.call(parent, request))
            rules = answer.related_resources or []
            self._rules.set(key, rules)
        return rules

    def stop(self) -> None:
        for unsubscribe in self._watched.values():
            unsubscribe()

    def _informer(self, rule: Rule) -> Informer:
        informer = self.informers.of(rule.api_version, rule.resource)
        if informer not in self._watched:
            self._watched[informer] = informer.subscribe(self._on_event)
        if not informer.is_synced.is_set():
            raise NotSynced
        return informer

    def _on_event(self, old: Obj | None, new: Obj | None) -> None:
        """Sync the parents that are related to the object as it was or is."""
        states = [each for each in (old, new) if each]
        if len({each["metadata"]["resourceVersion"] for each in states}) < len(states):
            return
        for parent in self.parents():
            if any(self._is_related(rule, each) for rule in self._known(parent) for each in states):
                self.enqueue(parent)

    def _known(self, parent: Obj) -> list[Rule]:
        """Return the rules of a parent; none while its hook fails, as Metacontroller goes on."""
        try:
            return self.rules(parent)
        except (CallFailed, TooManyRequests, Undecodable):
            return []

    def _is_related(self, rule: Rule, obj: Obj) -> bool:
        resource = self.informers.of(rule.api_version, rule.resource).resource
        is_there = rule.namespace in {"", obj["metadata"].get("namespace", rule.namespace)}
        kind = f"{obj['kind']}.{obj['apiVersion']}"
        return kind == resource.key and is_there and _has(rule, obj)


def _has(rule: Rule, obj: Obj) -> bool:
    """Tell whether a rule has an object of its kind and namespace."""
    if rule.names:
        return obj["metadata"]["name"] in rule.names
    selector = rule.label_selector
    return selector is None or matches(selector.model_dump(by_alias=True), labels_of(obj))
