"""Children as they are and as they should be: what is not desired goes, the rest is applied."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

import orjson
import requests

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj, annotations_of, describe
from tests.stand_in.api_server import ApiServer, Refused, Resource, Unknown, group_of
from tests.stand_in.claims import owned
from tests.stand_in.merging import annotated, updated, without_last_applied, without_system_fields

Children: TypeAlias = dict[str, dict[str, Obj]]
"""Objects by kind, as in requests to hooks, and by namespace and name."""

FAILURES = (Refused, Unknown, requests.RequestException)
IN_PLACE = "InPlace"
ON_DELETE = "OnDelete"
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
log = logging.getLogger(__name__)


class Unmanaged(Exception):
    """Some children could not be written; the others were."""


@dataclass(frozen=True)
class Child:
    """One child, as it is and as it should be."""

    resource: Resource
    parent: Obj
    observed: Obj | None
    desired: Obj
    is_updated: bool
    """Whether its rule wants it updated once it is there."""

    @property
    def path(self) -> str:
        return self.resource.path_of(self.desired)

    @property
    def is_going(self) -> bool:
        return self.observed is not None and "deletionTimestamp" in self.observed["metadata"]


class Applier(Protocol):
    def apply(self, child: Child) -> None: ...
    def forget(self, child: str) -> None: ...


class DynamicApply:
    """Create, or update after a three-way merge, which writes nothing if there is nothing new."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api

    def apply(self, child: Child) -> None:
        if child.observed is None:
            self._create(child)
            return
        wanted = updated(child.observed, child.desired)
        if not _same(wanted, child.observed) and not child.is_going and child.is_updated:
            self._call("PUT", child.path, wanted, requests.codes.not_found)

    def forget(self, child: str) -> None:
        """Nothing is remembered."""

    def _create(self, child: Child) -> None:
        wanted = owned(annotated(child.desired, child.desired), child.parent)
        path = child.resource.path(wanted["metadata"].get("namespace", ""))
        self._call("POST", path, wanted)

    def _call(self, method: str, path: str, obj: Obj, *harmless: int) -> None:
        """Write; a conflict is none of ours, as what is newer leads to another sync."""
        try:
            self._api.call(method, path, obj)
        except Refused as refused:
            if refused.code not in {requests.codes.conflict, *harmless}:
                raise
            log.info("%s %s: %s", method, path, refused)


@dataclass(frozen=True)
class Applied:
    """What was applied last, and what the server made of it."""

    desired: bytes
    uid: str
    generation: int
    version: str

    @classmethod
    def of(cls, desired: bytes, stored: Obj) -> "Applied":
        metadata = stored["metadata"]
        version = metadata["resourceVersion"]
        return cls(desired, metadata["uid"], metadata.get("generation", 0), version)

    def is_still(self, desired: bytes, observed: Obj) -> bool:
        """Tell whether nothing is new; the version counts for kinds that have no generation."""
        current = Applied.of(desired, observed)
        version = current.version if current.generation == 0 else self.version
        return replace(current, version=version) == self


@dataclass
class ServerSideApply:
    """Apply on the server with force, unless nothing changed on either side."""

    api: ApiServer
    manager: str
    applied: dict[str, Applied] = field(default_factory=dict)

    def apply(self, child: Child) -> None:
        if child.is_going:
            return
        wanted = without_last_applied(without_system_fields(owned(child.desired, child.parent)))
        content = orjson.dumps(wanted, option=orjson.OPT_SORT_KEYS)
        if child.observed is not None:
            last = self.applied.get(child.path)
            if not child.is_updated or (last and last.is_still(content, child.observed)):
                return
            self._take_over(child.path, child.observed)
        try:
            query = {"fieldManager": self.manager, "force": "true"}
            stored = self.api.call("PATCH", child.path, wanted, APPLY, **query)
        except Refused as refused:
            if refused.code != requests.codes.conflict:
                raise
        else:
            self.applied[child.path] = Applied.of(content, stored)

    def forget(self, child: str) -> None:
        self.applied.pop(child, None)

    def _take_over(self, path: str, observed: Obj) -> None:
        """Remove what dynamic apply noted."""
        if LAST_APPLIED in annotations_of(observed):
            field_path = f"/metadata/annotations/{LAST_APPLIED.replace('/', '~1')}"
            self.api.call("PATCH", path, [{"op": "remove", "path": field_path}], JSON_PATCH)


@dataclass(frozen=True)
class Manager:
    """Makes the children of one controller as they should be."""

    api: ApiServer
    applier: Applier
    methods: dict[tuple[str, str], str]
    """How children of a group and kind are updated."""

    @classmethod
    def of(cls, api: ApiServer, applier: Applier, rules: list[Obj]) -> "Manager":
        methods = {}
        for rule in rules:
            kind = api.resource(rule["apiVersion"], rule["resource"]).kind
            method = (rule.get("updateStrategy") or {}).get("method") or ON_DELETE
            if method not in {IN_PLACE, ON_DELETE}:
                msg = f"update method {method} is not known here"
                raise Unknown(msg)
            methods[group_of(rule["apiVersion"]), kind] = method
        return cls(api, applier, methods)

    def manage(self, parent: Obj, observed: Children, desired: Children) -> None:
        """Delete, create and update; what fails does not keep the rest from being done."""
        problems = [*self._delete(observed, desired), *self._apply(parent, observed, desired)]
        if problems:
            what = f"{parent['kind']} {place_of(parent)}"
            msg = f"can't reconcile children for {what}: {'; '.join(problems)}"
            raise Unmanaged(msg)

    def _delete(self, observed: Children, desired: Children) -> Iterator[str]:
        """Delete what is observed and not desired; yields what could not be."""
        for kind in sorted(observed, key=_order):
            for name, obj in observed[kind].items():
                is_going = "deletionTimestamp" in obj["metadata"]
                if name not in desired.get(kind, {}) and not is_going:
                    yield from self._delete_one(obj)

    def _delete_one(self, obj: Obj) -> Iterator[str]:
        path = self.api.kind(obj["apiVersion"], obj["kind"]).path_of(obj)
        options = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "preconditions": {"uid": obj["metadata"]["uid"]},
            "propagationPolicy": "Background",
        }
        log.info("deleting %s", path)
        try:
            self.api.call("DELETE", path, options)
        except FAILURES as problem:
            if not isinstance(problem, Refused) or problem.code != requests.codes.not_found:
                yield f"can't delete {describe(obj)}: {problem}"
                return
        self.applier.forget(path)

    def _apply(self, parent: Obj, observed: Children, desired: Children) -> Iterator[str]:
        """Create and update; yields what could not be."""
        for kind in sorted(desired, key=_order):
            for name, obj in desired[kind].items():
                try:
                    resource = self.api.kind(obj["apiVersion"], obj["kind"])
                    method = self.methods.get((resource.group, resource.kind), ON_DELETE)
                    present = observed.get(kind, {}).get(name)
                    child = Child(resource, parent, present, obj, method == IN_PLACE)
                    self.applier.apply(child)
                except FAILURES as problem:
                    yield str(problem)


def by_kind(objects: Iterable[Obj]) -> Children:
    """Return objects as requests to hooks have them."""
    found: Children = defaultdict(dict)
    for obj in objects:
        found[f"{obj['kind']}.{obj['apiVersion']}"][place_of(obj)] = obj
    return dict(found)


def place_of(obj: Obj) -> str:
    """Return the namespace, if the object has one, and the name."""
    metadata = obj["metadata"]
    name: str = metadata["name"]
    return f"{metadata['namespace']}/{name}" if metadata.get("namespace") else name


def _order(kind: str) -> tuple[str, str, str]:
    name, _, api_version = kind.partition(".")
    return group_of(api_version), api_version, name


def _same(one: Obj, other: Obj) -> bool:
    """Tell whether two objects are the same; `1`, `1.0` and `true` are not, as in Go."""
    first, second = (orjson.dumps(each, option=orjson.OPT_SORT_KEYS) for each in (one, other))
    return first == second
