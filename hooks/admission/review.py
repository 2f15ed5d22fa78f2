"""AdmissionReview (`admission.k8s.io/v1`): the API server's requests, and the responses to them."""

from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from textwrap import wrap
from typing import Any

import orjson

from hooks.errors import HookError, InvalidResource, Problem
from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import API_VERSION, KIND

REVIEW_VERSION, REVIEW_KIND = "admission.k8s.io/v1", "AdmissionReview"
CREATE, UPDATE = "CREATE", "UPDATE"
REJECTED = HTTPStatus.UNPROCESSABLE_ENTITY
LONGEST_WARNING = 120
"""The length that Kubernetes recommends; from 256 characters on the API server cuts them."""
MOST_LINES = 30
"""The API server passes on the first 4096 characters of all warnings together."""
GOES_ON = "... "
MOST_PROBLEMS = 100
MOST_CACHED_WARNINGS = 512
"""Number of cached warnings: an installation gets the same ones over and over."""


class NoAdmissionReview(HookError):
    """The request is not one that the API server sends about an InstanaAgent."""

    type = "no_admission_review"
    http_status = 400


@dataclass(frozen=True, slots=True)
class Review:
    """A review: the operation, the new object, and the old one."""

    uid: str
    operation: str
    subresource: str
    new: Obj
    old: Obj

    @property
    def is_creation(self) -> bool:
        """Return whether the object is new."""
        return self.operation == CREATE

    @property
    def brings_a_spec(self) -> bool:
        """Return whether there is a spec to check: a new one, or one that changes.

        Everything else must be allowed whatever the spec contains: a stored object can be labelled,
        get a status, be finalized and deleted.
        """
        if self.operation not in (CREATE, UPDATE) or self.subresource:
            return False
        if as_object(self.new.get("metadata")).get("deletionTimestamp"):
            return False
        return self.is_creation or self._spec_changed()

    def _spec_changed(self) -> bool:
        try:
            return bool(self.new.get("spec") != self.old.get("spec"))
        except RecursionError:
            return True


def read_review(body: Obj) -> Review:
    """Return the review in the body; raises NoAdmissionReview."""
    request = body.get("request")
    if (body.get("apiVersion"), body.get("kind")) != (REVIEW_VERSION, REVIEW_KIND):
        msg = f"the request is not an {REVIEW_KIND} of {REVIEW_VERSION}"
        raise NoAdmissionReview(msg)
    if not isinstance(request, dict) or not _texts(request, "uid", "operation"):
        msg = "the review must have a request with a uid and an operation"
        raise NoAdmissionReview(msg)
    review = Review(
        uid=request["uid"],
        operation=request["operation"],
        subresource=str(request.get("subResource") or ""),
        new=as_object(request.get("object")),
        old=as_object(request.get("oldObject")),
    )
    if review.brings_a_spec and not _is_agent(review.new):
        msg = f"the review's object is not an {KIND} of {API_VERSION}"
        raise NoAdmissionReview(msg)
    return review


def allowed(review: Review, warnings: Iterable[Problem] = ()) -> Obj:
    """Return the response that allows the object to be stored, with warnings for its author."""
    return _response(review, allowed=True, **_warnings(warnings))


def patched(review: Review, operations: Collection[Obj]) -> Obj:
    """Return the response that allows the object to be stored, changed by any operations."""
    if not operations:
        return allowed(review)
    patch = b64encode(orjson.dumps(operations)).decode("ascii")
    return _response(review, allowed=True, patch=patch, patchType="JSONPatch")


def denied(review: Review, problems: Collection[Problem], warnings: Iterable[Problem]) -> Obj:
    """Return the response that rejects the object, and why."""
    shown = tuple(problems)[:MOST_PROBLEMS]
    further = len(problems) - len(shown)
    message = "; ".join(map(str, shown)) + (f"; and {further} more" if further else "")
    status = {
        "status": "Failure",
        "code": REJECTED.value,
        "reason": "Invalid",
        "message": message,
        "details": _details(review.new, shown),
    }
    return _response(review, allowed=False, status=status, **_warnings(warnings))


def rejection_of(reviewed: Mapping[str, Any]) -> str:
    """Return why a response denies the request, empty if it does not."""
    response = reviewed["response"]
    return "" if response["allowed"] else str(response["status"]["message"])


def _details(resource: Obj, problems: Iterable[Problem]) -> Obj:
    """Return what makes kubectl print these problems like those that the CRD's schema finds."""
    causes = [
        {
            "reason": InvalidResource.reason,
            "field": problem.path,
            "message": f"{problem.message} (rule {problem.rule})",
        }
        for problem in problems
    ]
    name = as_object(resource.get("metadata")).get("name")
    group = API_VERSION.partition("/")[0]
    return {"group": group, "kind": KIND, "name": str(name or ""), "causes": causes}


def _response(review: Review, **fields: Any) -> Obj:
    return {
        "apiVersion": REVIEW_VERSION,
        "kind": REVIEW_KIND,
        "response": {"uid": review.uid, **fields},
    }


def _warnings(warnings: Iterable[Problem]) -> Obj:
    shown: list[str] = []
    for number, problem in enumerate(problems := [*dict.fromkeys(warnings)]):
        lines = _lines(problem)
        if len(shown) + len(lines) > MOST_LINES:
            further = len(problems) - number
            shown.append(f"and {further} more: python -m hooks validate shows all of them")
            break
        shown += lines
    return {"warnings": shown} if shown else {}


@lru_cache(maxsize=MOST_CACHED_WARNINGS)
def _lines(problem: Problem) -> tuple[str, ...]:
    """Return a warning in lines that are short enough; the last one has the rule's identifier."""
    text, tail = _printable(str(problem)).rsplit(" (rule ", 1)
    lines = wrap(text, LONGEST_WARNING, subsequent_indent=GOES_ON, break_on_hyphens=False)
    *others, last = lines
    ended = f"{last} (rule {tail}"
    if len(ended) <= LONGEST_WARNING:
        return (*others, ended)
    return (*lines, f"{GOES_ON}(rule {tail}")


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)


def _texts(request: Obj, *fields: str) -> bool:
    return all(isinstance(request.get(field), str) and request[field] for field in fields)


def _is_agent(resource: Obj) -> bool:
    return (resource.get("apiVersion"), resource.get("kind")) == (API_VERSION, KIND)
