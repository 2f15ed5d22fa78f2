"""Who caused an internal error: a caller may have sent what no object can be."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from hooks.errors import HookError, UnreadableRequest
from hooks.kube.deep_json import LEVELS
from hooks.kube.impossible import impossible_parts
from hooks.kube.objects import Obj, as_object, is_deeper_than

OF_ANY_KIND: Final = ("children", "related", "attachments")
DECORATED: Final = "object"
PARENT: Final = "parent"


def error_of_the_caller(error: Exception, asked: Obj) -> UnreadableRequest | None:
    """Return an error to use instead of an internal one, if the request has an impossible part.

    The message contains no name of an object or a field: anyone may have chosen either.
    """
    if isinstance(error, HookError) and error.http_status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    for where, obj in _objects(asked):
        if any(impossible_parts(obj)):
            return UnreadableRequest(f"a value in the request's {where} has the wrong type")
    return None


def nests_too_deep(asked: Obj) -> bool:
    """Return whether a request has more levels than any object of Kubernetes."""
    return is_deeper_than(asked, LEVELS)


def _objects(asked: Obj) -> Iterator[tuple[str, Any]]:
    for field in OF_ANY_KIND:
        for of_kind in as_object(asked.get(field)).values():
            for obj in as_object(of_kind).values():
                yield field, obj
    yield DECORATED, asked.get(DECORATED)
    yield PARENT, {"metadata": as_object(asked.get(PARENT)).get("metadata")}
