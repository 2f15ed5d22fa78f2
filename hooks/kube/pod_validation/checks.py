"""Checks of values, and how to combine them: for objects, lists and maps.

A check takes time linear in the size of the value, and finds places in it with a message. It stops
after very many, which nobody reads. A message never contains a part of the value, but may name the
one of a few allowed values that was probably meant.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from hooks.errors import MOST_PROBLEMS
from hooks.kube.objects import Obj

Found: TypeAlias = Sequence[tuple[str, str]]
"""Places in a value, "" for the whole value, with their problems."""
Find: TypeAlias = Callable[[Any], Found]

NOTHING: Final[Found] = ()
REQUIRED: Final = "is required"
LIKE: Final = 0.8
"""How similar a value must be to the allowed value that the message suggests."""
LONGEST_GUESS: Final = 40
"""Longer texts are not compared with the allowed values: no value of Kubernetes is that long."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a value must be: as code, and as keywords of a schema, as far as they can express it."""

    find: Find
    schema: Obj = field(default_factory=dict)

    def __call__(self, value: Any) -> Found:
        """Return the problems of a value."""
        return self.find(value)


def problem(message: str, place: str = "") -> Found:
    """Return one problem."""
    return ((place, message),)


def unless(holds: Callable[[Any], bool], message: str, schema: Obj | None = None) -> Check:
    """Return the check that a condition holds."""
    found = problem(message)
    return Check(lambda value: NOTHING if holds(value) else found, schema or {})


def text(holds: Callable[[str], bool], message: str, schema: Obj | None = None) -> Check:
    """Return the check that a condition holds for a text."""
    return unless(lambda value: not isinstance(value, str) or holds(value), message, schema)


def one_of(*allowed: str, or_empty: bool = False) -> Check:
    """Return the check that a text is one of a few, or empty if that means the default."""
    taken = {*allowed, ""} if or_empty else {*allowed}
    listed = f"{', '.join(allowed[:-1])} or {allowed[-1]}" if len(allowed) > 1 else allowed[0]

    def find(value: Any) -> Found:
        if not isinstance(value, str) or value in taken:
            return NOTHING
        return problem(f"must be {listed}{meant(value, allowed)}")

    return Check(find, {"enum": ["", *allowed] if or_empty else [*allowed]})


def meant(value: str, allowed: Iterable[str]) -> str:
    """Return a question that suggests a similar allowed value; empty if there is none."""
    if len(value) > LONGEST_GUESS:
        return ""
    by_letters = {choice.lower(): choice for choice in allowed}
    close = get_close_matches(value.lower(), by_letters, n=1, cutoff=LIKE)
    return f": did you mean {by_letters[close[0]]}?" if close else ""


def within(lowest: int, highest: int, hint: str = "") -> Check:
    """Return the check that a number is in a range."""

    def holds(value: Any) -> bool:
        return not _is_number(value) or lowest <= value <= highest

    message = f"must be from {lowest} to {highest}{hint}"
    return unless(holds, message, {"minimum": lowest, "maximum": highest})


def at_most(highest: int) -> Check:
    """Return the check that a number is not too large; other rules check its type."""
    return unless(
        lambda value: not _is_number(value) or value <= highest,
        f"must be at most {highest}",
        {"maximum": highest},
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def both(first: Check, second: Check) -> Check:
    """Return a check that applies the second check to values in which the first finds nothing."""

    def find(value: Any) -> Found:
        return first.find(value) or second.find(value)

    return Check(find, {**first.schema, **second.schema})


def optional(check: Check) -> Check:
    """Return the check of a text that may be empty, which means the default."""
    schema = dict(check.schema)
    if "pattern" in schema:
        schema["pattern"] = f"^$|{schema['pattern']}"
    return Check(lambda value: NOTHING if value == "" else check.find(value), schema)


NOT_EMPTY: Final = text(bool, REQUIRED, {"minLength": 1})


def fields(*of_all: Find, **of_fields: Check) -> Check:
    """Return the check of an object: of its fields, and of the object as a whole."""

    def find(value: Any) -> Found:
        if not isinstance(value, dict):
            return NOTHING
        found: list[tuple[str, str]] = []
        for name, part in value.items():
            check = of_fields.get(name)
            if check and part is not None and (inner := check.find(part)):
                found += below(f".{name}", inner)
            if len(found) >= MOST_PROBLEMS:
                break
        for whole in of_all:
            found += whole(value)
        return found

    return Check(find, _schema_of(of_all, of_fields))


def _schema_of(of_all: Sequence[Find], of_fields: dict[str, Check]) -> Obj:
    properties = {name: check.schema for name, check in of_fields.items() if check.schema}
    schema: Obj = {"properties": properties} if properties else {}
    for whole in of_all:
        schema |= whole.schema if isinstance(whole, Check) else {}
    return schema


def must_have(*names: str) -> Check:
    """Return the check for required fields that the API server's own schema does not require."""

    def find(value: Any) -> Found:
        return [(f".{name}", REQUIRED) for name in names if value.get(name) is None]

    return Check(find, {"required": [*names]})


def each(check: Check, *of_all: Find, least: int = 0) -> Check:
    """Return the check of the items of a list, and of the list as a whole."""

    def find(value: Any) -> Found:
        if not isinstance(value, list):
            return NOTHING
        if len(value) < least:
            return problem("must not be empty")
        found: list[tuple[str, str]] = []
        for place, item in enumerate(value):
            if inner := check.find(item):
                found += below(f"[{place}]", inner)
            if len(found) >= MOST_PROBLEMS:
                break
        for whole in of_all:
            found += whole(value)
        return found

    own = {"items": check.schema} if check.schema else {}
    return Check(find, own | ({"minItems": least} if least else {}))


def entries(of_names: Check, of_values: Check | None = None) -> Check:
    """Return the check of a map: of the names of its entries, and of their values."""

    def find(value: Any) -> Found:
        if not isinstance(value, dict):
            return NOTHING
        found: list[tuple[str, str]] = []
        for name, part in value.items():
            inner = of_names.find(name) or (of_values.find(part) if of_values else NOTHING)
            if inner:
                found += below(f"[{name}]", inner)
            if len(found) >= MOST_PROBLEMS:
                break
        return found

    own = {"additionalProperties": of_values.schema} if of_values and of_values.schema else {}
    return Check(find, own)


def below(path: str, found: Found) -> Found:
    """Return what was found in a part, with its places in the whole value."""
    return [(f"{path}{place}", message) for place, message in found]


def at_most_one(*names: str) -> Find:
    """Return a function that finds an object with more than one of some fields."""
    known = frozenset(names)

    def find(value: Obj) -> Found:
        chosen = [name for name, part in value.items() if name in known and part is not None]
        if len(chosen) <= 1:
            return NOTHING
        return problem(f"must not have {' and '.join(chosen)} together: remove all but one")

    return find


def exactly_one(*names: str) -> Find:
    """Return a function that finds an object with none or several of some fields."""
    not_more = at_most_one(*names)

    def find(value: Obj) -> Found:
        if all(value.get(name) is None for name in names):
            return problem(f"must have exactly one of {', '.join(names)}")
        return not_more(value)

    return find
