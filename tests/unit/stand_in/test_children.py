"""What the stand-in for Metacontroller writes to make children as they should be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj
from tests.stand_in.api_server import ApiServer, Refused, Resource, Unknown
from tests.stand_in.children import (
    Applier,
    DynamicApply,
    Manager,
    ServerSideApply,
    Unmanaged,
    by_kind,
)
from tests.stand_in.merging import annotated

SECRETS = Resource("v1", "secrets", "Secret", is_namespaced=True)
PATH = "api/v1/namespaces/ns/secrets/x"
PARENT: Obj = {
    "apiVersion": "instana.io/v1",
    "kind": "InstanaAgent",
    "metadata": {"name": "p", "namespace": "ns", "uid": "u-1"},
}
RULE: Obj = {
    "apiVersion": "v1",
    "resource": "secrets",
    "updateStrategy": {"method": "InPlace"},
}


@dataclass
class Fake:
    """An API server that stores nothing, and remembers what it was sent."""

    code: int = 200
    calls: list[tuple[str, str, Any]] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, *_: str, **query: str) -> Obj:
        self.calls.append((method, path, body))
        if self.code != requests.codes.ok:
            response = requests.Response()
            response.status_code = self.code
            response._content = b'{"message": "no"}'
            raise Refused(response)
        assert query in ({}, {"fieldManager": "metacontroller", "force": "true"})
        return _stored(body) if isinstance(body, dict) else {}

    def kind(self, _: str, kind: str) -> Resource:
        assert kind == SECRETS.kind
        return SECRETS

    def resource(self, _: str, plural: str) -> Resource:
        assert plural == SECRETS.plural
        return SECRETS

    def methods(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _ in self.calls]


def _secret(**data: str) -> Obj:
    metadata = {"name": "x", "namespace": "ns"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def _stored(obj: Obj, version: str = "7") -> Obj:
    metadata = {**obj.get("metadata", {}), "uid": "u-2", "resourceVersion": version}
    return {**obj, "metadata": metadata}


def _dynamic(api: Fake) -> Applier:
    return DynamicApply(cast("ApiServer", api))


def _by_server(api: Fake) -> Applier:
    return ServerSideApply(cast("ApiServer", api), "metacontroller")


APPLIERS = [_dynamic, _by_server]
MakeApplier = Callable[[Fake], Applier]


def _manager(api: Fake, applier: Applier, rule: Obj = RULE) -> Manager:
    return Manager.of(cast("ApiServer", api), applier, [rule])


def _manage(api: Fake, applier: Applier, observed: list[Obj], desired: list[Obj]) -> None:
    _manager(api, applier).manage(PARENT, by_kind(observed), by_kind(desired))


def test_missing_child_is_created_with_its_owner() -> None:
    api = Fake()

    _manage(api, _dynamic(api), [], [_secret(a="1")])

    ((method, path, body),) = api.calls
    assert (method, path) == ("POST", "api/v1/namespaces/ns/secrets")
    assert body["metadata"]["ownerReferences"][0]["uid"] == "u-1"
    assert LAST_APPLIED in body["metadata"]["annotations"]


def test_changed_child_is_updated_once() -> None:
    api = Fake()
    applier = _dynamic(api)
    observed = _stored(annotated(_secret(a="1"), _secret(a="1")))

    _manage(api, applier, [observed], [_secret(a="1")])
    _manage(api, applier, [observed], [_secret(b="2")])

    ((method, path, body),) = api.calls
    assert (method, path, body["data"]) == ("PUT", PATH, {"b": "2"})


def test_server_is_asked_again_only_if_something_changed() -> None:
    api = Fake()
    applier = _by_server(api)
    for observed, desired in (
        ([], _secret(a="1")),
        ([_stored(_secret(a="1"))], _secret(a="1")),
        ([_stored(_secret(a="1"))], _secret(a="2")),
        ([_stored(_secret(a="2"), "8")], _secret(a="2")),
    ):
        _manage(api, applier, observed, [desired])

    assert [body["data"] for _, _, body in api.calls] == [{"a": "1"}, {"a": "2"}, {"a": "2"}]
    assert set(api.methods()) == {("PATCH", PATH)}


def test_note_of_dynamic_apply_is_removed() -> None:
    api = Fake()
    observed = _stored(annotated(_secret(), _secret()))

    _manage(api, _by_server(api), [observed], [_secret()])

    assert next(body for _, _, body in api.calls) == [
        {
            "op": "remove",
            "path": "/metadata/annotations/metacontroller.k8s.io~1last-applied-configuration",
        }
    ]
    assert LAST_APPLIED not in str(api.calls[1])


@pytest.mark.parametrize("make", APPLIERS)
def test_child_that_is_not_desired_is_deleted(make: MakeApplier) -> None:
    api = Fake()

    _manage(api, make(api), [_stored(_secret())], [])

    ((method, path, body),) = api.calls
    assert (method, path) == ("DELETE", PATH)
    assert body["preconditions"] == {"uid": "u-2"}


@pytest.mark.parametrize("make", APPLIERS)
@pytest.mark.parametrize("desired", [[], [_secret(a="1")]])
def test_child_that_goes_is_left_alone(make: MakeApplier, desired: list[Obj]) -> None:
    api = Fake()
    going = _stored(_secret())
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"

    _manage(api, make(api), [going], desired)

    assert api.calls == []


@pytest.mark.parametrize("make", APPLIERS)
def test_without_an_update_strategy_nothing_is_updated(make: MakeApplier) -> None:
    api = Fake()
    rule = {name: RULE[name] for name in ("apiVersion", "resource")}
    observed, desired = by_kind([_stored(_secret(a="1"))]), by_kind([_secret(a="2")])

    _manager(api, make(api), rule).manage(PARENT, observed, desired)

    assert api.calls == []


@pytest.mark.parametrize("make", APPLIERS)
def test_who_was_faster_is_no_error(make: MakeApplier) -> None:
    api = Fake(requests.codes.conflict)

    _manage(api, make(api), [], [_secret()])

    assert len(api.calls) == 1


@pytest.mark.parametrize("make", APPLIERS)
def test_refusal_is_told_after_everything_was_tried(make: MakeApplier) -> None:
    api = Fake(requests.codes.forbidden)
    other = _stored(_secret())
    other["metadata"]["name"] = "y"

    with pytest.raises(Unmanaged, match="can't reconcile children for InstanaAgent ns/p: can't"):
        _manage(api, make(api), [other], [_secret()])

    assert len(api.calls) == 2


def test_unknown_update_methods_are_refused() -> None:
    api = SimpleNamespace(resource=lambda *_: SECRETS)

    with pytest.raises(Unknown, match="RollingInPlace"):
        _manager(
            cast("Fake", api),
            _dynamic(Fake()),
            RULE | {"updateStrategy": {"method": "RollingInPlace"}},
        )
