"""`/admission/default`: writes into a resource what the service would assume for it.

The same defaults that the definition writes into the objects that are there, also where the object
around them is not, and for fields that are there and empty. None is written where not given may
mean something else than the default: what follows another field or the cluster has no default in
the models, and a default that a later version may change is marked there.
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
"""A place, as a JSON pointer, and what is to be there."""


def default(body: Obj) -> Obj:
    """Return the answer to a review; raises NoAdmissionReview.

    A resource that cannot be read is left as it is: others say what is wrong with it.
    """
    review = read_review(body)
    changes = [*_own_selector(review), *_changes(review.new)] if review.brings_a_spec else []
    return patched(review, [{"op": "add", "path": path, "value": to} for path, to in changes])


def _own_selector(review: Review) -> Iterator[Change]:
    """Yield what has a new resource select its own children only; an older one keeps its way.

    One that is replaced without its selector has that of the definition for a moment.
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
    """Yield what is missing in an object; names of fields need no escapes in a pointer."""
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
    """Return what is to be written of an object that is not there."""
    found: Obj = {}
    for path, value in _of_object(assumed, {}, ""):
        found[path.removeprefix("/")] = value
    return found


def _is_written(assumed: Any, field: FieldInfo) -> bool:
    """Tell whether a value is a default that holds on its own, for good."""
    marks = field.json_schema_extra
    is_left_out = isinstance(marks, dict) and NOT_STORED.keys() <= marks.keys()
    return isinstance(assumed, bool | int | str) and assumed != "" and not is_left_out
