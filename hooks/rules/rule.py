"""What a rule is: one possible problem of a resource, defined once for every layer that sees it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, Self, TypeAlias

from hooks.kube.objects import Obj
from hooks.kube.pod_validation.checks import Check as PartCheck
from hooks.kube.pod_validation.checks import meant

Find: TypeAlias = Callable[[Any], Iterable[str]]
"""Takes the value at a rule's place, yields the places of problems in it: "" for the whole
value."""

FIRST = "0.1.0"
"""The version in which the oldest rules appeared."""


class Severity(StrEnum):
    """Whether a resource that breaks the rule can be applied."""

    ERROR = "error"
    WARNING = "warning"


class Layer(StrEnum):
    """What can find a problem, in the order in which a resource passes through them."""

    SCHEMA = "schema"
    CEL = "CEL"
    POLICY = "policy"
    WEBHOOK = "webhook"
    SERVICE = "service"


class Place(str):
    """Where the problem is in a value, with a message that replaces the rule's message."""

    __slots__ = ("message",)

    message: str

    def __new__(cls, where: str, message: str) -> Self:
        """Take the place, as a rule without its own messages yields it, and the message."""
        place = super().__new__(cls, where)
        place.message = message
        return place


class Check(Protocol):
    """An expression of `hooks.rules.expression`: what a rule requires, for every layer."""

    @property
    def find(self) -> Find:
        """Return a function that finds the places of problems in a value."""

    @property
    def cel(self) -> str:
        """Return the CEL expression that must hold for `self`, the value."""

    @property
    def field(self) -> str:
        """Return the part of the value to blame if only one can be blamed."""

    @property
    def schema(self) -> Obj:
        """Return as much of it as a JSON schema can express."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `places`: the parts of a resource that it is about, such as `spec.zones[].name`; `[]` stands for
    each item of a list, `{}` for each value of a map. `message`: the problem and how to fix it.
    `bad` and `good`: examples, each the difference to the smallest resource's spec (or metadata,
    for places there).

    `must` is what the rule requires; `find`, `cel` and `field` are made from it. `of_part` is the
    check of a part of a pod; `find` and the `keywords` of the schema are made from it. A rule with
    neither has them written by hand, and if it has `cel`, both must be kept the same.

    `find` checks the value at a place as it was written: of the right type, never null. A rule
    without `find` is checked while a resource is read or its children are made. `cel` is the same
    for the API server, as far as it can be expressed: it must hold for `self`, the value at the
    place, and `field` is the part of it to blame.
    """

    identifier: str
    places: tuple[str, ...]
    message: str
    bad: Obj
    good: Obj
    must: Check | None = None
    of_part: PartCheck | None = None
    find: Find | None = None
    cel: str = ""
    field: str = ""
    severity: Severity = Severity.ERROR
    in_schema: bool = False
    """Whether the schema of the fields rejects it."""
    keywords: Obj | None = None
    """Further keywords for the schema of its places, as far as a schema can express it."""
    in_policy: bool = False
    """Whether a policy has it instead of the CRD: it costs too much or is about other objects."""
    applied_anyway: bool = False
    """Whether the service applies the rest of a stored resource that breaks it."""
    on_create: bool = False
    """Whether it is about something that can never be fixed, and so is checked only on creation."""
    of_cluster: bool = False
    """Whether it is about other objects of the cluster, which only the service sees."""
    since: str = FIRST

    def __post_init__(self) -> None:
        """Set the fields that are made from `must` or `of_part`."""
        if self.must:
            object.__setattr__(self, "find", self._find_of(self.must))
            object.__setattr__(self, "cel", self.must.cel)
            object.__setattr__(self, "field", self.must.field)
        if self.of_part:
            object.__setattr__(self, "find", with_messages(self.of_part))
            object.__setattr__(self, "keywords", self.of_part.schema)
            object.__setattr__(self, "in_schema", bool(self.of_part.schema))

    def _find_of(self, must: Check) -> Find:
        """Return a function that finds the places; its message suggests a similar allowed text."""
        find, allowed = must.find, few_texts(must.schema)
        if not allowed:
            return find
        return lambda value: [
            Place(place, f"{self.message}{meant(str(value), allowed)}") for place in find(value)
        ]

    @property
    def schema(self) -> Obj:
        """Return as much of the requirement as a JSON schema can express."""
        return self.must.schema if self.must else {}

    @property
    def is_written_twice(self) -> bool:
        """Return whether its Python and its CEL are written by hand, and must be kept the same."""
        return self.must is None and bool(self.cel)

    @property
    def is_error(self) -> bool:
        """Return whether a resource that breaks it cannot be applied."""
        return self.severity is Severity.ERROR

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Return the layers that check it, the first one first."""
        own = (*self._at_the_webhook, *self._at_the_service)
        if self.in_schema:
            return (Layer.SCHEMA, *own)
        if not self.cel:
            return (Layer.POLICY, *own) if self.in_policy else own
        return (Layer.POLICY if self.in_policy or not self.is_error else Layer.CEL, *own)

    @property
    def _at_the_webhook(self) -> tuple[Layer, ...]:
        """Return the webhook, unless the problem can never reach it, or it cannot see it."""
        is_sorted_out = self.find is None and self.applied_anyway
        return () if is_sorted_out or self.of_cluster else (Layer.WEBHOOK,)

    @property
    def _at_the_service(self) -> tuple[Layer, ...]:
        return (Layer.SERVICE,) if self.is_error and not self.applied_anyway else ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of the fields that it is about."""
        return tuple(place + self.field for place in self.places)


def few_texts(schema: Obj) -> tuple[str, ...]:
    """Return the allowed texts of a value, if a schema lists them and requires nothing else."""
    values = schema["enum"] if schema.keys() == {"enum"} else ()
    return tuple(value for value in values if isinstance(value, str) and value)


def with_messages(check: Callable[[Any], Iterable[tuple[str, str]]]) -> Find:
    """Return a function that finds the places of a check, each with the check's message."""
    return lambda value: [Place(place, message) for place, message in check(value)]


def count_of(fields: Iterable[str]) -> str:
    """Return the CEL expression for how many of some fields exist."""
    return f"[{', '.join(f'has(self.{field})' for field in fields)}].filter(given, given).size()"


def unless(holds: Callable[[Any], object], field: str = "") -> Find:
    """Return a function that blames the value (or its field) unless the condition holds."""
    wrong = (field,)
    return lambda value: () if holds(value) else wrong


def full(pattern: str) -> Callable[[object], bool]:
    """Return the condition that a value is a text that matches a pattern as a whole.

    Patterns are written so that they mean the same to Python and to the API server.
    """
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def repeated(names: Iterable[tuple[str, object]]) -> Iterable[str]:
    """Yield the places of repeated names, except the first one; takes places with their names.

    Another rule finds empty names.
    """
    seen: set[object] = set()
    for place, name in names:
        if name and name in seen:
            yield place
        seen.add(name)
