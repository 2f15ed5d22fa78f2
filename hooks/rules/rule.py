"""What a rule is: one way to get a resource wrong, said once for every layer that can see it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, Self, TypeAlias

from hooks.kube.objects import Obj
from hooks.kube.pod_validation.checks import Check as PartCheck
from hooks.kube.pod_validation.checks import meant

Find: TypeAlias = Callable[[Any], Iterable[str]]
"""Takes the value at a rule's place, yields where in it something is wrong: "" for all of it."""

FIRST = "0.1.0"
"""The version of the oldest rules."""


class Severity(StrEnum):
    """Whether a resource can be carried out in spite of the rule."""

    ERROR = "error"
    WARNING = "warning"


class Layer(StrEnum):
    """What can see a mistake, in the order in which a resource meets them."""

    SCHEMA = "schema"
    CEL = "CEL"
    POLICY = "policy"
    WEBHOOK = "webhook"
    SERVICE = "service"


class Place(str):
    """Where a value is wrong, with what is to be said of it instead of the rule's message."""

    __slots__ = ("message",)

    message: str

    def __new__(cls, where: str, message: str) -> Self:
        """Take the place, as a rule without messages of its own yields it, and the message."""
        place = super().__new__(cls, where)
        place.message = message
        return place


class Check(Protocol):
    """An expression of `hooks.rules.expression`: what a rule asks for, for every layer."""

    @property
    def find(self) -> Find:
        """Return what finds the places where a value is wrong."""

    @property
    def cel(self) -> str:
        """Return what holds for `self`, the value, in CEL."""

    @property
    def field(self) -> str:
        """Return the part of the value to blame where only one can be blamed."""

    @property
    def schema(self) -> Obj:
        """Return what a JSON schema can say of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `places`: the parts of a resource that it is about, such as `spec.zones[].name`; `[]` stands
    for each item of a list, `{}` for each value of a map. `message`: what is wrong and what to do.
    `bad` and `good`: examples, each the difference to the smallest resource's spec (or metadata,
    for places there).

    `must` is what it asks for, of which `find`, `cel` and `field` are made; `of_part` is the check
    of a part of a pod, of which `find` and the `keywords` of the schema are made. A rule that
    neither says has them by hand, and where it has `cel` both are to be kept the same.

    `find` looks at the value of a place as it was written: of the right type, never null. A rule
    without it is found while a resource is read or its children are built. `cel` is the same for
    the API server, where it can be said: it holds for `self`, the value of the place, and `field`
    is the part of it to blame.
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
    """Whether the schema of the fields refuses it."""
    keywords: Obj | None = None
    """What the schema of its places says for it besides their fields, as far as a schema can."""
    in_policy: bool = False
    """Whether a policy has it, not the CRD: it costs too much there, or is about other objects."""
    carried_out: bool = False
    """Whether the service carries out all else of a stored resource that breaks it."""
    on_create: bool = False
    """Whether it is about what can never be mended, and so is asked for on creation only."""
    of_cluster: bool = False
    """Whether it is about other objects of the cluster, which only the service gets to see."""
    since: str = FIRST

    def __post_init__(self) -> None:
        """Take apart what it asks for, once and for all."""
        if self.must:
            object.__setattr__(self, "find", self._find_of(self.must))
            object.__setattr__(self, "cel", self.must.cel)
            object.__setattr__(self, "field", self.must.field)
        if self.of_part:
            object.__setattr__(self, "find", told(self.of_part))
            object.__setattr__(self, "keywords", self.of_part.schema)
            object.__setattr__(self, "in_schema", bool(self.of_part.schema))

    def _find_of(self, must: Check) -> Find:
        """Return what finds the places, with the text that was meant if one of few may be."""
        find, allowed = must.find, few_texts(must.schema)
        if not allowed:
            return find
        return lambda value: [
            Place(place, f"{self.message}{meant(str(value), allowed)}") for place in find(value)
        ]

    @property
    def schema(self) -> Obj:
        """Return what a JSON schema can say of what it asks for."""
        return self.must.schema if self.must else {}

    @property
    def is_written_twice(self) -> bool:
        """Tell whether its Python and its CEL are by hand, and to be kept the same."""
        return self.must is None and bool(self.cel)

    @property
    def is_error(self) -> bool:
        """Tell whether a resource that breaks it cannot be carried out."""
        return self.severity is Severity.ERROR

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Return the layers that look at it, the first one first."""
        own = (*self._at_the_webhook, *self._at_the_service)
        if self.in_schema:
            return (Layer.SCHEMA, *own)
        if not self.cel:
            return (Layer.POLICY, *own) if self.in_policy else own
        return (Layer.POLICY if self.in_policy or not self.is_error else Layer.CEL, *own)

    @property
    def _at_the_webhook(self) -> tuple[Layer, ...]:
        """Return the webhook, unless what it gets can never be wrong, or never shows it."""
        is_sorted_out = self.find is None and self.carried_out
        return () if is_sorted_out or self.of_cluster else (Layer.WEBHOOK,)

    @property
    def _at_the_service(self) -> tuple[Layer, ...]:
        return (Layer.SERVICE,) if self.is_error and not self.carried_out else ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of the fields that it is about."""
        return tuple(place + self.field for place in self.places)


def few_texts(schema: Obj) -> tuple[str, ...]:
    """Return the texts that a value may be, if they are few and nothing else is asked."""
    values = schema["enum"] if schema.keys() == {"enum"} else ()
    return tuple(value for value in values if isinstance(value, str) and value)


def told(check: Callable[[Any], Iterable[tuple[str, str]]]) -> Find:
    """Return what finds the places of a check, each with what the check says of it."""
    return lambda value: [Place(place, message) for place, message in check(value)]


def count_of(fields: Iterable[str]) -> str:
    """Return the expression for how many of some fields there are."""
    return f"[{', '.join(f'has(self.{field})' for field in fields)}].filter(given, given).size()"


def unless(holds: Callable[[Any], object], field: str = "") -> Find:
    """Return what finds the value (or that field of it) wrong unless the condition holds."""
    wrong = (field,)
    return lambda value: () if holds(value) else wrong


def full(pattern: str) -> Callable[[object], bool]:
    """Return the condition that a value is a text that is, as a whole, of a pattern.

    Patterns are written so that they mean the same to Python and to the API server.
    """
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def repeated(names: Iterable[tuple[str, object]]) -> Iterable[str]:
    """Yield the places of those that are there a second time; takes places with their values.

    A name that is empty is another rule's.
    """
    seen: set[object] = set()
    for place, name in names:
        if name and name in seen:
            yield place
        seen.add(name)
