"""`/admission/default`: writes into a resource the defaults that the service would use.

These are the defaults that the CRD writes into objects that exist. This module also writes them
where the surrounding object is missing, and into fields that are empty. It writes no default where
"not given" may mean something else: a field that follows another field or the cluster has no
default in the models, and a default that a later version may change is marked there.
"""

from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from hooks.admission.review import Review, patched, read_review
from hooks.errors import InvalidResource
from hooks.kube.objects import Obj, as_object
from hooks.kube.selectors import match_labels_of
from hooks.labels import INSTANCE
from hooks.models.base import NOT_STORED, SpecModel
from hooks.rules import read_agent

Change = tuple[str, Any]
"""A path, as a JSON pointer, and its new value."""


def default(body: Obj) -> Obj:
    """Return the response to a review; raises NoAdmissionReview.

    A resource that cannot be read is left unchanged: the validating webhook reports its problems.
    """
    review = read_review(body)
    changes = [*_own_selector(review), *_changes(review.new)] if review.brings_a_spec else []
    return patched(review, [{"op": "add", "path": path, "value": to} for path, to in changes])


def _own_selector(review: Review) -> Iterator[Change]:
    """Yield the change that makes a new resource select only its own children.

    A stored resource keeps its selector. A resource that is replaced without its selector has the
    one of the CRD for a moment.
    """
    given, before = match_labels_of(review.new), match_labels_of(review.old)
    is_own = review.is_creation or INSTANCE in before
    name = as_object(review.new.get("metadata")).get("name")
    if is_own and name and given and INSTANCE not in given:
        yield f"/spec/selector/matchLabels/{INSTANCE.replace('/', '~1')}", name


def _changes(resource: Obj) -> list[Change]:
    try:
        spec = read_agent(resource).spec
    except (InvalidResource, RecursionError):
        return []
    return list(_of_object(spec, resource["spec"], "/spec"))


def _of_object(assumed: SpecModel, given: Obj, path: str) -> Iterator[Change]:
    """Yield the fields that are missing in an object; their names need no escapes in a pointer."""
    for name, field in type(assumed).model_fields.items():
        alias, value = str(field.alias), getattr(assumed, name)
        yield from _of_value(value, given.get(alias), field, f"{path}/{alias}")


def _of_value(assumed: Any, given: Any, field: FieldInfo, path: str) -> Iterator[Change]:
    if isinstance(assumed, SpecModel):
        if given is not None:
            yield from _of_object(assumed, as_object(given), path)
        elif whole := _whole(assumed):
            yield path, whole
    elif isinstance(assumed, tuple):
        for index, item in enumerate(assumed):
            if isinstance(item, SpecModel):
                yield from _of_object(item, as_object(given[index]), f"{path}/{index}")
    elif given in (None, "") and _is_written(assumed, field):
        yield path, assumed


def _whole(assumed: SpecModel) -> Obj:
    """Return what to write for an object that does not exist."""
    found: Obj = {}
    for path, value in _of_object(assumed, {}, ""):
        found[path.removeprefix("/")] = value
    return found


def _is_written(assumed: Any, field: FieldInfo) -> bool:
    """Return whether a value is a default that does not depend on anything and will not change."""
    marks = field.json_schema_extra
    is_left_out = isinstance(marks, dict) and NOT_STORED.keys() <= marks.keys()
    return isinstance(assumed, bool | int | str) and assumed != "" and not is_left_out
