"""Which objects are related, for the stand-in for Metacontroller."""

from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from hooks.kube.objects import Obj
from tests.stand_in.api_server import Resource
from tests.stand_in.informers import Informers
from tests.stand_in.related import NotSynced, Related
from tests.stand_in.webhooks import CallFailed, Webhook

SECRETS = Resource("v1", "secrets", "Secret", is_namespaced=True)


def _secret(namespace: str, name: str, **labels: str) -> Obj:
    metadata = {"namespace": namespace, "name": name, "labels": labels, "resourceVersion": "1"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}


ALL = [_secret("a", "x", app="one"), _secret("a", "y"), _secret("b", "x", app="one")]


class FakeInformer:
    def __init__(self, *, is_synced: bool = True) -> None:
        self.resource = SECRETS
        self.is_synced = SimpleNamespace(is_set=lambda: is_synced)
        self.handlers: list[Any] = []

    def list(self, namespace: str) -> list[Obj]:
        return [each for each in ALL if namespace in ("", each["metadata"]["namespace"])]

    def subscribe(self, handler: Any) -> Any:
        self.handlers.append(handler)
        return lambda: self.handlers.remove(handler)


class Case:
    """A parent whose hook relates what a rule says, and what is synced because of it."""

    def __init__(self, *, informer: FakeInformer | None = None, **rule: Any) -> None:
        self.informer = informer or FakeInformer()
        self.parent: Obj = {"metadata": {"name": "p", "uid": "u-1", "generation": 1}}
        self.enqueued: list[Obj] = []
        self.asked = 0
        self.is_failing = False
        self.rule = {"apiVersion": "v1", "resource": "secrets"} | rule
        self.related = Related(
            {},
            cast("Webhook", self),
            cast("Informers", SimpleNamespace(of=lambda *_: self.informer)),
            lambda: [self.parent],
            self.enqueued.append,
        )

    def call(self, *_: Obj) -> bytes:
        self.asked += 1
        if self.is_failing:
            raise CallFailed
        return orjson.dumps({"relatedResources": [self.rule]})

    def found(self) -> list[str]:
        return sorted(self.related.of(self.parent)["Secret.v1"])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, ["a/x", "a/y", "b/x"]),
        ({"namespace": "a"}, ["a/x", "a/y"]),
        ({"names": ["x"]}, ["a/x", "b/x"]),
        ({"namespace": "b", "names": ["x", "z"]}, ["b/x"]),
        ({"labelSelector": {"matchLabels": {"app": "one"}}}, ["a/x", "b/x"]),
        ({"namespace": "a", "labelSelector": {"matchLabels": {"app": "one"}}}, ["a/x"]),
        ({"namespace": "c"}, []),
    ],
)
def test_rule(rule: Obj, expected: list[str]) -> None:
    assert Case(**rule).found() == expected


def test_hook_is_asked_once_for_a_generation() -> None:
    case = Case()
    case.found()
    case.found()
    before = case.asked
    case.parent["metadata"]["generation"] = 2
    case.found()

    assert (before, case.asked) == (1, 2)


def test_kind_that_is_not_known_yet_delays_the_sync() -> None:
    with pytest.raises(NotSynced):
        Case(informer=FakeInformer(is_synced=False)).found()


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        (None, ALL[0], 1),
        (ALL[0], None, 1),
        (None, ALL[1], 0),
        (None, ALL[2], 0),
        (ALL[0], ALL[0], 0),
    ],
    ids=["there now", "gone", "another name", "another namespace", "no change"],
)
def test_event(old: Obj | None, new: Obj | None, count: int) -> None:
    case = Case(namespace="a", names=["x"])
    case.found()

    case.informer.handlers[0](old, new)

    assert len(case.enqueued) == count


def test_event_is_lost_while_the_hook_fails() -> None:
    case = Case()
    case.found()
    case.is_failing = True
    case.parent["metadata"]["generation"] = 2

    case.informer.handlers[0](None, ALL[0])

    assert case.enqueued == []


def test_nobody_listens_after_the_end() -> None:
    case = Case()
    case.found()
    case.related.stop()

    assert case.informer.handlers == []
