"""What can go wrong, as types; each says in one place what it becomes outside.

No message carries a value of the input: field paths, kinds and names only. A response body of
Metacontroller's hooks ends in a Kubernetes Event, so a message is one short line.
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
"""How many are found in a resource: far more than anybody is told of."""

ALL_PROBLEMS: Final = 50_000
"""The same where those of two resources are compared: more than any within the bounds has."""

LONGEST_PATH: Final = 500
"""A field far down with the longest name that Kubernetes takes, 317 characters, is shorter."""
DIGITS_OF_PLACE: Final = 16


def short_path(path: str) -> str:
    """Return the path, or the begin of one that the author's names make very long.

    The digest after it tells two of them apart that begin alike.
    """
    if len(path) <= LONGEST_PATH:
        return path
    digest = sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    end = f"... ({digest[:DIGITS_OF_PLACE]})"
    return path[: LONGEST_PATH - len(end)] + end


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a custom resource: where it is, what is wrong and what to do about it.

    `rule` is the identifier of the rule that it breaks, by which docs/validation.md lists it. The
    path is never long: it is told, compared and kept, and what its author named is in it.
    """

    path: str
    message: str
    rule: str

    def __post_init__(self) -> None:
        """Cut a path that is too long."""
        if len(self.path) > LONGEST_PATH:
            object.__setattr__(self, "path", short_path(self.path))

    def __str__(self) -> str:
        """Return `path: message (rule identifier)`."""
        return f"{self.path}: {self.message} (rule {self.rule})"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What was being done when an error occurred; empty parts are not known (yet)."""

    resource: str = ""
    child: str = ""
    path: str = ""

    def __str__(self) -> str:
        """Return the known parts, outermost first."""
        return ", ".join(part for part in (self.resource, self.child, self.path) if part)


class HookError(Exception):
    """Base of all errors of this service.

    `type` is the label of the error in metrics and log lines, `http_status` the answer of a hook
    that it reaches, `reason` that of the status condition it sets (empty: it sets none).
    """

    type: ClassVar[str]
    http_status: ClassVar[int]
    reason: ClassVar[str] = ""

    def __init__(self, message: str, where: Whereabouts | None = None) -> None:
        """Take a message without any value of the input."""
        super().__init__(message)
        self.message = message
        self.where = where or Whereabouts()

    def within(self, *, resource: str = "", child: str = "", path: str = "") -> Self:
        """Add what was being done, on the way up; what an inner frame knew already stays."""
        self.where = replace(
            self.where,
            resource=self.where.resource or resource,
            child=self.where.child or child,
            path=self.where.path or path,
        )
        return self

    def __str__(self) -> str:
        """Return the message with what was being done before it."""
        where = str(self.where)
        return f"{where}: {self.message}" if where else self.message


class UnreadableRequest(HookError):
    """The request is not one that Metacontroller sends: not JSON, not the v2 shape."""

    type = "unreadable_request"
    http_status = 400


class InvalidResource(HookError):
    """The custom resource says something that cannot be carried out; its author can mend it.

    Never reaches Metacontroller as an error: the children stay as they are, the status says why.
    """

    type = "invalid_resource"
    http_status = 200
    reason = "InvalidSpec"

    def __init__(self, problems: tuple[Problem, ...], where: Whereabouts | None = None) -> None:
        """Take at least one problem."""
        super().__init__("; ".join(map(str, problems[:MOST_PROBLEMS])), where)
        self.problems = problems


class MissingReference(HookError):
    """A Secret or ConfigMap that the resource names, or a key in it, is not there.

    Handed on as a value: everything that does not need it goes ahead, a condition names it.
    """

    type = "missing_reference"
    http_status = 200
    reason = "ReferenceMissing"


class InternalError(HookError):
    """A mistake of this service. The answer is 500, which leaves every child as it is."""

    type = "internal"
    http_status = 500
