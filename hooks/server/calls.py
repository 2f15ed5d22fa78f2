"""The record of one hook call, from which its log line and its metrics are made."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, Final

from hooks.admission import rejection_of
from hooks.errors import InvalidResource, MissingReference
from hooks.rules import rules_named_in
from hooks.server.failures import Failure
from hooks.server.seen_resources import State, state_of
from hooks.status.changes import NO_CHANGES, Changes
from hooks.status.conditions.progress import RECONCILING, STALLED
from hooks.status.conditions.ready import GO_OPERATOR_TYPES
from hooks.status.rollouts.rollouts import ROLLOUT_HELD

SHOWN_IN_STATUS: Final = (InvalidResource, MissingReference)
"""Errors that do not make the call fail: the status shows them, and the response is 200."""

REJECTED: Final = "Admission"
"""Used in place of a condition's type for a resource that is rejected before it is stored."""
GOOD_IF_FALSE: Final = frozenset({RECONCILING, STALLED, ROLLOUT_HELD}) | {
    *GO_OPERATOR_TYPES.values()
}
"""Conditions that show no problem, or no additional one, if they are False."""

LONGEST_NAME: Final = 253
LONGEST_UID: Final = 64


@dataclass(slots=True)
class Call:
    """One hook call, filled in as it proceeds; contains names and counts, no value of a spec."""

    hook: str
    makes_children: bool = False
    follows_resources: bool = False
    resource: str = ""
    namespace: str = ""
    uid: str = ""
    generation: int = 0
    status: int = HTTPStatus.OK
    bytes_in: int = 0
    bytes_out: int = 0
    seconds: float = 0.0
    children: Counter[str] = field(default_factory=Counter)
    problems: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    error_types: frozenset[str] = frozenset()
    failure: Failure | None = None
    is_going: bool = False
    state: State | None = None
    changes: Changes = NO_CHANGES

    def asked(self, request: Mapping[str, Any]) -> None:
        """Record which resource the request is about; the request may have any shape."""
        given = request.get("parent") or request.get("object")
        resource = _mapping(given or _of_review(request))
        metadata = _mapping(resource.get("metadata"))
        names = (_text(metadata.get(part), LONGEST_NAME) for part in ("namespace", "name"))
        self.namespace, name = names
        self.resource = "/".join(part for part in (self.namespace, name) if part)
        self.uid = _text(metadata.get("uid"), LONGEST_UID)
        generation = metadata.get("generation")
        self.generation = generation if isinstance(generation, int) else 0
        self.is_going = self.follows_resources and bool(metadata.get("deletionTimestamp"))

    def changing(self, changes: Changes) -> None:
        """Record which children the response changes."""
        self.changes = changes

    def answered(self, response: Mapping[str, Any]) -> None:
        """Record the number of children in the response, and the problems in its status."""
        if "response" in response:
            self._reviewed(response)
            return
        children = response.get("children") or response.get("attachments") or ()
        self.children = Counter(str(child.get("kind")) for child in children)
        status = _mapping(response.get("status"))
        conditions = status.get("conditions") or ()
        if self.follows_resources and "agents" in status:
            self.state = state_of(status)
        failed = [condition for condition in conditions if _is_a_problem(condition)]
        self.problems = tuple(
            f"{condition.get('type')}:{condition.get('reason')}" for condition in failed
        )
        self.rules = tuple(
            dict.fromkeys(
                rule
                for condition in failed
                if condition.get("reason") == InvalidResource.reason
                for rule in rules_named_in(str(condition.get("message")))
            )
        )
        reasons = {condition.get("reason") for condition in failed}
        self.error_types = frozenset(
            error.type for error in SHOWN_IN_STATUS if error.reason in reasons
        )

    def _reviewed(self, response: Mapping[str, Any]) -> None:
        """Record why a resource is rejected, if it is."""
        if rejection := rejection_of(response):
            self.problems = (f"{REJECTED}:{InvalidResource.reason}",)
            self.rules = rules_named_in(rejection)
            self.error_types = frozenset({InvalidResource.type})

    def unchanged(self) -> None:
        """Record that the caller already has the response; neither it nor the request was read."""
        self.status = HTTPStatus.NOT_MODIFIED

    def failed(self, failure: Failure) -> None:
        """Record that the call failed with an error."""
        self.failure = failure
        self.status = failure.status
        self.error_types = frozenset({failure.type})

    def log_fields(self) -> dict[str, object]:
        """Return the fields of the call's log line."""
        line: dict[str, object] = {
            "hook": self.hook,
            "status": int(self.status),
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "ms": round(self.seconds * 1000, 1),
        }
        if self.status == HTTPStatus.NOT_MODIFIED:
            return line
        line |= {
            "resource": self.resource,
            "uid": self.uid,
            "generation": self.generation,
            "children": self.children.total(),
            "problems": list(self.problems),
        }
        if self.rules:
            line["rules"] = list(self.rules)
        if self.changes != NO_CHANGES:
            line |= {what: list(names) for what, names in asdict(self.changes).items() if names}
        return line | (self.failure.log_fields() if self.failure else {})


def _of_review(request: Mapping[str, Any]) -> object:
    review = _mapping(request.get("request"))
    return review.get("object") or review.get("oldObject")


def _is_a_problem(condition: Mapping[str, Any]) -> bool:
    return condition.get("status") == "False" and condition.get("type") not in GOOD_IF_FALSE


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object, longest: int) -> str:
    return value[:longest] if isinstance(value, str) else ""
