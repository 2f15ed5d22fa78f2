"""Types for everything that can go wrong; each defines in one place what callers get to see.

No message contains a value of the input: only field paths, kinds and names. A response body of
Metacontroller's hooks ends up in a Kubernetes Event, so a message is one short line.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import ClassVar, Final, Self

FIELD_TYPE = "field-type"
REQUIRED_FIELD = "required-field"
QUANTITY = "quantity"
NESTING = "nesting"
"""Identifiers of rules that are found while a resource is read."""

MOST_PROBLEMS = 1000
"""How many problems are found in a resource: far more than anybody is shown."""

ALL_PROBLEMS: Final = 50_000
"""The same for comparing two resources: more than any resource within the bounds has."""

LONGEST_PATH: Final = 500
"""The path of a deeply nested field with Kubernetes' longest name, 317 characters, is shorter."""
DIGITS_OF_PLACE: Final = 16


def short_path(path: str) -> str:
    """Return the path, or the beginning of one that user-chosen names make very long.

    The digest at the end distinguishes two paths with the same beginning.
    """
    if len(path) <= LONGEST_PATH:
        return path
    digest = sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    end = f"... ({digest[:DIGITS_OF_PLACE]})"
    return path[: LONGEST_PATH - len(end)] + end


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a resource: where it is, what is wrong and how to fix it.

    `rule` is the identifier of the broken rule, under which docs/validation.md lists it. The path
    is never long: it is shown, compared and stored, and it contains names that the author chose.
    """

    path: str
    message: str
    rule: str

    def __post_init__(self) -> None:
        """Shorten a path that is too long."""
        if len(self.path) > LONGEST_PATH:
            object.__setattr__(self, "path", short_path(self.path))

    def __str__(self) -> str:
        """Return `path: message (rule identifier)`."""
        return f"{self.path}: {self.message} (rule {self.rule})"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What was being done when an error occurred; parts that are not known (yet) are empty."""

    resource: str = ""
    child: str = ""
    path: str = ""

    def __str__(self) -> str:
        """Return the known parts, outermost first."""
        return ", ".join(part for part in (self.resource, self.child, self.path) if part)


class HookError(Exception):
    """Base of all errors of this service.

    `type` is the label of the error in metrics and log lines. `http_status` is the status of the
    response if it reaches a hook. `reason` is the reason of the status condition that it sets;
    empty if it sets none.
    """

    type: ClassVar[str]
    http_status: ClassVar[int]
    reason: ClassVar[str] = ""

    def __init__(self, message: str, where: Whereabouts | None = None) -> None:
        """Take a message that contains no value of the input."""
        super().__init__(message)
        self.message = message
        self.where = where or Whereabouts()

    def within(self, *, resource: str = "", child: str = "", path: str = "") -> Self:
        """Add what was being done, on the way up; what an inner frame has set stays."""
        self.where = replace(
            self.where,
            resource=self.where.resource or resource,
            child=self.where.child or child,
            path=self.where.path or path,
        )
        return self

    def __str__(self) -> str:
        """Return the message, preceded by what was being done."""
        where = str(self.where)
        return f"{where}: {self.message}" if where else self.message


class UnreadableRequest(HookError):
    """Metacontroller does not send such a request: it is not JSON or not in the v2 format."""

    type = "unreadable_request"
    http_status = 400


class InvalidResource(HookError):
    """The resource asks for something that cannot be applied; its author can fix it.

    It never reaches Metacontroller as an error: the children stay as they are, and the status shows
    why.
    """

    type = "invalid_resource"
    http_status = 200
    reason = "InvalidSpec"

    def __init__(self, problems: tuple[Problem, ...], where: Whereabouts | None = None) -> None:
        """Take one or more problems."""
        super().__init__("; ".join(map(str, problems[:MOST_PROBLEMS])), where)
        self.problems = problems


class MissingReference(HookError):
    """A Secret or ConfigMap that the resource names, or an entry of it, is missing.

    It is passed on as a value: everything that does not need the object continues, and a condition
    names the object.
    """

    type = "missing_reference"
    http_status = 200
    reason = "ReferenceMissing"


class InternalError(HookError):
    """A bug in this service. The response is 500, which leaves every child as it is."""

    type = "internal"
    http_status = 500
