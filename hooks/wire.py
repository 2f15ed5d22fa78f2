"""From bytes to requests and from responses to bytes: the v2 format of Metacontroller's hooks.

Source: Metacontroller 4.17.2, `docs/src/api`. Metacontroller decodes the response strictly: it may
only have the documented fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import orjson

from hooks.errors import UnreadableRequest
from hooks.facts import is_release
from hooks.kube.deep_json import without_depths
from hooks.kube.objects import Obj, as_object
from hooks.observed import ObservedObjects

try:
    from hooks.projection import for_cluster_rbac, for_sync
except ModuleNotFoundError:  # There are no wheels of msgspec for ppc64le and s390x.

    def for_sync(body: bytes) -> Obj | None:  # noqa: ARG001
        """Return None: every request is decoded as a whole."""
        return None

    for_cluster_rbac = for_sync

LARGE: Final = 2**18
"""From how many bytes on a request is decoded only as far as it is read: Pods, Nodes, agents. It
takes longer for a small one."""
TOO_DEEP = "limit"
"""orjson's message contains this for anything nested in more than 1,024 levels, and for nothing
else."""


RELEASE: Final = "release"
"""Parameter in the URL of the sync hook: the release of the service that the controller names.

Metacontroller sends the controller with each request, and notices only changes of its spec.
"""
WAY_TO_URL: Final = ("controller", "spec", "hooks", "sync", "webhook")
LONGEST_URL: Final = 2048


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """The request of a CompositeController's sync hook.

    `release`: the release of the service that the controller names; empty if it names none.
    """

    parent: Obj
    children: ObservedObjects
    related: ObservedObjects
    release: str = ""


@dataclass(frozen=True)
class DecoratorRequest:
    """The request of a DecoratorController's sync hook; `given` is as it was decoded."""

    decorated: Obj
    related: ObservedObjects
    given: Obj

    @cached_property
    def attachments(self) -> ObservedObjects:
        """Return the observed attachments; raises UnreadableRequest.

        A large request is decoded without them, as most calls read none.
        """
        return _objects(whole(self.given), "attachments")


def decode(body: bytes) -> Obj:
    """Return the request; raises UnreadableRequest if it is not a JSON object.

    The API server stores values that are nested deeper than the decoder accepts. The rules reject
    such a resource, and it must not stop the others in the request from being read.
    """
    try:
        request = _loaded(body)
    except orjson.JSONDecodeError:
        msg = "the request is not JSON"
        raise UnreadableRequest(msg) from None
    if not isinstance(request, dict):
        msg = "the request is not a JSON object"
        raise UnreadableRequest(msg)
    return request


def partly_for_sync(body: bytes, large: int = LARGE) -> Obj | None:
    """Return the request of the sync hook as `decode` does, without what `sync` does not read.

    That is most of the Namespaces, Nodes and Pods. None if the request has less than `large` bytes,
    or another form.
    """
    return for_sync(body) if len(body) >= large else None


def partly_for_cluster_rbac(body: bytes, large: int = LARGE) -> Obj | None:
    """Return the request of `cluster_rbac.sync` as `decode` does, without what it does not read.

    That is most of the agents and ServiceAccounts; the attachments are still JSON, see `whole`.
    None if the request has less than `large` bytes, or another form.
    """
    return for_cluster_rbac(body) if len(body) >= large else None


def decode_for_sync(body: bytes, large: int = LARGE) -> Obj:
    """Return the request of the sync hook, a large one without what `sync` does not read."""
    return partly_for_sync(body, large) or decode(body)


def decode_for_cluster_rbac(body: bytes, large: int = LARGE) -> Obj:
    """Return the request of `cluster_rbac.sync`, a large one without what it does not read."""
    return partly_for_cluster_rbac(body, large) or decode(body)


def _loaded(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if TOO_DEEP not in error.msg:
            raise
        return orjson.loads(without_depths(body))


def whole(request: Obj) -> Obj:
    """Return the request with the parts decoded that are still JSON; raises UnreadableRequest."""
    return {
        field: decode(bytes(part)) if isinstance(part, memoryview) else part
        for field, part in request.items()
    }


def encode(response: Obj) -> bytes:
    """Return the response as JSON with sorted keys: equal responses are equal bytes."""
    return orjson.dumps(response, option=orjson.OPT_SORT_KEYS)


def sync_request(request: Obj) -> SyncRequest:
    """Return the typed request of a composite sync; raises UnreadableRequest."""
    return SyncRequest(
        parent=parent_of(request),
        children=_objects(request, "children"),
        related=_objects(request, "related"),
        release=_named_release(request),
    )


def _named_release(request: Obj) -> str:
    part: Any = request
    for field in WAY_TO_URL:
        part = as_object(part.get(field))
    url = part.get("url")
    if not isinstance(url, str) or len(url) > LONGEST_URL:
        return ""
    try:
        named = parse_qs(urlsplit(url).query).get(RELEASE, [""])
    except ValueError:  # Not a URL that Metacontroller could call.
        return ""
    return named[-1] if is_release(named[-1]) else ""


def decorator_request(request: Obj) -> DecoratorRequest:
    """Return the typed request of a decorator sync; raises UnreadableRequest.

    Attachments that are still JSON are checked when they are read.
    """
    if not isinstance(request.get("attachments"), memoryview):
        _objects(request, "attachments")
    return DecoratorRequest(
        decorated=_object(request, "object"),
        related=_objects(request, "related"),
        given=request,
    )


def parent_of(request: Obj) -> Obj:
    """Return the parent of a sync or customize request; raises UnreadableRequest."""
    return _object(request, "parent")


def _object(request: Obj, field: str) -> Obj:
    obj = request.get(field)
    if not isinstance(obj, dict):
        msg = f"the request must have the field {field}"
        raise UnreadableRequest(msg)
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        msg = f"the request's {field} must have a metadata.name"
        raise UnreadableRequest(msg)
    return obj


def _objects(request: Obj, field: str) -> ObservedObjects:
    by_kind = request.get(field)
    if by_kind is None:
        by_kind = {}
    if not isinstance(by_kind, Mapping) or not all(
        isinstance(objects, Mapping) and all(map(_is_object, objects.values()))
        for objects in by_kind.values()
    ):
        msg = f"the request's {field} must map kinds and names to objects"
        raise UnreadableRequest(msg)
    return ObservedObjects(by_kind)


def _is_object(value: object) -> bool:
    """Return whether a value is an object of Kubernetes, with its type and its name."""
    if not isinstance(value, dict):
        return False
    metadata = value.get("metadata")
    return (
        isinstance(metadata, dict)
        and isinstance(metadata.get("name"), str)
        and isinstance(value.get("kind"), str)
        and isinstance(value.get("apiVersion"), str)
    )
